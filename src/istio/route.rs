//! Routing: the rules of a service, for the callers of one cluster.

mod connection; // by SNI, or by address
mod names; // that callers ask for in TLS

use super::action::{self, Copies};
use super::condition;
use super::dialect::Dialect;
use super::mark::{export_to, list, object, suppress};
use super::object::{Object, Spec};
use super::release::Feature;
use super::virtual_service::{
    Destination, HttpMatchRequest, HttpRoute, PortSelector, RouteDestination, VirtualServiceSpec,
};
use super::{discovered, ingress};
use crate::bundle::Origin;
use crate::model::{RouteKind, Rule};
use crate::plan::{Answer, ClusterPlan, Copy, Found, Route, ServiceRoutes, Share, Target};
use crate::source::At;

pub(super) fn objects(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    let of_callers = plan.routes.iter().map(|routes| virtual_service(plan, routes, dialect));
    let mut objects: Vec<_> = of_callers.collect();
    objects.extend(plan.ingress.iter().map(|ingress| ingress::virtual_service(plan, ingress, dialect)));
    objects
}

/// The rule behind each route; the service itself behind one that no rule asked for.
pub(super) fn origins(plan: &ClusterPlan<'_>) -> Vec<Origin> {
    let of_service = |routes: &ServiceRoutes<'_>| {
        let service = routes.service;
        let http = routes.routes.iter().filter(|route| route.port.protocol.route() == Some(RouteKind::Http));
        let places = http.map(|route| route.rule.map_or(service.place, |rule| rule.place));
        let origin = |(route, place)| Origin {
            namespace: service.namespace.clone(),
            name: service.name.clone(),
            route,
            place,
        };
        places.enumerate().map(origin).collect::<Vec<_>>()
    };
    plan.routes.iter().flat_map(of_service).collect()
}

/// For sidecars only: any `gateways` entry, even `mesh`, makes istioctl suspect it of ingress.
fn virtual_service(plan: &ClusterPlan<'_>, routes: &ServiceRoutes<'_>, dialect: &mut Dialect<'_>) -> Object {
    let service = routes.service;
    let several = service.ports.len() > 1;
    let mut spec =
        VirtualServiceSpec { export_to: export_to(&routes.callers), ..VirtualServiceSpec::default() };
    let by_sni = routes.routes.iter().any(|route| route.port.protocol.route() == Some(RouteKind::Tls));
    let full = names::full(plan, routes);
    let every = if by_sni { names::every(plan, routes) } else { full.clone() };
    for route in &routes.routes {
        let port = if several { Some(route.port.number) } else { None };
        match route.port.protocol.route() {
            Some(RouteKind::Http) => spec.http.push(http_route(plan, route, port, dialect)),
            Some(RouteKind::Tls) => {
                spec.tls.push(connection::tls_route(plan, route, port, &every, dialect));
            }
            Some(RouteKind::Tcp) => spec.tcp.push(connection::tcp_route(plan, route, port, dialect)),
            None => {}
        }
    }
    names::tell_apart(&mut spec.tls);
    spec.hosts = names::hosts(every, &full, &spec.tls);
    let mut object =
        object(plan, &service.name, &service.namespace, why(plan, routes), Spec::VirtualService(spec));
    if by_sni {
        // istioctl takes the short name and the full one for two objects with one host.
        suppress(&mut object, "IST0109");
    }
    if names_subsets_elsewhere(plan, routes) || names_only_seen(plan, routes) {
        // istioctl takes a name outside Kubernetes' domain for one of the object's own namespace, and does not see
        // what the control plane sees of other clusters.
        suppress(&mut object, "IST0101");
    }
    object
}

/// Whether requests go to subsets of remote names in other namespaces.
fn names_subsets_elsewhere(plan: &ClusterPlan<'_>, routes: &ServiceRoutes<'_>) -> bool {
    let own = &routes.service.namespace;
    let elsewhere = |found: Found<'_>| {
        found.subset.is_some() && found.remote.is_some_and(|name| name.service.namespace != *own)
    };
    let mut targets = routes.routes.iter().flat_map(Route::targets);
    targets.any(|target| plan.find(target).is_some_and(elsewhere))
}

/// Whether requests go by plain names that only other clusters have.
fn names_only_seen(plan: &ClusterPlan<'_>, routes: &ServiceRoutes<'_>) -> bool {
    let targets = routes.routes.iter().flat_map(Route::targets);
    let seen = targets.filter(|target| !plan.discovered(*target).is_empty());
    let mut services = seen.filter_map(|target| plan.mesh.service(target.service));
    services.any(|service| discovered::is_unknown(plan, service))
}

fn why(plan: &ClusterPlan<'_>, routes: &ServiceRoutes<'_>) -> String {
    let service = routes.service;
    if routes.routes.iter().any(|route| route.rule.is_some()) {
        return format!("Sends requests of callers here to {service} where its routes say.");
    }
    let clusters = routes
        .routes
        .iter()
        .flat_map(Route::targets)
        .flat_map(|target| plan.clusters(target))
        .map(|cluster| cluster.name.as_str());
    format!("Sends requests of callers here to {service} on to {}; it does not run here.", list(clusters))
}

fn shares<'a, 'm>(answer: &'a Answer<'m>) -> &'a [Share<'m>] {
    match answer {
        Answer::Split(shares) => shares,
        Answer::Redirect(_) | Answer::DirectResponse(_) => &[],
    }
}

pub(super) fn http_route(
    plan: &ClusterPlan<'_>,
    route: &Route<'_>,
    port: Option<u16>,
    dialect: &mut Dialect<'_>,
) -> HttpRoute {
    let Route { rule, port: _, conditions, answer, copies } = route;
    let mut http = rule.map(|rule| said(rule, dialect)).unwrap_or_default();
    http.matches = conditions.iter().map(|words| condition::condition(words, port, dialect)).collect();
    if port.is_some() && conditions.is_empty() {
        http.matches.push(HttpMatchRequest { port, ..HttpMatchRequest::default() });
    }
    match answer {
        Answer::Split(shares) => http.route = split(plan, shares),
        Answer::Redirect(redirect) => http.redirect = Some(action::redirect(redirect, dialect)),
        Answer::DirectResponse(response) => http.direct_response = action::direct_response(response, dialect),
    }
    let copies: Vec<_> = copies.iter().filter_map(|copy| copied(plan, copy)).collect();
    action::mirrors(&mut http, &copies, dialect);
    http
}

/// What a rule says beside its conditions and its answer.
fn said(rule: &Rule, dialect: &mut Dialect<'_>) -> HttpRoute {
    let mut http = action::actions(&rule.actions, dialect);
    let name = rule.name.as_ref().filter(|name| dialect.can(Feature::RouteName, name.place));
    http.name = name.map(|name| name.value.clone());
    http
}

/// Weights are written where there is something to weigh: Istio to 1.14 demands that they add up to 100.
fn split(plan: &ClusterPlan<'_>, shares: &[Share<'_>]) -> Vec<RouteDestination> {
    let alone = shares.len() == 1;
    let share = |share: &Share<'_>| {
        Some(RouteDestination {
            destination: destination(plan, share.target, share.port)?,
            weight: if alone { None } else { Some(share.weight) },
            headers: share.headers.map(action::headers),
        })
    };
    shares.iter().filter_map(share).collect()
}

fn copied(plan: &ClusterPlan<'_>, copy: &Copy) -> Option<Copies> {
    let At { value, place } = copy.percent;
    Some(Copies { destination: destination(plan, copy.target, copy.port)?, percent: At::new(value, place) })
}

/// The port is always written: a service of several ports leaves Istio no other way to tell.
fn destination(plan: &ClusterPlan<'_>, target: Target, port: u16) -> Option<Destination> {
    let found = plan.find(target)?;
    let host = match found.remote {
        Some(name) => name.host.clone(),
        None => plan.mesh.service(target.service)?.plain_host(plan.cluster),
    };
    Some(Destination { host, subset: found.subset.map(str::to_owned), port: PortSelector { number: port } })
}
