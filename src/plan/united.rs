//! One control plane, one set of rules: all callers that it configures obey the same objects.
//!
//! Enters: what callers of each cluster ask for, as if each had a control plane of its own. Leaves: the same, where what is
//! let in at gateways of clusters without one stands with those that configure them. What callers of one control plane
//! would need differently is reported.

use super::demand::{self, Demand, Demands};
use super::problems::discovery::{self as problems, Difference, Divided};
use super::route::{Answer, Copy, Route, ServiceRoutes, Share, Target};
use crate::diagnostic::Finding;
use crate::model::{ClusterId, Mesh, ServiceId};
use crate::source::Place;

/// Unites what the members of each control plane ask for.
pub fn unite(mesh: &Mesh, demands: &mut Demands<'_>, findings: &mut Vec<Finding>) {
    for head in (0..mesh.clusters.len()).map(ClusterId) {
        if mesh.cluster(head).is_none_or(|cluster| cluster.control_plane.is_some()) {
            continue;
        }
        let members: Vec<ClusterId> = mesh.configured_by(head).collect();
        if members.len() < 2 {
            continue;
        }
        findings.extend(divided(mesh, demands, head, &members));
        for member in members.iter().filter(|member| **member != head) {
            let Some(let_in) = demands.by_caller.get(member).map(|demand| demand.ingress.clone()) else {
                continue;
            };
            let own = demands.by_caller.entry(head).or_default();
            for (gateway, routes) in let_in {
                if !own.ingress.iter().any(|(known, there)| *known == gateway && there.id == routes.id) {
                    own.ingress.push((gateway, routes));
                }
            }
        }
    }
}

/// What two members cannot both be told: each service once.
fn divided(mesh: &Mesh, demands: &Demands<'_>, head: ClusterId, members: &[ClusterId]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let empty = Demand::default();
    let demand = |id: &ClusterId| demands.by_caller.get(id).unwrap_or(&empty);
    let divided = |service: ServiceId, place: Place, callers: (ClusterId, ClusterId), by: Difference| {
        Some(problems::divided(&Divided {
            service: mesh.service(service)?,
            place,
            head: mesh.cluster(head)?,
            callers: (mesh.cluster(callers.0)?, mesh.cluster(callers.1)?),
            by,
        }))
    };
    for (index, service) in mesh.services.iter().enumerate() {
        let id = ServiceId(index);
        let routes = |member: &ClusterId| -> Option<&ServiceRoutes<'_>> {
            let all = &demand(member).routes;
            all.binary_search_by_key(&id, |routes| routes.id).ok().and_then(|found| all.get(found))
        };
        let Some((first, said)) = members.iter().find_map(|member| Some((*member, routes(member)?))) else {
            continue;
        };
        let finding = members.iter().filter(|member| **member != first).find_map(|member| {
            match service.clients.get(member) {
                None => return divided(id, service.place, (first, *member), Difference::Clients),
                other if other != service.clients.get(&first) => {
                    return divided(id, service.place, (first, *member), Difference::Namespaces);
                }
                Some(_) => {}
            }
            let place = match routes(member) {
                Some(other) => parting(mesh, (first, said), (*member, other))?,
                None => service.place,
            };
            divided(id, place, (first, *member), Difference::Answers)
        });
        findings.extend(finding);
    }
    for (gateway, said) in members.iter().flat_map(|member| &demand(member).ingress) {
        let others =
            members.iter().flat_map(|member| demand(member).ingress.iter().map(move |it| (*member, it)));
        let mut alike = others.filter(|(_, (known, there))| known == gateway && there.id == said.id);
        let Some((first, (_, one))) = alike.next() else { continue };
        if !std::ptr::eq(one, said) {
            continue;
        }
        let parted = alike
            .find_map(|(member, (_, other))| Some((parting(mesh, (first, one), (member, other))?, member)));
        findings.extend(
            parted.and_then(|(place, member)| divided(said.id, place, (first, member), Difference::Answers)),
        );
    }
    findings
}

/// Where the routes of two callers part, if they do.
fn parting(
    mesh: &Mesh,
    (one, said): (ClusterId, &ServiceRoutes<'_>),
    (other, answered): (ClusterId, &ServiceRoutes<'_>),
) -> Option<Place> {
    let place = |route: &Route<'_>| route.rule.map_or(said.service.place, |rule| rule.place);
    let same = |left: Target, right: Target| {
        left == right && demand::clusters(mesh, left, one) == demand::clusters(mesh, right, other)
    };
    let parts = said.routes.iter().zip(&answered.routes).find(|(left, right)| !alike(left, right, &same));
    let longer = if said.routes.len() > answered.routes.len() { said } else { answered };
    let surplus = longer.routes.get(said.routes.len().min(answered.routes.len()));
    parts.map(|(left, right)| place(left).min(place(right))).or(surplus.map(place))
}

fn alike(left: &Route<'_>, right: &Route<'_>, same: &impl Fn(Target, Target) -> bool) -> bool {
    let conditions = left.conditions.len() == right.conditions.len()
        && left.conditions.iter().zip(&right.conditions).all(|(one, other)| std::ptr::eq(*one, *other));
    let rules = match (left.rule, right.rule) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let share = |(one, other): (&Share<'_>, &Share<'_>)| {
        same(one.target, other.target) && one.port == other.port && one.weight == other.weight
    };
    let copy = |(one, other): (&Copy, &Copy)| {
        same(one.target, other.target) && one.port == other.port && one.percent == other.percent
    };
    let answers = match (&left.answer, &right.answer) {
        (Answer::Split(one), Answer::Split(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(share)
        }
        // Of one rule, they are one.
        (
            Answer::Redirect(_) | Answer::DirectResponse(_),
            Answer::Redirect(_) | Answer::DirectResponse(_),
        ) => true,
        (Answer::Split(_), Answer::Redirect(_) | Answer::DirectResponse(_))
        | (Answer::Redirect(_) | Answer::DirectResponse(_), Answer::Split(_)) => false,
    };
    rules
        && conditions
        && answers
        && left.port == right.port
        && left.copies.len() == right.copies.len()
        && left.copies.iter().zip(&right.copies).all(copy)
}
