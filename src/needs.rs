//! What must each cluster provide?
//!
//! Enters: what each cluster must know. Leaves: what its bundle counts on and does not bring along, each with the commands that
//! provide it or show whether it is there. Refuses to know: Istio's objects, files, how needs are printed.
//!
//! None of it can be seen in the inputs, and most of what is missing shows as a 503 without a word. So it is listed,
//! never assumed.

mod trust; // who believes whom
mod discovery; // what control planes see of each other
mod gateway; // the way in
mod ingress; // where requests from outside arrive
mod workload; // what calls and what is called
mod name; // what plain names count on

use crate::istio::Form;
use crate::istio::release::SniRouting;
use crate::model::{Cluster, Release};
use crate::plan::{ClusterPlan, Way};

/// Where Istio's own objects are.
const ISTIO: &str = "istio-system";

/// What one cluster must provide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterNeeds {
    /// The cluster's name.
    pub cluster: String,
    /// The Istio it runs: `1.30`.
    pub release: String,
    /// In the order in which they are best met; none for a cluster that neither calls others nor is entered.
    pub needs: Vec<Need>,
}

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// A word for it that stays the same: `gateway`.
    pub topic: &'static str,
    /// What must be there, as a sentence.
    pub what: String,
    /// What happens where it is not.
    pub otherwise: &'static str,
    /// How it is provided, or seen.
    pub commands: Vec<Command>,
}

/// A command, as the words that a shell passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Whether it changes anything, or only shows what is there.
    pub changes: bool,
    /// The program and its arguments.
    pub words: Vec<String>,
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
            Way::all().flat_map(|way| of_way(way, plan, &sights)).collect(),
            gateway::needs(plan),
            ingress::needs(plan),
            workload::needs(plan),
            name::needs(plan),
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

impl Need {
    fn new(topic: &'static str, what: impl Into<String>, otherwise: &'static str) -> Self {
        Self { topic, what: what.into(), otherwise, commands: Vec::new() }
    }

    /// A command that provides it.
    fn by(self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(true, words)
    }

    /// A command that shows whether it is there.
    fn seen_by(self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(false, words)
    }

    fn with(mut self, changes: bool, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.commands.push(Command { changes, words: words.into_iter().map(Into::into).collect() });
        self
    }
}

/// `kubectl` for a cluster, and what it is to do.
fn kubectl(cluster: &Cluster, words: &[&str]) -> Vec<String> {
    let start = ["kubectl", "--context", cluster.context.as_str()];
    start.iter().chain(words).map(|word| (*word).to_owned()).collect()
}

/// How a release's gateways come to pass on TLS.
fn told_to_route(release: Release) -> Option<&'static str> {
    match release.sni_routing() {
        SniRouting::Always => None,
        SniRouting::UnlessByHelm => Some(" if Helm installed it"),
        SniRouting::OnlyIfTold => Some(""),
    }
}

/// Whether callers say remote names to the cluster's gateway, and it is taught by another end of these names.
fn changes_ends(plan: &ClusterPlan<'_>) -> bool {
    is_taught(plan) && matches!(Form::of(plan.cluster.release), Some(Form::ChangedEnd { typed: _ }))
}

fn is_taught(plan: &ClusterPlan<'_>) -> bool {
    plan.entrance.as_ref().is_some_and(|entrance| !entrance.translations.is_empty())
}
