//! `ServiceEntry`: a name for workloads that Kubernetes does not know.
//!
//! Istio's fields in Istio's spelling; what they are for is `lower`'s to know.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

/// Spec of a `ServiceEntry`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceEntrySpec {
    /// The names it gives.
    pub hosts: Vec<String>,
    /// The addresses these names resolve to, for proxies that answer DNS, and that TCP is told apart by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Namespaces that see it; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub export_to: Vec<String>,
    /// Whether the workloads are part of the mesh.
    pub location: Location,
    /// How endpoints are found; always written, for Istio's default forbids endpoints.
    pub resolution: Resolution,
    /// The ports that callers dial.
    pub ports: Vec<ServicePort>,
    /// Where these really lead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Endpoint>,
}

/// Whether the workloads are part of the mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Location {
    /// They speak the mesh's mutual TLS.
    MeshInternal,
}

/// How endpoints are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Resolution {
    /// Endpoints are IP addresses.
    Static,
    /// Endpoints are names (or IP addresses), looked up by the proxy.
    Dns,
}

/// A port that callers dial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServicePort {
    /// The key of the endpoints' `ports`.
    pub name: String,
    /// What callers dial.
    pub number: u16,
    /// In Istio's spelling: `HTTP`, `GRPC-WEB`.
    pub protocol: &'static str,
}

/// Where calls really lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// An IP address, or with [`Resolution::Dns`] a name.
    pub address: String,
    /// What is dialled there, by name of the service's port.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub ports: IndexMap<String, u16>,
    /// What subsets tell endpoints apart by.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where it is, if not where it is called from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Whom the pods there run under.
    #[serde(rename = "serviceAccount", skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// `region` or `region/zone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Relative to the other endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}
