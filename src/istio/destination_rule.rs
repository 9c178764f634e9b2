//! `DestinationRule`: what a subset is, and how connections to it are made.
//!
//! Istio's fields in Istio's spelling; what they are for is `lower`'s to know.

use std::collections::BTreeMap;

use serde::Serialize;

/// Spec of a `DestinationRule`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrafficPolicy {
    /// For ports without settings of their own; in a subset it beats even the port settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ClientTls>,
    /// By port; nothing is inherited into them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub port_level_settings: Vec<PortPolicy>,
}

/// How connections to one port are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PortPolicy {
    /// The service's port.
    pub port: PortSelector,
    /// Its TLS.
    pub tls: ClientTls,
}

/// A port by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PortSelector {
    /// The service's number.
    pub number: u16,
}

/// How a caller's proxy speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientTls {
    /// Whose certificates.
    pub mode: ClientTlsMode,
    /// What the far gateway routes by; none lets Istio derive it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
}

/// Whose certificates a caller's proxy uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientTlsMode {
    /// The mesh's own.
    IstioMutual,
}
