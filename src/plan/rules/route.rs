//! The rules of a service, as the callers of one cluster meet them.

use super::gap::AskedAt;
use super::shadow::Answered;
use super::survey::Survey;
use super::target::{Answer, Copy, Nowhere, Route, Share, Site, Target};
use super::{clash, condition, share};
use crate::model::condition::ProxyMatch;
use crate::model::service::AcrossClusters;
use crate::model::{
    Answer as Meant, ClusterId, Destination, Mirror, Pick, Port, RemoteNames, RouteKind, Rule, Service,
};
use crate::plan::class::Class;
use crate::plan::distance::{self, Servers};
use crate::plan::visibility::View;
use crate::plan::way::discovery;
use crate::source::{At, Place};

/// What callers in a class of clusters get from a service, port by port. A port that no rule speaks of is left
/// alone: local where the service runs, else any version that can be reached.
pub fn routes<'m>(
    view: &View<'m>,
    service: &'m Service,
    class: &Class,
    survey: &mut Survey<'m>,
) -> Vec<Route<'m>> {
    let mut routes = Vec::new();
    let mut untouched = Vec::new();
    for port in &service.ports {
        let path = Path { view, service, class, port };
        let Some(kind) = port.protocol.route() else {
            path.datagrams(survey);
            continue;
        };
        let mut ruled = false;
        let before = routes.len();
        let mut answered = Answered::default();
        let mut for_some_workloads = true;
        for (index, rule) in service.rules.iter().enumerate().filter(|(_, rule)| rule.speaks.fits(kind)) {
            let Some(conditions) = condition::left(rule, class.id, port, kind) else { continue };
            ruled = true;
            if let Some(earlier) = answered.by(index, &conditions) {
                survey.hidden(index, earlier);
                continue;
            }
            survey.reached(index);
            for_some_workloads &=
                !conditions.is_empty() && conditions.iter().all(|words| words.chooses_workloads());
            routes.extend(path.possible(path.route((index, rule), conditions, survey), survey));
        }
        survey.clashes.extend(clash::clashes(routes.get(before..).unwrap_or_default()));
        if ruled {
            if !answered.all() {
                survey.gap(path.gap(kind, for_some_workloads), port, class);
            }
        } else if let Some(serving) = path.unruled() {
            routes.extend(path.possible(path.any(&serving, survey), survey));
        } else if discovery::left_alone(view, service, class.id) {
            path.unruled_port(survey);
        } else if service.runs.contains_key(&class.id) {
            untouched.extend(service.crosses(port).then(|| path.local()));
        } else if !service.runs.is_empty() {
            routes.extend(path.possible(path.left_alone(survey), survey));
        }
    }
    let crosses =
        || routes.iter().flat_map(Route::targets).any(|target| target.site != Site::Cluster(class.id));
    let alone = || view.visible(service, Pick::Any, class.id) == [class.id];
    if view.remote_names == RemoteNames::Shared && crosses() || !untouched.is_empty() && !alone() {
        // A plain name leads to the callers' own cluster by itself, unless control planes see more than that. The
        // shared name obeys the same rules and leads everywhere.
        routes.extend(untouched);
        routes.sort_by_key(|route| route.port.number);
    }
    routes
}

/// The route of a port that is left alone, to what runs in the callers' own cluster.
pub fn local<'m>(view: &View<'m>, service: &'m Service, class: &Class, port: &'m Port) -> Route<'m> {
    Path { view, service, class, port }.local()
}

/// What requests from outside get from a service at a gateway in a cluster: the rules that do not choose
/// workloads, on one port. Left alone is what no rule is for.
pub fn from_outside<'m>(
    view: &View<'m>,
    service: &'m Service,
    class: &Class,
    survey: &mut Survey<'m>,
) -> Vec<Route<'m>> {
    let Some(port) = service.ingress_port() else { return Vec::new() };
    let path = Path { view, service, class, port };
    let mut routes = Vec::new();
    let rules = service.rules.iter().enumerate().filter(|(_, rule)| rule.speaks.fits(RouteKind::Http));
    for (index, rule) in rules {
        let Some(mut conditions) = condition::left(rule, class.id, port, RouteKind::Http) else { continue };
        let everything = conditions.is_empty();
        conditions.retain(|words| !words.chooses_workloads());
        if conditions.is_empty() && !everything {
            continue;
        }
        survey.reached(index);
        routes.extend(path.possible(path.route((index, rule), conditions, survey), survey));
        if everything {
            return routes;
        }
    }
    if routes.is_empty() {
        routes.extend(path.possible(path.left_alone(survey), survey));
    }
    routes
}

/// From callers of one class to one port of one service.
#[derive(Clone, Copy)]
pub(super) struct Path<'p, 'm> {
    pub(super) view: &'p View<'m>,
    pub(super) service: &'m Service,
    pub(super) class: &'p Class,
    pub(super) port: &'m Port,
}

impl<'m> Path<'_, 'm> {
    fn route(
        self,
        (index, rule): (usize, &'m Rule),
        conditions: Vec<&'m ProxyMatch>,
        survey: &mut Survey<'m>,
    ) -> Route<'m> {
        let answer = match &rule.answer {
            Meant::To(destinations) => {
                let shares = merged(destinations.iter().flat_map(|to| self.shares(to, survey)).collect());
                if let Some(owner) = &rule.owner {
                    survey.turned(owner, shares.len());
                }
                Answer::Split(shares)
            }
            Meant::Redirect(redirect) => Answer::Redirect(redirect),
            Meant::DirectResponse(response) => Answer::DirectResponse(response),
        };
        let mut copies: Vec<_> = rule.mirrors.iter().flat_map(|mirror| self.copies(mirror, survey)).collect();
        copies.sort_by_key(|copy| copy.target);
        Route { rule: Some(rule), index, port: self.port, conditions, answer, copies }
    }

    fn left_alone(self, survey: &mut Survey<'m>) -> Route<'m> {
        let serving = self.serving(self.service, Pick::Any, None, self.service.place, survey);
        self.without_rule(split(self.all_here(), &serving))
    }

    /// Who serves a port that no rule is for, where that is not simply the caller's own cluster, or all that
    /// control planes show: clusters share it or stand in for each other, as `acrossClusters` says; or some of
    /// those that are shown are drained.
    fn unruled(self) -> Option<Servers> {
        let Self { view, service, class, port: _ } = self;
        let serving = match service.across_clusters {
            AcrossClusters::Spread | AcrossClusters::Failover => {
                distance::serving(view, service, Pick::Any, None, class.id)
            }
            AcrossClusters::Local if discovery::left_alone(view, service, class.id) => {
                let all = distance::all(view, service, class.id);
                Some(all).filter(|all| !all.drained.is_empty())?
            }
            AcrossClusters::Local => return None,
        };
        // Nobody else is seen, or nobody who is asked.
        let alone = !discovery::left_alone(view, service, class.id)
            || view.visible(service, Pick::Any, class.id) == [class.id];
        let own = alone && serving.clusters.iter().all(|(cluster, _)| *cluster == class.id);
        (!own || serving.clusters.is_empty()).then_some(serving)
    }

    /// A route as of the rule `any`.
    fn any(self, serving: &Servers, survey: &mut Survey<'m>) -> Route<'m> {
        let (service, place) = (self.service, self.service.place);
        let asked = AskedAt { service, pick: Pick::Any, place, named: false };
        survey.served(asked, self.class, serving);
        self.without_rule(split(self.all_here(), serving))
    }

    fn local(self) -> Route<'m> {
        self.without_rule(vec![self.all_here()])
    }

    fn all_here(self) -> Share<'m> {
        let target = Target { service: self.service.id, pick: Pick::Any, site: Site::Cluster(self.class.id) };
        Share { target, port: self.port.number, weight: 100, headers: None }
    }

    fn without_rule(self, shares: Vec<Share<'m>>) -> Route<'m> {
        Route {
            rule: None,
            index: 0,
            port: self.port,
            conditions: Vec::new(),
            answer: Answer::Split(shares),
            copies: Vec::new(),
        }
    }

    fn shares(self, to: &'m Destination, survey: &mut Survey<'m>) -> Vec<Share<'m>> {
        let Some(service) = self.view.service(to.service) else { return Vec::new() };
        let Some(port) = self.port_of(service, to, survey) else { return Vec::new() };
        let serving = self.serving(service, to.pick, to.cluster, to.place, survey);
        let target = Target { service: to.service, pick: to.pick, site: Site::Cluster(self.class.id) };
        let shares = split(Share { target, port, weight: to.weight, headers: to.headers.as_ref() }, &serving);
        if to.weight > 0 {
            let idle = shares.iter().filter(|share| share.weight == 0).map(|share| share.target.site);
            idle.for_each(|site| match site {
                Site::Cluster(cluster) => survey.idle(to, cluster),
                Site::Nearest | Site::Nowhere(_) => {}
            });
        }
        shares
    }

    fn copies(self, mirror: &'m Mirror, survey: &mut Survey<'m>) -> Vec<Copy> {
        let serving = self.serving(self.service, mirror.pick, mirror.cluster, mirror.percent.place, survey);
        let total: f64 = serving.clusters.iter().map(|(_, size)| f64::from(*size)).sum();
        let part = |size: u32| rounded(mirror.percent.value * f64::from(size) / total);
        let copy = |site: Site, percent: f64| Copy {
            target: Target { service: self.service.id, pick: mirror.pick, site },
            port: self.port.number,
            percent: At::new(percent, mirror.percent.place),
        };
        if serving.failover {
            return vec![copy(Site::Nearest, mirror.percent.value)];
        }
        serving.clusters.into_iter().map(|(cluster, size)| copy(Site::Cluster(cluster), part(size))).collect()
    }

    fn serving(
        self,
        service: &'m Service,
        pick: Pick,
        wanted: Option<ClusterId>,
        place: Place,
        survey: &mut Survey<'m>,
    ) -> Servers {
        let serving = distance::serving(self.view, service, pick, wanted, self.class.id);
        let asked = AskedAt { service, pick, place, named: wanted.is_some() };
        survey.served(asked, self.class, &serving);
        serving
    }

    /// The port a share goes to: the one written, the one called, or its like at another service.
    fn port_of(self, service: &Service, to: &'m Destination, survey: &mut Survey<'m>) -> Option<u16> {
        if let Some(port) = to.port {
            return Some(port);
        }
        if to.service == self.service.id {
            return Some(self.port.number);
        }
        let like = |alike: &dyn Fn(&&Port) -> bool| service.ports.iter().find(alike).map(|port| port.number);
        let only =
            if service.ports.len() == 1 { service.ports.first().map(|port| port.number) } else { None };
        let port = only
            .or_else(|| like(&|port| port.number == self.port.number))
            .or_else(|| like(&|port| port.name == self.port.name));
        if port.is_none() {
            survey.portless(to);
        }
        port
    }
}

/// A percentage in ten thousandths: Envoy counts requests by the million.
fn rounded(percent: f64) -> f64 {
    (percent * 10_000.0).round() / 10_000.0
}

/// Splits a whole share among the clusters that serve it, unless each stands in for the others.
fn split<'m>(whole: Share<'m>, serving: &Servers) -> Vec<Share<'m>> {
    let whole_at = |site: Site| vec![Share { target: Target { site, ..whole.target }, ..whole }];
    if serving.failover {
        return whole_at(Site::Nearest);
    }
    if serving.clusters.is_empty() {
        return whole_at(Site::Nowhere(nowhere(serving)));
    }
    let sizes: Vec<_> = serving.clusters.iter().map(|(_, size)| *size).collect();
    let part = |((cluster, _), weight): (&(ClusterId, u32), u32)| {
        let target = Target { site: Site::Cluster(*cluster), ..whole.target };
        Share { target, weight, ..whole }
    };
    serving.clusters.iter().zip(share::split(whole.weight, &sizes)).map(part).collect()
}

/// Why nobody serves.
fn nowhere(serving: &Servers) -> Nowhere {
    match (serving.drained.is_empty(), serving.closed.is_empty()) {
        (false, _) => Nowhere::Drained,
        (true, false) => Nowhere::Closed,
        (true, true) => Nowhere::Absent,
    }
}

/// In order of service, version, cluster; what comes out equal is added up.
fn merged(mut shares: Vec<Share<'_>>) -> Vec<Share<'_>> {
    shares.sort_by_key(|share| (share.target, share.port));
    let mut sum: Vec<Share<'_>> = Vec::with_capacity(shares.len());
    for share in shares {
        let same = |kept: &&mut Share<'_>| {
            kept.target == share.target && kept.port == share.port && kept.headers == share.headers
        };
        match sum.iter_mut().rev().find(same) {
            Some(kept) => kept.weight += share.weight,
            None => sum.push(share),
        }
    }
    sum
}
