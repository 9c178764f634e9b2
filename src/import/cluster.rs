//! `clusters.NAME`: the release, the network, and the gateway that others enter by.
//!
//! Enters: an inventory. Leaves: fields. Refuses to know: services.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::draft::{Fields, Part};
use super::names::{Labels, dials_gateway, labels, list, text, texts};
use super::text::{OPEN, Remark};
use crate::dump::{Inventory, Object};
use crate::trace::world::{Cluster, Gateway, selects};

/// The mark of meshgen's objects.
const TOOL: &str = "app.kubernetes.io/managed-by";
/// Which mesh they are of.
const MESH: &str = "app.kubernetes.io/part-of";

/// What meshgen calls the Gateway for callers of other clusters.
const EAST_WEST: &str = "meshgen-east-west";

/// Whether meshgen wrote an object.
pub(super) fn is_own(object: &Object) -> bool {
    object.labels.get(TOOL).is_some_and(|tool| tool == "meshgen")
}

/// Whether an object of meshgen's lets callers of other clusters in.
pub(super) fn is_passage(object: &Object) -> bool {
    object.name == EAST_WEST
}

/// The mesh that meshgen's objects name, and the labels and annotations that all of them carry.
pub(super) fn mesh(inventory: &Inventory) -> (Option<String>, Labels, Labels) {
    let mut own =
        inventory.clusters.values().flat_map(|found| &found.objects).filter(|object| is_own(object));
    let Some(first) = own.next() else { return (None, Labels::new(), Labels::new()) };
    let (mut common, mut annotations) = (first.labels.clone(), first.annotations.clone());
    for object in own {
        common.retain(|key, value| object.labels.get(key) == Some(value));
        annotations.retain(|key, value| object.annotations.get(key) == Some(value));
    }
    common.remove(TOOL);
    annotations.retain(|key, _| !key.starts_with("galley.istio.io/"));
    (common.remove(MESH), common, annotations)
}

/// A server that passes TLS on, and the object that it is of.
struct Passage<'i> {
    object: &'i Object,
    port: u16,
    hosts: Vec<&'i str>,
}

/// What is written of a cluster.
pub(super) fn cluster(inventory: &Inventory, cluster: &Cluster, sees_registries: bool) -> Part {
    let mut fields = Fields::new();
    let mut remark = Remark::default();
    let patch = inventory.clusters.get(&cluster.name).and_then(|found| found.patch);
    let patch = patch.map(|patch| format!(".{patch}")).unwrap_or_default();
    fields.insert("istio".to_owned(), json!(format!("1.{}{patch}", cluster.release)));
    if let Some(network) = &cluster.network {
        let waits = network.contains(['{', '$', '<']);
        fields.insert("network".to_owned(), json!(if waits { OPEN } else { network }));
        if waits {
            remark.above.push(format!("the network waits to be filled in: {network}"));
        }
    }
    if cluster.domain != "cluster.local" {
        fields.insert("clusterDomain".to_owned(), json!(cluster.domain));
    }
    if let Some(head) = &cluster.control_plane {
        fields.insert("controlPlane".to_owned(), json!(head));
    }
    if cluster.trust_domain() != "cluster.local" {
        fields.insert("trustDomain".to_owned(), json!(cluster.trust_domain()));
    }
    if let Some(place) = &cluster.locality {
        // Subzones play no part.
        let place: Vec<_> = place.split('/').take(2).collect();
        fields.insert("locality".to_owned(), json!(place.join("/")));
    }
    if sees_registries {
        fields.insert("registry".to_owned(), json!(cluster.id()));
    }
    gateway(inventory, cluster, &mut fields, &mut remark);
    Part { fields, remark }
}

fn gateway(inventory: &Inventory, cluster: &Cluster, fields: &mut Fields, remark: &mut Remark) {
    let Some(found) = inventory.clusters.get(&cluster.name) else { return };
    let dialled = dialled(inventory, cluster);
    let passages: Vec<_> = found.objects.iter().flat_map(passages).collect();
    let selected = |gateway: &&Gateway| {
        passages.iter().any(|passage| selects(&labels(&passage.object.spec, "selector"), &gateway.labels))
    };
    let is_dialled = |gateway: &&Gateway| {
        gateway.addresses.iter().any(|address| dialled.values().any(|known| known.contains(address)))
    };
    let mut candidates: Vec<_> = cluster.gateways.iter().filter(selected).collect();
    if candidates.is_empty() {
        candidates = cluster.gateways.iter().filter(is_dialled).collect();
    }
    candidates.sort_by_key(|gateway| (!is_dialled(gateway), gateway.addresses.is_empty()));
    let own = passages.iter().find(|passage| is_own(passage.object));
    let passage = own.or_else(|| {
        let of_first = |passage: &&Passage<'_>| {
            candidates
                .first()
                .is_none_or(|gateway| selects(&labels(&passage.object.spec, "selector"), &gateway.labels))
        };
        passages.iter().find(of_first)
    });
    let Some(gateway) = candidates.first() else {
        if let Some(passage) = passage {
            fields.insert("gateway".to_owned(), json!(OPEN));
            remark.above.push(format!(
                "Gateway {}/{} opens port {}, and no Service in the dump leads to its pods",
                passage.object.namespace, passage.object.name, passage.port
            ));
            candidates_of(&unknown(inventory, cluster), remark);
        }
        return;
    };
    let mut written = Fields::new();
    let server_port = passage.map_or(15443, |passage| passage.port);
    let to_server = gateway.ports.iter().find(|(_, target)| **target == server_port);
    let port = to_server.map_or(server_port, |(port, _)| *port);
    if gateway.addresses.is_empty() {
        written.insert("address".to_owned(), json!(OPEN));
        let facts = found.services.get(&(gateway.namespace.clone(), gateway.name.clone()));
        let service = format!("{}/{}", gateway.namespace, gateway.name);
        remark.above.push(if facts.is_some_and(|facts| facts.node_port) {
            format!("NodePort {service}: the address is that of a node, the port its node port")
        } else {
            format!("LoadBalancer pending on {service}")
        });
        candidates_of(&unknown(inventory, cluster), remark);
    } else {
        let addresses: Vec<_> = gateway.addresses.iter().collect();
        written.insert("address".to_owned(), one_or_list(&addresses));
    }
    let mut from = Fields::new();
    for (caller, addresses) in &dialled {
        let known: BTreeSet<_> = gateway.addresses.iter().cloned().collect();
        if !known.is_empty() && !addresses.is_empty() && *addresses != known {
            from.insert(caller.clone(), one_or_list(&addresses.iter().collect::<Vec<_>>()));
        }
    }
    if !from.is_empty() {
        written.insert("addressFrom".to_owned(), Value::Object(from));
    }
    written.insert("port".to_owned(), json!(port));
    written.insert("serverPort".to_owned(), json!(server_port));
    let Some(passage) = passage else {
        written.insert("namespace".to_owned(), json!(gateway.namespace));
        written.insert("selector".to_owned(), json!(selector_of(found, gateway)));
        fields.insert("gateway".to_owned(), Value::Object(written));
        return;
    };
    written.insert("namespace".to_owned(), json!(passage.object.namespace));
    written.insert("selector".to_owned(), json!(labels(&passage.object.spec, "selector")));
    if !is_own(passage.object) {
        written.insert("existing".to_owned(), json!(true));
    } else if !passage.hosts.iter().all(|host| is_for_all(host, &cluster.domain)) {
        written.insert("expose".to_owned(), json!("used"));
    }
    fields.insert("gateway".to_owned(), Value::Object(written));
}

fn is_for_all(host: &str, domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or(domain);
    host.strip_prefix("*.") == Some(top)
}

/// The labels by which the Service of a gateway finds its pods.
fn selector_of(found: &crate::dump::Found, gateway: &Gateway) -> Labels {
    let facts = found.services.get(&(gateway.namespace.clone(), gateway.name.clone()));
    facts.map(|facts| facts.selector.clone()).unwrap_or_default()
}

/// The servers of a Gateway object that pass TLS on to other clusters' callers.
fn passages(object: &Object) -> Vec<Passage<'_>> {
    if object.kind != "Gateway" || (is_own(object) && !is_passage(object)) {
        return Vec::new();
    }
    let servers = list(&object.spec, "servers").iter();
    let open = servers.filter(|server| {
        let mode = text(server, &["tls", "mode"]);
        mode == Some("AUTO_PASSTHROUGH") || (mode == Some("PASSTHROUGH") && is_own(object))
    });
    open.filter_map(|server| {
        let port = u16::try_from(server.get("port")?.get("number")?.as_u64()?).ok()?;
        Some(Passage { object, port, hosts: texts(server, "hosts") })
    })
    .collect()
}

/// By other cluster: the addresses at which its entries look for this one.
fn dialled(inventory: &Inventory, cluster: &Cluster) -> BTreeMap<String, BTreeSet<String>> {
    let mut dialled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (caller, found) in inventory.clusters.iter().filter(|(caller, _)| **caller != cluster.name) {
        let entries = found.objects.iter().filter(|object| object.kind == "ServiceEntry");
        for endpoint in entries.flat_map(|object| list(&object.spec, "endpoints")) {
            let Some(address) = text(endpoint, &["address"]) else { continue };
            let network = text(endpoint, &["network"]);
            let said = text(endpoint, &["labels", "cluster"]) == Some(&cluster.name)
                || (network.is_some() && network == cluster.network.as_deref());
            let known = inventory.world.gateway_at(address, caller);
            let is_here = known.as_ref().is_some_and(|(there, _)| there.name == cluster.name);
            if (said && known.is_none()) || is_here {
                dialled.entry(caller.clone()).or_default().insert(address.to_owned());
            }
        }
    }
    dialled
}

/// By other cluster: addresses of gateways in its entries that are in no dump, and may be those of this one.
fn unknown(inventory: &Inventory, cluster: &Cluster) -> BTreeMap<String, BTreeSet<String>> {
    let mut unknown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (caller, found) in inventory.clusters.iter().filter(|(caller, _)| **caller != cluster.name) {
        let entries = found.objects.iter().filter(|object| object.kind == "ServiceEntry");
        for endpoint in
            entries.flat_map(|object| list(&object.spec, "endpoints")).filter(|one| dials_gateway(one))
        {
            let Some(address) = text(endpoint, &["address"]) else { continue };
            let other = text(endpoint, &["labels", "cluster"]).filter(|said| *said != cluster.name);
            let is_other = other.is_some_and(|other| inventory.world.cluster(other).is_some());
            if !is_other && inventory.world.gateway_at(address, caller).is_none() {
                unknown.entry(caller.clone()).or_default().insert(address.to_owned());
            }
        }
    }
    unknown
}

fn candidates_of(dialled: &BTreeMap<String, BTreeSet<String>>, remark: &mut Remark) {
    for (caller, addresses) in dialled {
        let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
        if let Some(line) = remark.above.last_mut() {
            line.extend(["; entries in ", caller, " dial ", &addresses.join(" and ")]);
        }
    }
}

fn one_or_list(texts: &[&String]) -> Value {
    match texts {
        [only] => json!(only),
        several => json!(several),
    }
}
