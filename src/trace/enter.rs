//! The way into another cluster: its gateway, which routes by SNI alone.
//!
//! Enters: a connection to an address. Leaves: the share on its way inside the far cluster, or ended. Refuses to know:
//! what is inside the TLS.

use std::collections::{BTreeMap, BTreeSet};

use super::proxy::{Proxy, Role};
use super::registry::Registry;
use super::report::{DeadEnd, End};
use super::rewrite;
use super::server::{Opened, ServerKind, opened};
use super::upstream::{Pods, Target, Wrapping};
use super::walk::{Flow, Walk};
use super::world::Gateway;

impl<'a> Walk<'_, 'a> {
    /// A proxy opens a connection to an address.
    pub(super) fn connect(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        (address, port): (&str, u16),
        wrapping: &Wrapping,
    ) {
        let dialled = format!("{address}:{port}");
        let world = self.tracer.world;
        let by_address = world.gateway_at(address, &registry.cluster.name);
        let by_node = || world.gateway_behind(address, port);
        let found = by_address
            .map(|(cluster, gateway)| (cluster, gateway, gateway.ports.get(&port).copied()))
            .or_else(|| by_node().map(|(cluster, gateway, listens)| (cluster, gateway, Some(listens))));
        let Some((cluster, gateway, listens)) = found else {
            if let Some((cluster, namespace, workload)) = world.pod_at(address) {
                let what = format!("{address} is a pod of {} in {}", workload.name, cluster.name);
                let flow = flow.step(&registry.cluster.name, what, None);
                let pods = Pods { cluster, workload, namespace, port };
                return self.arrive(registry, proxy, flow, &pods, wrapping);
            }
            let flow = match world.clusters.iter().find(|cluster| cluster.has_gateway_at(address)) {
                Some(other) => {
                    let (own, other) = (&registry.cluster.name, &other.name);
                    let what = format!("{address} leads to the gateway of {other}, though not from {own}");
                    flow.step(own, what, None)
                }
                None => flow,
            };
            let mesh = *wrapping != Wrapping::Plaintext && *wrapping != Wrapping::OtherTls;
            if mesh && world.is_open {
                let what = format!("leaves these dumps at {dialled}");
                return self.end(flow, End::Unknown { what });
            }
            return self.end(flow, End::External { address: dialled, mesh });
        };
        let (sni, how) = match wrapping {
            Wrapping::Plaintext => ("", "in plaintext"),
            Wrapping::OtherTls => ("", "with TLS that is not the mesh's"),
            Wrapping::Mesh { sni, client: _ } => (sni.as_str(), "with the mesh's TLS"),
        };
        let what = format!("to the gateway of {}, {how}", cluster.name);
        let mut flow = flow.dial(&registry.cluster.name, what, &dialled, sni);
        if proxy.role == Role::Passing {
            let was_there =
                flow.passed.contains(&cluster.name) || self.request.caller.cluster == cluster.name;
            let reason = if was_there { DeadEnd::Loop } else { DeadEnd::Transit };
            let why =
                format!("the gateway of {} sends on to that of {}", registry.cluster.name, cluster.name);
            return self.dead(flow, reason, why);
        }
        let Some(listens) = listens else {
            let why = format!("the gateway of {} has no port {port}", cluster.name);
            return self.dead(flow, DeadEnd::GatewayPort, why);
        };
        let Some(far) = self.registry(&cluster.name) else { return };
        let kinds: Vec<ServerKind> = opened(far, gateway, listens).map(|opened| opened.kind).collect();
        let takes_http = |kind: &ServerKind| matches!(kind, ServerKind::Http { .. } | ServerKind::Unknown);
        if *wrapping == Wrapping::Plaintext && !kinds.is_empty() && kinds.iter().all(takes_http) {
            flow.passed.push(cluster.name.clone());
            return self.admit(far, gateway, (port, listens), flow);
        }
        if *wrapping == Wrapping::Plaintext {
            let why = format!("plaintext to the gateway of {}, which routes by SNI", cluster.name);
            return self.dead(flow, DeadEnd::PlaintextToGateway, why);
        }
        flow.passed.push(cluster.name.clone());
        if let Wrapping::Mesh { sni: _, client } = wrapping {
            flow.client.clone_from(client);
        }
        self.enter(far, gateway, listens, flow, sni);
    }

    /// A TLS connection arrives at a port of a gateway.
    fn enter(&mut self, far: &Registry<'a>, gateway: &'a Gateway, port: u16, flow: Flow, sni: &str) {
        let cluster = &far.cluster.name;
        self.set_aside(far);
        let chains = far.chains(gateway, port, || chains(far, gateway, port));
        let chains = match &*chains {
            Ok(chains) => chains,
            Err(twice) => {
                let why = format!("{twice} in {cluster}, and Envoy refuses the listener");
                return self.dead(flow, DeadEnd::ListenerRejected, why);
            }
        };
        let is_routed = || has_routes(far, gateway, port);
        let by_routes = || End::Unknown {
            what: format!(
                "the gateway of {cluster} ends TLS, or passes it on, by routes of its own: that is not followed"
            ),
        };
        if chains.is_empty() && is_routed() {
            return self.end(flow, by_routes());
        }
        if chains.is_empty() {
            let why = format!("nothing listens on port {port} of the gateway of {cluster}");
            return self.dead(flow, DeadEnd::NoListener, why);
        }
        let Some((target, opened)) = chains.get(&sni.to_ascii_lowercase()).or_else(|| {
            let taken_for = rewrite::replaced(far, gateway, port, sni)?;
            chains.get(&taken_for.to_ascii_lowercase()).filter(|(_, opened)| opened.opens(sni))
        }) else {
            if is_routed() {
                return self.end(flow, by_routes());
            }
            return self.dead(flow, DeadEnd::NoFilterChain, unknown_sni(far, sni));
        };
        if let (Some(place), Some(server)) = (opened.place, opened.server) {
            self.unfollowed(place, &server.unfollowed);
        }
        let what = match opened.place {
            Some(place) => place.to_string(),
            None => format!("the Gateway that exists already in {cluster}"),
        };
        let flow = flow.step(cluster, what, opened.place.cloned());
        self.forward(far, &Proxy::gateway(Role::Passing, far.cluster, gateway), flow, target);
    }
}

/// Whether a `VirtualService` is for one of the Gateway objects at a port.
fn has_routes<'a>(far: &Registry<'a>, gateway: &'a Gateway, port: u16) -> bool {
    let names: BTreeSet<String> = opened(far, gateway, port).map(|opened| opened.full_name()).collect();
    far.objects.virtual_services.iter().any(|routes| {
        let home = &routes.place.namespace;
        let full = |name: &String| if name.contains('/') { name.clone() } else { format!("{home}/{name}") };
        routes.spec.gateways.iter().any(|name| names.contains(&full(name)))
    })
}

/// What a gateway's port knows, by SNI in lower case; or why it would know one twice.
pub(super) type Chains<'a> = Result<BTreeMap<String, (Target, Opened<'a>)>, String>;

/// All of them.
///
/// A server that repeats a host of an earlier one is dropped as a whole. Source: `MergeGateways` in Istio's
/// `pilot/pkg/model/gateway.go`.
pub(super) fn chains<'a>(far: &Registry<'a>, gateway: &'a Gateway, port: u16) -> Chains<'a> {
    let mut known = BTreeMap::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for opened in opened(far, gateway, port) {
        let hosts: BTreeSet<&str> = opened.hosts().collect();
        if !hosts.is_disjoint(&taken) {
            continue;
        }
        if opened.kind != ServerKind::PassesOn {
            taken.extend(hosts);
            continue;
        }
        for target in targets(far, gateway, opened) {
            if known.insert(target.sni().to_ascii_lowercase(), (target.clone(), opened)).is_some() {
                return Err(format!("two Gateways open `{}`", target.host));
            }
        }
        taken.extend(hosts);
    }
    let own = known.clone();
    for (chain, said, place) in rewrite::further_snis(far, gateway, port) {
        let Some(found) = own.get(&chain.to_ascii_lowercase()) else { continue };
        if known.insert(said.to_ascii_lowercase(), found.clone()).is_some() {
            return Err(format!("{place} gives `{said}` a second filter chain"));
        }
    }
    Ok(known)
}

/// Every service, subset and port that a server is open for.
fn targets<'r, 'a: 'r>(
    far: &'r Registry<'a>,
    gateway: &'r Gateway,
    opened: Opened<'r>,
) -> impl Iterator<Item = Target> + use<'r, 'a> {
    let is_open = move |host: &str| opened.opens(host);
    let services = far.services(&gateway.namespace);
    services.filter(move |service| !service.is_external() && is_open(&service.host)).flat_map(
        move |service| {
            let rules = far.destination_rules(service, &gateway.namespace);
            let names: BTreeSet<&str> = rules
                .iter()
                .flat_map(|rule| rule.spec.subsets.iter().map(|subset| subset.name.as_str()))
                .collect();
            let subsets: Vec<Option<String>> =
                [None].into_iter().chain(names.into_iter().map(|name| Some(name.to_owned()))).collect();
            let of_port = move |port: u16| {
                let host = service.host.clone();
                let target = move |subset| Target { host: host.clone(), subset, port };
                subsets.clone().into_iter().map(target).collect::<Vec<_>>()
            };
            service.ports.iter().map(|port| port.number).flat_map(of_port).collect::<Vec<_>>()
        },
    )
}

/// What exactly the gateway does not know, as far as the SNI tells.
fn unknown_sni(far: &Registry<'_>, sni: &str) -> String {
    let cluster = &far.cluster.name;
    let unknown = format!("the gateway of {cluster} does not know the SNI `{sni}`");
    let parts = sni.strip_prefix("outbound_.").and_then(|rest| rest.split_once("_."));
    let Some((port, (subset, host))) =
        parts.and_then(|(port, rest)| rest.split_once("_.").map(|rest| (port, rest)))
    else {
        return unknown;
    };
    let Some(service) = far.services("istio-system").find(|service| service.host == host) else {
        return format!("{unknown}: no `{host}` there");
    };
    if !service.ports.iter().any(|known| known.number.to_string() == port) {
        return format!("{unknown}: `{host}` has no port {port} there");
    }
    if subset.is_empty() {
        return unknown;
    }
    format!("{unknown}: no subset `{subset}` for this host in {cluster}, or no Gateway that is open for it")
}
