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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ServerTls {
    /// Who ends it.
    pub mode: ServerTlsMode,
}

/// Who ends TLS that arrives at a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServerTlsMode {
    /// The pod that the SNI names.
    AutoPassthrough,
}
