//! `Gateway`: a port of a gateway's workload, and the hosts it is open for.
//!
//! Istio's fields in Istio's spelling; what they are for is `lower`'s to know.

use std::collections::BTreeMap;

use serde::Serialize;

/// Spec of a `Gateway`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GatewaySpec {
    /// Labels of the gateway's pods.
    pub selector: BTreeMap<String, String>,
    /// At least one.
    pub servers: Vec<Server>,
}

/// An open port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Server {
    /// For other tools; none needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the workload listens on.
    pub port: ServerPort,
    /// How it ends, or passes on, TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<ServerTls>,
    /// The names it is open for.
    pub hosts: Vec<String>,
}

/// What a gateway listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerPort {
    /// Unique among the ports of one gateway.
    pub name: String,
    /// The workload's port.
    pub number: u16,
    /// `TLS`
    pub protocol: &'static str,
}

/// What a gateway does with TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerTls {
    /// Sends plain HTTP to HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https_redirect: Option<bool>,
    /// Who ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<ServerTlsMode>,
    /// The secret with the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_certificate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_certificates: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_alt_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_protocol_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_protocol_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cipher_suites: Vec<String>,
}

/// Who ends TLS that arrives at a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServerTlsMode {
    /// The pod that the SNI names.
    AutoPassthrough,
    /// Whoever a route by SNI leads to.
    Passthrough,
    /// The gateway.
    Simple,
    /// The gateway; callers show a certificate, too.
    Mutual,
    /// The gateway; callers may show a certificate, too.
    OptionalMutual,
    /// The gateway, with the mesh's own certificates.
    IstioMutual,
}
