//! One control plane, one set of rules: all callers that it configures obey the same objects.
//!
//! Enters: what callers of each cluster ask for of a service. Leaves: what callers of one control plane would need
//! differently, reported.

use super::demand::{self, Asked, LetIn};
use super::problems::discovery::{self as problems, Difference, Divided};
use super::rules::target::{Answer, Copy, Route, ServiceRoutes, Share, Target};
use super::visibility::View;
use crate::diagnostic::Finding;
use crate::model::{ClusterId, Service};
use crate::source::Place;

/// What members of a control plane cannot both be told of a service.
pub fn divided(view: &View<'_>, service: &Service, asked: &[Asked<'_>]) -> Vec<Finding> {
    let heads = view.sharing().filter(|id| view.control_plane(*id) == *id);
    let of_plane = |head: ClusterId| {
        let plane = Plane { view, service, head, members: view.configured_by(head).collect() };
        // A cluster that shares a control plane is a class of its own.
        let asked = asked.iter().filter(|asked| plane.members.contains(&asked.class.id));
        let asked: Vec<&Asked<'_>> = asked.collect();
        plane.routes(&asked).into_iter().chain(plane.let_in(&asked)).collect::<Vec<_>>()
    };
    heads.flat_map(of_plane).collect()
}

/// A control plane that configures several clusters.
struct Plane<'p, 'm> {
    view: &'p View<'m>,
    service: &'p Service,
    head: ClusterId,
    members: Vec<ClusterId>,
}

impl Plane<'_, '_> {
    fn divided(&self, place: Place, callers: (ClusterId, ClusterId), by: Difference) -> Option<Finding> {
        let Self { view, service, head, members: _ } = self;
        Some(problems::divided(&Divided {
            service,
            place,
            head: view.cluster(*head)?,
            callers: (view.cluster(callers.0)?, view.cluster(callers.1)?),
            by,
        }))
    }

    /// Callers in two clusters whose rules differ.
    fn routes(&self, asked: &[&Asked<'_>]) -> Option<Finding> {
        let clients = &self.service.clients;
        let routes = |id: ClusterId| {
            let asked = asked.iter().find(|asked| asked.class.id == id)?;
            asked.routes.as_ref().filter(|routes| !routes.routes.is_empty())
        };
        let (first, said) = self.members.iter().find_map(|member| Some((*member, routes(*member)?)))?;
        self.members.iter().copied().filter(|member| *member != first).find_map(|member| {
            match clients.get(&member) {
                None => return self.divided(self.service.place, (first, member), Difference::Clients),
                other if other != clients.get(&first) => {
                    return self.divided(self.service.place, (first, member), Difference::Namespaces);
                }
                Some(_) => {}
            }
            let place = match routes(member) {
                Some(other) => parting(self.view, (first, said), (member, other))?,
                None => self.service.place,
            };
            self.divided(place, (first, member), Difference::Answers)
        })
    }

    /// Gateways in two clusters that would let the same requests in by different rules.
    fn let_in(&self, asked: &[&Asked<'_>]) -> Vec<Finding> {
        let all = || asked.iter().flat_map(|asked| asked.let_in.iter().map(move |it| (asked.class.id, it)));
        let mut findings = Vec::new();
        for (at, (caller, said)) in all().enumerate() {
            let is_like = |other: &LetIn<'_>| other.gateway == said.gateway;
            if all().take(at).any(|(_, earlier)| is_like(earlier)) {
                continue;
            }
            let others = all().skip(at + 1).filter(|(_, other)| is_like(other));
            let mut parted = others.filter_map(|(member, other)| {
                Some((parting(self.view, (caller, &said.routes), (member, &other.routes))?, member))
            });
            findings.extend(
                parted
                    .next()
                    .and_then(|(place, member)| self.divided(place, (caller, member), Difference::Answers)),
            );
        }
        findings
    }
}

/// Where the routes of two callers part, if they do.
fn parting(
    view: &View<'_>,
    (one, said): (ClusterId, &ServiceRoutes<'_>),
    (other, answered): (ClusterId, &ServiceRoutes<'_>),
) -> Option<Place> {
    let place = |route: &Route<'_>| route.rule.map_or(said.service.place, |rule| rule.place);
    let same = |left: Target, right: Target| {
        left == right && demand::clusters(view, left, one) == demand::clusters(view, right, other)
    };
    let parts = said.routes.iter().zip(&answered.routes).find(|(left, right)| !alike(left, right, &same));
    let longer = if said.routes.len() > answered.routes.len() { said } else { answered };
    let surplus = longer.routes.get(said.routes.len().min(answered.routes.len()));
    parts.map(|(left, right)| place(left).min(place(right))).or(surplus.map(place))
}

fn alike(left: &Route<'_>, right: &Route<'_>, same: &impl Fn(Target, Target) -> bool) -> bool {
    let rules = left.rule.is_some() == right.rule.is_some() && left.index == right.index;
    let conditions = left.conditions == right.conditions;
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
