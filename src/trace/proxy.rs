//! Who sends: a caller's sidecar, or a gateway.
//!
//! Enters: a caller, or a gateway's workload. Leaves: what control planes look at when they configure its proxy. Refuses to
//! know: where it sends.

use std::collections::BTreeMap;

use super::endpoint::augmented;
use super::pool::Traits;
use super::request::Caller;
use super::world::{Cluster, Gateway, Workload};

/// A proxy, as its control plane sees it.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) role: Role,
    /// Its own; rules speak to namespaces.
    pub(super) namespace: String,
    /// Its own, and what Istio adds.
    pub(super) labels: BTreeMap<String, String>,
    /// Region and zone; empty if nobody said.
    pub(super) locality: String,
    /// Istio's name of its network; empty if nobody said.
    network: String,
    /// The networks whose endpoints it is given; all if none is named.
    view: Vec<String>,
}

/// What a proxy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A caller's sidecar.
    Sidecar,
    /// A gateway where requests from outside arrive.
    Ingress,
    /// A gateway that passes TLS on as it is.
    Passing,
}

impl Role {
    /// For people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Sidecar => "caller",
            Self::Ingress | Self::Passing => "gateway",
        }
    }
}

impl Proxy {
    /// A caller's sidecar.
    pub(super) fn sidecar(cluster: &Cluster, caller: &Caller) -> Self {
        let locality = caller.locality.as_ref().or(cluster.locality.as_ref()).cloned().unwrap_or_default();
        let network = cluster.network.clone().unwrap_or_default();
        Self {
            role: Role::Sidecar,
            namespace: caller.namespace.clone(),
            labels: augmented(&caller.labels, cluster.id(), &locality, &network),
            locality,
            network,
            view: Vec::new(),
        }
    }

    /// A gateway.
    pub(super) fn gateway(role: Role, cluster: &Cluster, gateway: &Gateway) -> Self {
        let locality = gateway.locality.clone().unwrap_or_default();
        let network = gateway.network.as_ref().or(cluster.network.as_ref()).cloned().unwrap_or_default();
        Self {
            role,
            namespace: gateway.namespace.clone(),
            labels: augmented(&gateway.labels, cluster.id(), &locality, &network),
            locality,
            network,
            view: gateway.requested_network_view.clone(),
        }
    }

    /// Whether it dials the endpoints of a network itself. Nothing counts as near.
    pub(super) fn is_in(&self, network: &str) -> bool {
        network.is_empty() || self.network.is_empty() || self.network == network
    }

    /// Whether anybody said where it is.
    pub(super) fn has_network(&self) -> bool {
        !self.network.is_empty()
    }

    /// Whether it is given the endpoints of a network at all.
    pub(super) fn may_see(&self, network: &str) -> bool {
        self.view.is_empty() || network.is_empty() || self.view.iter().any(|seen| seen == network)
    }

    /// Whether it can open connections to pods by their own addresses. `flat`: all that names no network is one.
    pub(super) fn reaches_pods(&self, own: &Cluster, there: &Cluster, pods: &Workload, flat: bool) -> bool {
        let network = pods.network.as_ref().or(there.network.as_ref());
        own.name == there.name
            || network.map_or(flat && !self.has_network(), |network| *network == self.network)
    }

    /// What endpoints are compared with.
    pub(super) fn traits(&self) -> Traits<'_> {
        Traits { labels: &self.labels, locality: &self.locality }
    }
}
