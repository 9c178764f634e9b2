//! Services: their ports, versions, where these run, and who calls them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::cluster::{Cluster, ClusterId};
use super::ingress::Ingress;
use super::protocol::{Protocol, RouteKind};
use super::reach::Reach;
use super::routing::Rule;
use super::service_account::ServiceAccount;
use super::traffic_policy::TrafficPolicy;
use crate::source::{At, Place};

/// Index into `Mesh::services`; in order of namespace and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub usize);

/// Index into `Service::versions`; in order of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub usize);

/// A Kubernetes Service that runs in one or more clusters.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its place in the mesh, which tells it apart.
    pub id: ServiceId,
    /// A DNS label.
    pub namespace: String,
    /// A DNS label.
    pub name: String,
    /// Its key in the topology.
    pub place: Place,
    /// At least one, by number.
    pub ports: Vec<Port>,
    /// By name; empty for a service without versions.
    pub versions: Vec<Version>,
    /// Every cluster that runs any of it, with its relative size (the sizes of all versions there, added up).
    pub runs: BTreeMap<ClusterId, u32>,
    /// Whose workloads get the routing; a cluster that is not named is left as it is.
    pub clients: Arc<BTreeMap<ClusterId, Callers>>,
    /// Which cluster serves what runs in several.
    pub across_clusters: AcrossClusters,
    /// What makes the plain name work where the service does not run.
    pub plain_names: PlainNames,
    /// The address pinned for its (shared) remote name.
    pub virtual_ip: Option<At<IpAddr>>,
    /// Who its pods say they are; nobody said it where empty.
    pub service_accounts: BTreeSet<ServiceAccount>,
    /// How callers' proxies connect to it.
    pub traffic_policy: Option<Box<TrafficPolicy>>,
    /// How callers in other clusters get to it, if that was written.
    pub reach: Option<At<Reach>>,
    /// The first whose conditions hold answers; empty for a service that is left alone.
    pub rules: Vec<Rule>,
    /// Which requests from outside its rules hold for.
    pub ingress: Vec<Ingress>,
    /// How much of it could be read.
    pub complete: Complete,
    /// Where `headless: true` was written: its name stands for its pods, and callers choose among them by DNS.
    pub headless: Option<Place>,
}

/// Which parts of a service could be read in full; nothing is concluded from what is missing in the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them may hold without the others"
)]
pub struct Complete {
    /// Its ports.
    pub ports: bool,
    /// The names of its versions.
    pub versions: bool,
    /// Where it runs.
    pub places: bool,
    /// Its rules.
    pub rules: bool,
}

impl Complete {
    /// Whether all of them could.
    #[must_use]
    pub fn all(self) -> bool {
        let Self { ports, versions, places, rules } = self;
        ports && versions && places && rules
    }
}

/// A port of a service; the same number in every cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Kubernetes' name of the port.
    pub name: String,
    /// The Service's number.
    pub number: u16,
    /// What is spoken on it.
    pub protocol: Protocol,
    /// Where it was written.
    pub place: Place,
    /// The pods' port, where it was written.
    pub target: Option<TargetPort>,
}

/// A port of the pods, as a Kubernetes Service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetPort {
    /// `8080`
    Number(u16),
    /// `web`, which each pod gives a number.
    Name(String),
}

/// Pods of a service that carry certain labels.
#[derive(Clone, Debug)]
pub struct Version {
    /// A label value, as written: `1.10`.
    pub name: String,
    /// A DNS label: the subset that stands for it in the clusters that run it; the wire contract.
    pub subset: String,
    /// The labels that its pods carry.
    pub labels: BTreeMap<String, String>,
    /// Where it runs, with relative sizes.
    pub clusters: BTreeMap<ClusterId, u32>,
    /// What it says otherwise than the service.
    pub traffic_policy: Option<Box<TrafficPolicy>>,
    /// Its key in the topology.
    pub place: Place,
}

/// One version of a service, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    /// Every version, no subset.
    Any,
    /// This one.
    Version(VersionId),
}

/// Which workloads of a client cluster get the routing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Callers {
    /// Those of every namespace.
    All,
    /// Those of these namespaces; never empty.
    Namespaces(BTreeSet<String>),
}

/// Which cluster serves a version that runs in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossClusters {
    /// The caller's own, else the nearest.
    Local,
    /// All, by size.
    Spread,
    /// The nearest that is healthy: the caller's own, its region, any other.
    Failover,
}

/// What makes `http://ratings` work where only other clusters run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainNames {
    /// A stand-in Service, in a file of its own.
    Service,
    /// A ServiceEntry, for DNS capture.
    Entry,
    /// It is there already.
    None,
}

impl Callers {
    /// Their namespaces; none where all are meant.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        let namespaces = match self {
            Self::All => None,
            Self::Namespaces(namespaces) => Some(namespaces),
        };
        namespaces.into_iter().flatten().map(String::as_str)
    }

    /// These and those.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Namespaces(these), Self::Namespaces(those)) => {
                Self::Namespaces(these.union(those).cloned().collect())
            }
            (Self::All, _) | (_, Self::All) => Self::All,
        }
    }
}

impl Service {
    /// The version with this id.
    #[must_use]
    pub fn version(&self, id: VersionId) -> Option<&Version> {
        self.versions.get(id.0)
    }

    /// Its name in one cluster: `reviews.default.svc.cluster.local`.
    #[must_use]
    pub fn plain_host(&self, cluster: &Cluster) -> String {
        [&self.name, ".", &self.namespace, ".svc.", &cluster.cluster_domain].concat()
    }

    /// Whether that is its name in one cluster.
    #[must_use]
    pub fn is_plain_host(&self, host: &str, cluster: &Cluster) -> bool {
        let rest = host.strip_prefix(self.name.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let rest = rest.and_then(|rest| rest.strip_prefix(self.namespace.as_str()));
        rest.and_then(|rest| rest.strip_prefix(".svc.")) == Some(cluster.cluster_domain.as_str())
    }

    /// All that its callers in one cluster may call it: `api`, `api.shop`, `api.shop.svc`, and the full name.
    #[must_use]
    pub fn spellings(&self, cluster: &Cluster) -> [String; 4] {
        let Self { name, namespace, .. } = self;
        let short = format!("{name}.{namespace}");
        [name.clone(), short.clone(), short + ".svc", self.plain_host(cluster)]
    }

    /// Whether callers in other clusters reach a port. UDP never crosses; neither do connections to a headless
    /// service, whose callers dial its pods by address.
    #[must_use]
    pub fn crosses(&self, port: &Port) -> bool {
        match port.protocol.route() {
            Some(RouteKind::Http) => true,
            Some(RouteKind::Tls | RouteKind::Tcp) => self.headless.is_none(),
            None => false,
        }
    }

    /// The ports that callers in other clusters reach.
    pub fn crossing_ports(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|port| self.crosses(port))
    }

    /// How large a pick is in a cluster, beside others; nothing of it is 0.
    #[must_use]
    pub fn size(&self, pick: Pick, cluster: ClusterId) -> u32 {
        self.runs(pick).and_then(|runs| runs.get(&cluster)).copied().unwrap_or_default()
    }

    /// Where a pick runs, with relative sizes.
    #[must_use]
    pub fn runs(&self, pick: Pick) -> Option<&BTreeMap<ClusterId, u32>> {
        match pick {
            Pick::Any => Some(&self.runs),
            Pick::Version(id) => self.version(id).map(|version| &version.clusters),
        }
    }
}

impl fmt::Display for Service {
    /// The service as its users name it: `reviews`, or `shop/reviews` outside `default`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace == "default" {
            f.write_str(&self.name)
        } else {
            write!(f, "{}/{}", self.namespace, self.name)
        }
    }
}
