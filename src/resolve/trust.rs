//! Trust domains: pods take the certificates of their own, and of those that they are told to take like their own.

use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::model::Mesh;

/// Notes which trust domains cross. Whether the meshes know of each other cannot be seen from here.
pub fn note(mesh: &Mesh, findings: &mut Vec<Finding>) {
    for (index, serving) in mesh.clusters.iter().enumerate() {
        let served = mesh.services.iter().filter(|service| service.runs.keys().any(|id| id.0 == index));
        let mut callers =
            served.flat_map(|service| service.clients.keys()).filter_map(|id| mesh.cluster(*id));
        if let Some(caller) = callers.find(|caller| caller.trust_domain != serving.trust_domain) {
            findings.push(problems::other_trust_domain(serving, caller));
            // All others that differ are told by `needs`.
            return;
        }
    }
}
