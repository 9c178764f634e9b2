//! Who configures whom.

use std::collections::BTreeMap;

use super::ClusterNames;
use super::problems::control_plane as problems;
use crate::diagnostic::Finding;
use crate::model::{Cluster, ClusterId};
use crate::source::At;
use crate::spec::{self, Listed};

/// Adds what is written of `controlPlane` to the clusters that are known already. A cluster that names itself says what
/// holds anyway.
pub fn add(
    written: &Listed<spec::cluster::Cluster>,
    clusters: &mut [Cluster],
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) {
    for cluster in &written.entries {
        let Some(head) = cluster.control_plane.written() else { continue };
        let Some(id) = names.find(head) else { continue };
        let known = clusters.iter_mut().find(|known| known.name == cluster.name.value);
        if let Some(known) = known.filter(|_| head.value != cluster.name.value) {
            known.control_plane = Some(At::new(id, head.place));
        }
    }
    configured_elsewhere(clusters, findings);
    one_registry_each(clusters, findings);
}

/// A cluster without istiod configures nobody.
fn configured_elsewhere(clusters: &mut [Cluster], findings: &mut Vec<Finding>) {
    let heads: Vec<Option<At<ClusterId>>> =
        clusters.iter().map(|cluster| cluster.control_plane.clone()).collect();
    for cluster in clusters.iter() {
        let Some(head) = &cluster.control_plane else { continue };
        let Some(Some(further)) = heads.get(head.value.0) else { continue };
        let name = |id: ClusterId| clusters.get(id.0).map_or("", |cluster| cluster.name.as_str());
        findings.push(problems::configured_elsewhere(
            &cluster.name,
            &At::new(name(head.value), head.place),
            &At::new(name(further.value), further.place),
        ));
    }
    // Such a cluster stands as one of its own: nothing shall be said of it twice.
    for cluster in clusters {
        let goes_on = |head: &At<ClusterId>| heads.get(head.value.0).is_some_and(Option::is_some);
        if cluster.control_plane.as_ref().is_some_and(goes_on) {
            cluster.control_plane = None;
        }
    }
}

/// Endpoints are told apart by the id of their cluster.
fn one_registry_each(clusters: &[Cluster], findings: &mut Vec<Finding>) {
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
