//! What is written for each way, in the clusters of callers and where a service runs.

mod endpoint; // the gateways behind a name
mod remote; // names for what runs in other clusters: `sni` and `rewrite`
pub mod rewrite; // what gateways are taught
pub mod merged; // far pods under the plain name
pub mod discovery; // what control planes see under it

use super::dialect::Dialect;
use super::kind::object::Object;
use crate::plan::{ClassPlan, Way};

/// The objects that callers of a class need for one way, beside the DestinationRule of the plain name.
pub fn calling(way: Way, plan: &ClassPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    match way {
        // Istio knows the plain name, and all that control planes show under it.
        Way::Local | Way::Discovery => Vec::new(),
        Way::Sni | Way::Rewrite => remote::objects(plan, way, dialect),
        Way::Merged => {
            plan.pool.as_ref().map(|pool| merged::entries(plan, pool, dialect)).unwrap_or_default()
        }
    }
}
