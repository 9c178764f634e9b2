//! `services.KEY`: ports, versions, clusters, clients.
//!
//! Enters: the tree of one service. Leaves: [`Service`]. Refuses to know: whether the clusters it names exist.

use super::{Keyed, Listed, ServiceName, Written};
use crate::source::{At, Place};

/// `services.KEY`. If its value could not be read, its name is here and every field is illegible.
#[derive(Clone, Debug)]
pub struct Service {
    /// The key.
    pub name: ServiceName,
    /// The characters of the whole key.
    pub place: Place,
    /// `resolve` asks for it where it is absent.
    pub ports: Written<Listed<Port>>,
    /// This or `clusters`: `resolve` complains about both and neither.
    pub versions: Written<Listed<Version>>,
    /// Where a service without versions runs.
    pub clusters: Written<Listed<Placement>>,
    pub clients: Written<Clients>,
    pub across_clusters: Written<AcrossClusters>,
    pub plain_names: Written<PlainNames>,
    /// An address, unchecked.
    pub virtual_ip: Written<String>,
}

/// One port of a service.
#[derive(Clone, Debug)]
pub struct Port {
    /// The key; nothing for a port written as a bare number.
    pub name: Option<At<String>>,
    /// Never absent.
    pub number: Written<u16>,
    /// As written, unchecked.
    pub protocol: Written<String>,
    /// The key, or the bare number.
    pub place: Place,
}

/// `services.KEY.versions.V`
#[derive(Clone, Debug)]
pub struct Version {
    /// The key.
    pub name: At<String>,
    /// `resolve` asks for it where it is absent.
    pub clusters: Written<Listed<Placement>>,
    pub labels: Written<Listed<Keyed<At<String>>>>,
    pub subset: Written<String>,
}

/// A cluster that runs something.
#[derive(Clone, Debug)]
pub struct Placement {
    pub cluster: At<String>,
    /// Relative, at least 1; only `spread` looks at it.
    pub size: Written<u32>,
}

/// `clients`
#[derive(Clone, Debug)]
pub enum Clients {
    /// `all`
    All,
    /// These clusters; `[]` is none.
    Clusters(Listed<Client>),
}

/// A cluster whose workloads get the routing.
#[derive(Clone, Debug)]
pub struct Client {
    pub cluster: At<String>,
    /// Absent where only the cluster was named, which means all.
    pub namespaces: Written<Namespaces>,
}

/// Which namespaces of a client cluster.
#[derive(Clone, Debug)]
pub enum Namespaces {
    /// `all`
    All,
    /// These.
    Named(Listed<At<String>>),
}

/// `acrossClusters`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossClusters {
    /// `local`
    Local,
    /// `spread`
    Spread,
}

/// `plainNames`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainNames {
    /// `service`
    Service,
    /// `entry`
    Entry,
    /// `none`
    None,
}
