//! A `Service` of a bundle: a stand-in, which selects nothing.

use serde::Deserialize;

/// Spec of a `Service`.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceSpec {
    #[serde(default)]
    pub ports: Vec<ServicePort>,
}

/// A port of a `Service`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    #[serde(default)]
    pub name: String,
    pub port: u16,
    #[serde(default)]
    pub app_protocol: Option<String>,
}
