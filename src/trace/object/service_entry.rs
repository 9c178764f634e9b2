//! `ServiceEntry`, as far as it is followed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Unfollowed;

/// Spec of a `ServiceEntry`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceEntrySpec {
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Addresses that these names resolve to.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Namespaces that see it; none means all.
    #[serde(default)]
    pub export_to: Vec<String>,
    #[serde(default)]
    pub location: Location,
    #[serde(default)]
    pub resolution: Resolution,
    #[serde(default)]
    pub ports: Vec<ServicePort>,
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Which workloads answer, instead of endpoints.
    #[serde(default)]
    pub workload_selector: Option<WorkloadSelector>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// Which workloads of the namespace are meant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WorkloadSelector {
    pub labels: BTreeMap<String, String>,
}

/// Whether the workloads are part of the mesh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Location {
    /// They are not.
    #[default]
    MeshExternal,
    /// They are.
    MeshInternal,
}

/// How endpoints are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Resolution {
    /// Where the caller connects to anyway.
    #[default]
    None,
    /// They are IP addresses.
    Static,
    /// They are names that the proxy looks up.
    Dns,
    /// One of the addresses that the proxy finds.
    DnsRoundRobin,
}

impl Resolution {
    /// Whether the proxy looks endpoints up.
    #[must_use]
    pub fn asks_dns(self) -> bool {
        match self {
            Self::None | Self::Static => false,
            Self::Dns | Self::DnsRoundRobin => true,
        }
    }
}

/// A port that callers dial.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    pub name: String,
    pub number: u16,
    #[serde(default)]
    pub protocol: Option<String>,
    #[serde(default)]
    pub target_port: Option<u16>,
}

/// Where calls lead: an endpoint of an entry, or a `WorkloadEntry`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub ports: BTreeMap<String, u16>,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub weight: Option<u32>,
    /// Region and zone.
    #[serde(default)]
    pub locality: Option<String>,
    /// Where it is, if not where it is called from.
    #[serde(default)]
    pub network: Option<String>,
    /// Who it is; with one, it understands the mesh's TLS.
    #[serde(default)]
    pub service_account: Option<String>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}
