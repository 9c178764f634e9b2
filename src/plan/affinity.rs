//! Requests that are alike go to one endpoint: what becomes of that where the endpoint is another cluster's gateway.

use std::collections::BTreeMap;

use super::demand::Demands;
use super::problems;
use crate::diagnostic::Finding;
use crate::model::traffic_policy::{Choice, HashKey};
use crate::model::{Mesh, Service};
use crate::source::Place;

/// Warns where requests are told apart by HTTP words and cross: the far gateway passes TLS on and cannot read them.
pub fn check(mesh: &Mesh, demands: &Demands<'_>, findings: &mut Vec<Finding>) {
    let mut crossing: BTreeMap<Place, &Service> = BTreeMap::new();
    for (id, far) in demands.by_caller.values().flat_map(|demand| &demand.far) {
        let Some(service) = mesh.service(*id).filter(|service| service.has_policy()) else { continue };
        for (pick, _) in far.picks.keys() {
            for port in service.crossing_ports() {
                let balancer = service.effective(*pick, port.number).load_balancer;
                let Some(Choice::ConsistentHash(hash)) =
                    balancer.and_then(|balancer| balancer.choice.as_ref())
                else {
                    continue;
                };
                match hash.value.key {
                    HashKey::Header(_) | HashKey::Cookie(_) | HashKey::QueryParameter(_) => {
                        crossing.insert(hash.place, service);
                    }
                    HashKey::SourceIp => {}
                }
            }
        }
    }
    findings.extend(crossing.into_iter().map(|(place, service)| problems::affinity_ends(service, place)));
}
