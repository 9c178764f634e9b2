//! What is declared and never used: notes, for it may be on purpose.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::model::ingress::Ingress;
use crate::model::{ClusterId, Mesh, Pick, Service, ServiceId, VersionId};

pub fn note(mesh: &Mesh, findings: &mut Vec<Finding>) {
    for (id, cluster) in mesh.clusters.iter().enumerate() {
        let here = |key: &ClusterId| key.0 == id;
        // What an ingress gateway lets in, it sends on: then its cluster is a caller.
        let lets_in = |ingress: &Ingress| {
            mesh.gateways.get(ingress.gateway.0).is_some_and(|gateway| gateway.clusters.iter().any(here))
        };
        let used = |service: &Service| {
            service.runs.keys().chain(service.clients.keys()).any(here) || service.ingress.iter().any(lets_in)
        };
        if !mesh.services.iter().any(used) {
            findings.push(problems::unused_cluster(cluster));
        }
    }
    let named = named(mesh);
    for (id, service) in mesh.services.iter().enumerate() {
        let Some(picks) = named.get(&ServiceId(id)) else { continue };
        if service.rules.is_empty() || !service.complete.all() || picks.contains(&Pick::Any) {
            continue;
        }
        let unnamed = service
            .versions
            .iter()
            .enumerate()
            .filter(|(index, _)| !picks.contains(&Pick::Version(VersionId(*index))));
        findings.extend(unnamed.map(|(_, version)| problems::unused_version(service, version)));
    }
}

/// Which versions some rule names, by service.
fn named(mesh: &Mesh) -> BTreeMap<ServiceId, BTreeSet<Pick>> {
    let mut named: BTreeMap<ServiceId, BTreeSet<Pick>> = BTreeMap::new();
    for (id, service) in mesh.services.iter().enumerate() {
        for rule in &service.rules {
            let own = named.entry(ServiceId(id)).or_default();
            own.extend(rule.mirrors.iter().map(|mirror| mirror.pick));
            for to in rule.destinations() {
                named.entry(to.service).or_default().insert(to.pick);
            }
        }
    }
    named
}
