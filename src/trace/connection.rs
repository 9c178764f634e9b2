//! The caller's sidecar, for what is no request: a connection goes by the name that it asks for in TLS, or by its ends.
//!
//! Enters: a connection to a port of a service that has routes. Leaves: its shares, each on the way to a host, subset and
//! port. Refuses to know: who answers for a host, and what the connection carries.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::call::target;
use super::condition::Asker;
use super::object::Object;
use super::object::virtual_service::{
    L4Match, RouteDestination, TcpRoute, TlsMatch, TlsRoute, VirtualServiceSpec,
};
use super::proxy::Proxy;
use super::registry::{List, Registry, Service};
use super::report::{DeadEnd, End};
use super::request::{Request, Speaks};
use super::walk::{Flow, Walk};

impl<'a> Walk<'_, 'a> {
    /// Follows the list of routes that the port obeys.
    pub(super) fn route_connection(
        &mut self,
        registry: &Registry<'a>,
        service: &Service<'a>,
        list: List,
        routes: &'a Object<VirtualServiceSpec>,
        flow: Flow,
    ) {
        self.unfollowed(&routes.place, &routes.spec.unfollowed);
        match list {
            List::Tls => self.by_name(registry, service, routes, flow),
            List::Tcp | List::Http => self.by_ends(registry, service, routes, flow),
        }
    }

    /// The first route that is for the two ends.
    fn by_ends(
        &mut self,
        registry: &Registry<'a>,
        service: &Service<'a>,
        routes: &'a Object<VirtualServiceSpec>,
        flow: Flow,
    ) {
        let proxy = self.sidecar(registry);
        let mut found = None;
        for (index, TcpRoute { matches, route, unfollowed }) in routes.spec.tcp.iter().enumerate() {
            for ends in matches {
                self.assume(&routes.place.to_string(), ends, &proxy);
            }
            if matches.is_empty() || matches.iter().any(|ends| is_for(ends, self.request, &proxy)) {
                self.unfollowed(&routes.place, unfollowed);
                found = Some((index, route));
                break;
            }
        }
        match found {
            Some((index, route)) => {
                let what = format!("{}, TCP route {} of {}", routes.place, index + 1, routes.spec.tcp.len());
                let flow = flow.step(&registry.cluster.name, what, Some(routes.place.clone()));
                self.divide(registry, routes, route, &flow);
            }
            None => self.unrouted(registry, service, flow),
        }
    }

    /// The route of the name that is asked for: Envoy prefers the full name, then the longest wildcard; of several for one
    /// name Istio keeps the first.
    fn by_name(
        &mut self,
        registry: &Registry<'a>,
        service: &Service<'a>,
        routes: &'a Object<VirtualServiceSpec>,
        flow: Flow,
    ) {
        let proxy = self.sidecar(registry);
        let mut by_name: BTreeMap<&str, (usize, &TlsMatch)> = BTreeMap::new();
        for (index, TlsRoute { matches, route: _, unfollowed: _ }) in routes.spec.tls.iter().enumerate() {
            for words in matches {
                self.assume(&routes.place.to_string(), &words.ends, &proxy);
                if !is_for(&words.ends, self.request, &proxy) {
                    continue;
                }
                for name in &words.sni_hosts {
                    let (_, first) = by_name.entry(name).or_insert((index, words));
                    if first.sni_hosts != words.sni_hosts {
                        let why = format!("{} has two lists with `{name}`", routes.place);
                        return self.dead(flow, DeadEnd::ListenerRejected, why);
                    }
                }
            }
        }
        if by_name.is_empty() {
            return self.unrouted(registry, service, flow);
        }
        let asked = match &self.request.speaks {
            Speaks::Tls { sni } => sni.to_ascii_lowercase(),
            Speaks::Http | Speaks::Bytes => String::new(),
        };
        let is_asked = |name: &&&str| {
            name.strip_prefix('*').map_or(**name == asked, |end| !asked.is_empty() && asked.ends_with(end))
        };
        let best = by_name.keys().filter(is_asked).max_by_key(|name| (!name.starts_with('*'), name.len()));
        let found = best.and_then(|name| by_name.get(name));
        let found = found.and_then(|(index, _)| Some((index, routes.spec.tls.get(*index)?)));
        let Some((index, TlsRoute { matches: _, route, unfollowed })) = found else {
            let what = format!("no route of {} is for the SNI `{asked}`", routes.place);
            let flow = flow.step(&registry.cluster.name, what, Some(routes.place.clone()));
            return self.end(flow, End::Passthrough);
        };
        self.unfollowed(&routes.place, unfollowed);
        let what = format!("{}, TLS route {} of {}", routes.place, index + 1, routes.spec.tls.len());
        let flow = flow.step(&registry.cluster.name, what, Some(routes.place.clone()));
        self.divide(registry, routes, route, &flow);
    }

    fn divide(
        &mut self,
        registry: &Registry<'a>,
        routes: &Object<VirtualServiceSpec>,
        shares: &[RouteDestination],
        flow: &Flow,
    ) {
        let sum: u32 = shares.iter().filter_map(|share| share.weight).sum();
        for RouteDestination { destination, weight } in shares {
            let share = match (weight, shares.len()) {
                (_, 1) => 1.0,
                (Some(weight), _) if *weight > 0 => f64::from(*weight) / f64::from(sum),
                (Some(_) | None, _) => continue,
            };
            let target = target(registry, routes, destination, self.request.port);
            self.forward(registry, &self.sidecar(registry), flow.part(share), &target);
        }
    }

    /// Which address a name stands for is not known here, unless the request says.
    fn assume(&mut self, object: &str, ends: &L4Match, proxy: &Proxy) {
        let unknown = !ends.destination_subnets.is_empty() && self.request.address.is_none();
        if unknown && is_for_caller(ends, self.request, proxy) {
            self.note(format!("which address is dialled is not known; networks in {object} are passed by"));
        }
    }
}

/// Whether the control plane gives a route to the caller's proxy, and the address that is dialled is meant.
fn is_for(ends: &L4Match, request: &Request, proxy: &Proxy) -> bool {
    let holds = |network: &String| {
        let network = network.parse::<IpNet>().or_else(|_| network.parse::<IpAddr>().map(IpNet::from));
        network.is_ok_and(|network| request.address.is_some_and(|address| network.contains(&address)))
    };
    is_for_caller(ends, request, proxy)
        && (ends.destination_subnets.is_empty() || ends.destination_subnets.iter().any(holds))
}

fn is_for_caller(ends: &L4Match, request: &Request, proxy: &Proxy) -> bool {
    let L4Match { destination_subnets: _, port, source_labels, source_namespace, gateways } = ends;
    let asker = Asker { proxy, gateway: None, port: request.port };
    port.is_none_or(|wanted| wanted == asker.port)
        && asker.fits(source_labels, source_namespace.as_deref())
        && (gateways.is_empty() || gateways.iter().any(|name| asker.is(name, "")))
}
