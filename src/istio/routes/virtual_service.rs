//! Routing: the rules of a service, for the callers of one cluster.

use super::share::{destination, split};
use super::{connection, names, owner};
use crate::bundle::Origin;
use crate::istio::dialect::Dialect;
use crate::istio::kind::object::{Object, Spec};
use crate::istio::kind::virtual_service::{HttpMatchRequest, HttpRoute, VirtualServiceSpec};
use crate::istio::mark::{export_to, list, object, suppress};
use crate::istio::release::Feature;
use crate::istio::way::discovery;
use crate::istio::word::action::{self, Copies};
use crate::istio::word::condition;
use crate::model::{RouteKind, Rule};
use crate::plan::{Answer, ClassPlan, Copy, Promises, Route, ServiceRoutes, Way};
use crate::source::At;

/// The rule behind each route; the service itself behind one that no rule asked for.
pub fn origins(routes: &ServiceRoutes<'_>) -> Vec<Origin> {
    let service = routes.service;
    let http = routes.routes.iter().filter(|route| route.port.protocol.route() == Some(RouteKind::Http));
    let places = http.map(|route| route.rule.map_or(service.place, |rule| rule.place));
    let origin = |(route, place)| Origin {
        namespace: service.namespace.clone(),
        name: service.name.clone(),
        route,
        place,
    };
    places.enumerate().map(origin).collect()
}

/// For sidecars only: any `gateways` entry, even `mesh`, makes istioctl suspect it of ingress.
pub fn virtual_service(
    plan: &ClassPlan<'_>,
    routes: &ServiceRoutes<'_>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let (service, promises) = (routes.service, &plan.promises);
    let several = service.ports.len() > 1;
    let mut spec =
        VirtualServiceSpec { export_to: export_to(&routes.callers), ..VirtualServiceSpec::default() };
    let by_sni = routes.routes.iter().any(|route| route.port.protocol.route() == Some(RouteKind::Tls));
    let full = names::full(plan);
    let every = if by_sni { names::every(plan) } else { full.clone() };
    for route in &routes.routes {
        let port = if several { Some(route.port.number) } else { None };
        match route.port.protocol.route() {
            Some(RouteKind::Http) => spec.http.push(http_route(promises, route, port, dialect)),
            Some(RouteKind::Tls) => {
                spec.tls.push(connection::tls_route(promises, route, port, &every, dialect));
            }
            Some(RouteKind::Tcp) => spec.tcp.push(connection::tcp_route(promises, route, port, dialect)),
            None => {}
        }
    }
    names::tell_apart(&mut spec.tls);
    spec.hosts = names::hosts(every, &full, &spec.tls);
    let mut object = object(
        (plan.view, plan.cluster.release),
        &service.name,
        &service.namespace,
        why(plan, routes),
        Spec::VirtualService(spec),
    );
    owner::mark(&mut object, routes.routes.iter());
    if by_sni {
        // istioctl takes the short name and the full one for two objects with one host.
        suppress(&mut object, "IST0109");
    }
    if names_what_istioctl_misses(plan) {
        suppress(&mut object, "IST0101");
    }
    object
}

/// Whether requests go to subsets of remote names in other namespaces, or by plain names that only other clusters
/// have. istioctl takes a name outside Kubernetes' domain for one of the object's own namespace, and does not see
/// what the control plane sees of other clusters.
fn names_what_istioctl_misses(plan: &ClassPlan<'_>) -> bool {
    let elsewhere = |namespace: &str| namespace != plan.service.namespace;
    plan.promises.iter().any(|promise| match promise.way {
        Way::Sni | Way::Rewrite => promise.subset.is_some() && elsewhere(&promise.service.namespace),
        Way::Discovery => {
            promise.answers != [plan.class.id] && discovery::is_unknown_to(plan, promise.service)
        }
        Way::Local | Way::Merged => false,
    })
}

fn why(plan: &ClassPlan<'_>, routes: &ServiceRoutes<'_>) -> String {
    let service = routes.service;
    if routes.routes.iter().any(|route| route.rule.is_some()) {
        return format!("Sends requests of callers here to {service} where its routes say.");
    }
    let targets = routes.routes.iter().flat_map(Route::targets);
    let promised = targets.filter_map(|target| plan.promises.of(target));
    let clusters = promised.flat_map(|promise| promise.clusters(plan.view));
    let clusters: Vec<&str> = clusters.map(|cluster| cluster.name.as_str()).collect();
    let several = clusters.iter().any(|cluster| Some(cluster) != clusters.first());
    let clusters = list(clusters);
    if !plan.runs {
        format!("Sends requests of callers here to {service} on to {clusters}; it does not run here.")
    } else if several {
        format!("Shares requests of callers here to {service} among {clusters}, as `acrossClusters` says.")
    } else {
        format!("Keeps requests of callers here to {service} in {clusters}.")
    }
}

pub fn http_route(
    promises: &Promises<'_>,
    route: &Route<'_>,
    port: Option<u16>,
    dialect: &mut Dialect<'_>,
) -> HttpRoute {
    let Route { rule, index: _, port: _, conditions, answer, copies } = route;
    let mut http = rule.map(|rule| said(rule, dialect)).unwrap_or_default();
    http.matches = conditions.iter().map(|words| condition::condition(words, port, dialect)).collect();
    if port.is_some() && conditions.is_empty() {
        http.matches.push(HttpMatchRequest { port, ..HttpMatchRequest::default() });
    }
    match answer {
        Answer::Split(shares) => http.route = split(promises, shares),
        Answer::Redirect(redirect) => http.redirect = Some(action::redirect(redirect, dialect)),
        Answer::DirectResponse(response) => http.direct_response = action::direct_response(response, dialect),
    }
    let copies: Vec<_> = copies.iter().filter_map(|copy| copied(promises, copy)).collect();
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

fn copied(promises: &Promises<'_>, copy: &Copy) -> Option<Copies> {
    let At { value, place } = copy.percent;
    Some(Copies {
        destination: destination(promises, copy.target, copy.port)?,
        percent: At::new(value, place),
    })
}
