//! `DestinationRule`: what a subset is, and how connections to it are made.
//!
//! Istio's fields in Istio's spelling; what they are for is `lower`'s to know.

pub mod connection_pool;
pub mod load_balancer;
pub mod outlier_detection;

use std::collections::BTreeMap;

use serde::Serialize;

use connection_pool::ConnectionPool;
use load_balancer::LoadBalancer;
use outlier_detection::OutlierDetection;

/// Spec of a `DestinationRule`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DestinationRuleSpec {
    /// The service it is about, as a full name.
    pub host: String,
    /// Namespaces that see it; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub export_to: Vec<String>,
    /// For requests that name no subset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_policy: Option<TrafficPolicy>,
    /// What routes may name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subsets: Vec<Subset>,
}

/// A part of a service's endpoints.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subset {
    /// A DNS label; part of the SNI.
    pub name: String,
    /// What its endpoints carry; none means all endpoints.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Overrides the rule's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_policy: Option<TrafficPolicy>,
}

/// How connections are made. Istio refuses one that says nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrafficPolicy {
    /// In a subset, these three stand for the rule's own.
    #[serde(flatten)]
    pub settings: Settings,
    /// For ports without settings of their own; in a subset it beats even the port settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ClientTls>,
    /// By port; nothing is inherited into them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub port_level_settings: Vec<PortPolicy>,
}

/// What users say of connections; TLS is not among it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_pool: Option<Box<ConnectionPool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<Box<LoadBalancer>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlier_detection: Option<Box<OutlierDetection>>,
}

/// How connections to one port are made. Istio refuses one that says nothing but the port.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PortPolicy {
    /// The service's port.
    pub port: PortSelector,
    /// Nothing is inherited into them.
    #[serde(flatten)]
    pub settings: Settings,
    /// Its TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ClientTls>,
}

/// A port by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PortSelector {
    /// The service's number.
    pub number: u16,
}

/// How a caller's proxy speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientTls {
    /// Whose certificates.
    pub mode: ClientTlsMode,
    /// What the far gateway routes by; none lets Istio derive it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// Identities of which the server's certificate must carry one; none lets Istio decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_alt_names: Vec<String>,
}

/// Whose certificates a caller's proxy uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientTlsMode {
    /// The mesh's own.
    IstioMutual,
}
