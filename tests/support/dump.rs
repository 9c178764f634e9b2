//! What `kubectl get … -A -o yaml` would print of a world to which bundles are applied.
//!
//! Enters: a cluster of a world, the text of its bundle. Leaves: objects as an API server has them. Refuses to know: how they are
//! read.

use std::collections::{BTreeMap, BTreeSet};

use meshgen::dump::{Dumps, Origin};
use meshgen::trace::world::{Cluster, Gateway, Other, Service, Workload, World};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::bundles::cluster_of;
use super::case::Files;

/// In the data of every Secret; no output may have it.
pub const SECRET: &str = "bWVzaGdlbi1zZWNyZXQ=";
/// By which pods belong to their Service, whatever else they carry.
const OF_SERVICE: &str = "test/service";
const NETWORK: &str = "topology.istio.io/network";

/// Whether objects can say what a world says.
pub fn can_say(world: &World) -> bool {
    world.flat.is_none()
        && world.clusters.iter().all(|cluster| {
            !cluster.no_network_labels
                && cluster.control_plane.is_none()
                && cluster.domain == "cluster.local"
                && cluster.gateways.iter().all(|gateway| gateway.addresses_from.is_empty())
                && has_nodes(cluster)
        })
}

/// The place of a cluster is that of its nodes.
fn has_nodes(cluster: &Cluster) -> bool {
    let places = places(cluster);
    match &cluster.locality {
        Some(place) => places.iter().all(|known| known == place),
        None => places.len() != 1,
    }
}

fn places(cluster: &Cluster) -> BTreeSet<String> {
    let pods = cluster.services.iter().flat_map(|service| &service.workloads);
    let of_pods = pods.filter_map(|pods| pods.locality.clone());
    let of_gateways = cluster.gateways.iter().filter_map(|gateway| gateway.locality.clone());
    of_pods.chain(of_gateways).chain(cluster.locality.clone()).collect()
}

/// Bytes of an object that are read at the most.
const LIMIT: usize = 16 << 20;

/// All that is for a cluster, as one text.
pub fn joined(files: &Files) -> BTreeMap<String, String> {
    let mut bundles: BTreeMap<String, String> = BTreeMap::new();
    for (file, text) in files {
        let bundle = bundles.entry(cluster_of(file).to_owned()).or_default();
        bundle.push_str("---\n");
        bundle.push_str(text);
    }
    bundles
}

/// Dumps of all clusters, read in the form in which they are written.
pub fn read(world: &World, bundles: &BTreeMap<String, String>, write: &dyn Fn(&Value) -> String) -> Dumps {
    let mut dumps = Dumps::default();
    for cluster in &world.clusters {
        let text = write(&of(cluster, bundles.get(&cluster.name).map_or("", String::as_str)));
        dumps.read(&Origin::named(&cluster.name, "dump"), text.as_bytes(), LIMIT).unwrap();
    }
    dumps
}

/// The dump of a cluster: a List.
pub fn of(cluster: &Cluster, bundle: &str) -> Value {
    let release = release(bundle).unwrap_or_else(|| format!("1.{}", cluster.release));
    let mut items = vec![root(cluster), control_plane(cluster, &release), settings(cluster)];
    items.extend(cluster.sees.iter().map(|seen| secret(seen)));
    items.extend(places(cluster).iter().map(|place| node(place)));
    for gateway in &cluster.gateways {
        items.extend(self::gateway(cluster, gateway));
    }
    let mut known = BTreeSet::new();
    for service in &cluster.services {
        known.insert((service.namespace.clone(), service.name.clone()));
        items.extend(self::service(service));
    }
    for Other { namespace, pods } in &cluster.workloads {
        items.extend((0..pods.replicas).map(|number| pod_of(namespace, "alone", pods, number, None)));
    }
    for document in serde_yaml::Deserializer::from_str(bundle) {
        let mut object = Value::deserialize(document).unwrap();
        if object.is_null() {
            continue;
        }
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.entry("namespace").or_insert_with(|| "default".into());
        let name = ["namespace", "name"].map(|field| metadata[field].as_str().unwrap().to_owned());
        if object["kind"] != "Service" || known.insert(name.into()) {
            items.push(object);
        }
    }
    json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}})
}

fn root(cluster: &Cluster) -> Value {
    let network = cluster.network.iter().map(|network| (NETWORK, network));
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "istio-system", "labels": network.collect::<BTreeMap<_, _>>()},
    })
}

/// The release that a bundle is for.
fn release(bundle: &str) -> Option<String> {
    let (_, said) = bundle.split_once("(Istio ")?;
    Some(said.split(')').next()?.to_owned())
}

fn control_plane(cluster: &Cluster, release: &str) -> Value {
    let id = json!({"name": "CLUSTER_ID", "value": cluster.registry.as_ref().unwrap_or(&cluster.name)});
    let patch = if release.matches('.').count() > 1 { "" } else { ".1" };
    if cluster.control_plane.is_some() {
        // Another cluster's istiod configures this one.
        return json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "istio-cni", "namespace": "istio-system"},
            "spec": {"containers": [{"name": "istio-proxy", "image": format!("istio/proxyv2:{release}{patch}"), "args": domain(cluster)}]},
            "status": {"phase": "Running"},
        });
    }
    let image = format!("docker.io/istio/pilot:{release}{patch}-distroless");
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "istiod", "namespace": "istio-system", "managedFields": [{"manager": "x"}]},
        "spec": {"containers": [{"name": "discovery", "image": image, "env": [id], "args": domain(cluster)}]},
        "status": {"phase": "Running"},
    })
}

/// As istiod and proxies are told.
fn domain(cluster: &Cluster) -> Value {
    json!(["--domain", format!("$(POD_NAMESPACE).svc.{}", cluster.domain)])
}

fn settings(cluster: &Cluster) -> Value {
    let text = |value: Value| serde_yaml::to_string(&value).unwrap();
    let mesh = cluster.mesh_config.as_ref().map(|config| text(serde_json::to_value(config).unwrap()));
    let networks =
        cluster.mesh_networks.as_ref().map(|networks| text(serde_json::to_value(networks).unwrap()));
    let metadata = json!({"name": "istio", "namespace": "istio-system"});
    let data = json!({
        "mesh": mesh.unwrap_or_default(),
        "meshNetworks": networks.unwrap_or_else(|| "networks: {}".to_owned()),
    });
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
}

fn secret(seen: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "data": {seen: SECRET},
        "kind": "Secret",
        "metadata": {
            "name": format!("istio-remote-secret-{seen}"),
            "namespace": "istio-system",
            "labels": {"istio/multiCluster": "true"},
            "annotations": {"networking.istio.io/cluster": seen, "last-applied": SECRET},
        },
    })
}

fn node(place: &str) -> Value {
    let labels =
        ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];
    let labels: BTreeMap<_, _> = labels.into_iter().zip(place.split('/')).collect();
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": place, "labels": labels}})
}

fn gateway(cluster: &Cluster, gateway: &Gateway) -> Vec<Value> {
    let mut labels = BTreeMap::new();
    if let Some(network) = gateway.network.as_ref().or(cluster.network.as_ref()) {
        labels.insert(NETWORK.to_owned(), network.clone());
    }
    labels.extend(gateway.service_labels.clone());
    let ports = gateway
        .ports
        .iter()
        .map(|(port, target)| json!({"name": format!("p{port}"), "port": port, "targetPort": target}));
    let is_name = |address: &str| address.parse::<std::net::IpAddr>().is_err();
    let ingress = gateway
        .addresses
        .iter()
        .map(|address| json!({if is_name(address) { "hostname" } else { "ip" }: address}));
    let metadata = json!({"name": gateway.name, "namespace": gateway.namespace, "labels": labels});
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"type": "LoadBalancer", "selector": gateway.labels, "ports": ports.collect::<Vec<_>>()},
        "status": {"loadBalancer": {"ingress": ingress.collect::<Vec<_>>()}},
    });
    let mut labels = gateway.labels.clone();
    labels.extend(gateway.network.iter().map(|network| (NETWORK.to_owned(), network.clone())));
    let view = gateway.requested_network_view.join(",");
    let proxy = json!({
        "name": "istio-proxy",
        "image": "auto",
        "args": ["proxy", "router"],
        "env": [{"name": "ISTIO_META_REQUESTED_NETWORK_VIEW", "value": view}],
    });
    let metadata =
        json!({"name": format!("{}-0", gateway.name), "namespace": gateway.namespace, "labels": labels});
    let mut objects = vec![service, pod(&metadata, gateway.locality.as_ref(), None, &[proxy], true)];
    objects.extend(gateway.existing.iter().map(|server| {
        let (protocol, mode) = if server.passes_on { ("TLS", "AUTO_PASSTHROUGH") } else { ("HTTP", "") };
        let tls = server.passes_on.then(|| json!({"mode": mode}));
        let port = json!({"number": server.port.unwrap_or(80), "name": "open", "protocol": protocol});
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "Gateway",
            "metadata": {"name": server.name, "namespace": server.namespace},
            "spec": {
                "selector": gateway.labels,
                "servers": [{"port": port, "hosts": server.hosts, "tls": tls}],
            },
        })
    }));
    objects
}

fn service(service: &Service) -> Vec<Value> {
    let ports = service.ports.iter().map(|port| {
        let mut value = json!({"name": port.name, "port": port.port, "protocol": "TCP"});
        let fields = value.as_object_mut().unwrap();
        fields.extend(port.app_protocol.iter().map(|word| ("appProtocol".to_owned(), word.clone().into())));
        fields.insert("targetPort".to_owned(), port.target_port.unwrap_or(port.port).into());
        value
    });
    let mut objects = vec![json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": service.name, "namespace": service.namespace},
        "spec": {
            "type": "ClusterIP",
            "clusterIP": if service.headless { "None" } else { "10.0.0.1" },
            "selector": service.selector.clone().unwrap_or_else(|| mark_of(service)),
            "ports": ports.collect::<Vec<_>>(),
        },
        "status": {"loadBalancer": {}},
    })];
    for workload in &service.workloads {
        objects.extend((0..workload.replicas).map(|number| {
            pod_of(&service.namespace, &service.name, workload, number, Some(&mark_of(service)))
        }));
    }
    objects
}

fn mark_of(service: &Service) -> BTreeMap<String, String> {
    BTreeMap::from([(OF_SERVICE.to_owned(), format!("{}.{}", service.name, service.namespace))])
}

/// `mark` is what its Service selects, if it has one.
fn pod_of(
    namespace: &str,
    service: &str,
    workload: &Workload,
    number: u32,
    mark: Option<&BTreeMap<String, String>>,
) -> Value {
    let mut labels = workload.labels.clone();
    labels.extend(mark.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    labels.insert("pod-template-hash".to_owned(), "abc".to_owned());
    labels.extend(workload.network.iter().map(|network| (NETWORK.to_owned(), network.clone())));
    let account = workload.identities.first().and_then(|identity| identity.rsplit('/').next());
    let metadata = json!({
        "name": format!("{}-abc-{service}-{number}", workload.name),
        "namespace": namespace,
        "labels": labels,
        "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{}-abc", workload.name)}],
    });
    let app = json!({"name": "app", "image": "app", "env": [{"name": "PASSWORD", "value": SECRET}]});
    let proxy = (!workload.no_sidecar)
        .then(|| json!({"name": "istio-proxy", "image": "auto", "args": ["proxy", "sidecar"]}));
    let containers: Vec<_> = [app].into_iter().chain(proxy).collect();
    pod(&metadata, workload.locality.as_ref(), account, &containers, number >= workload.not_ready)
}

fn pod(
    metadata: &Value,
    place: Option<&String>,
    account: Option<&str>,
    containers: &[Value],
    ready: bool,
) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": containers, "nodeName": place, "serviceAccountName": account},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
        },
    })
}
