//! `Sidecars` that hide a name from those who have rules for it.
//!
//! Enters: what a control plane knows. Leaves: findings. Refuses to know: who calls, where nobody has rules.

use std::collections::BTreeSet;

use super::enumerate::entry_crosses;
use super::spot;
use crate::diagnostic::{Code, Finding};
use crate::trace::object::ObjectPlace;
use crate::trace::registry::Registry;
use crate::trace::request::Caller;
use crate::trace::world::World;

/// Looked up as Istio does. What is for its own Services is for callers elsewhere, too, and is let alone.
pub(super) fn findings(world: &World, registry: &Registry<'_>) -> Vec<Finding> {
    if registry.control_plane.name != registry.cluster.name || registry.objects.sidecars.is_empty() {
        return Vec::new();
    }
    let objects = registry.objects;
    let routes = objects.virtual_services.iter().filter(|routes| {
        let gateways = &routes.spec.gateways;
        gateways.is_empty() || gateways.iter().any(|gateway| gateway == "mesh")
    });
    let routes = routes.flat_map(|routes| routes.spec.hosts.iter().map(|host| (&routes.place, host)));
    let rules = objects.destination_rules.iter().map(|rule| (&rule.place, &rule.spec.host));
    let private = objects.service_entries.iter().filter(|entry| {
        let own = |to: &String| to == "." || *to == entry.place.namespace;
        !entry.spec.export_to.is_empty()
            && entry.spec.export_to.iter().all(own)
            && entry_crosses(world, registry, entry)
    });
    let private = private.flat_map(|entry| entry.spec.hosts.iter().map(|host| (&entry.place, host)));
    let mut said = BTreeSet::new();
    let mut findings = Vec::new();
    for (place, host) in private.chain(routes).chain(rules) {
        let namespace = place.namespace.as_str();
        let host = registry.full(host, namespace);
        let Some(service) = registry.service(&host, namespace) else { continue };
        if service.namespace == namespace && place.kind != "ServiceEntry" {
            continue;
        }
        let caller = Caller { namespace: namespace.to_owned(), ..Caller::default() };
        let hidden: Option<Vec<_>> =
            service.ports.iter().map(|port| registry.hidden(&caller, service, port.number)).collect();
        let Some(sidecar) = hidden.and_then(|hidden| hidden.first().copied()) else { continue };
        if said.insert((namespace.to_owned(), host.clone())) {
            findings.push(finding(registry, &sidecar.place, place, &host, service.namespace));
        }
    }
    findings
}

fn finding(
    registry: &Registry<'_>,
    sidecar: &ObjectPlace,
    place: &ObjectPlace,
    host: &str,
    home: &str,
) -> Finding {
    let cluster = &registry.cluster.name;
    let callers = &place.namespace;
    let message = format!(
        "{} in {cluster} hides `{host}` from callers in {callers}, who have rules for it",
        spot::name(sidecar)
    );
    let mut finding = Finding::new(Code::MG0741, message)
        .help(format!("add `{home}/{host}` to its `egress` hosts, or delete what is for the name"));
    finding
        .spots
        .push(spot::of(sidecar, "the name is not among its `egress` hosts: requests go past the mesh"));
    finding.spots.push(spot::of(place, format!("never counts in {callers}")));
    finding
}
