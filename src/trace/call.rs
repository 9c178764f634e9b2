//! The caller's sidecar: from a name to a destination.
//!
//! Enters: a request. Leaves: its shares, each on the way to a host, subset and port; or ended, where no destination is
//! meant. Refuses to know: who answers for a host.

use super::condition::{self, Asker};
use super::feature;
use super::object::Object;
use super::object::virtual_service::{
    Destination, HttpRedirect, HttpRoute, RouteDestination, VirtualServiceSpec,
};
use super::proxy::{Proxy, Role};
use super::registry::{Backing, List, Registry, Service};
use super::report::{DeadEnd, End};
use super::request::{Caller, Speaks};
use super::upstream::Target;
use super::walk::{Flow, Walk};
use crate::diagnostic::nearest;

/// Where redirects lead if they do not say how.
const MOVED: u16 = 301;

impl<'a> Walk<'_, 'a> {
    /// The request leaves its workload.
    pub(super) fn call(&mut self, registry: &Registry<'a>) {
        let (request, flow) = (self.request, Flow::whole());
        self.set_aside(registry);
        let namespace = &request.caller.namespace;
        let cluster = &registry.cluster.name;
        let called = registry.called(&request.host, namespace);
        let Some((service, port)) =
            called.and_then(|service| service.port(request.port).map(|port| (service, port)))
        else {
            return match (registry.beside(&request.host, namespace, request.port), called) {
                (Some(routes), _) => {
                    let host = &request.host;
                    self.note(format!(
                        "only {} knows `{host}`: nothing here gives it an address",
                        routes.place
                    ));
                    self.route(registry, None, &[routes], flow);
                }
                (None, Some(service)) => self.portless(registry, service, flow),
                (None, None) => self.stranger(registry, flow),
            };
        };
        let what = format!("`{}` is {}{}", request.host, service.host, whereabouts(registry, service));
        let flow = flow.step(cluster, what, service.place.cloned());
        if let Some(sidecar) = registry.hidden(&request.caller, service, port.number) {
            let what = format!("{} does not tell of {}", sidecar.place, service.host);
            let flow = flow.step(cluster, what, Some(sidecar.place.clone()));
            return self.past(registry, flow);
        }
        let list = port.list.obeyed(&request.speaks);
        let passed_by = |flow: Flow, what: &str| {
            let (number, host) = (port.number, &service.host);
            let what = format!(
                "port {number} of {host} speaks HTTP: {what} is passed on to its address, past all rules and without the mesh's TLS"
            );
            flow.step(cluster, what, None)
        };
        match (&request.speaks, list) {
            (Speaks::Tls { .. }, List::Http) => self.end(passed_by(flow, "TLS"), End::Passthrough),
            (Speaks::Bytes, List::Http) => self.end(passed_by(flow, "anything else"), End::Passthrough),
            (Speaks::Http, List::Http) => {
                let all = registry.obeyed(&request.caller, service, port.number);
                self.route(registry, Some(service), &all, flow);
            }
            (_, _) => self.route_connection(registry, service, list, flow),
        }
    }

    /// A name that has other ports.
    fn portless(&mut self, registry: &Registry<'a>, service: &Service<'a>, flow: Flow) {
        let ports: Vec<_> = service.ports.iter().map(|port| port.number.to_string()).collect();
        let (host, port) = (&service.host, self.request.port);
        let what = format!("`{host}` has no port {port}; it has {}", ports.join(" and "));
        self.past(registry, flow.step(&registry.cluster.name, what, service.place.cloned()));
    }

    /// A name that the mesh does not know.
    fn stranger(&mut self, registry: &Registry<'a>, flow: Flow) {
        let request = self.request;
        let Caller { cluster, namespace, .. } = &request.caller;
        let known: Vec<&Service<'_>> = registry.services(namespace).collect();
        let plain = |service: &&Service<'a>| service.host.split('.').next().unwrap_or_default().to_owned();
        let elsewhere = known.iter().find(|service| {
            plain(service) == request.host && service.namespace != namespace && !service.is_external()
        });
        let cure = if let Some(service) = elsewhere {
            let (name, home) = (&request.host, service.namespace);
            let caller = format!("`--from {cluster}/{home}` asks for a caller there");
            format!(" in the namespace {namespace}; did you mean `{name}.{home}`? {caller}")
        } else {
            let own = known.iter().filter(|service| service.namespace == namespace).map(plain);
            let others = known.iter().filter(|service| !service.is_external());
            let others = others.map(|service| format!("{}.{}", plain(service), service.namespace));
            let hosts = known.iter().map(|service| service.host.clone());
            let names: Vec<String> =
                own.chain(others).chain(hosts).filter(|name| *name != request.host).collect();
            let near = nearest(&request.host, names.iter().map(String::as_str));
            near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
        };
        let what = format!("no Service and no ServiceEntry here gives the name `{}`{cure}", request.host);
        self.past(registry, flow.step(&registry.cluster.name, what, None));
    }

    /// The caller's proxy knows nothing of the address: on to it, past the mesh, unless a `Sidecar` lets nobody out.
    fn past(&mut self, registry: &Registry<'a>, flow: Flow) {
        let Caller { namespace, labels, .. } = &self.request.caller;
        match registry.sidecar_of(namespace, labels).filter(|sidecar| sidecar.spec.lets_nobody_out()) {
            Some(sidecar) => {
                let why = format!("{} lets out what it tells of alone", sidecar.place);
                let flow = flow.step(&registry.cluster.name, why.clone(), Some(sidecar.place.clone()));
                self.dead(flow, DeadEnd::BlackHole, why);
            }
            None => self.end(flow, End::Passthrough),
        }
    }

    /// No rule is for this caller: straight to the service.
    pub(super) fn unrouted(&mut self, registry: &Registry<'a>, service: &Service<'a>, flow: Flow) {
        let flow = flow.step(&registry.cluster.name, "no route is for this caller and port", None);
        let target = Target { host: service.host.clone(), subset: None, port: self.request.port };
        self.forward(registry, &self.sidecar(registry), flow, &target);
    }

    /// The first route that holds answers. Istio gives the proxy only routes that are for it: a `VirtualService` without any counts as
    /// if it were not there.
    fn route(
        &mut self,
        registry: &Registry<'a>,
        service: Option<&Service<'a>>,
        all: &[&'a Object<VirtualServiceSpec>],
        flow: Flow,
    ) {
        let proxy = self.sidecar(registry);
        let asker = Asker { proxy: &proxy, gateway: None, port: self.request.port };
        let is_for_caller = |routes: &&&'a Object<VirtualServiceSpec>| {
            let home = &routes.place.namespace;
            routes.spec.http.iter().any(|route| condition::of_route(route, asker, home).is_some())
        };
        for passed in all.iter().take_while(|routes| !is_for_caller(routes)) {
            self.unfollowed(&passed.place, &passed.spec.unfollowed);
        }
        match (all.iter().find(is_for_caller), service) {
            (Some(routes), _) => self.first(registry, routes, asker, flow),
            (None, Some(service)) => self.unrouted(registry, service, flow),
            (None, None) => self.stranger(registry, flow),
        }
    }

    /// The first route that holds, of one object.
    fn first(
        &mut self,
        registry: &Registry<'a>,
        routes: &'a Object<VirtualServiceSpec>,
        asker: Asker<'_>,
        flow: Flow,
    ) {
        let request = self.request;
        self.unfollowed(&routes.place, &routes.spec.unfollowed);
        for (index, route) in routes.spec.http.iter().enumerate() {
            let Some(conditions) = condition::of_route(route, asker, &routes.place.namespace) else {
                continue;
            };
            for condition in &conditions {
                self.unfollowed(&routes.route_place(index), &condition.unfollowed);
            }
            let holds = |condition: &_| condition::holds(condition, request, registry.cluster.release);
            if route.matches.is_empty() || conditions.into_iter().any(holds) {
                let place = routes.route_place(index);
                self.unfollowed(&place, &route.unfollowed);
                let (what, index) = match route.rule {
                    Some((rule, all)) => (format!("{place}, rule {} of {all}", rule + 1), rule),
                    None => (
                        format!("{}, route {} of {}", routes.place, index + 1, routes.spec.http.len()),
                        index,
                    ),
                };
                let flow = flow.route(&registry.cluster.name, what, place, index);
                return self.answer(registry, asker.proxy, routes, route, flow);
            }
        }
        let part = if routes.spec.attached.is_some() { "rule" } else { "route" };
        let why = format!("no {part} of {} matches: 404", routes.place);
        let flow = flow.step(&registry.cluster.name, why.clone(), Some(routes.place.clone()));
        self.dead(flow, DeadEnd::NoRoute, why);
    }

    /// What a route answers.
    pub(super) fn answer(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        routes: &Object<VirtualServiceSpec>,
        route: &HttpRoute,
        flow: Flow,
    ) {
        let home = &route.home.as_ref().unwrap_or(&routes.place).namespace;
        for words in feature::of_route(route) {
            self.feature(words);
        }
        if let Some(HttpRedirect { uri, authority, redirect_code }) = &route.redirect {
            let (host, path) = (authority.as_deref().unwrap_or_default(), uri.as_deref().unwrap_or_default());
            let flow = flow.step(&registry.cluster.name, format!("redirected to {host}{path}"), None);
            return self.end(flow, End::Redirect { code: redirect_code.unwrap_or(MOVED) });
        }
        if let Some(response) = &route.direct_response {
            return self.end(flow, End::Direct { status: response.status });
        }
        for (to, percent) in feature::copies(route) {
            self.copy(registry, proxy, home, to, percent);
        }
        for RouteDestination { destination, weight: _, headers, unfollowed } in &route.route {
            self.unfollowed(&routes.place, unfollowed);
            let target = target(registry, home, destination, self.request.port, knows_all(proxy));
            for words in headers.iter().flat_map(feature::of_headers) {
                self.feature(format!("[{}] {words}", target.cluster_name()));
            }
        }
        self.divide(registry, proxy, (home, knows_all(proxy)), &route.route, &flow);
    }

    /// To each destination its share.
    pub(super) fn divide(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        (home, knows_all): (&str, bool),
        shares: &[RouteDestination],
        flow: &Flow,
    ) {
        let sum: u32 = shares.iter().filter_map(|to| to.weight).fold(0, u32::saturating_add);
        for RouteDestination { destination, weight, headers: _, unfollowed: _ } in shares {
            let share = match (weight, shares.len()) {
                (_, 1) => 1.0,
                (Some(weight), _) if *weight > 0 => f64::from(*weight) / f64::from(sum),
                (Some(_) | None, _) => continue,
            };
            let target = target(registry, home, destination, self.request.port, knows_all);
            self.forward(registry, proxy, flow.part(share), &target);
        }
    }

    /// Copies go their own way; only where they end is told.
    fn copy(&mut self, registry: &Registry<'a>, proxy: &Proxy, home: &str, to: &Destination, percent: f64) {
        let target = target(registry, home, to, self.request.port, knows_all(proxy));
        self.feature(format!("mirror {} {}", target.cluster_name(), feature::fraction(percent)));
        let mut walk = Walk::new(self.tracer, self.request);
        walk.forward(registry, proxy, Flow::whole(), &target);
        self.unreadable = self.unreadable.take().or(walk.unreadable);
        for (place, share) in walk.trace.places(self.request.app()) {
            self.feature(format!("mirror reaches {place} {}%", feature::number(share)));
        }
    }

    fn feature(&mut self, words: String) {
        if !self.trace.features.contains(&words) {
            self.trace.features.push(words);
        }
    }

    pub(super) fn sidecar(&self, registry: &Registry<'_>) -> Proxy {
        Proxy::sidecar(registry.cluster, &self.request.caller)
    }
}

/// Where a Service is that the caller's cluster has not got: Kubernetes gives no name to it there.
fn whereabouts(registry: &Registry<'_>, service: &Service<'_>) -> String {
    match &service.backing {
        Backing::Pods(shards) if service.place.is_none() => {
            let is_here = shards.iter().any(|shard| shard.cluster.name == registry.cluster.name);
            let names: Vec<_> = shards.iter().map(|shard| shard.cluster.name.as_str()).collect();
            if is_here { String::new() } else { format!(", a Service of {} alone", names.join(" and ")) }
        }
        Backing::Pods(_) | Backing::Entry(..) => String::new(),
    }
}

/// Whether a proxy that routes requests is told of destinations with the ports of all services: a sidecar is told of those with the
/// port that is called. Source: `buildSidecarOutboundHTTPRouteConfig` in Istio's `pilot/pkg/networking/core/httproute.go`.
fn knows_all(proxy: &Proxy) -> bool {
    proxy.role != Role::Sidecar
}

/// What a route means: names are those of its own namespace, and the port is the one called, unless it says otherwise
/// or the service is known to have only one.
pub(super) fn target(
    registry: &Registry<'_>,
    home: &str,
    to: &Destination,
    called: u16,
    knows_all: bool,
) -> Target {
    let home = to.namespace.as_deref().unwrap_or(home);
    let host = registry.full(&to.host, home);
    let only = || match registry.service(&host, home)?.ports.as_slice() {
        [port] if knows_all => Some(port.number),
        _ => None,
    };
    let port = to.port.map(|port| port.number).or_else(only).unwrap_or(called);
    Target { host, subset: to.subset.clone(), port }
}
