//! Clusters and the gateways that others enter them by.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use super::reach::Reach;
use super::release::Release;
use crate::source::{At, Place};

/// Index into `Mesh::clusters`; in order of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub usize);

/// One Kubernetes cluster with its own Istio.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its place among the clusters of the mesh.
    pub id: ClusterId,
    /// A DNS label.
    pub name: String,
    /// Its key in the topology.
    pub place: Place,
    /// The Istio it runs.
    pub release: Release,
    /// Where the release was written, if it was.
    pub release_place: Option<Place>,
    /// The domain of its Services: `cluster.local`.
    pub cluster_domain: String,
    /// The SPIFFE trust domain.
    pub trust_domain: String,
    /// The way in; none for a cluster nobody enters.
    pub gateway: Option<Gateway>,
    /// Region and zone.
    pub locality: Option<Locality>,
    /// Istio's name of the network.
    pub network: Option<String>,
    /// Its id in the control planes that see it, if that was written.
    pub registry: Option<At<String>>,
    /// The other cluster whose control plane configures this one; none if its own does.
    pub control_plane: Option<At<ClusterId>>,
    /// The kubectl context in printed commands.
    pub context: String,
    /// Where it says that nobody elsewhere is sent there; its own workloads still use it.
    pub drain: Option<Place>,
    /// How others get into it, if that was written.
    pub reach: Option<At<Reach>>,
}

impl Cluster {
    /// Its id in the control planes that see it: what they label its endpoints with.
    #[must_use]
    pub fn registry_id(&self) -> &str {
        self.registry.as_ref().map_or(&self.name, |registry| &registry.value)
    }

    /// Whether pods of another cluster are dialled by their own addresses. Istio takes a network without name for any.
    #[must_use]
    pub fn shares_network(&self, other: &Self) -> bool {
        match (&self.network, &other.network) {
            (Some(own), Some(others)) => own == others,
            (None, _) | (_, None) => true,
        }
    }
}

/// `region/zone`, or a region alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locality {
    /// Clusters of one region are near each other.
    pub region: String,
    /// Kept for `resolve`; distance does not look at it.
    pub zone: Option<String>,
}

/// An east-west gateway: what callers dial, and the workload behind it.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Where it was written.
    pub place: Place,
    /// At least one; all IPs, or at least one name.
    pub addresses: Vec<Address>,
    /// Other addresses, for callers in certain clusters; these dial none of the above.
    pub addresses_from: BTreeMap<ClusterId, AddressesFrom>,
    /// The port callers dial.
    pub port: u16,
    /// The port of the Gateway's server.
    pub server_port: u16,
    /// Namespace of the gateway's workload, and of the Gateway object.
    pub namespace: String,
    /// Labels of the gateway's workload.
    pub selector: BTreeMap<String, String>,
    /// Which hosts the Gateway object opens.
    pub expose: Expose,
    /// A Gateway object exists already; none is written.
    pub existing: bool,
}

/// How callers in one cluster dial a gateway.
#[derive(Clone, Debug)]
pub struct AddressesFrom {
    /// The caller's name, where it was written.
    pub place: Place,
    /// At least one; all IPs, or at least one name.
    pub addresses: Vec<Address>,
}

impl Gateway {
    /// How callers in a cluster dial it.
    #[must_use]
    pub fn dialled_from(&self, caller: ClusterId) -> &[Address] {
        self.addresses_from.get(&caller).map_or(&self.addresses, |from| &from.addresses)
    }
}

/// Which hosts a Gateway object opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expose {
    /// `*.local`, as Istio's own documents do.
    All,
    /// Exactly what others call.
    Used,
}

/// How a gateway is dialled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// An address of its own.
    Ip(IpAddr),
    /// A DNS name, resolved by the callers.
    Name(String),
}

impl Address {
    /// Whether it is one of those that examples use, and nobody has.
    #[must_use]
    pub fn is_for_documents(&self) -> bool {
        match self {
            Self::Ip(IpAddr::V4(ip)) => ip.is_documentation(),
            Self::Ip(IpAddr::V6(ip)) => matches!(ip.segments(), [0x2001, 0xdb8, ..]),
            Self::Name(_) => false,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}
