//! Which names lead into other clusters, and which destinations have to be asked for.
//!
//! Enters: what a control plane knows. Leaves: questions, each a destination on one port, for callers of one namespace. Refuses to
//! know: who answers.

use super::SYSTEM;
use crate::trace::object::Object;
use crate::trace::object::service_entry::{Resolution, ServiceEntrySpec};
use crate::trace::object::virtual_service::{RouteDestination, VirtualServiceSpec};
use crate::trace::registry::{Backing, List, Port, Registry, Service};
use crate::trace::request::Caller;
use crate::trace::upstream::Target;
use crate::trace::world::World;

/// The port on which gateways pass TLS on.
pub(super) const PASSING: u16 = 15443;
/// How remote names end.
const REMOTE: [&str; 2] = [".global", ".clusterset.local"];

/// A destination that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Question<'a> {
    pub(super) cluster: String,
    /// Of the callers.
    pub(super) namespace: String,
    /// The name that is called.
    pub(super) host: String,
    /// The port that is called.
    pub(super) port: u16,
    pub(super) list: List,
    pub(super) target: Target,
    /// The routes that lead there, if any do, and which of them.
    pub(super) routes: Option<(&'a Object<VirtualServiceSpec>, usize)>,
    /// Whether the name is that of an entry that leads into another cluster.
    pub(super) crosses: bool,
}

/// Everything that callers of a cluster get by the rules there.
pub(super) fn questions<'a>(world: &World, registry: &Registry<'a>) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    for service in registry.all_services() {
        let crosses = crosses(world, registry, service);
        let has_routes = registry.has_routes(&service.host);
        let is_elsewhere = is_elsewhere(registry, service);
        let is_of_system = SYSTEM.contains(&service.namespace) && matches!(service.backing, Backing::Pods(_));
        if is_of_system || (!crosses && !has_routes && !is_elsewhere) {
            continue;
        }
        for namespace in namespaces(registry, service) {
            let seen = registry.service(&service.host, &namespace);
            if seen.is_none_or(|seen| seen.namespace != service.namespace) {
                continue;
            }
            let caller = Caller { namespace: namespace.clone(), ..Caller::default() };
            for port in &service.ports {
                if registry.hidden(&caller, service, port.number).is_some() {
                    continue;
                }
                let question = |target, routes| Question {
                    cluster: registry.cluster.name.clone(),
                    namespace: namespace.clone(),
                    host: service.host.clone(),
                    port: port.number,
                    list: port.list,
                    target,
                    routes,
                    crosses,
                };
                let led = registry
                    .obeyed(&caller, service, port.number)
                    .into_iter()
                    .map(|routes| (routes, destinations(registry, routes, port)))
                    .find(|(_, found)| !found.is_empty());
                if let Some((routes, found)) = led {
                    questions.extend(
                        found.into_iter().map(|(index, target)| question(target, Some((routes, index)))),
                    );
                } else if crosses || is_elsewhere {
                    let host = service.host.clone();
                    questions.push(question(Target { host, subset: None, port: port.number }, None));
                }
            }
        }
    }
    questions
}

/// Whether pods of other clusters answer for a name, or what is listed joins them.
fn is_elsewhere(registry: &Registry<'_>, service: &Service<'_>) -> bool {
    match &service.backing {
        Backing::Pods(shards) => {
            let own = &registry.cluster.name;
            shards.iter().any(|shard| {
                (shard.cluster.name != *own && !shard.service.workloads.is_empty())
                    || !shard.service.listed.is_empty()
            }) || registry.joins(&service.host)
        }
        Backing::Entry(..) => false,
    }
}

/// Whether a name is that of an entry that leads into another cluster.
pub(super) fn crosses<'a>(world: &World, registry: &Registry<'a>, service: &Service<'a>) -> bool {
    match &service.backing {
        Backing::Pods(_) => false,
        Backing::Entry(entry, others) => [*entry]
            .into_iter()
            .chain(others.iter().copied())
            .any(|entry| entry_crosses(world, registry, entry)),
    }
}

/// Whether an entry leads into another cluster.
pub(super) fn entry_crosses<'a>(
    world: &World,
    registry: &Registry<'a>,
    entry: &'a Object<ServiceEntrySpec>,
) -> bool {
    let spec = &entry.spec;
    let own = registry.cluster.network.as_deref();
    let is_far = |address: &str| {
        let mut clusters = world.clusters.iter().filter(|cluster| cluster.name != registry.cluster.name);
        clusters.any(|cluster| cluster.has_gateway_at(address) || cluster.has_node_at(address))
            || world.pod_at(address).is_some_and(|(cluster, _, _)| cluster.name != registry.cluster.name)
    };
    let is_remote = |host: &String| REMOTE.iter().any(|end| host.ends_with(end));
    let listed = registry.listed(entry);
    !listed.is_empty()
        && spec.resolution != Resolution::None
        && (spec.hosts.iter().any(is_remote)
            || listed.iter().any(|endpoint| {
                endpoint.ports.values().any(|port| *port == PASSING)
                    || endpoint
                        .network
                        .as_deref()
                        .is_some_and(|network| !network.is_empty() && Some(network) != own)
                    || is_far(&endpoint.address)
            }))
}

/// Callers to whom a name may mean different things: of the service's namespace, of those that have objects for the host, of one
/// that has none.
fn namespaces(registry: &Registry<'_>, service: &Service<'_>) -> Vec<String> {
    let mut namespaces = registry.namespaces_with_rules_for(&service.host);
    namespaces.insert(service.namespace.to_owned());
    namespaces.remove("istio-system");
    namespaces.extend(registry.outsider(&namespaces));
    namespaces.into_iter().collect()
}

/// Where the routes for a port lead, as far as requests come: what stands behind a route for all is never reached.
fn destinations(
    registry: &Registry<'_>,
    routes: &Object<VirtualServiceSpec>,
    port: &Port<'_>,
) -> Vec<(usize, Target)> {
    let spec = &routes.spec;
    let mut found: Vec<(usize, Target)> = Vec::new();
    let is_of_bytes = matches!(port.list, List::Tls | List::Tcp);
    let mut add = |index: usize, home: &str, shares: &[RouteDestination]| {
        for share in shares {
            let counts = shares.len() == 1 || share.weight.is_some_and(|weight| weight > 0);
            if counts {
                let target =
                    crate::trace::call::target(registry, home, &share.destination, port.number, is_of_bytes);
                if !found.iter().any(|(_, known)| *known == target) {
                    found.push((index, target));
                }
            }
        }
    };
    if matches!(port.list, List::Http | List::Either) {
        for (index, route) in spec.http.iter().enumerate() {
            let home = route.home.as_ref().map_or(&routes.place.namespace, |place| &place.namespace);
            let is_for = |wanted: Option<u16>| wanted.is_none_or(|wanted| wanted == port.number);
            let is_of_mesh =
                |gateways: &[String]| gateways.is_empty() || gateways.iter().any(|name| name == "mesh");
            let meant = route.matches.iter().any(|some| is_for(some.port) && is_of_mesh(&some.gateways));
            if route.matches.is_empty() || meant {
                add(index, home, &route.route);
            }
            if route.matches.is_empty() {
                break;
            }
        }
    }
    let connections = match port.list {
        List::Tls => &spec.tls,
        List::Tcp => &spec.tcp,
        List::Http | List::Either => return found,
    };
    for (index, route) in connections.iter().enumerate() {
        let meant = route.matches.iter().any(|some| some.port.is_none_or(|wanted| wanted == port.number));
        if route.matches.is_empty() || meant {
            add(index, &routes.place.namespace, &route.route);
        }
    }
    found
}
