//! Whether clusters that see each other's endpoints can be told apart as Istio does it: by networks, and by one
//! domain.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Finding;
use crate::model::{Cluster, ClusterId, Service};
use crate::plan::problems::discovery as problems;
use crate::plan::visibility::View;

/// Clusters of different domains between which callers of a service go by discovery, by the one that is entered.
pub fn domains<'m>(
    view: &View<'m>,
    service: &'m Service,
    crossings: &BTreeSet<(ClusterId, ClusterId)>,
) -> BTreeMap<ClusterId, (&'m Service, &'m Cluster, &'m Cluster)> {
    let mut domains = BTreeMap::new();
    for (caller, entered) in crossings {
        let (Some(near), Some(far)) = (view.cluster(*caller), view.cluster(*entered)) else { continue };
        if near.cluster_domain != far.cluster_domain {
            domains.entry(*entered).or_insert((service, near, far));
        }
    }
    domains
}

/// Clusters between which callers go by discovery, where some name their network and some do not.
pub fn nameless(view: &View<'_>, concerned: &BTreeSet<ClusterId>) -> Option<Finding> {
    let clusters = concerned.iter().filter_map(|id| view.cluster(*id));
    let (named, unnamed): (Vec<_>, Vec<_>) = clusters.partition(|cluster| cluster.network.is_some());
    (!named.is_empty() && !unnamed.is_empty()).then(|| problems::nameless_network(&named, &unnamed))
}
