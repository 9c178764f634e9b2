//! What cannot be on a port, whatever Istio is told.
//!
//! Enters: one port, as the callers of one cluster meet it, and a route there. Leaves: the route, if it can be;
//! what cannot is reported. Refuses to know: what the route's conditions say.

use super::condition;
use super::gap::Gap;
use super::route::Path;
use super::survey::Survey;
use super::target::{Route, Site};
use crate::model::{Pick, RouteKind, Service, Speaks};
use crate::plan::distance;

/// Why a route cannot be.
enum Impossible<'m> {
    /// It leads out of the cluster, and this port does not.
    Stuck,
    /// It names a version of a service whose callers choose among its pods by DNS.
    Indistinct(&'m Service),
    /// It leads to pods elsewhere of such a service, which control planes show in vain.
    Unseen(&'m Service),
}

impl<'m> Path<'_, 'm> {
    /// The route, unless part of it cannot be.
    pub(super) fn possible(self, route: Route<'m>, survey: &mut Survey<'m>) -> Option<Route<'m>> {
        let place = route.rule.map_or(self.service.place, |rule| rule.place);
        match self.obstacle(&route) {
            None => return Some(route),
            Some(Impossible::Stuck) => survey.stuck(place, self.port, self.class),
            Some(Impossible::Indistinct(service)) => survey.indistinct(place, service, self.class),
            Some(Impossible::Unseen(service)) => survey.unseen(place, service, self.class),
        }
        None
    }

    fn obstacle(self, route: &Route<'m>) -> Option<Impossible<'m>> {
        route.sends().find_map(|(target, number)| {
            let service = self.view.service(target.service)?;
            match target.site {
                Site::Cluster(cluster) if cluster == self.class.id => {
                    return self.hides(service, target.pick).then_some(Impossible::Indistinct(service));
                }
                // That has been reported.
                Site::Nowhere(_) => return None,
                Site::Cluster(_) | Site::Nearest => {}
            }
            if service.headless.is_some() && service.runs.keys().any(|id| self.view.discovers(service, *id)) {
                return Some(Impossible::Unseen(service));
            }
            let port = service.ports.iter().find(|port| port.number == number)?;
            (!service.crosses(self.port) || !service.crosses(port)).then_some(Impossible::Stuck)
        })
    }

    /// Callers of a port that no rule is for find what control planes show.
    pub(super) fn unruled_port(self, survey: &mut Survey<'m>) {
        if self.service.headless.is_some() && !self.service.runs.contains_key(&self.class.id) {
            survey.unseen(self.service.place, self.service, self.class);
        }
        survey.left_alone.extend(&self.class.members);
    }

    /// Callers dial the pods of a headless service by address, and Istio does not choose again by labels.
    fn hides(self, service: &Service, pick: Pick) -> bool {
        service.headless.is_some() && self.picks_among_several(service, pick)
    }

    /// Whether a version is named where the caller's own cluster runs others beside it.
    fn picks_among_several(self, service: &Service, pick: Pick) -> bool {
        let here = service.versions.iter().filter(|version| version.clusters.contains_key(&self.class.id));
        pick != Pick::Any && here.count() > 1
    }

    /// Istio does not see datagrams: they go where Kubernetes takes them, in the caller's own cluster.
    pub(super) fn datagrams(self, survey: &mut Survey<'m>) {
        if !self.service.runs.contains_key(&self.class.id) {
            survey.stuck(self.service.place, self.port, self.class);
            return;
        }
        let rules = self.service.rules.iter().filter(|rule| rule.speaks == Speaks::Anything);
        for rule in rules.filter(|rule| condition::is_for(rule, self.class.id, self.port)) {
            for to in rule.destinations() {
                let Some(service) = self.view.service(to.service) else { continue };
                let serving = distance::serving(self.view, service, to.pick, to.cluster, self.class.id);
                if serving.clusters.iter().any(|(cluster, _)| *cluster != self.class.id) {
                    survey.stuck(rule.place, self.port, self.class);
                } else if self.picks_among_several(service, to.pick) {
                    survey.unheeded(self.port, rule);
                }
            }
        }
    }

    /// What becomes of what no rule matches.
    pub(super) fn gap(self, kind: RouteKind, for_some_workloads: bool) -> Gap {
        match kind {
            RouteKind::Http if for_some_workloads => Gap::Unruled,
            RouteKind::Http => Gap::NotFound,
            RouteKind::Tls | RouteKind::Tcp if self.service.runs.contains_key(&self.class.id) => {
                Gap::AnyVersion
            }
            RouteKind::Tls | RouteKind::Tcp => Gap::Nowhere,
        }
    }
}
