//! `Gateway`, as far as it is followed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Unfollowed;

/// Spec of a `Gateway`.
#[derive(Clone, Debug, Deserialize)]
pub struct GatewaySpec {
    /// Labels of the gateway's pods; none selects all.
    #[serde(default)]
    pub selector: BTreeMap<String, String>,
    #[serde(default)]
    pub servers: Vec<Server>,
}

/// An open port.
#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    pub port: ServerPort,
    #[serde(default)]
    pub tls: Option<ServerTls>,
    #[serde(default)]
    pub hosts: Vec<String>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// What a gateway listens on.
#[derive(Clone, Debug, Deserialize)]
pub struct ServerPort {
    pub number: u16,
    #[serde(default)]
    pub protocol: String,
}

/// What a gateway does with TLS.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerTls {
    #[serde(default)]
    pub mode: Option<String>,
    #[serde(default)]
    pub https_redirect: bool,
}
