//! The fields of Kubernetes' objects that are kept.
//!
//! Enters: the text of one object. Leaves: plain types. Refuses to know: the other fields, which the reader skips.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_yaml::Value;

/// Labels, or a selector.
pub(super) type Labels = BTreeMap<String, String>;

/// What every object says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) api_version: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// Several objects.
#[derive(Debug, Deserialize)]
pub(super) struct List {
    pub(super) items: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) labels: Option<Labels>,
    pub(super) annotations: Option<Annotations>,
    pub(super) creation_timestamp: Option<String>,
    pub(super) deletion_timestamp: Option<String>,
    pub(super) owner_references: Option<Vec<Owner>>,
}

/// Others may hold whole objects, Secrets among them.
#[derive(Debug, Deserialize)]
pub(super) struct Annotations {
    /// Which cluster a Secret opens.
    #[serde(rename = "networking.istio.io/cluster")]
    pub(super) cluster: Option<String>,
    /// Whether a pod gets a sidecar.
    #[serde(rename = "sidecar.istio.io/inject")]
    pub(super) inject: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Owner {
    pub(super) kind: String,
    pub(super) name: String,
}

/// An object with a spec and a status of a type.
#[derive(Debug, Deserialize)]
pub(super) struct Whole<S, T> {
    pub(super) spec: S,
    pub(super) status: Option<T>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceSpec {
    #[serde(rename = "clusterIP")]
    pub(super) cluster_ip: Option<String>,
    #[serde(rename = "externalIPs")]
    pub(super) external_ips: Option<Vec<String>>,
    pub(super) ports: Option<Vec<ServicePort>>,
    pub(super) selector: Option<Labels>,
    #[serde(rename = "type")]
    pub(super) form: Option<String>,
}

/// An object of whose spec nothing is kept.
#[derive(Debug, Deserialize)]
pub(super) struct Statused<T> {
    pub(super) status: Option<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NodeStatus {
    addresses: Option<Vec<NodeAddress>>,
}

#[derive(Debug, Deserialize)]
struct NodeAddress {
    #[serde(rename = "type", default)]
    form: String,
    #[serde(default)]
    address: String,
}

impl NodeStatus {
    /// What others may dial.
    pub(super) fn dialled(self) -> impl Iterator<Item = String> {
        let addresses = self.addresses.into_iter().flatten();
        let by_ip = addresses.filter(|some| matches!(some.form.as_str(), "InternalIP" | "ExternalIP"));
        by_ip.map(|some| some.address)
    }
}

/// What brings pods.
#[derive(Debug, Deserialize)]
pub(super) struct WorkloadSpec {
    pub(super) replicas: Option<u32>,
    pub(super) template: Option<Template>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Template {
    pub(super) metadata: Option<Metadata>,
    pub(super) spec: Option<PodSpec>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServicePort {
    #[serde(default)]
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) protocol: Option<String>,
    pub(super) app_protocol: Option<String>,
    pub(super) target_port: Option<PortOrName>,
    pub(super) node_port: Option<u16>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(untagged)]
pub(super) enum PortOrName {
    Port(u16),
    Name(String),
}

#[derive(Debug, Default, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceStatus {
    pub(super) load_balancer: Option<LoadBalancer>,
}

#[derive(Debug, Deserialize, Hash)]
pub(super) struct LoadBalancer {
    pub(super) ingress: Option<Vec<Ingress>>,
}

#[derive(Debug, Deserialize, Hash)]
pub(super) struct Ingress {
    pub(super) ip: Option<String>,
    pub(super) hostname: Option<String>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodSpec {
    pub(super) node_name: Option<String>,
    pub(super) service_account_name: Option<String>,
    #[serde(default)]
    pub(super) containers: Vec<Container>,
    pub(super) init_containers: Option<Vec<Container>>,
}

#[derive(Debug, Deserialize, Hash)]
pub(super) struct Container {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) image: String,
    pub(super) ports: Option<Vec<ContainerPort>>,
    pub(super) env: Option<Vec<Variable>>,
    pub(super) args: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContainerPort {
    pub(super) name: Option<String>,
    pub(super) container_port: u16,
}

#[derive(Debug, Deserialize, Hash)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) name: String,
    pub(super) value: Option<String>,
}

#[derive(Debug, Default, Deserialize, Hash)]
pub(super) struct PodStatus {
    pub(super) phase: Option<String>,
    #[serde(rename = "podIP")]
    pub(super) pod_ip: Option<String>,
    pub(super) conditions: Option<Vec<Condition>>,
}

#[derive(Debug, Deserialize, Hash)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    form: String,
    status: String,
}

impl Condition {
    /// Whether it says that a pod answers.
    pub(super) fn is_ready(&self) -> bool {
        self.form == "Ready" && self.status == "True"
    }
}

/// Istio's own settings.
#[derive(Debug, Deserialize)]
pub(super) struct ConfigMap {
    pub(super) data: Option<IstioConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IstioConfig {
    pub(super) mesh: Option<String>,
    pub(super) mesh_networks: Option<String>,
}

/// An object of Istio, whose spec is read where requests are followed.
#[derive(Debug, Deserialize)]
pub(super) struct Istios {
    pub(super) spec: Option<Value>,
}
