//! `Sidecar`: what callers of a namespace are told of, as far as it is followed.

use serde::Deserialize;

use super::service_entry::WorkloadSelector;
use super::virtual_service::PortSelector;

/// Spec of a `Sidecar`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SidecarSpec {
    /// Whose it is; none means all of the namespace, or, in the root namespace, of the mesh.
    pub workload_selector: Option<WorkloadSelector>,
    /// What they are told of; none means everything.
    pub egress: Vec<EgressListener>,
    pub outbound_traffic_policy: Option<OutboundTrafficPolicy>,
}

/// What is told of one port, or of all others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EgressListener {
    /// `namespace/name`: of either `*` means all; `.` is the own namespace, `~` none.
    pub hosts: Vec<String>,
    pub port: Option<PortSelector>,
}

/// What becomes of requests to whom the mesh does not know.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OutboundTrafficPolicy {
    /// `REGISTRY_ONLY` lets none of them out.
    pub mode: Option<String>,
}

impl SidecarSpec {
    /// Whether it is for all workloads of its namespace.
    pub fn is_for_all(&self) -> bool {
        self.workload_selector.as_ref().is_none_or(|selector| selector.labels.is_empty())
    }

    /// Whether requests to whom the mesh does not know end at once.
    pub fn lets_nobody_out(&self) -> bool {
        let mode = self.outbound_traffic_policy.as_ref().and_then(|policy| policy.mode.as_deref());
        mode == Some("REGISTRY_ONLY")
    }

    /// What is told of a port: the first that is for it, or for all.
    pub fn listener(&self, port: u16) -> Option<&EgressListener> {
        self.egress.iter().find(|listener| listener.port.is_none_or(|known| known.number == port))
    }
}
