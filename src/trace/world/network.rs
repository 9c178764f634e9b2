//! Networks, as the installation of a control plane may name them: Istio's `meshNetworks`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// All of them, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeshNetworks {
    /// By name.
    #[serde(default)]
    pub networks: BTreeMap<String, MeshNetwork>,
}

/// What belongs to a network, and how others get in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeshNetwork {
    /// What belongs to it.
    #[serde(default)]
    pub endpoints: Vec<NetworkEndpoints>,
    /// The ways in.
    #[serde(default)]
    pub gateways: Vec<NetworkGateway>,
}

/// Endpoints of a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkEndpoints {
    /// All of a cluster, by what control planes call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_registry: Option<String>,
}

/// A way in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkGateway {
    /// By address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// or by the full name of its Service, in the clusters of the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_service_name: Option<String>,
    /// What is dialled.
    pub port: u16,
}
