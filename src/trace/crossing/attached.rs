//! Routes of the Gateway API that do not act, or not alone.
//!
//! Enters: what a control plane knows. Leaves: findings. Refuses to know: who answers; destinations are asked for elsewhere.

use super::{spot, would_know};
use crate::diagnostic::{Code, Finding, Severity};
use crate::trace::object::Object;
use crate::trace::object::attached::spec::{ParentRef, RouteSpec};
use crate::trace::object::virtual_service::VirtualServiceSpec;
use crate::trace::registry::Registry;

/// Looked up as Istio does.
pub(super) fn findings(registry: &Registry<'_>) -> Vec<Finding> {
    if registry.control_plane.name != registry.cluster.name {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = registry
        .objects
        .routes
        .iter()
        .flat_map(|route| route.spec.parent_refs.iter().filter_map(|parent| nobodys(registry, route, parent)))
        .collect();
    findings.extend(registry.objects.refused.iter().filter(|(place, _)| place.kind.ends_with("Route")).map(
        |(place, why)| {
            let message = format!("Istio obeys nothing of {} in {}", spot::name(place), place.cluster);
            let mut finding = Finding::new(Code::MG0731, message)
                .help("callers are as if it were not there: take that out");
            finding.spots.push(spot::of(place, why.clone()));
            finding
        },
    ));
    findings.extend(
        registry.rivals_of_routes().map(|(host, route, routes)| second(registry, host, route, routes)),
    );
    findings
}

/// A parent that is nobody.
fn nobodys(registry: &Registry<'_>, route: &Object<RouteSpec>, parent: &ParentRef) -> Option<Finding> {
    let place = &route.place;
    let namespace = parent.namespace.as_deref().unwrap_or(&place.namespace);
    let cluster = &registry.cluster.name;
    let (text, help) = if parent.is_misspelt() {
        let group = if parent.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("Service")) {
            "{group: \"\", kind: Service"
        } else {
            "{group: networking.istio.io, kind: ServiceEntry"
        };
        (
            "without its group, or spelt otherwise, the kind is not that of a Service".to_owned(),
            format!("write `{group}, name: {}}}`", parent.name),
        )
    } else if !parent.is_of_mesh() {
        return None;
    } else if parent.is_entry() {
        let mut entries = registry.objects.service_entries.iter();
        if entries.any(|entry| entry.place.name == parent.name && entry.place.namespace == namespace) {
            return None;
        }
        let text = format!("there is no ServiceEntry {namespace}/{}", parent.name);
        (text, "apply the ServiceEntry, or delete the route".to_owned())
    } else {
        let full = registry.full(&parent.name, namespace);
        let mut own = registry.control_plane.services.iter();
        if own.any(|service| service.name == parent.name && service.namespace == namespace)
            || !would_know(registry, &full)
        {
            return None;
        }
        let text = format!("there is no Service {namespace}/{} in {cluster}", parent.name);
        let help = if registry.is_known(&full) {
            "a Service of that name, without selector, makes it a parent".to_owned()
        } else {
            "apply the Service, or delete the route".to_owned()
        };
        (text, help)
    };
    let message =
        format!("{} in {cluster} is for `{}`, which nobody is there", spot::name(place), parent.name);
    let mut finding = Finding::new(Code::MG0731, message).help(help);
    finding.spots.push(spot::of(place, text));
    Some(finding)
}

/// A route of the Gateway API beside a `VirtualService`.
fn second(
    registry: &Registry<'_>,
    host: &str,
    route: &Object<VirtualServiceSpec>,
    routes: &Object<VirtualServiceSpec>,
) -> Finding {
    let message = format!(
        "{} and {} in {} are both for `{host}`, and each rules alone",
        spot::name(&route.place),
        spot::name(&routes.place),
        registry.cluster.name
    );
    let mut finding = Finding::new(Code::MG0730, message)
        .help("write all rules into one of them, and delete the other")
        .weigh(Severity::Warning);
    let home = &route.place.namespace;
    let is_for_others = registry.namespaces_of(host).contains(&home.as_str());
    let first = match (is_for_others, registry.comes_before(route, routes)) {
        (false, _) => format!("callers in {home} obey it"),
        (true, true) => "all callers obey it: it is older".to_owned(),
        (true, false) => format!("callers in {home} obey it, and no others"),
    };
    finding.spots.push(spot::of(&route.place, first));
    let other = if is_for_others && registry.comes_before(route, routes) {
        "nobody obeys it"
    } else {
        "all other callers obey it"
    };
    finding.spots.push(spot::of(&routes.place, other));
    finding
}
