//! What must each cluster provide?
//!
//! Enters: what each cluster must know. Leaves: what its bundle counts on and does not bring along, each with the
//! commands that provide it or show whether it is there. Refuses to know: Istio's objects, files, how needs are
//! printed.
//!
//! None of it can be seen in the inputs, and most of what is missing shows as a 503 without a word. So it is
//! listed, never assumed.

mod need; // a need, and its commands
mod trust; // who believes whom
mod discovery; // what control planes see of each other
mod gateway; // the way in
mod ingress; // where requests from outside arrive
mod workload; // what calls and what is called
mod name; // what plain names count on
mod settings; // what no setting of others may take away

use crate::plan::{ClusterPlan, Way};

pub use need::{Command, Need};

/// What one cluster must provide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterNeeds {
    /// The cluster's name.
    pub cluster: String,
    /// The Istio it runs: `1.31`.
    pub release: String,
    /// In the order in which they are best met; none for a cluster that neither calls others nor is entered.
    pub needs: Vec<Need>,
}

/// The needs of all clusters, in order of name.
#[must_use]
pub fn of(plans: &[ClusterPlan<'_>]) -> Vec<ClusterNeeds> {
    let shared = trust::Shared::of(plans);
    let sights = discovery::Sights::of(plans);
    let needs = |plan: &ClusterPlan<'_>| ClusterNeeds {
        cluster: plan.cluster.name.clone(),
        release: plan.cluster.release.to_string(),
        needs: [
            trust::needs(plan, &shared),
            Way::ALL.iter().flat_map(|way| of_way(*way, plan, &sights)).collect(),
            gateway::needs(plan),
            ingress::needs(plan),
            workload::needs(plan),
            name::needs(plan),
            settings::needs(plan),
        ]
        .concat(),
    };
    plans.iter().map(needs).collect()
}

/// What one way counts on, beside gateways that are there and can be dialled.
fn of_way(way: Way, plan: &ClusterPlan<'_>, sights: &discovery::Sights<'_>) -> Vec<Need> {
    match way {
        // What a gateway must know for `rewrite` and `merged` is said with the gateway.
        Way::Local | Way::Sni | Way::Rewrite | Way::Merged => Vec::new(),
        Way::Discovery => discovery::needs(plan, sights),
    }
}
