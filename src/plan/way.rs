//! How callers get to what they ask for: decided here, once, for everybody.
//!
//! Enters: a destination, as callers of one cluster see it. Leaves: its way. Refuses to know: rules, and how Istio
//! is told.
//!
//! What belongs to one way alone (names, subsets, what must hold for it) is in a file of its own.

pub mod subset_name; // what subsets are called
pub mod remote; // names for what runs in other clusters: `sni` and `rewrite`
pub mod sni; // one name for several clusters
pub mod rewrite; // what gateways must be taught
pub mod merged; // far pods under the plain name
pub mod discovery; // what control planes see under it

use super::rules::target::Target;
use super::visibility::View;
use crate::model::name::LABEL;
use crate::model::{Cluster, ClusterId, Reach, RemoteNames, Service};
use crate::source::At;

macro_rules! ways {
    ($($(#[doc = $doc:literal])* $way:ident)*) => {
        /// How callers get to a destination.
        ///
        /// It has no `==` and no order: whoever makes a difference between ways matches on all of them, so that a
        /// further way does not compile before everybody has decided about it.
        #[derive(Clone, Copy, Debug)]
        pub enum Way {
            $($(#[doc = $doc])* $way,)*
        }

        impl Way {
            /// Every way, the least demanding first.
            pub const ALL: &[Self] = &[$(Self::$way,)*];
        }
    };
}

ways! {
    /// It is in their own cluster, under the plain name of the service.
    Local
    /// By a remote name. Callers say to the far gateway what it understands already.
    Sni
    /// By a remote name, which the far gateway is taught.
    Rewrite
    /// By the plain name, which far pods join.
    Merged
    /// By the plain name, under which control planes see the pods of all clusters.
    Discovery
}

impl View<'_> {
    /// How callers elsewhere get into a cluster that runs a service. This is the one reader of `reach`.
    #[must_use]
    pub fn way_into(&self, service: &Service, serving: ClusterId) -> Way {
        let reach = self.cluster(serving).and_then(|serving| self.written_reach(service, serving));
        match reach.map(|reach| reach.value).unwrap_or_default() {
            Reach::Discovery => Way::Discovery,
            Reach::Sni | Reach::Rewrite if self.own_failover(service.id).is_some() => Way::Merged,
            Reach::Sni => Way::Sni,
            Reach::Rewrite => Way::Rewrite,
            Reach::Merged => Way::Merged,
        }
    }

    /// The `reach` that holds there, and where it was written: the service's word goes before the serving
    /// cluster's, and that one before the mesh's.
    #[must_use]
    pub fn written_reach<'s>(&'s self, service: &'s Service, serving: &'s Cluster) -> Option<&'s At<Reach>> {
        service.reach.as_ref().or(serving.reach.as_ref()).or(self.reach.as_ref())
    }

    /// Whether callers name a pool even where this cluster alone is in it. Others may come to it later, under the
    /// same name.
    #[must_use]
    pub fn pools(&self, service: &Service, far: ClusterId) -> bool {
        self.way_into(service, far).has_remote_name() && self.remote_names == RemoteNames::Shared
    }

    /// Whether callers elsewhere find what runs in a cluster by discovery.
    #[must_use]
    pub fn discovers(&self, service: &Service, serving: ClusterId) -> bool {
        self.way_into(service, serving).is_discovery()
    }

    /// Whether callers find all clusters that run a service by discovery.
    #[must_use]
    pub fn discovers_all(&self, service: &Service) -> bool {
        !service.runs.is_empty() && service.runs.keys().all(|id| self.discovers(service, *id))
    }

    /// Whether callers in one cluster get into another that runs a service.
    #[must_use]
    pub fn is_open(&self, service: &Service, caller: ClusterId, serving: ClusterId) -> bool {
        match self.way_into(service, serving) {
            Way::Discovery => self.discovers_way(caller, serving),
            Way::Local | Way::Sni | Way::Rewrite | Way::Merged => {
                self.cluster(serving).is_some_and(|serving| serving.gateway.is_some())
            }
        }
    }

    /// Whether far pods of a service join it where they are called from.
    #[must_use]
    pub fn joins(&self, service: &Service, far: ClusterId) -> bool {
        self.way_into(service, far).joins()
    }
}

/// The way of callers in one cluster to a target, which is in these clusters. `pooled`: far pods join the service
/// here.
#[must_use]
pub fn choose(
    view: &View<'_>,
    target: Target,
    clusters: &[ClusterId],
    caller: ClusterId,
    pooled: bool,
) -> Way {
    let Some(service) = view.service(target.service) else { return Way::Local };
    if discovery::said(view, target, caller, clusters).is_some() {
        return Way::Discovery;
    }
    let far = clusters.iter().filter(|id| **id != caller).map(|id| view.way_into(service, *id));
    // Clusters behind one subset are entered by one way, or it has been reported.
    match Way::least(far) {
        None if pooled => Way::Merged,
        None => Way::Local,
        Some(way) => way,
    }
}

/// The longest name that is said for a service: a remote name, or an SNI to a gateway.
#[must_use]
pub fn longest_name(view: &View<'_>, service: &Service) -> usize {
    let subset = service.versions.iter().map(|version| version.subset.len()).max().unwrap_or(0);
    let port = service.ports.iter().map(|port| port.number.to_string().len()).max().unwrap_or(0);
    let sni = |subset, host| "outbound_.".len() + port + "_.".len() + subset + "_.".len() + host;
    let serving = service.runs.keys().filter_map(|cluster| view.cluster(*cluster));
    let names = serving.map(|cluster| {
        let remote = view.remote_host(service, cluster).len();
        let plain = service.plain_host(cluster).len();
        // Callers say `v2--cluster2`, or `any--cluster2`, where the gateway is to know the caller's own word.
        let at_cluster = (subset.max("any".len()) + "--".len() + cluster.name.len()).min(LABEL);
        let said = match view.way_into(service, cluster.id) {
            Way::Rewrite => sni(at_cluster, remote),
            Way::Discovery => sni(at_cluster, plain),
            Way::Local | Way::Sni | Way::Merged => remote,
        };
        said.max(sni(subset, plain))
    });
    names.max().unwrap_or(0)
}

impl Way {
    /// The least demanding of some ways: what one name can be for several clusters.
    #[must_use]
    pub fn least(ways: impl Iterator<Item = Self>) -> Option<Self> {
        let place = |way: &Self| Self::ALL.iter().position(|known| known.is(*way)).unwrap_or(usize::MAX);
        ways.min_by_key(place)
    }

    /// Whether both are the same.
    #[must_use]
    pub fn is(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// Whether this way gives what is far a name of its own.
    #[must_use]
    pub fn has_remote_name(self) -> bool {
        match self {
            Self::Sni | Self::Rewrite => true,
            Self::Local | Self::Merged | Self::Discovery => false,
        }
    }

    /// Whether the far gateway is taught this name.
    #[must_use]
    pub fn teaches(self) -> bool {
        match self {
            Self::Rewrite => true,
            Self::Local | Self::Sni | Self::Merged | Self::Discovery => false,
        }
    }

    /// Whether far pods join the plain name where callers are.
    #[must_use]
    pub fn joins(self) -> bool {
        match self {
            Self::Merged => true,
            Self::Local | Self::Sni | Self::Rewrite | Self::Discovery => false,
        }
    }

    /// Whether callers find it under the plain name, because control planes see it.
    #[must_use]
    pub fn is_discovery(self) -> bool {
        match self {
            Self::Discovery => true,
            Self::Local | Self::Sni | Self::Rewrite | Self::Merged => false,
        }
    }

    /// Whether callers dial the gateway of a far cluster themselves; by discovery, control planes say what is
    /// dialled.
    #[must_use]
    pub fn dials_gateway(self) -> bool {
        match self {
            Self::Local | Self::Discovery => false,
            Self::Sni | Self::Rewrite | Self::Merged => true,
        }
    }
}
