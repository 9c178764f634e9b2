//! Who configures whom, and whose endpoints control planes see.

use std::collections::{BTreeMap, BTreeSet};

use super::ClusterNames;
use super::problems::control_plane as problems;
use crate::diagnostic::Finding;
use crate::model::cluster::Shown;
use crate::model::{Cluster, ClusterId, Mesh};
use crate::source::At;
use crate::spec::{self, Listed};

/// Which cluster's control plane configures each that names another than itself.
///
/// A cluster without istiod configures nobody; one that names such a cluster stands as one of its own, so that nothing
/// is said of it twice.
pub fn heads(
    written: &Listed<spec::cluster::Cluster>,
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
        let first = *seen.entry(cluster.id()).or_insert(cluster);
        if first.name != cluster.name {
            findings.push(problems::one_registry(first, cluster));
        }
    }
}

/// Tells which control planes see the endpoints of each cluster.
pub fn show(mesh: &mut Mesh) {
    let found: BTreeSet<ClusterId> = mesh
        .services
        .iter()
        .flat_map(|service| service.runs.keys().filter(|id| mesh.discovers(service, **id)).copied())
        .collect();
    let heads: BTreeSet<ClusterId> = mesh
        .clusters
        .iter()
        .filter_map(|cluster| cluster.control_plane.as_ref())
        .map(|head| head.value)
        .collect();
    for (index, cluster) in mesh.clusters.iter_mut().enumerate() {
        let id = ClusterId(index);
        let named = cluster.registry.is_some() || cluster.control_plane.is_some() || heads.contains(&id);
        cluster.shown = match (found.contains(&id), named) {
            (true, _) => Shown::Everybody,
            (false, true) => Shown::ItsLike,
            (false, false) => Shown::Nobody,
        };
        cluster.shares_control_plane = cluster.control_plane.is_some() || heads.contains(&id);
    }
}
