//! Requests that are alike go to one endpoint: what becomes of that where the endpoint is another cluster's gateway.

use std::collections::BTreeMap;

use super::demand::Demands;
use super::problems;
use crate::diagnostic::Finding;
use crate::model::traffic_policy::{Choice, HashKey};
use crate::model::{ClusterId, Mesh, Service};
use crate::source::Place;

/// Warns where requests are told apart by HTTP words and cross: the far gateway passes TLS on and cannot read them.
pub fn check(mesh: &Mesh, demands: &Demands<'_>, findings: &mut Vec<Finding>) {
    let mut crossing: BTreeMap<Place, &Service> = BTreeMap::new();
    let apart = |(near, far): &(ClusterId, ClusterId)| {
        mesh.cluster(*near).zip(mesh.cluster(*far)).is_some_and(|(near, far)| !near.shares_network(far))
    };
    let by_name = demands.by_caller.values().flat_map(|demand| &demand.far);
    let by_name = by_name.map(|(id, far)| (*id, far.picks.keys().map(|(pick, _)| *pick).collect::<Vec<_>>()));
    let discovered = demands.discovered.iter().filter(|(_, found)| found.crossings.iter().any(apart));
    let discovered =
        discovered.map(|(id, found)| (*id, found.said.keys().map(|said| said.pick).collect::<Vec<_>>()));
    for (id, picks) in by_name.chain(discovered) {
        let Some(service) = mesh.service(id).filter(|service| service.has_policy()) else { continue };
        for pick in &picks {
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
