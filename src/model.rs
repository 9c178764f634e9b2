//! The mesh as meant: every name resolved, every default filled in.
//!
//! Enters: nothing; `resolve` builds these types. Leaves: what `plan` reads. Refuses to know: how it was
//! written (but for places, so that later findings can point at the input) and how Istio says it.
//!
//! The types cannot hold the mistakes of the input: a name that did not resolve is not in them.

pub mod name; // hosts, names of objects, versions as DNS labels
pub mod pattern; // hosts that stand for others
pub mod release; // which Istio
pub mod cluster;
pub mod protocol; // what is spoken on a port
pub mod service;
pub mod traffic_policy;
pub mod service_account;
pub mod ingress;
pub mod reach; // how a call gets into another cluster
pub mod routing;
pub mod step; // a chain of shares
pub mod condition;
pub mod action;

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::diagnostic::allow::Allowance;
use crate::source::{At, Place};

pub use action::Actions;
pub use cluster::{Address, Cluster, ClusterId, Gateway};
pub use condition::Condition;
pub use ingress::{IngressGateway, IngressGatewayId};
pub use protocol::{Protocol, RouteKind};
pub use reach::Reach;
pub use release::Release;
pub use routing::{Answer, Destination, Mirror, Rule, Speaks};
pub use service::{Callers, Complete, Pick, Port, Service, ServiceId, TargetPort, Version, VersionId};

/// Several clusters, the services that run in them, and where requests go.
#[derive(Clone, Debug)]
pub struct Mesh {
    /// On every object as label `app.kubernetes.io/part-of`.
    pub name: String,
    /// How a call gets into another cluster, where neither service nor cluster says.
    pub reach: Option<At<Reach>>,
    /// How names of services in other clusters are formed.
    pub remote_names: RemoteNames,
    /// The end of those names: `global`.
    pub remote_suffix: String,
    /// Where that was written, if it was.
    pub remote_suffix_place: Option<Place>,
    /// The pool that remote names draw their addresses from; none for meshes whose DNS is answered otherwise.
    pub virtual_ips: Option<VirtualIps>,
    /// The pod label that tells versions apart where a version names no labels of its own.
    pub version_label: String,
    /// Put on every object.
    pub labels: BTreeMap<String, String>,
    /// Put on every object.
    pub annotations: BTreeMap<String, String>,
    /// By name; a [`ClusterId`] is an index.
    pub clusters: Vec<Cluster>,
    /// By namespace, then name; a [`ServiceId`] is an index.
    pub services: Vec<Service>,
    /// Where requests from outside arrive, by name; an `IngressGatewayId` is an index.
    pub gateways: Vec<IngressGateway>,
    /// Warnings and notes that are acknowledged.
    pub allow: Vec<Allowance>,
}

/// A pool of addresses and where it was written, if it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VirtualIps {
    /// The network that addresses are drawn from.
    pub pool: IpNet,
    /// `mesh.virtualIPs`.
    pub place: Option<Place>,
}

/// Whether one remote name stands for all clusters, or each cluster has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteNames {
    /// `reviews.default.global`
    Shared,
    /// `reviews.default.svc.cluster2.global`
    PerCluster,
}

impl Mesh {
    /// The cluster with this id.
    #[must_use]
    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        self.clusters.get(id.0)
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.get(id.0)
    }

    /// How many clusters have a gateway with an address that is kept for documents (RFC 5737, RFC 3849).
    #[must_use]
    pub fn placeholders(&self) -> usize {
        let gateways = self.clusters.iter().filter_map(|cluster| cluster.gateway.as_ref());
        gateways.filter(|gateway| gateway.addresses.iter().any(Address::is_for_documents)).count()
    }

    /// The name of a service for callers in other clusters than the one that serves it: one name for all
    /// clusters, or one for each.
    #[must_use]
    pub fn remote_host(&self, service: &Service, serving: &Cluster) -> String {
        let (name, namespace) = (&service.name, &service.namespace);
        match self.remote_names {
            RemoteNames::Shared => format!("{name}.{namespace}.{}", self.remote_suffix),
            RemoteNames::PerCluster => {
                format!("{name}.{namespace}.svc.{}.{}", serving.name, self.remote_suffix)
            }
        }
    }
}
