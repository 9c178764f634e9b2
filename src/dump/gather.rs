//! A cluster of the world, out of the objects of its dumps.
//!
//! Enters: Services, pods, nodes, what the installation says. Leaves: Services with their workloads, and gateways with their
//! addresses. Refuses to know: routes.

use std::collections::BTreeMap;

use super::cluster::{NETWORK, Name, Objects, ROOT, Service};
use super::object::{Labels, PortOrName, ServicePort};
use super::pod::Pod;
use crate::trace::world::{self, Cluster, Gateway, Nodes, Other, Workload, selects};

/// Labels that tell apart pods of one version.
const HASHES: [&str; 3] = ["pod-template-hash", "controller-revision-hash", "rollouts-pod-template-hash"];
/// The label of a pod that says where it is, with dots for slashes.
const LOCALITY: &str = "istio-locality";

impl Objects {
    /// The cluster, and the documents of Istio's objects in it.
    pub(super) fn cluster(mut self, name: &str, notes: &mut Vec<String>) -> (Cluster, String) {
        let mut cluster = Cluster::new(name);
        let installation = std::mem::take(&mut self.installation);
        let is_written = self.pods.is_empty();
        self.bring_pods();
        cluster.release = installation.release().unwrap_or(cluster.release);
        cluster.network = installation.network;
        cluster.is_written = is_written;
        cluster.has_other_gateways = self.has_other_gateways;
        cluster.mesh_config = installation.config;
        cluster.mesh_networks = installation.networks;
        cluster.registry = installation.registry.filter(|registry| registry != name);
        cluster.sees = installation.opened.into_iter().collect();
        cluster.domain = installation.domain.unwrap_or(cluster.domain);
        let mut places = self.nodes.values();
        let first = places.next();
        cluster.locality = first.filter(|first| places.all(|place| place == *first)).cloned();
        let context = Context {
            objects: &self,
            trust_domain: cluster.trust_domain().to_owned(),
            network: cluster.network.clone(),
        };
        let mut services = Vec::new();
        let mut gateways = Vec::new();
        for (name, service) in &self.services {
            if service.spec.form.as_deref() == Some("ExternalName") {
                notes.push(format!(
                    "{}: Service {}/{} is another name, and is not followed",
                    cluster.name, name.0, name.1
                ));
                continue;
            }
            gateways.extend(context.gateway(name, service));
            services.extend(context.service(name, service));
        }
        let workloads = context.selected();
        (cluster.services, cluster.gateways, cluster.workloads) = (services, gateways, workloads);
        (cluster, self.routing)
    }
}

impl Objects {
    /// Whether Istio runs here, and no control plane of its own.
    pub(super) fn is_remote(&self) -> bool {
        let has_pods = self.pods.keys().any(|(namespace, _)| namespace == ROOT);
        has_pods && !self.installation.has_control_plane()
    }

    /// Where a dump has no pods at all, workloads count as running.
    fn bring_pods(&mut self) {
        if !self.pods.is_empty() {
            return;
        }
        for ((name, _), mut pod) in std::mem::take(&mut self.templates) {
            pod.has_sidecar &= pod.inject == Some(true) || !self.not_injected.contains(&name.0);
            self.pods.insert(name, pod);
        }
    }
}

struct Context<'a> {
    objects: &'a Objects,
    trust_domain: String,
    network: Option<String>,
}

impl Context<'_> {
    /// The pods that a Service selects.
    fn pods<'a>(&'a self, (namespace, _): &Name, service: &'a Service) -> Vec<&'a Pod> {
        let selector = service.spec.selector.as_ref().filter(|selector| !selector.is_empty());
        let Some(selector) = selector else { return Vec::new() };
        // Names of one namespace stand together.
        let first = (namespace.clone(), String::new());
        let pods = self.objects.pods.range(first..).take_while(|((home, _), _)| home == namespace);
        pods.map(|(_, pod)| pod).filter(|pod| selects(selector, &pod.labels)).collect()
    }

    /// What Istio makes of a Service that TCP goes to.
    fn service(&self, name: &Name, service: &Service) -> Option<world::Service> {
        let pods = self.pods(name, service);
        let ports: Vec<_> = tcp(service).map(|port| self::port(port, &pods)).collect();
        let mut workloads: Vec<Workload> = Vec::new();
        for pod in &pods {
            add(&mut workloads, self.workload(&name.0, pod));
        }
        (!ports.is_empty()).then(|| world::Service {
            name: name.1.clone(),
            namespace: name.0.clone(),
            ports,
            selector: service.spec.selector.clone(),
            headless: service.spec.cluster_ip.as_deref() == Some("None"),
            workloads,
            listed: if pods.is_empty() {
                self.objects.listed.get(name).cloned().unwrap_or_default()
            } else {
                Vec::new()
            },
        })
    }

    /// Pods that entries select, and no Service.
    fn selected(&self) -> Vec<Other> {
        let of_service = |home: &str, labels: &Labels| {
            let mut all = self.objects.services.iter().filter(|((namespace, _), _)| namespace == home);
            all.any(|(_, service)| {
                let selector = service.spec.selector.as_ref().filter(|selector| !selector.is_empty());
                selector.is_some_and(|selector| selects(selector, labels))
            })
        };
        let selected = self.objects.pods.iter().filter(|((namespace, _), pod)| {
            let mut selectors = self.objects.entry_selectors.iter();
            selectors.any(|(home, selector)| home == namespace && selects(selector, &pod.labels))
                && !of_service(namespace, &pod.labels)
        });
        let mut by_namespace: BTreeMap<&str, Vec<Workload>> = BTreeMap::new();
        for ((namespace, _), pod) in selected {
            add(by_namespace.entry(namespace).or_default(), self.workload(namespace, pod));
        }
        let other = |namespace: &str, pods| Other { namespace: namespace.to_owned(), pods };
        by_namespace
            .into_iter()
            .flat_map(|(namespace, all)| all.into_iter().map(move |pods| other(namespace, pods)))
            .collect()
    }

    /// One pod.
    fn workload(&self, namespace: &str, pod: &Pod) -> Workload {
        let network = pod.labels.get(NETWORK).cloned();
        let identity = format!("spiffe://{}/ns/{namespace}/sa/{}", self.trust_domain, pod.account);
        Workload {
            name: pod.owner.clone(),
            labels: plain(&pod.labels),
            replicas: 1,
            not_ready: u32::from(!pod.is_ready),
            locality: self.locality(pod),
            network: network.filter(|network| Some(network) != self.network.as_ref()),
            no_sidecar: !pod.has_sidecar,
            identities: if pod.has_sidecar { vec![identity] } else { Vec::new() },
            addresses: pod.addresses.clone(),
        }
    }

    fn locality(&self, pod: &Pod) -> Option<String> {
        let said = pod.labels.get(LOCALITY).map(|place| place.replace('.', "/"));
        said.or_else(|| self.objects.nodes.get(pod.node.as_ref()?).cloned())
    }

    /// The gateway that a Service leads to, if its pods are one.
    fn gateway(&self, name: &Name, service: &Service) -> Option<Gateway> {
        let pods = self.pods(name, service);
        let first = pods.iter().find(|pod| self.is_gateway(pod) && pod.is_ready)?;
        let status =
            service.status.load_balancer.iter().flat_map(|balancer| balancer.ingress.iter().flatten());
        let given = status.filter_map(|ingress| ingress.ip.as_ref().or(ingress.hostname.as_ref()));
        let external = service.spec.external_ips.iter().flatten();
        let mut service_labels = service.labels.clone();
        // Without the label on the Service it is the way into no network.
        service_labels.entry(NETWORK.to_owned()).or_default();
        Some(Gateway {
            name: name.1.clone(),
            namespace: name.0.clone(),
            labels: plain(&first.labels),
            addresses: given.chain(external).cloned().collect(),
            addresses_from: BTreeMap::new(),
            ports: tcp(service).map(|port| (port.port, target(port, &pods).unwrap_or(port.port))).collect(),
            requested_network_view: first.view.clone(),
            service_labels,
            network: first
                .labels
                .get(NETWORK)
                .filter(|network| Some(*network) != self.network.as_ref())
                .cloned(),
            locality: self.locality(first),
            existing: Vec::new(),
            nodes: self.nodes(service, &pods),
        })
    }

    /// The way to a Service by the nodes.
    fn nodes(&self, service: &Service, pods: &[&Pod]) -> Nodes {
        let dialled = tcp(service).filter_map(|port| {
            let number = port.node_port.filter(|number| *number != 0)?;
            Some((number, target(port, pods).unwrap_or(port.port)))
        });
        Nodes { addresses: self.objects.node_addresses.clone(), ports: dialled.collect() }
    }

    /// Whether a pod's proxy is told to be one, or a Gateway selects it and no Service of an application.
    fn is_gateway(&self, pod: &Pod) -> bool {
        let selected = || {
            let selectors = self.objects.gateway_selectors.iter();
            selectors.filter(|selector| !selector.is_empty()).any(|selector| selects(selector, &pod.labels))
        };
        pod.is_gateway || selected()
    }
}

/// Counts pods alike together.
fn add(workloads: &mut Vec<Workload>, mut found: Workload) {
    let not_ready = found.not_ready;
    let same = |known: &&mut Workload| {
        let Workload {
            name,
            labels,
            replicas: _,
            not_ready: _,
            locality,
            network,
            no_sidecar,
            identities,
            addresses: _,
        } = &**known;
        *name == found.name
            && *labels == found.labels
            && *locality == found.locality
            && *network == found.network
            && *no_sidecar == found.no_sidecar
            && *identities == found.identities
    };
    match workloads.iter_mut().find(same) {
        Some(known) => {
            known.replicas += 1;
            known.not_ready += not_ready;
            known.addresses.append(&mut found.addresses);
        }
        None => workloads.push(found),
    }
}

/// Without what changes by itself.
fn plain(labels: &Labels) -> Labels {
    let mut labels = labels.clone();
    labels.retain(|key, _| !HASHES.contains(&key.as_str()));
    labels
}

fn tcp(service: &Service) -> impl Iterator<Item = &ServicePort> {
    let ports = service.spec.ports.iter().flatten();
    ports.filter(|port| port.protocol.as_deref().is_none_or(|protocol| protocol == "TCP"))
}

fn port(port: &ServicePort, pods: &[&Pod]) -> world::Port {
    world::Port {
        name: port.name.clone(),
        port: port.port,
        app_protocol: port.app_protocol.clone(),
        target_port: target(port, pods).filter(|target| *target != port.port),
    }
}

/// The number of the port at the pods.
fn target(port: &ServicePort, pods: &[&Pod]) -> Option<u16> {
    match port.target_port.as_ref()? {
        PortOrName::Port(number) => Some(*number).filter(|number| *number != 0),
        PortOrName::Name(name) => pods.iter().find_map(|pod| pod.ports.get(name)).copied(),
    }
}
