//! `mesh`: what holds for all clusters.
//!
//! Enters: the tree of `mesh`. Leaves: [`Mesh`]. Refuses to know: defaults.

use super::service::{AcrossClusters, Clients, PlainNames};
use super::{Keyed, Listed, Written};
use crate::source::At;

/// `mesh`
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    pub name: Written<String>,
    /// `1.30` or `1.8.5`, unchecked.
    pub istio: Written<String>,
    pub remote_names: Written<RemoteNames>,
    pub remote_suffix: Written<String>,
    pub across_clusters: Written<AcrossClusters>,
    pub plain_names: Written<PlainNames>,
    pub clients: Written<Clients>,
    /// A network or `none`, unchecked.
    pub virtual_ips: Written<String>,
    pub version_label: Written<String>,
    pub cluster_domain: Written<String>,
    pub trust_domain: Written<String>,
    pub labels: Written<Listed<Keyed<At<String>>>>,
    pub annotations: Written<Listed<Keyed<At<String>>>>,
}

/// `mesh.remoteNames`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteNames {
    /// `shared`
    Shared,
    /// `per-cluster`
    PerCluster,
}
