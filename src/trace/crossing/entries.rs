//! Entries that lead into other clusters, and say too much or what nobody takes.
//!
//! Enters: what a control plane knows. Leaves: findings. Refuses to know: what becomes of requests.

use std::collections::BTreeMap;

use super::enumerate::entry_crosses;
use super::spot;
use crate::diagnostic::{Code, Finding};
use crate::trace::object::Object;
use crate::trace::object::service_entry::{Endpoint, ServiceEntrySpec};
use crate::trace::registry::Registry;
use crate::trace::world::World;

/// Looked up as Istio does.
pub(super) fn findings(world: &World, registry: &Registry<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = registry
        .objects
        .refused
        .iter()
        .filter_map(|(place, why)| {
            // What the API server has taken it cannot have refused: this comes from a manifest.
            let is_of_port = place.kind == "ServiceEntry" && why.starts_with("an endpoint has a port `");
            is_of_port.then(|| {
                let message = format!(
                    "{} for {} names a port of an endpoint that it has not",
                    spot::name(place),
                    place.cluster
                );
                let mut finding = Finding::new(Code::MG0722, message)
                    .help("the keys of `endpoints[].ports` are the names of the entry's own `ports`");
                finding.spots.push(spot::of(place, format!("the API server refuses it: {why}")));
                finding
            })
        })
        .collect();
    let mut by_host: BTreeMap<&String, Vec<&Object<ServiceEntrySpec>>> = BTreeMap::new();
    for entry in &registry.objects.service_entries {
        findings.extend(pods(world, registry, entry));
        for host in &entry.spec.hosts {
            by_host.entry(host).or_default().push(entry);
        }
    }
    for (host, entries) in by_host {
        let [first, others @ ..] = entries.as_slice() else { continue };
        let crossing = entries.iter().any(|entry| entry_crosses(world, registry, entry));
        // Entries that join the pods of a Service are several on purpose.
        let crossing = crossing && !registry.hosts_of_pods().any(|known| known == host);
        let other = others.iter().find(|other| crossing && overlaps(first, other));
        findings.extend(other.map(|other| second(registry, host, first, other)));
    }
    findings
}

/// An endpoint that is a pod's own address.
fn pods(world: &World, registry: &Registry<'_>, entry: &Object<ServiceEntrySpec>) -> Option<Finding> {
    let found = entry.spec.endpoints.iter().find_map(|endpoint| {
        let (cluster, namespace, pods) = world.pod_at(&endpoint.address)?;
        Some((endpoint, cluster, namespace, pods))
    });
    let (endpoint, cluster, namespace, pods) = found?;
    let host = entry.spec.hosts.first().map_or("", String::as_str);
    let message = format!("`{host}` in {} leads to the own address of a pod", registry.cluster.name);
    let mut finding = Finding::new(Code::MG0725, message)
        .help("it is gone with the pod: name the gateway of its cluster, or the Service");
    finding.spots.push(spot::of(&entry.place, format!("endpoint {}", endpoint.address)));
    finding.spots.push(crate::diagnostic::Spot {
        cluster: cluster.name.clone(),
        object: format!("Pod of {namespace}/{}", pods.name),
        text: String::new(),
    });
    Some(finding)
}

/// Whether two entries say different things of one port to one caller.
fn overlaps(one: &Object<ServiceEntrySpec>, other: &Object<ServiceEntrySpec>) -> bool {
    let port =
        one.spec.ports.iter().any(|port| other.spec.ports.iter().any(|known| known.number == port.number));
    let addresses = |entry: &Object<ServiceEntrySpec>| {
        let of =
            |endpoint: &Endpoint| (endpoint.address.clone(), endpoint.ports.clone(), endpoint.labels.clone());
        let mut all: Vec<_> = entry.spec.endpoints.iter().map(of).collect();
        all.sort();
        all
    };
    port && addresses(one) != addresses(other)
}

fn second(
    registry: &Registry<'_>,
    host: &str,
    one: &Object<ServiceEntrySpec>,
    other: &Object<ServiceEntrySpec>,
) -> Finding {
    let cluster = &registry.cluster.name;
    let (message, text) = if one.place.namespace == other.place.namespace {
        (
            format!("two entries in {cluster} are for `{host}`: their endpoints share its requests"),
            "its endpoints join the others".to_owned(),
        )
    } else {
        (
            format!("two entries in {cluster} are for `{host}`: callers get that of their own namespace"),
            format!("counts for callers in {}", other.place.namespace),
        )
    };
    let mut finding =
        Finding::new(Code::MG0726, message).help("delete the one whose endpoints are not meant");
    let endpoints = |entry: &Object<ServiceEntrySpec>| {
        let all: Vec<&str> = entry.spec.endpoints.iter().map(|endpoint| endpoint.address.as_str()).collect();
        crate::diagnostic::list(&all)
    };
    finding.spots.push(spot::of(&one.place, format!("leads to {}", endpoints(one))));
    finding.spots.push(spot::of(&other.place, format!("leads to {}; {text}", endpoints(other))));
    finding
}
