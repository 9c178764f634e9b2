//! That routes lead to what was promised, and stand on names that are there.

use std::collections::BTreeSet;

use super::broken::Broken;
use super::follow::{Scene, sees};
use super::index::Index;
use super::landing;
use super::listed::{List, Listed, Routes};
use crate::istio::kind::object::Metadata;
use crate::istio::kind::virtual_service::VirtualServiceSpec;
use crate::model::ClusterId;
use crate::model::service::{PlainNames, Port};
use crate::plan::{ClassPlan, Promise, Promises};

/// The ports of a name, each with the list of routes that it obeys.
struct Ports {
    lists: Vec<(u16, Option<List>)>,
    /// Nothing is behind the name but its routes.
    only_routed: bool,
}

/// Holds the routes of one class against what its callers were promised.
pub fn check(scene: &Scene<'_, '_>, plan: &ClassPlan<'_>, index: &Index<'_>, broken: &mut Broken) {
    let caller = plan.class.id;
    let plain = scene.plain_host(caller);
    let promised = plan.routes.is_some() && !plan.is_configured_elsewhere();
    let hosts = plan.remote.shared_host().into_iter().chain([plain.as_str()]);
    for host in hosts.filter(|_| promised) {
        if !index.routes.iter().any(|(_, spec, _)| spec.hosts.iter().any(|known| known == host)) {
            broken.say(caller, format!("no VirtualService for `{host}`"));
        }
    }
    for (metadata, spec, routes) in &index.routes {
        names(scene, plan, index, (metadata, spec), routes, broken);
        lead(caller, &plan.promises, metadata, spec, &routes.all, broken);
    }
    let led =
        || index.routes.iter().flat_map(|(_, _, routes)| &routes.all).flat_map(|route| &route.destinations);
    let destinations: BTreeSet<_> =
        led().map(|to| (to.host.as_str(), to.subset.as_deref(), to.port.number)).collect();
    let leads_to = |promise: &Promise<'_>, port: u16| {
        destinations.contains(&(&*promise.host, promise.subset.as_deref(), port))
    };
    for promise in plan.promises.iter().filter(|_| promised) {
        let lost = promise.ports.iter().filter(|port| !leads_to(promise, **port));
        lost.for_each(|port| {
            let named = landing::named(&promise.host, promise.subset.as_deref());
            broken.say(caller, format!("no route leads to {named} port {port}"));
        });
    }
    // Where no route says otherwise, far pods that join would answer. A service that nobody calls by its name, and
    // that only rules of others lead to, needs no routes.
    if plan.pool.is_some() && (plan.runs || plan.routes.is_some()) {
        let routed: BTreeSet<u16> = led().map(|to| to.port.number).collect();
        // What answers by itself leads to nobody.
        let is_answered = |port: &Port| {
            let list = List::of(port.protocol.istio());
            let mut here = index.routes.iter().flat_map(|(_, _, routes)| routes.on(port.number));
            here.any(|route| Some(route.list) == list && route.answers(port.number, &plain))
        };
        let left = plan.service.crossing_ports().filter(|port| !routed.contains(&port.number));
        for port in left.filter(|port| !is_answered(port)) {
            broken.say(caller, format!("no route for port {} of `{plain}`, which others join", port.number));
        }
    }
}

/// Whether destinations of routes are what was promised, and shares are whole.
pub fn lead(
    caller: ClusterId,
    promises: &Promises<'_>,
    metadata: &Metadata,
    spec: &VirtualServiceSpec,
    routes: &[Listed<'_>],
    broken: &mut Broken,
) {
    let by_name = promises.by_name();
    let hosts: BTreeSet<&str> = spec.hosts.iter().map(String::as_str).collect();
    for route in routes {
        for to in &route.destinations {
            let named = by_name.get(&(to.host.as_str(), to.subset.as_deref())).into_iter().flatten();
            let promise = named.copied().find(|promise| promise.ports.contains(&to.port.number));
            let Some(promise) = promise else {
                let named = landing::named(&to.host, to.subset.as_deref());
                let port = to.port.number;
                broken
                    .say(caller, format!("a route leads to {named} port {port}, which nobody was promised"));
                continue;
            };
            if spec.gateways.is_empty() && !sees(&namespaces(promise), &spec.export_to) {
                broken.say(caller, format!("callers of `{}` do not see its ServiceEntry", to.host));
            }
        }
        if let Some(sum) = route.wrong_sum() {
            broken.say(caller, format!("weights of `{}` add up to {sum}", metadata.name));
        }
        if let Some(what) = route.unnamed(&hosts) {
            broken.say(caller, format!("{what} of VirtualService `{}`", metadata.name));
        }
    }
}

fn namespaces(promise: &Promise<'_>) -> Vec<String> {
    promise.seen_by.listed().map(str::to_owned).collect()
}

/// Istio drops a VirtualService on a name that nothing has, without a word; and routes in the wrong list.
fn names(
    scene: &Scene<'_, '_>,
    plan: &ClassPlan<'_>,
    index: &Index<'_>,
    (metadata, spec): (&Metadata, &VirtualServiceSpec),
    routes: &Routes<'_>,
    broken: &mut Broken,
) {
    let caller = plan.class.id;
    let asked: BTreeSet<&str> = routes.all.iter().flat_map(Listed::names).collect();
    for host in &spec.hosts {
        let is_own = scene.is_plain_host(host, caller) || plan.remote.shared_host() == Some(host);
        let Some(Ports { lists, only_routed }) = ports(scene, plan, index, host) else {
            // Names that are only asked for in TLS need no name of their own.
            if is_own || !asked.contains(host.as_str()) {
                broken.say(
                    caller,
                    format!("nothing has the name `{host}`, so its VirtualService does nothing"),
                );
            }
            continue;
        };
        if metadata.namespace != plan.service.namespace {
            broken.say(caller, format!("the VirtualService for `{host}` is in another namespace"));
        }
        let called = plan.routes.iter().filter(|_| is_own && !lists.is_empty());
        // What stays in its cluster has no port elsewhere.
        let is_far = plan.remote.shared_host() == Some(host);
        let called = called.flat_map(|routes| &routes.routes).map(|route| route.port);
        let called = called.filter(|port| !is_far || service_crosses(plan, port)).map(|port| port.number);
        let numbers: BTreeSet<u16> = lists.iter().map(|(number, _)| *number).collect();
        for port in called.filter(|port| !numbers.contains(port)) {
            broken.say(caller, format!("`{host}` has no port {port}"));
        }
        for (port, list) in lists {
            if let Some(wrong) = routes.on(port).find(|route| Some(route.list) != list) {
                broken.say(caller, format!("{} routes do nothing on port {port} of `{host}`", wrong.list));
            }
            if only_routed && !routes.on(port).any(|route| Some(route.list) == list) {
                broken.say(caller, format!("no route leads on from port {port} of `{host}`"));
            }
        }
    }
}

fn service_crosses(plan: &ClassPlan<'_>, port: &Port) -> bool {
    plan.service.crossing_ports().any(|known| known.number == port.number)
}

/// The ports of what has a name here.
fn ports(scene: &Scene<'_, '_>, plan: &ClassPlan<'_>, index: &Index<'_>, host: &str) -> Option<Ports> {
    let service = plan.service;
    let plain = scene.is_plain_host(host, plan.class.id);
    if plain && plan.runs {
        let lists = service.ports.iter().map(|port| (port.number, List::of(port.protocol.istio())));
        return Some(Ports { lists: lists.collect(), only_routed: false });
    }
    let entry = index.entries.get(host).into_iter().flatten().map(|(_, entry)| *entry);
    let made = plan.plain_name.as_ref().filter(|_| plain);
    if let Some(entry) = entry.clone().find(|entry| made.is_none() || entry.endpoints.is_empty()) {
        let lists = entry.ports.iter().map(|port| (port.number, List::of(port.protocol)));
        return Some(Ports { lists: lists.collect(), only_routed: entry.endpoints.is_empty() });
    }
    let made = made?;
    match made.made {
        PlainNames::None => Some(Ports { lists: Vec::new(), only_routed: false }),
        PlainNames::Entry => made.known.then(|| Ports { lists: Vec::new(), only_routed: false }),
        PlainNames::Service => {
            let (metadata, stand_in) = index.stand_in?;
            let named = metadata.name == service.name && metadata.namespace == service.namespace;
            let lists = stand_in.ports.iter().map(|port| (port.port, List::of_service_port(port)));
            named.then(|| Ports { lists: lists.collect(), only_routed: !made.known })
        }
    }
}
