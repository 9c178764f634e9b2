//! What must exist for bundles to work, where nobody says what exists.
//!
//! Enters: what is applied, and a world that may be of another time. Leaves: that world with the pods that subsets select, the
//! Services that are asked for by SNI, and the gateways that are dialled. Refuses to know: whether they are really there.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::document::Document;
use super::state::State;
use crate::trace::world::{Cluster, Gateway, Nodes, Port, Service, Workload, World, selects};

/// The label by which endpoints of a remote name say whose they are.
const CLUSTER: &str = "cluster";

/// How labels begin by which endpoints of several clusters say what they serve.
const SERVES: &str = "serves-";

/// The world that these bundles were made for, as far as they show it.
#[must_use]
pub fn world(state: &State, base: &World) -> World {
    let mut world = base.clone();
    for name in state.clusters.keys() {
        if world.cluster(name).is_none() {
            world.clusters.push(Cluster::new(name));
        }
    }
    world.clusters.sort_by(|one, other| one.name.cmp(&other.name));
    for (name, cluster) in &state.clusters {
        for document in cluster.objects.iter().filter(|document| document.id.kind == "Gateway") {
            selector(&mut world, name, document);
        }
    }
    for (name, cluster) in &state.clusters {
        let asked = asked_by_sni(&cluster.objects);
        for document in &cluster.objects {
            match document.id.kind.as_str() {
                "DestinationRule" => pods(&mut world, name, document, &far(&cluster.objects, document)),
                "ServiceEntry" => endpoints(&mut world, document, &asked),
                _ => {}
            }
        }
    }
    world
}

/// The Services for which remote names stand, by the remote name.
fn asked_by_sni(objects: &[std::sync::Arc<Document>]) -> BTreeMap<String, BTreeSet<String>> {
    let rules = objects.iter().filter(|document| document.id.kind == "DestinationRule");
    rules.filter_map(|rule| Some((rule.piece.hosts().pop_first()?, rule.piece.leads_to()))).collect()
}

/// The labels of endpoints that stand for pods elsewhere under a name of this rule.
fn far(objects: &[std::sync::Arc<Document>], rule: &Document) -> Vec<BTreeMap<String, String>> {
    let hosts = rule.piece.hosts();
    let is_entry = |document: &&std::sync::Arc<Document>| {
        document.id.kind == "ServiceEntry" && !document.piece.hosts().is_disjoint(&hosts)
    };
    let entries = objects.iter().filter(is_entry);
    entries
        .flat_map(|entry| list(entry.value(), &["spec", "endpoints"]))
        .map(|endpoint| texts(endpoint.get("labels")))
        .collect()
}

/// The pods of this cluster that subsets tell apart.
fn pods(world: &mut World, cluster: &str, rule: &Document, far: &[BTreeMap<String, String>]) {
    let Some((name, namespace)) = rule.piece.hosts().pop_first().and_then(|host| service(&host)) else {
        return;
    };
    for subset in list(rule.value(), &["spec", "subsets"]) {
        let (Some(subset_name), labels) = (text(subset.get("name")), texts(subset.get("labels"))) else {
            continue;
        };
        // Endpoints of other clusters are told by labels that pods have not.
        let is_of_pods = !labels.keys().any(|key| key == CLUSTER || key.starts_with(SERVES));
        let is_far = far.iter().any(|endpoint| selects(&labels, endpoint));
        if !subset_name.contains("--") && is_of_pods && !is_far {
            run(world, cluster, (&name, &namespace), &labels, &subset_name);
        }
    }
}

/// Makes a Service have such pods.
fn run(
    world: &mut World,
    cluster: &str,
    (name, namespace): (&str, &str),
    labels: &BTreeMap<String, String>,
    version: &str,
) {
    let is = |service: &Service| service.name == name && service.namespace == namespace;
    let ports: Vec<Port> = world
        .clusters
        .iter()
        .flat_map(|cluster| &cluster.services)
        .find(|service| is(service))
        .map(|service| service.ports.clone())
        .unwrap_or_default();
    let Some(own) = world.clusters.iter_mut().find(|known| known.name == cluster) else { return };
    if ports.is_empty() {
        return;
    }
    if !own.services.iter().any(is) {
        own.services.push(Service {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            ports,
            headless: false,
            selector: None,
            listed: Vec::new(),
            workloads: Vec::new(),
        });
    }
    let locality = own.locality.clone();
    let Some(service) = own.services.iter_mut().find(|service| is(service)) else { return };
    if service.workloads.iter().any(|pods| selects(labels, &pods.labels)) {
        return;
    }
    let said = [("app", name), ("version", version)].map(|(key, value)| (key.to_owned(), value.to_owned()));
    service.workloads.push(Workload {
        name: format!("{name}-{version}"),
        labels: said.into_iter().chain(labels.clone()).collect(),
        replicas: 1,
        not_ready: 0,
        locality,
        network: None,
        no_sidecar: false,
        identities: Vec::new(),
        addresses: Vec::new(),
    });
}

/// The pods of the gateway between clusters carry what its Gateway selects.
fn selector(world: &mut World, cluster: &str, document: &Document) {
    let labels = texts(document.value().get("spec").and_then(|spec| spec.get("selector")));
    let servers = list(document.value(), &["spec", "servers"]);
    let passes_on = |server: &&Value| {
        text(server.get("tls").and_then(|tls| tls.get("mode"))).as_deref() == Some("AUTO_PASSTHROUGH")
    };
    let listens = |server: &Value| server.get("port").and_then(|port| port.get("number")).and_then(number);
    let ports: Vec<u16> = servers.iter().filter(passes_on).filter_map(listens).collect();
    if ports.is_empty() {
        return;
    }
    let Some(own) = world.clusters.iter_mut().find(|known| known.name == cluster) else { return };
    let inner = own
        .gateways
        .iter_mut()
        .find(|gateway| !gateway.addresses.is_empty() || !gateway.addresses_from.is_empty());
    match inner {
        Some(gateway) => {
            // While a port moves there are both.
            for port in ports {
                if !gateway.ports.values().any(|behind| *behind == port) {
                    gateway.ports.insert(port, port);
                }
            }
            if !selects(&labels, &gateway.labels) {
                // Other pods: which addresses lead to them is told by who dials them.
                gateway.labels = labels;
                gateway.addresses.clear();
            }
        }
        None => own.gateways.push(Gateway {
            name: "istio-eastwestgateway".to_owned(),
            namespace: document.id.namespace.clone(),
            labels,
            addresses: Vec::new(),
            addresses_from: BTreeMap::new(),
            ports: ports.into_iter().map(|port| (port, port)).collect(),
            requested_network_view: Vec::new(),
            service_labels: BTreeMap::new(),
            network: None,
            locality: None,
            existing: Vec::new(),
            nodes: Nodes::default(),
        }),
    }
}

/// Who is dialled is the gateway of the cluster that the endpoint names, and what is asked for runs behind it.
fn endpoints(world: &mut World, entry: &Document, asked: &BTreeMap<String, BTreeSet<String>>) {
    for endpoint in list(entry.value(), &["spec", "endpoints"]) {
        let labels = texts(endpoint.get("labels"));
        let (Some(cluster), Some(address)) = (labels.get(CLUSTER), text(endpoint.get("address"))) else {
            continue;
        };
        let dialled: Vec<u16> = match endpoint.get("ports") {
            Some(Value::Mapping(ports)) => ports.values().filter_map(number).collect(),
            Some(_) | None => Vec::new(),
        };
        let Some(own) = world.clusters.iter_mut().find(|known| known.name == *cluster) else { continue };
        let knows = |gateway: &Gateway| {
            let others = gateway.addresses_from.values().flatten();
            gateway.addresses.iter().chain(others).any(|known| *known == address)
        };
        let is_inner =
            |gateway: &Gateway| !gateway.addresses.is_empty() || !gateway.addresses_from.is_empty();
        let known = own.gateways.iter().position(knows);
        let at = known.or_else(|| own.gateways.iter().position(is_inner)).unwrap_or(0);
        if let Some(gateway) = own.gateways.get_mut(at) {
            for port in dialled {
                let behind = gateway.ports.values().next().copied().unwrap_or(port);
                gateway.ports.entry(port).or_insert(behind);
            }
            if known.is_none() {
                gateway.addresses.push(address);
            }
        }
        for host in entry.piece.hosts() {
            for (name, namespace) in asked.get(&host).into_iter().flatten().filter_map(|host| service(host)) {
                run(world, cluster, (&name, &namespace), &BTreeMap::new(), "any");
            }
        }
    }
}

/// Name and namespace of a Service, by its full name.
fn service(host: &str) -> Option<(String, String)> {
    let (name, rest) = host.split_once('.')?;
    let (namespace, rest) = rest.split_once('.')?;
    // Remote names of single clusters begin alike.
    (rest.starts_with("svc.") && !rest.ends_with(".global")).then(|| (name.to_owned(), namespace.to_owned()))
}

fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    let found = path.iter().try_fold(value, |value, field| value.get(field));
    found.and_then(Value::as_sequence).map_or(&[], Vec::as_slice)
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let fields = value.and_then(Value::as_mapping).into_iter().flatten();
    fields.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()))).collect()
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok())
}
