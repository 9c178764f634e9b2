//! Services of which a client runs what others are to stand in for. No remote name can do that, so far pods join
//! them.

use std::collections::BTreeSet;

use super::rules::condition;
use crate::model::service::AcrossClusters;
use crate::model::{ClusterId, Mesh, Mirror, Pick, Port, Rule, Service, ServiceId};
use crate::source::Place;

/// By service: where a client asks for what its own cluster runs, and others are to stand in for it. Only one pool
/// of near and far endpoints can do that, and a service has one way of being reached for all its clients.
#[must_use]
pub fn own_failover(mesh: &Mesh) -> Vec<Option<Place>> {
    let mut marked: Vec<Option<Place>> = vec![None; mesh.services.len()];
    let mut mark = |id: ServiceId, place: Place| {
        if let Some(mark) = marked.get_mut(id.0) {
            mark.get_or_insert(place);
        }
    };
    for service in &mesh.services {
        // An ingress gateway calls from its cluster.
        let gateways = service.ingress.iter().filter_map(|ingress| mesh.gateways.get(ingress.gateway.0));
        let callers: BTreeSet<ClusterId> = service
            .clients
            .keys()
            .chain(gateways.flat_map(|gateway| gateway.clusters.iter()))
            .copied()
            .collect();
        for rule in &service.rules {
            let mirrors = rule.mirrors.iter().map(|Mirror { pick, cluster, percent }| {
                (service.id, *pick, cluster.is_some(), percent.place)
            });
            let asked = rule
                .destinations()
                .iter()
                .map(|to| (to.service, to.pick, to.cluster.is_some(), to.place))
                .chain(mirrors);
            for (target, pick, _, place) in asked.filter(|(_, _, named, _)| !named) {
                let Some(wanted) = mesh.service(target).filter(|wanted| fails_over(wanted)) else { continue };
                let mut callers = callers.iter().filter(|caller| is_for(rule, **caller));
                if callers.any(|caller| from_own(mesh, wanted, pick, *caller)) {
                    mark(target, place);
                }
            }
        }
        // A port that no rule is for is as with the rule `any`.
        let unruled =
            |caller: &ClusterId| service.ports.iter().any(|port| is_unruled(service, *caller, port));
        let mut callers = callers.iter().filter(|caller| fails_over(service) && unruled(caller));
        if callers.any(|caller| from_own(mesh, service, Pick::Any, *caller)) {
            mark(service.id, service.place);
        }
    }
    marked
}

fn fails_over(service: &Service) -> bool {
    service.across_clusters == AcrossClusters::Failover
}

/// Whether no rule is for a port of callers in a cluster.
fn is_unruled(service: &Service, caller: ClusterId, port: &Port) -> bool {
    let fits = |rule: &&Rule| port.protocol.route().is_some_and(|kind| rule.speaks.fits(kind));
    let routed = port.protocol.route().is_some();
    routed && !service.rules.iter().filter(fits).any(|rule| condition::is_for(rule, caller, port))
}

fn is_for(rule: &Rule, caller: ClusterId) -> bool {
    let holds = |clusters: &Option<Vec<ClusterId>>| clusters.as_ref().is_none_or(|all| all.contains(&caller));
    rule.conditions.is_empty() || rule.conditions.iter().any(|condition| holds(&condition.source_clusters))
}

/// Whether the caller's cluster runs it, and another that can be entered does, too.
fn from_own(mesh: &Mesh, service: &Service, pick: Pick, caller: ClusterId) -> bool {
    let Some(runs) = service.runs(pick) else { return false };
    let enters = |id: &ClusterId| {
        mesh.cluster(*id).is_some_and(|cluster| cluster.gateway.is_some() && cluster.drain.is_none())
    };
    runs.contains_key(&caller) && runs.keys().any(|id| *id != caller && enters(id))
}
