//! The world that a trace stands on: what exists, without any rule.
//!
//! Enters: the mesh as meant. Leaves: clusters, gateways, Services and one pod for each version where it runs. Refuses to
//! know: where requests go.

use std::collections::{BTreeMap, BTreeSet};

use crate::istio::Form;
use crate::model::{self, Address, ClusterId, Protocol, TargetPort};
use crate::plan::visibility::Shown;
use crate::plan::{View, Way};
use crate::trace::world::{
    Cluster, ExistingServer, Gateway, MeshConfig, Nodes, Port, Service, Workload, World,
};

/// Istio's own trust domain.
const TRUST_DOMAIN: &str = "cluster.local";
/// What Istio's documents call the gateway between clusters.
const GATEWAY: &str = "istio-eastwestgateway";
/// What Istio's documents call the Gateway object of that.
const CROSS_NETWORK: &str = "cross-network-gateway";
/// From the ports of an ingress gateway's Service to those of its workload, as Istio installs it.
const INGRESS_PORTS: [(u16, u16); 2] = [(80, 8080), (443, 8443)];
/// The port by which Istio takes a Service for the gateway of a network, and the label that names another.
const NETWORK_PORT: u16 = 15443;
const GATEWAY_PORT: &str = "networking.istio.io/gatewayPort";
/// The label of pods whose service has no versions: nothing tells them apart, but a request must arrive somewhere.
const UNVERSIONED: &str = "any";

/// What exists in the clusters of a mesh.
#[must_use]
pub fn of(mesh: &View<'_>) -> World {
    let clusters = mesh.clusters.iter().enumerate().map(|(index, cluster)| Cluster {
        name: cluster.name.clone(),
        network: cluster.network.clone(),
        no_network_labels: false,
        sees: sees(mesh, ClusterId(index)),
        control_plane: cluster
            .control_plane
            .as_ref()
            .and_then(|head| Some(mesh.cluster(head.value)?.name.clone())),
        mesh_config: mesh_config(mesh, cluster),
        mesh_networks: None,
        gateways: cluster
            .gateway
            .iter()
            .map(|found| gateway(mesh, ClusterId(index), cluster, found))
            .chain(
                mesh.gateways
                    .iter()
                    .filter(|found| found.clusters.contains(&ClusterId(index)))
                    .map(|found| ingress(found, cluster)),
            )
            .collect(),
        services: mesh
            .services
            .iter()
            .filter_map(|found| service(found, ClusterId(index), cluster))
            .collect(),
        workloads: Vec::new(),
        is_written: false,
        has_other_gateways: false,
        registry: cluster.registry.as_ref().map(|registry| registry.value.clone()),
        locality: locality(cluster),
        domain: cluster.cluster_domain.clone(),
        release: cluster.release.minor,
    });
    World { flat: flat(mesh), clusters: clusters.collect(), is_open: false }
}

/// Of clusters that see each other all name their network or none does; others are no part of that.
fn flat(mesh: &View<'_>) -> Option<bool> {
    let shown = |index: usize| mesh.shown(ClusterId(index)) != Shown::Nobody;
    let is_nameless = |(index, cluster): (usize, &model::Cluster)| shown(index) && cluster.network.is_none();
    mesh.clusters.iter().enumerate().any(is_nameless).then_some(true)
}

fn gateway(mesh: &View<'_>, id: ClusterId, cluster: &model::Cluster, gateway: &model::Gateway) -> Gateway {
    Gateway {
        name: GATEWAY.to_owned(),
        namespace: gateway.namespace.clone(),
        labels: gateway.selector.clone(),
        addresses: gateway.addresses.iter().map(Address::to_string).collect(),
        addresses_from: gateway
            .addresses_from
            .iter()
            .filter_map(|(caller, from)| {
                let addresses = from.addresses.iter().map(Address::to_string).collect();
                Some((mesh.cluster(*caller)?.name.clone(), addresses))
            })
            .collect(),
        ports: BTreeMap::from([(gateway.port, gateway.server_port)]),
        requested_network_view: cluster.network.iter().cloned().collect(),
        service_labels: dialled_port(mesh, cluster, gateway),
        network: None,
        locality: locality(cluster),
        existing: if gateway.existing { vec![cross_network(mesh, id, cluster, gateway)] } else { Vec::new() },
        nodes: Nodes::default(),
    }
}

/// What is not as Istio installs it. That each mesh takes the certificates of the others is taken for granted: nothing else can
/// work.
fn mesh_config(mesh: &View<'_>, cluster: &model::Cluster) -> Option<MeshConfig> {
    let domains = mesh.clusters.iter().map(|other| &other.trust_domain);
    let others: BTreeSet<&String> = domains.filter(|domain| **domain != cluster.trust_domain).collect();
    (cluster.trust_domain != TRUST_DOMAIN || !others.is_empty()).then(|| MeshConfig {
        trust_domain: cluster.trust_domain.clone(),
        trust_domain_aliases: others.into_iter().cloned().collect(),
        service_settings: Vec::new(),
    })
}

/// Other clusters whose endpoints a control plane sees; nothing for a cluster without one.
fn sees(mesh: &View<'_>, id: ClusterId) -> Vec<String> {
    if mesh.control_plane(id) != id {
        return Vec::new();
    }
    let others = mesh.clusters.iter().enumerate().map(|(index, other)| (ClusterId(index), other));
    let seen = others.filter(|(other, _)| mesh.control_plane(*other) != id && mesh.sees(id, *other));
    seen.map(|(_, other)| other.name.clone()).collect()
}

/// By what Istio knows the port that callers in other networks dial, where it is not its own.
fn dialled_port(
    mesh: &View<'_>,
    cluster: &model::Cluster,
    gateway: &model::Gateway,
) -> BTreeMap<String, String> {
    let shown = mesh.shown(cluster.id) != Shown::Nobody && gateway.port != NETWORK_PORT;
    shown.then(|| (GATEWAY_PORT.to_owned(), gateway.port.to_string())).into_iter().collect()
}

/// The Gateway object that is there already, as Istio's own installation writes it.
fn cross_network(
    mesh: &View<'_>,
    id: ClusterId,
    cluster: &model::Cluster,
    gateway: &model::Gateway,
) -> ExistingServer {
    let top = cluster.cluster_domain.rsplit('.').next().unwrap_or(&cluster.cluster_domain);
    let mut hosts = vec![format!("*.{top}")];
    // Where one filter changes the end of every name, what exists is open for that end, as `needs` says.
    let is_taught = mesh
        .services
        .iter()
        .any(|service| service.runs.contains_key(&id) && matches!(mesh.way_into(service, id), Way::Rewrite));
    if is_taught && matches!(Form::of(cluster.release), Some(Form::ChangedEnd { typed: _ })) {
        hosts.push(format!("*.{}", mesh.remote_suffix));
    }
    ExistingServer {
        namespace: gateway.namespace.clone(),
        name: CROSS_NETWORK.to_owned(),
        port: Some(gateway.server_port),
        hosts,
        passes_on: true,
    }
}

/// A gateway where requests from outside arrive; nobody inside dials it.
fn ingress(gateway: &model::IngressGateway, cluster: &model::Cluster) -> Gateway {
    let ports = gateway.servers.iter().map(|server| (server.port.value, server.port.value));
    let installed = gateway.workload_namespaces.iter().find(|namespace| **namespace != gateway.namespace);
    let existing = ExistingServer {
        namespace: gateway.namespace.clone(),
        name: gateway.name.clone(),
        port: None,
        hosts: vec!["*".to_owned()],
        passes_on: false,
    };
    Gateway {
        name: gateway.name.clone(),
        namespace: installed.unwrap_or(&gateway.namespace).clone(),
        labels: gateway.selector.clone(),
        addresses: Vec::new(),
        addresses_from: BTreeMap::new(),
        ports: ports.chain(INGRESS_PORTS).collect(),
        requested_network_view: Vec::new(),
        service_labels: BTreeMap::new(),
        network: None,
        locality: locality(cluster),
        existing: if gateway.servers.is_empty() { vec![existing] } else { Vec::new() },
        nodes: Nodes::default(),
    }
}

/// The part of a service that runs in a cluster; none where nothing of it does.
fn service(service: &model::Service, id: ClusterId, cluster: &model::Cluster) -> Option<Service> {
    service.runs.get(&id)?;
    let here = service.versions.iter().filter(|version| version.clusters.contains_key(&id));
    let mut pods: Vec<_> = here.map(|version| (version.name.as_str(), version.labels.clone())).collect();
    if service.versions.is_empty() {
        pods.push((UNVERSIONED, BTreeMap::new()));
    }
    let workload = |(version, labels): (&str, BTreeMap<String, String>)| Workload {
        name: format!(
            "{}-{}",
            service.name,
            version.replace(|mark: char| !mark.is_ascii_alphanumeric(), "-")
        ),
        labels: [("app", service.name.as_str()), ("version", version)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into_iter()
            .chain(labels)
            .collect(),
        replicas: 1,
        not_ready: 0,
        locality: locality(cluster),
        network: None,
        no_sidecar: false,
        identities: service.identities(cluster).into_iter().collect(),
        addresses: Vec::new(),
    };
    Some(Service {
        name: service.name.clone(),
        namespace: service.namespace.clone(),
        ports: service.ports.iter().map(port).collect(),
        headless: service.headless.is_some(),
        selector: None,
        workloads: pods.into_iter().map(workload).collect(),
        listed: Vec::new(),
    })
}

fn port(port: &model::Port) -> Port {
    let told = Protocol::parse(Protocol::word_of_name(&port.name)) == Some(port.protocol);
    let app_protocol = (!told).then(|| port.protocol.istio().to_ascii_lowercase());
    let target_port = match port.target {
        Some(TargetPort::Number(number)) => Some(number),
        // Each pod gives the name a number of its own.
        Some(TargetPort::Name(_)) | None => None,
    };
    Port { name: port.name.clone(), port: port.number, app_protocol, target_port }
}

fn locality(cluster: &model::Cluster) -> Option<String> {
    let place = cluster.locality.as_ref()?;
    Some(match &place.zone {
        Some(zone) => format!("{}/{zone}", place.region),
        None => place.region.clone(),
    })
}
