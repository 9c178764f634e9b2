//! `VirtualService`s that do not act, or act otherwise than they say.
//!
//! Enters: what a control plane knows. Leaves: findings. Refuses to know: who answers; destinations are asked for elsewhere.

use super::{spot, would_know};
use crate::diagnostic::{Code, Finding, nearest};
use crate::trace::object::Object;
use crate::trace::object::virtual_service::{HttpRoute, VirtualServiceSpec};
use crate::trace::registry::{List, Registry};
use crate::trace::world::World;

/// For how many names the nearest is looked for: that takes time.
const GUESSES: usize = 100;

/// Looked up as Istio does.
pub(super) fn findings(world: &World, registry: &Registry<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for routes in registry.objects.virtual_services.iter().filter(|routes| is_of_mesh(&routes.spec)) {
        if is_nobodys(registry, routes) {
            if findings.len() < GUESSES {
                findings.push(nobodys(world, registry, routes));
            }
            continue;
        }
        let older = overruled(registry, routes);
        let acts = older.is_none();
        findings.extend(older.map(|older| second(older, routes)));
        if acts {
            findings.extend(
                routes
                    .spec
                    .http
                    .iter()
                    .enumerate()
                    .filter_map(|(index, route)| unweighed(routes, index, route)),
            );
            findings.extend(other_port(registry, routes));
        }
    }
    for (place, name) in &registry.objects.missing_delegates {
        let mut finding = Finding::new(
            Code::MG0733,
            format!("a route of {} in {} stands in the VirtualService `{name}`, which is not there", spot::name(place), place.cluster),
        )
        .help("the route is as if it were not written, and the next one answers: apply the delegate, or take the route out");
        finding.spots.push(spot::of(
            place,
            format!("delegate `{name}`: not there, or not exported to {}", place.namespace),
        ));
        findings.push(finding);
    }
    findings
}

/// Whether sidecars obey it.
fn is_of_mesh(spec: &VirtualServiceSpec) -> bool {
    spec.gateways.is_empty() || spec.gateways.iter().any(|gateway| gateway == "mesh")
}

/// Whether nobody has any of its names, so that the mesh drops it. One that is for a gateway as well acts there.
fn is_nobodys(registry: &Registry<'_>, routes: &Object<VirtualServiceSpec>) -> bool {
    let is_of_gateway = routes.spec.gateways.iter().any(|gateway| gateway != "mesh");
    let hosts = || routes.spec.hosts.iter().map(|host| registry.full(host, &routes.place.namespace));
    // Some releases drop names in capitals, others do not.
    let is_known = |host: &String| registry.is_known(host) || registry.is_known(&host.to_ascii_lowercase());
    !is_of_gateway && !hosts().any(|host| is_known(&host)) && hosts().all(|host| would_know(registry, &host))
}

fn nobodys(world: &World, registry: &Registry<'_>, routes: &Object<VirtualServiceSpec>) -> Finding {
    let cluster = &registry.cluster.name;
    let host = routes.spec.hosts.first().map_or("", String::as_str);
    let (help, text) = meant(world, registry, host, &routes.place.namespace);
    let message =
        format!("{} in {cluster} is for `{host}`, a name that nobody has there", spot::name(&routes.place));
    let mut finding = Finding::new(Code::MG0731, message).help(help);
    finding.spots.push(spot::of(&routes.place, text));
    finding
}

/// What a name that nobody has was perhaps to be, and why it is not.
pub(super) fn meant(world: &World, registry: &Registry<'_>, host: &str, home: &str) -> (String, String) {
    let domain = &registry.control_plane.domain;
    let full = registry.full(host, home);
    let completed = format!("{}.svc.{domain}", host.trim_end_matches(".svc"));
    if host.contains('.') && registry.is_known(&completed) {
        return (
            format!("write the full name: `{completed}`"),
            "this form is completed by nobody".to_owned(),
        );
    }
    let mut elsewhere = registry.hosts_of_pods().filter(|known| known.split('.').next() == Some(host));
    if let Some(other) = elsewhere.next() {
        return (format!("write the full name: `{other}`"), format!("a name without dots means `{full}`"));
    }
    let far = world.clusters.iter().find(|cluster| {
        cluster.name != registry.cluster.name
            && cluster.services.iter().any(|service| cluster.host(service) == full)
    });
    if let Some(far) = far {
        let help = format!(
            "a Service of that name, without selector, makes it known in {}; or let the rule be for the remote name that callers dial",
            registry.cluster.name
        );
        return (help, format!("only {} has `{full}`", far.name));
    }
    let names: Vec<&str> = registry.hosts().collect();
    match nearest(&full, names) {
        Some(near) => (format!("did you mean `{near}`?"), format!("it means `{full}`")),
        None => (
            "delete it, or apply the Service or ServiceEntry that it is for".to_owned(),
            format!("it means `{full}`"),
        ),
    }
}

/// The older one for a name, whose rules alone count.
fn overruled<'a>(
    registry: &Registry<'a>,
    routes: &Object<VirtualServiceSpec>,
) -> Option<&'a Object<VirtualServiceSpec>> {
    let home = &routes.place.namespace;
    let all_overruled: Option<Vec<_>> = routes
        .spec
        .hosts
        .iter()
        .map(|host| registry.full(host, home))
        .map(|host| {
            registry
                .rivals(&host)
                .find(|other| other.spec.export_to == routes.spec.export_to && is_of_mesh(&other.spec))
                .filter(|first| first.place != routes.place)
        })
        .collect();
    all_overruled?.into_iter().next()
}

fn second(older: &Object<VirtualServiceSpec>, routes: &Object<VirtualServiceSpec>) -> Finding {
    let host = routes.spec.hosts.first().map_or("", String::as_str);
    let message = format!(
        "{} in {} does nothing: another one is for `{host}`, and rules alone",
        spot::name(&routes.place),
        routes.place.cluster
    );
    let why = match (&older.since, &routes.since) {
        (Some(since), Some(_)) if older.since != routes.since => format!("it is older: {since}"),
        (None, None) => {
            "it comes first by name; the older rules, and the dumps do not say which is".to_owned()
        }
        (_, _) => "it comes first: by age, then by name".to_owned(),
    };
    let mut finding = Finding::new(Code::MG0730, message)
        .help("Istio merges no rules of two VirtualServices for the mesh: write them into one, and delete the other");
    finding.spots.push(spot::of(&routes.place, "never read for this host"));
    finding.spots.push(spot::of(&older.place, why));
    finding
}

/// A destination without weight beside others that have one.
fn unweighed(routes: &Object<VirtualServiceSpec>, index: usize, route: &HttpRoute) -> Option<Finding> {
    let is_weighed = route.route.len() > 1
        && route.route.iter().any(|share| share.weight.is_some_and(|weight| weight > 0));
    let without = route.route.iter().find(|share| is_weighed && share.weight.is_none())?;
    let subset =
        without.destination.subset.as_ref().map(|subset| format!(", subset {subset}")).unwrap_or_default();
    let place = route.home.as_ref().unwrap_or(&routes.place);
    let message = format!(
        "a destination without weight gets nothing: `{}`{subset}, in route {} of {} in {}",
        without.destination.host,
        index + 1,
        spot::name(place),
        place.cluster
    );
    let mut finding = Finding::new(Code::MG0737, message).help("give it a weight, or take it out");
    finding.spots.push(spot::of(place, "beside weights, none counts as 0"));
    Some(finding)
}

/// A route that leads requests to every port to one of them.
fn other_port(registry: &Registry<'_>, routes: &Object<VirtualServiceSpec>) -> Option<Finding> {
    let home = &routes.place.namespace;
    let service =
        routes.spec.hosts.iter().find_map(|host| registry.service(&registry.full(host, home), home))?;
    let ports: Vec<u16> =
        service.ports.iter().filter(|port| port.list == List::Http).map(|port| port.number).collect();
    if ports.len() < 2 {
        return None;
    }
    let (index, number) = routes.spec.http.iter().enumerate().find_map(|(index, route)| {
        let takes_all = route.matches.is_empty() || route.matches.iter().any(|some| some.port.is_none());
        let own = |host: &str| registry.full(host, home) == service.host;
        let fixed = route
            .route
            .iter()
            .filter(|share| own(&share.destination.host))
            .find_map(|share| share.destination.port);
        fixed.filter(|_| takes_all).map(|port| (index, port.number))
    })?;
    let other = ports.iter().find(|port| **port != number)?;
    let message = format!(
        "requests to port {other} of `{}` end on port {number}, by {} in {}",
        service.host,
        spot::name(&routes.place),
        routes.place.cluster
    );
    let mut finding = Finding::new(Code::MG0738, message).help(format!(
        "leave out the destination's port: each keeps its own; or give the route `match: [{{port: {number}}}]`"
    ));
    finding.spots.push(spot::of(
        &routes.place,
        format!("route {} names port {number}, and asks for no port", index + 1),
    ));
    Some(finding)
}
