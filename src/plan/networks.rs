//! Whether clusters that see each other's endpoints can be told apart as Istio does it: by networks, and by one domain.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::Demands;
use super::problems::discovery as problems;
use crate::diagnostic::Finding;
use crate::model::{Cluster, ClusterId, Mesh, Service};

/// Clusters between which callers go by discovery, and that lack what it takes.
pub fn check(mesh: &Mesh, demands: &Demands<'_>) -> Vec<Finding> {
    let mut concerned: BTreeSet<ClusterId> = BTreeSet::new();
    let mut domains: BTreeMap<ClusterId, (&Service, &Cluster, &Cluster)> = BTreeMap::new();
    for (id, found) in &demands.discovered {
        let Some(service) = mesh.service(*id) else { continue };
        for (caller, entered) in &found.crossings {
            concerned.extend([*caller, *entered]);
            let (Some(near), Some(far)) = (mesh.cluster(*caller), mesh.cluster(*entered)) else { continue };
            if near.cluster_domain != far.cluster_domain {
                domains.entry(*entered).or_insert((service, near, far));
            }
        }
    }
    let clusters = concerned.iter().filter_map(|id| mesh.cluster(*id));
    let (named, unnamed): (Vec<_>, Vec<_>) = clusters.partition(|cluster| cluster.network.is_some());
    let mut findings = Vec::new();
    if !named.is_empty() && !unnamed.is_empty() {
        findings.push(problems::nameless_network(&named, &unnamed));
    }
    findings.extend(domains.values().map(|(service, near, far)| problems::domains(service, near, far)));
    findings.extend(demands.astray.iter().filter_map(|((service, entered), (place, caller))| {
        Some(problems::astray(
            mesh.service(*service)?,
            *place,
            mesh.cluster(*caller)?,
            mesh.cluster(*entered)?,
        ))
    }));
    findings.extend(demands.beside.iter().filter_map(|((service, meant), (place, other))| {
        Some(problems::beside(mesh.service(*service)?, *place, mesh.cluster(*meant)?, mesh.cluster(*other)?))
    }));
    findings
}
