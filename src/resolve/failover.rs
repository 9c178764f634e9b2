//! Services whose callers' own pods are to be stood in for by pods elsewhere.
//!
//! Only one pool of near and far endpoints can do that, and a service has one way of being reached for all its clients.

use std::collections::BTreeSet;

use crate::model::service::AcrossClusters;
use crate::model::{Answer, ClusterId, Destination, Mesh, Mirror, Pick, Rule, Service, ServiceId};
use crate::source::Place;

/// Marks the services that a client runs itself and that fail over from there.
pub fn mark(mesh: &mut Mesh) {
    let mut marked: Vec<(ServiceId, Place)> = Vec::new();
    for (id, service) in mesh.services.iter().enumerate() {
        for rule in &service.rules {
            let callers: BTreeSet<ClusterId> =
                service.clients.keys().copied().filter(|caller| is_for(rule, *caller)).collect();
            let mirrors = rule.mirrors.iter().map(|Mirror { pick, cluster, percent }| {
                (ServiceId(id), *pick, cluster.is_some(), percent.place)
            });
            let asked = destinations(rule)
                .iter()
                .map(|to| (to.service, to.pick, to.cluster.is_some(), to.place))
                .chain(mirrors);
            for (target, pick, named, place) in asked {
                let fails_over = mesh.service(target).is_some_and(|service| {
                    !named && callers.iter().any(|caller| from_own(mesh, service, pick, *caller))
                });
                marked.extend(fails_over.then_some((target, place)));
            }
        }
    }
    for (id, place) in marked {
        if let Some(service) = mesh.services.get_mut(id.0) {
            service.own_failover.get_or_insert(place);
        }
    }
}

fn destinations(rule: &Rule) -> &[Destination] {
    match &rule.answer {
        Answer::To(destinations) => destinations,
        Answer::Redirect(_) | Answer::DirectResponse(_) => &[],
    }
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
    service.across_clusters == AcrossClusters::Failover
        && runs.contains_key(&caller)
        && runs.keys().any(|id| *id != caller && enters(id))
}
