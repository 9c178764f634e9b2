//! What exists before any routing is applied: clusters, gateways, Services, pods.
//!
//! Enters: nothing; whoever knows the mesh builds these types. Leaves: the ground on which requests are followed, and,
//! serialized, the `world.yaml` that the judge of real Istio reads. Refuses to know: rules, weights, objects of Istio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use address::{Listed, Nodes};
pub use network::{MeshNetwork, MeshNetworks, NetworkEndpoints, NetworkGateway};
pub use workload::{Other, Workload};

mod address;
mod network;
mod workload;
#[cfg(test)]
mod tests;

/// Everything that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct World {
    /// Whether pods of clusters that name no network reach each other; as [`World::is_flat`] says where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat: Option<bool>,
    /// In order of name.
    pub clusters: Vec<Cluster>,
    /// There may be more than is said here: clusters without a dump, gateways behind other balancers.
    #[serde(skip)]
    pub is_open: bool,
}

/// One Kubernetes cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// A DNS label.
    pub name: String,
    /// Istio's name of the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Only the proxies are told of the network: no namespace, pod or gateway carries its label.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_network_labels: bool,
    /// Clusters whose Services and pods the control plane here reads as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sees: Vec<String>,
    /// The cluster whose control plane configures this one; its own if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_plane: Option<String>,
    /// What differs from Istio's defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh_config: Option<MeshConfig>,
    /// Networks, as the control plane here is told by its installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh_networks: Option<MeshNetworks>,
    /// Gateway workloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<Gateway>,
    /// Services with their pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Pods that no Service selects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Other>,
    /// Pods are those that workloads would bring, as git has them: others may be elsewhere.
    #[serde(skip)]
    pub is_written: bool,
    /// Gateways of the Gateway API are there, which are not followed.
    #[serde(skip)]
    pub has_other_gateways: bool,
    /// What control planes call the cluster, if not by its name. The judge calls all by their names.
    #[serde(skip)]
    pub registry: Option<String>,
    /// Region and zone of callers.
    #[serde(skip)]
    pub locality: Option<String>,
    /// The domain of Services. The judge knows no other than the default.
    #[serde(skip, default = "default_domain")]
    pub domain: String,
    /// The 30 of Istio 1.30. The judge is a release of its own.
    #[serde(skip, default = "default_release")]
    pub release: u8,
}

/// Istio's mesh-wide settings, as far as a topology knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeshConfig {
    /// The SPIFFE trust domain.
    #[serde(default = "default_domain")]
    pub trust_domain: String,
    /// Other trust domains whose certificates count as those of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trust_domain_aliases: Vec<String>,
    /// What holds for some hosts alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_settings: Vec<ServiceSettings>,
}

/// Settings for some hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSettings {
    /// The settings.
    #[serde(default)]
    pub settings: Settings,
    /// The hosts, perhaps with `*` in front.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// What may hold for a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Only the cluster's own pods answer.
    #[serde(default)]
    pub cluster_local: bool,
}

/// A gateway workload, and how it is reached from other clusters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    /// Of the workload.
    pub name: String,
    /// Of the workload.
    #[serde(default = "istio_system")]
    pub namespace: String,
    /// Of its pods; a Gateway object selects by them.
    pub labels: BTreeMap<String, String>,
    /// IP addresses and names that others dial.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Others, by the cluster whose callers dial these instead.
    #[serde(skip)]
    pub addresses_from: BTreeMap<String, Vec<String>>,
    /// From the port that is dialled to the one that the workload listens on.
    #[serde(default = "usual_ports")]
    pub ports: BTreeMap<u16, u16>,
    /// Networks whose endpoints it sees; all if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requested_network_view: Vec<String>,
    /// Labels of its Service beside those above; an empty one takes a label away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub service_labels: BTreeMap<String, String>,
    /// Istio's name of the network, if not the cluster's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// `region/zone`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Ports that are open before any bundle is applied.
    #[serde(skip)]
    pub existing: Vec<ExistingServer>,
    /// The way in by the nodes, if there is one.
    #[serde(skip)]
    pub nodes: Nodes,
}

/// A server of a Gateway object that is in no bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingServer {
    /// Of the Gateway object.
    pub namespace: String,
    /// Of the Gateway object.
    pub name: String,
    /// Its port; any where nobody said.
    pub port: Option<u16>,
    /// The hosts that it is open for.
    pub hosts: Vec<String>,
    /// Whether it passes TLS on by SNI, instead of ending it.
    pub passes_on: bool,
}

/// A Kubernetes Service and its pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// A DNS label.
    pub name: String,
    /// A DNS label.
    #[serde(default = "default_namespace")]
    pub namespace: String,
    /// At least one.
    pub ports: Vec<Port>,
    /// It has no address of its own: names stand for pods.
    #[serde(default, skip_serializing_if = "is_false")]
    pub headless: bool,
    /// What its pods carry, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<BTreeMap<String, String>>,
    /// The pods.
    #[serde(default)]
    pub workloads: Vec<Workload>,
    /// What answers instead where it selects no pods.
    #[serde(skip)]
    pub listed: Vec<Listed>,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Port {
    /// Its prefix tells the protocol where `app_protocol` does not.
    pub name: String,
    /// What callers dial.
    pub port: u16,
    /// The protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
    /// The pods' port, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_port: Option<u16>,
}

impl World {
    /// Whether pods reach each other where nothing names a network: all are on one then.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.flat.unwrap_or_else(|| self.names_no_network())
    }

    fn names_no_network(&self) -> bool {
        self.clusters.iter().all(|cluster| {
            let pods = cluster.services.iter().flat_map(|service| &service.workloads);
            cluster.network.is_none()
                && cluster.mesh_networks.is_none()
                && cluster.gateways.iter().all(|gateway| gateway.network.is_none())
                && pods.into_iter().all(|pods| pods.network.is_none())
        })
    }

    /// The cluster of this name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }

    /// The cluster whose control plane configures the proxies of one.
    #[must_use]
    pub fn control_plane<'w>(&'w self, cluster: &'w Cluster) -> &'w Cluster {
        cluster.control_plane.as_deref().and_then(|name| self.cluster(name)).unwrap_or(cluster)
    }

    /// The clusters whose Services and pods a control plane reads: its own first, then those that it configures or sees.
    pub fn read_by<'w>(&'w self, control_plane: &'w Cluster) -> impl Iterator<Item = &'w Cluster> {
        let is_read = |other: &&Cluster| {
            other.name != control_plane.name
                && (other.control_plane.as_ref() == Some(&control_plane.name)
                    || control_plane.sees.contains(&other.name))
        };
        [control_plane].into_iter().chain(self.clusters.iter().filter(is_read))
    }
}

impl Cluster {
    /// An empty one, as Istio's defaults make it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            network: None,
            no_network_labels: false,
            sees: Vec::new(),
            control_plane: None,
            mesh_config: None,
            mesh_networks: None,
            gateways: Vec::new(),
            services: Vec::new(),
            workloads: Vec::new(),
            is_written: false,
            has_other_gateways: false,
            registry: None,
            locality: None,
            domain: default_domain(),
            release: default_release(),
        }
    }

    /// The full name of a Service here.
    #[must_use]
    pub fn host(&self, service: &Service) -> String {
        self.host_of(&service.name, &service.namespace)
    }

    /// The full name of a Service that were here.
    #[must_use]
    pub fn host_of(&self, name: &str, namespace: &str) -> String {
        format!("{name}.{namespace}.svc.{}", self.domain)
    }

    /// What control planes call it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.registry.as_deref().unwrap_or(&self.name)
    }

    /// The trust domain of certificates that the control plane here gives.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.mesh_config.as_ref().map_or(TRUST_DOMAIN, |config| &config.trust_domain)
    }

    /// The trust domains whose certificates proxies here take: their own first.
    #[must_use]
    pub fn trusted_domains(&self) -> Vec<String> {
        let aliases = self.mesh_config.iter().flat_map(|config| config.trust_domain_aliases.iter().cloned());
        [self.trust_domain().to_owned()].into_iter().chain(aliases).collect()
    }

    /// Whether only the own pods of a cluster answer for a host, as the control plane here is told.
    #[must_use]
    pub fn keeps_local(&self, host: &str) -> bool {
        let settings = self.mesh_config.iter().flat_map(|config| &config.service_settings);
        settings
            .filter(|some| some.settings.cluster_local)
            .flat_map(|some| &some.hosts)
            .any(|known| known.strip_prefix('*').map_or(known == host, |end| host.ends_with(end)))
    }
}

/// Istio's own.
const TRUST_DOMAIN: &str = "cluster.local";

fn default_domain() -> String {
    TRUST_DOMAIN.to_owned()
}

fn default_release() -> u8 {
    31
}

fn default_namespace() -> String {
    "default".to_owned()
}

fn istio_system() -> String {
    "istio-system".to_owned()
}

/// Whether labels carry all that a selector asks for.
#[must_use]
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn usual_ports() -> BTreeMap<u16, u16> {
    BTreeMap::from([(15443, 15443), (80, 8080), (443, 8443)])
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
