//! Requests from outside, at the gateway where they arrive.
//!
//! Enters: a request, and the gateway's workload. Leaves: its shares, each on the way to a destination; or ended. Refuses to
//! know: how it found the gateway, and certificates.
//!
//! Source: `buildGatewayHTTPRouteConfig` in Istio's `pilot/pkg/networking/core/gateway.go`.

use std::collections::BTreeSet;

use super::condition::{self, Asker};
use super::object::virtual_service::{HttpMatch, HttpRoute, VirtualServiceSpec};
use super::object::{Object, covers};
use super::proxy::{Proxy, Role};
use super::registry::Registry;
use super::report::{DeadEnd, End};
use super::request::Speaks;
use super::server::{Opened, ServerKind, opened};
use super::walk::{Flow, Walk};
use super::world::Gateway;
use crate::diagnostic::list;

/// How plain HTTP is sent to HTTPS.
const MOVED: u16 = 301;

/// A `VirtualService` that answers for a host at a server.
#[derive(Clone, Copy)]
struct Bound<'a> {
    routes: &'a Object<VirtualServiceSpec>,
    opened: Opened<'a>,
}

/// What a gateway has no answer to.
enum Unanswered {
    /// It has no routes.
    Everything,
    /// Its routes are for other hosts.
    Host,
}

/// One way of a `VirtualService` to take a request.
struct Entry<'a> {
    bound: Bound<'a>,
    index: usize,
    route: &'a HttpRoute,
    condition: Option<&'a HttpMatch>,
}

impl Entry<'_> {
    /// Whether it takes every request.
    fn takes_all(&self) -> bool {
        self.condition.is_none_or(condition::is_catch_all)
    }
}

impl<'a> Walk<'_, 'a> {
    /// The request arrives from outside.
    pub(super) fn let_in(&mut self, registry: &Registry<'a>, gateway: &'a Gateway) {
        let (request, cluster) = (self.request, &registry.cluster.name);
        self.set_aside(registry);
        let port = gateway.ports.get(&request.port).copied().unwrap_or(request.port);
        let what = format!("from outside, at port {} of the gateway {}", request.port, gateway.name);
        let flow = Flow::whole().step(cluster, what, None);
        self.admit(registry, gateway, (request.port, port), flow);
    }

    /// It is at a port of the gateway, which is another one to the workload.
    pub(super) fn admit(
        &mut self,
        registry: &Registry<'a>,
        gateway: &'a Gateway,
        (asked, port): (u16, u16),
        flow: Flow,
    ) {
        let (request, cluster) = (self.request, &registry.cluster.name);
        let all: Vec<_> = opened(registry, gateway, port).collect();
        if all.is_empty() {
            let why = format!(
                "nothing listens on port {asked} of {} in {cluster}; {}",
                gateway.name,
                listening(registry, gateway)
            );
            return self.dead(flow, DeadEnd::NoListener, why);
        }
        let servers = self.servers(&all);
        if servers.is_empty() {
            for opened in all.iter().filter(|opened| opened.kind == ServerKind::Other) {
                self.note(format!(
                    "Gateway {} passes TLS or connections on, which is not followed",
                    opened.full_name()
                ));
            }
            let what = match &request.speaks {
                Speaks::Http => "plain HTTP".to_owned(),
                Speaks::Tls { sni } => format!("TLS for `{sni}`"),
                Speaks::Bytes => "connections that are neither HTTP nor TLS".to_owned(),
            };
            let why = format!(
                "no server on port {asked} of {} in {cluster} takes {what}; {}",
                gateway.name,
                listening(registry, gateway)
            );
            return self.dead(flow, DeadEnd::NoFilterChain, why);
        }
        let proxy = Proxy::gateway(Role::Ingress, registry.cluster, gateway);
        let (domain, bound) = match answering(registry, &proxy, &servers, &request.host.to_ascii_lowercase())
        {
            Ok(found) => found,
            Err(Unanswered::Everything) => {
                let why = format!("no VirtualService is for {} in {cluster}: 404", gateway.name);
                return self.dead(flow, DeadEnd::NoRoute, why);
            }
            Err(Unanswered::Host) => {
                let (host, name) = (&request.host, &gateway.name);
                let why = format!("no route of {name} in {cluster} is for the host `{host}`: 404");
                return self.dead(flow, DeadEnd::NoVhost, why);
            }
        };
        let flow = bound.iter().take(1).fold(flow, |flow, Bound { routes: _, opened }| {
            let what = format!("Gateway {}, for {domain}", opened.full_name());
            flow.step(cluster, what, opened.place.cloned())
        });
        for Bound { routes, opened } in &bound {
            self.unfollowed(&routes.place, &routes.spec.unfollowed);
            match (opened.place, opened.server) {
                (Some(place), Some(server)) => self.unfollowed(place, &server.unfollowed),
                (Some(_) | None, _) => self.note(format!(
                    "Gateway {} exists already: it is taken for one that is open for every host",
                    opened.full_name()
                )),
            }
        }
        if bound.iter().any(|bound| bound.opened.kind == ServerKind::Http { redirects: true }) {
            return self
                .end(flow.step(cluster, "plain HTTP is sent to HTTPS", None), End::Redirect { code: MOVED });
        }
        self.take(registry, &proxy, flow, &bound);
    }

    /// The servers that take what is spoken; with TLS, the one whose host is nearest to the name that is asked for.
    fn servers(&self, all: &[Opened<'a>]) -> Vec<Opened<'a>> {
        let takes = |kind: ServerKind| match (&self.request.speaks, kind) {
            (Speaks::Http, ServerKind::Http { .. } | ServerKind::Unknown)
            | (Speaks::Tls { .. }, ServerKind::Https | ServerKind::Unknown) => true,
            (Speaks::Http | Speaks::Tls { .. } | Speaks::Bytes, _) => false,
        };
        let mut servers: Vec<_> = all.iter().filter(|opened| takes(opened.kind)).copied().collect();
        if let Speaks::Tls { sni } = &self.request.speaks {
            let sni = sni.to_ascii_lowercase();
            let nearness = |opened: &Opened<'a>| {
                let hosts = opened.hosts().map(|host| host.split_once('/').map_or(host, |(_, host)| host));
                hosts.filter(|host| covers(host, &sni)).map(nearness).max()
            };
            let best = servers.iter().filter_map(nearness).max();
            servers.retain(|opened| best.is_some() && nearness(opened) == best);
            servers.truncate(1);
        }
        servers
    }

    /// The first route that holds answers; those for every request come last, whoever says them.
    fn take(&mut self, registry: &Registry<'a>, proxy: &Proxy, flow: Flow, bound: &[Bound<'a>]) {
        let (request, cluster) = (self.request, &registry.cluster.name);
        let mut entries: Vec<Entry<'a>> = bound.iter().flat_map(|bound| entries(*bound, proxy)).collect();
        entries.sort_by_key(Entry::takes_all);
        for entry in &entries {
            if let Some(condition) = entry.condition {
                self.unfollowed(&entry.bound.routes.route_place(entry.index), &condition.unfollowed);
            }
        }
        let holds = |entry: &&Entry<'a>| {
            entry.condition.is_none_or(|said| condition::holds(said, request, registry.cluster.release))
        };
        let Some(Entry { bound: Bound { routes, opened: _ }, index, route, condition: _ }) =
            entries.iter().find(holds)
        else {
            let names: Vec<_> = bound.iter().map(|bound| bound.routes.place.to_string()).collect();
            let why = format!("no route of {} matches: 404", names.join(" and "));
            return self.dead(flow, DeadEnd::NoRoute, why);
        };
        let place = routes.route_place(*index);
        self.unfollowed(&place, &route.unfollowed);
        let what = format!("{}, route {} of {}", routes.place, index + 1, routes.spec.http.len());
        let flow = flow.route(cluster, what, place, *index);
        self.answer(registry, proxy, routes, route, flow);
    }
}

/// The `VirtualService`s whose host, or a server's where that is narrower, is nearest to the one that is asked for.
fn answering<'a>(
    registry: &Registry<'a>,
    proxy: &Proxy,
    servers: &[Opened<'a>],
    host: &str,
) -> Result<(String, Vec<Bound<'a>>), Unanswered> {
    let mut known: Vec<(String, Bound<'a>)> = Vec::new();
    for opened in servers {
        let name = opened.full_name();
        let asker = Asker { proxy, gateway: Some(&name), port: opened.port };
        for routes in registry.routes_for(&proxy.namespace) {
            let (home, bound) = (&routes.place.namespace, Bound { routes, opened: *opened });
            // Where no route is for the gateway, it is not told of the hosts either.
            if !routes.spec.gateways.iter().any(|gateway| asker.is(gateway, home))
                || entries(bound, proxy).is_empty()
            {
                continue;
            }
            for said in routes.spec.hosts.iter().map(|said| registry.full(said, home)) {
                let narrower = opened.hosts_for(home).filter_map(|open| narrower(&said, open));
                known.extend(narrower.map(|domain| (domain.to_owned(), bound)));
            }
        }
    }
    if known.is_empty() {
        return Err(Unanswered::Everything);
    }
    let best =
        known.iter().filter(|(domain, _)| covers(domain, host)).max_by_key(|(domain, _)| nearness(domain));
    let domain = best.map(|(domain, _)| domain.clone()).ok_or(Unanswered::Host)?;
    let bound = known.into_iter().filter(|(known, _)| *known == domain).map(|(_, bound)| bound).collect();
    Ok((domain, bound))
}

/// What a gateway takes, by the ports that are asked for: `it takes HTTPS on port 443 for shop.example.com`.
fn listening<'a>(registry: &Registry<'a>, gateway: &'a Gateway) -> String {
    let ports: BTreeSet<u16> = gateway.ports.keys().copied().collect();
    let of_port = |port: &u16| {
        let behind = gateway.ports.get(port).copied().unwrap_or(*port);
        let servers: Vec<_> = opened(registry, gateway, behind).collect();
        let kinds: BTreeSet<&str> = servers.iter().map(|opened| opened.kind.word()).collect();
        let hosts: BTreeSet<&str> = servers.iter().flat_map(Opened::hosts).collect();
        let (kinds, hosts) = (kinds.into_iter().collect::<Vec<_>>(), hosts.into_iter().collect::<Vec<_>>());
        (!servers.is_empty()).then(|| format!("{} on port {port} for {}", kinds.join(" and "), list(&hosts)))
    };
    let taken: Vec<String> = ports.iter().filter_map(of_port).collect();
    if taken.is_empty() {
        "it takes nothing at all".to_owned()
    } else {
        format!("it takes {}", taken.join("; "))
    }
}

/// The narrower of two hosts, if one covers the other.
fn narrower<'h>(one: &'h str, other: &'h str) -> Option<&'h str> {
    if covers(other, one) { Some(one) } else { covers(one, other).then_some(other) }
}

/// Whole names before wildcards, longer ones before shorter.
fn nearness(domain: &str) -> (bool, usize) {
    (!domain.starts_with('*'), domain.len())
}

fn entries<'a>(bound: Bound<'a>, proxy: &Proxy) -> Vec<Entry<'a>> {
    let Bound { routes, opened } = bound;
    let name = opened.full_name();
    let asker = Asker { proxy, gateway: Some(&name), port: opened.port };
    let mut entries = Vec::new();
    for (index, route) in routes.spec.http.iter().enumerate() {
        let Some(conditions) = condition::of_route(route, asker, &routes.place.namespace) else { continue };
        let entry = |condition| Entry { bound, index, route, condition };
        let anything = route.matches.is_empty().then(|| entry(None));
        for entry in
            anything.into_iter().chain(conditions.into_iter().map(|condition| entry(Some(condition))))
        {
            entries.push(entry);
            // What comes behind is not written for the gateway.
            if entries.last().is_some_and(Entry::takes_all) {
                return entries;
            }
        }
    }
    entries
}
