//! The caller's sidecar, for what is no request: a connection goes by the name that it asks for in TLS, or by its ends.
//!
//! Enters: a connection to a port of a service that has routes. Leaves: its shares, each on the way to a host, subset and
//! port. Refuses to know: who answers for a host, and what the connection carries.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::condition::Asker;
use super::object::Object;
use super::object::virtual_service::{ConnectionMatch, ConnectionRoute, VirtualServiceSpec};
use super::proxy::Proxy;
use super::registry::{List, Registry, Service};
use super::report::{DeadEnd, End};
use super::request::{Request, Speaks};
use super::walk::{Flow, Walk};

impl<'a> Walk<'_, 'a> {
    /// Follows the list of routes that the port obeys, of the first object that has any for it.
    pub(super) fn route_connection(
        &mut self,
        registry: &Registry<'a>,
        service: &Service<'a>,
        list: List,
        flow: Flow,
    ) {
        let mut left = Some(flow);
        for routes in registry.obeyed(&self.request.caller, service, self.request.port) {
            let Some(flow) = left.take() else { return };
            self.unfollowed(&routes.place, &routes.spec.unfollowed);
            left = match list {
                List::Tls => self.by_name(registry, routes, flow),
                List::Tcp | List::Http | List::Either => self.by_ends(registry, routes, flow),
            };
        }
        if let Some(flow) = left {
            self.unrouted(registry, service, flow);
        }
    }

    /// The first route that is for the two ends; what is left if none is.
    fn by_ends(
        &mut self,
        registry: &Registry<'a>,
        routes: &'a Object<VirtualServiceSpec>,
        flow: Flow,
    ) -> Option<Flow> {
        let proxy = self.sidecar(registry);
        for (index, route) in routes.spec.tcp.iter().enumerate() {
            for ends in &route.matches {
                self.assume(&routes.place.to_string(), ends, &proxy);
            }
            let is_meant = |ends| is_for(ends, self.request, &proxy);
            if route.matches.is_empty() || route.matches.iter().any(is_meant) {
                let what = format!("{}, TCP route {} of {}", routes.place, index + 1, routes.spec.tcp.len());
                self.obey(registry, &proxy, routes, route, flow, what);
                return None;
            }
        }
        Some(flow)
    }

    /// The route of the name that is asked for: Envoy prefers the full name, then the longest wildcard; of several for one
    /// name Istio keeps the first. What is left where no route is for the caller.
    fn by_name(
        &mut self,
        registry: &Registry<'a>,
        routes: &'a Object<VirtualServiceSpec>,
        flow: Flow,
    ) -> Option<Flow> {
        let proxy = self.sidecar(registry);
        let mut by_name: BTreeMap<String, (usize, &ConnectionMatch)> = BTreeMap::new();
        for (index, route) in routes.spec.tls.iter().enumerate() {
            for words in &route.matches {
                self.assume(&routes.place.to_string(), words, &proxy);
                if !is_for(words, self.request, &proxy) {
                    continue;
                }
                for name in &words.sni_hosts {
                    let is_made = routes.spec.attached.is_some();
                    let full = if is_made { registry.with_domain(name) } else { name.clone() };
                    let (_, first) = by_name.entry(full).or_insert((index, words));
                    if first.sni_hosts != words.sni_hosts {
                        let why = format!("{} has two lists with `{name}`", routes.place);
                        self.dead(flow, DeadEnd::ListenerRejected, why);
                        return None;
                    }
                }
            }
        }
        if by_name.is_empty() {
            return Some(flow);
        }
        let asked = match &self.request.speaks {
            Speaks::Tls { sni } => sni.to_ascii_lowercase(),
            Speaks::Http | Speaks::Bytes => String::new(),
        };
        let is_asked = |name: &&String| {
            name.strip_prefix('*').map_or(**name == asked, |end| !asked.is_empty() && asked.ends_with(end))
        };
        let best = by_name.keys().filter(is_asked).max_by_key(|name| (!name.starts_with('*'), name.len()));
        let found = best.and_then(|name| by_name.get(name));
        let found = found.and_then(|(index, _)| Some((index, routes.spec.tls.get(*index)?)));
        let Some((index, route)) = found else {
            let what = format!("no route of {} is for the SNI `{asked}`", routes.place);
            let flow = flow.step(&registry.cluster.name, what, Some(routes.place.clone()));
            self.end(flow, End::Passthrough);
            return None;
        };
        let what = format!("{}, TLS route {} of {}", routes.place, index + 1, routes.spec.tls.len());
        self.obey(registry, &proxy, routes, route, flow, what);
        None
    }

    /// A route answers.
    fn obey(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        routes: &Object<VirtualServiceSpec>,
        route: &ConnectionRoute,
        flow: Flow,
        what: String,
    ) {
        self.unfollowed(&routes.place, &route.unfollowed);
        let flow = flow.step(&registry.cluster.name, what, Some(routes.place.clone()));
        self.divide(registry, proxy, (&routes.place.namespace, true), &route.route, &flow);
    }

    /// Which address a name stands for is not known here, unless the request says.
    fn assume(&mut self, object: &str, ends: &ConnectionMatch, proxy: &Proxy) {
        let unknown = !ends.destination_subnets.is_empty() && self.request.address.is_none();
        if unknown && is_for_caller(ends, self.request, proxy) {
            self.note(format!("which address is dialled is not known; networks in {object} are passed by"));
        }
    }
}

/// Whether the control plane gives a route to the caller's proxy, and the address that is dialled is meant.
fn is_for(ends: &ConnectionMatch, request: &Request, proxy: &Proxy) -> bool {
    let holds = |network: &String| {
        let network = network.parse::<IpNet>().or_else(|_| network.parse::<IpAddr>().map(IpNet::from));
        network.is_ok_and(|network| request.address.is_some_and(|address| network.contains(&address)))
    };
    is_for_caller(ends, request, proxy)
        && (ends.destination_subnets.is_empty() || ends.destination_subnets.iter().any(holds))
}

fn is_for_caller(ends: &ConnectionMatch, request: &Request, proxy: &Proxy) -> bool {
    let ConnectionMatch {
        sni_hosts: _,
        destination_subnets: _,
        port,
        source_labels,
        source_namespace,
        gateways,
    } = ends;
    let asker = Asker { proxy, gateway: None, port: request.port };
    port.is_none_or(|wanted| wanted == asker.port)
        && asker.fits(source_labels, source_namespace.as_deref())
        && (gateways.is_empty() || gateways.iter().any(|name| asker.is(name, "")))
}
