//! Requests that are alike go to one endpoint: what becomes of that where the endpoint is another cluster's
//! gateway.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::Asked;
use super::problems;
use super::visibility::View;
use super::way::discovery::Discovery;
use crate::diagnostic::Finding;
use crate::model::traffic_policy::{Choice, HashKey};
use crate::model::{ClusterId, Pick, Service};
use crate::source::Place;

/// Warns where requests are told apart by HTTP words and cross: the far gateway passes TLS on and cannot read
/// them.
pub fn check(view: &View<'_>, service: &Service, asked: &[Asked<'_>], found: &Discovery) -> Vec<Finding> {
    if !service.has_policy() {
        return Vec::new();
    }
    let apart = |(near, far): &(ClusterId, ClusterId)| {
        view.cluster(*near).zip(view.cluster(*far)).is_some_and(|(near, far)| !near.shares_network(far))
    };
    let by_name = asked.iter().filter_map(|asked| asked.far(view));
    let mut picks: BTreeSet<Pick> =
        by_name.flat_map(|far| far.picks.into_keys()).map(|wanted| wanted.pick).collect();
    if found.crossings.iter().any(apart) {
        picks.extend(found.said.keys().map(|said| said.pick));
    }
    let mut crossing: BTreeMap<Place, Finding> = BTreeMap::new();
    for pick in picks {
        for port in service.crossing_ports() {
            let balancer = service.effective(pick, port.number).load_balancer;
            let Some(Choice::ConsistentHash(hash)) = balancer.and_then(|balancer| balancer.choice.as_ref())
            else {
                continue;
            };
            match hash.value.key {
                HashKey::Header(_) | HashKey::Cookie(_) | HashKey::QueryParameter(_) => {
                    crossing.insert(hash.place, problems::affinity_ends(service, hash.place));
                }
                HashKey::SourceIp => {}
            }
        }
    }
    crossing.into_values().collect()
}
