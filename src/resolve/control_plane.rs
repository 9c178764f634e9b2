//! Who configures whom.

use std::collections::BTreeMap;

use super::ClusterNames;
use super::problems::control_plane as problems;
use crate::diagnostic::Finding;
use crate::input::{self, Listed};
use crate::model::{Cluster, ClusterId};
use crate::source::At;

/// Which cluster's control plane configures each that names another than itself.
///
/// A cluster without istiod configures nobody; one that names such a cluster stands as one of its own, so that nothing
/// is said of it twice.
pub fn heads(
    written: &Listed<input::cluster::Cluster>,
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> BTreeMap<ClusterId, At<ClusterId>> {
    let mut named: BTreeMap<ClusterId, At<ClusterId>> = BTreeMap::new();
    for cluster in &written.entries {
        let Some(head) = cluster.control_plane.written() else { continue };
        let Some(id) = names.find(head) else { continue };
        if head.value != cluster.name.value
            && let Some(own) = names.ids.get(&cluster.name.value)
        {
            named.insert(*own, At::new(id, head.place));
        }
    }
    let mut heads = named.clone();
    heads.retain(|own, head| {
        let Some(further) = named.get(&head.value) else { return true };
        let name = |head: &At<ClusterId>| At::new(names.name(head.value), head.place);
        findings.push(problems::configured_elsewhere(names.name(*own), &name(head), &name(further)));
        false
    });
    heads
}

/// Endpoints are told apart by the id of their cluster.
pub fn one_registry_each(clusters: &[Cluster], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, &Cluster> = BTreeMap::new();
    // A name is an id only where nobody wrote one.
    let written = clusters.iter().filter(|cluster| cluster.registry.is_some());
    let unwritten = clusters.iter().filter(|cluster| cluster.registry.is_none());
    for cluster in written.chain(unwritten) {
        let first = *seen.entry(cluster.registry_id()).or_insert(cluster);
        if first.name != cluster.name {
            findings.push(problems::one_registry(first, cluster));
        }
    }
}
