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
}

/// What a gateway does with TLS.
#[derive(Clone, Debug, Deserialize)]
pub struct ServerTls {
    #[serde(default)]
    pub mode: Option<String>,
}

impl Server {
    /// Whether it passes TLS on to whom the SNI names.
    #[must_use]
    pub fn passes_through(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.mode.as_deref() == Some("AUTO_PASSTHROUGH"))
    }
}
