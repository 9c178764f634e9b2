//! What exists before any routing is applied: clusters, gateways, Services, pods.
//!
//! Enters: nothing; whoever knows the mesh builds these types. Leaves: the ground on which requests are followed, and,
//! serialized, the `world.yaml` that the judge of real Istio reads. Refuses to know: rules, weights, objects of Istio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct World {
    /// In order of name.
    pub clusters: Vec<Cluster>,
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
    /// Clusters whose Services and pods the control plane here reads as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sees: Vec<String>,
    /// The cluster whose control plane configures this one; its own if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_plane: Option<String>,
    /// What differs from Istio's defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh_config: Option<MeshConfig>,
    /// Gateway workloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<Gateway>,
    /// Services with their pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
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
    pub trust_domain: String,
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
    /// `region/zone`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
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
    /// The pods.
    #[serde(default)]
    pub workloads: Vec<Workload>,
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

/// Pods with the same labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// Of the pods.
    pub name: String,
    /// What subsets tell them apart by.
    pub labels: BTreeMap<String, String>,
    /// How many there are.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub replicas: u32,
    /// `region/zone`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Those that their certificates may carry; empty where nobody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<String>,
}

impl World {
    /// The cluster of this name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }

    /// The gateway that answers callers of one cluster at an address, and its own cluster.
    #[must_use]
    pub fn gateway_at(&self, address: &str, caller: &str) -> Option<(&Cluster, &Gateway)> {
        self.clusters.iter().find_map(|cluster| {
            let dialled = |gateway: &&Gateway| {
                let addresses = gateway.addresses_from.get(caller).unwrap_or(&gateway.addresses);
                addresses.iter().any(|known| known == address)
            };
            cluster.gateways.iter().find(dialled).map(|gateway| (cluster, gateway))
        })
    }
}

impl Cluster {
    /// The full name of a Service here.
    #[must_use]
    pub fn host(&self, service: &Service) -> String {
        format!("{}.{}.svc.{}", service.name, service.namespace, self.domain)
    }
}

fn default_domain() -> String {
    "cluster.local".to_owned()
}

fn default_release() -> u8 {
    30
}

fn default_namespace() -> String {
    "default".to_owned()
}

fn istio_system() -> String {
    "istio-system".to_owned()
}

fn usual_ports() -> BTreeMap<u16, u16> {
    BTreeMap::from([(15443, 15443), (80, 8080), (443, 8443)])
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_reads_as_the_judge_reads_it() {
        let world = World {
            clusters: vec![Cluster {
                name: "cluster1".to_owned(),
                network: None,
                sees: Vec::new(),
                control_plane: None,
                mesh_config: None,
                gateways: vec![Gateway {
                    name: "istio-eastwestgateway".to_owned(),
                    namespace: istio_system(),
                    labels: BTreeMap::from([("istio".to_owned(), "eastwestgateway".to_owned())]),
                    addresses: vec!["203.0.113.10".to_owned()],
                    addresses_from: BTreeMap::new(),
                    ports: BTreeMap::from([(31443, 15443)]),
                    requested_network_view: Vec::new(),
                    locality: None,
                }],
                services: vec![Service {
                    name: "reviews".to_owned(),
                    namespace: default_namespace(),
                    ports: vec![Port {
                        name: "http".to_owned(),
                        port: 9080,
                        app_protocol: None,
                        target_port: None,
                    }],
                    workloads: vec![Workload {
                        name: "reviews-v1".to_owned(),
                        labels: BTreeMap::from([("version".to_owned(), "v1".to_owned())]),
                        replicas: 1,
                        locality: None,
                        identities: Vec::new(),
                    }],
                }],
                locality: None,
                domain: default_domain(),
                release: 30,
            }],
        };
        let text = serde_yaml::to_string(&world).unwrap();
        insta::assert_snapshot!(text, @r"
        clusters:
        - name: cluster1
          gateways:
          - name: istio-eastwestgateway
            namespace: istio-system
            labels:
              istio: eastwestgateway
            addresses:
            - 203.0.113.10
            ports:
              31443: 15443
          services:
          - name: reviews
            namespace: default
            ports:
            - name: http
              port: 9080
            workloads:
            - name: reviews-v1
              labels:
                version: v1
        ");
        assert_eq!(serde_yaml::from_str::<World>(&text).unwrap(), world);
    }
}
