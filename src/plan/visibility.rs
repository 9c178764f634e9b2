//! The mesh, and what follows from it for every service: who sees whom, who dials whom, and which way leads in.
//!
//! Enters: the mesh as meant. Leaves: the same, with what its control planes see of each other. Refuses to know:
//! rules.

use std::collections::BTreeSet;
use std::ops::Deref;

use super::own_failover;
use crate::model::{Cluster, ClusterId, Mesh, Pick, Service, ServiceId};
use crate::source::Place;

/// A mesh, and what its control planes see of each other.
#[derive(Debug)]
pub struct View<'m> {
    mesh: &'m Mesh,
    /// By cluster: who sees its endpoints.
    shown: Vec<Shown>,
    /// Clusters whose control plane configures others beside them.
    heads: BTreeSet<ClusterId>,
    /// By service: where a client asks for what its own cluster runs, and other clusters are to stand in for that.
    /// Then far pods join the service for all its clients.
    own_failover: Vec<Option<Place>>,
}

/// To whom the endpoints of a cluster are shown: control planes, beside the one that configures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// None.
    Nobody,
    /// Those of clusters that are shown to others, too.
    ItsLike,
    /// All of them, because callers everywhere find something there by discovery.
    Everybody,
}

impl Deref for View<'_> {
    type Target = Mesh;

    fn deref(&self) -> &Mesh {
        self.mesh
    }
}

impl<'m> View<'m> {
    /// What follows from a mesh.
    #[must_use]
    pub fn of(mesh: &'m Mesh) -> Self {
        let heads = mesh.clusters.iter().filter_map(|cluster| cluster.control_plane.as_ref());
        let heads = heads.map(|head| head.value).collect();
        let own_failover = own_failover::own_failover(mesh);
        let mut view = Self { mesh, shown: Vec::new(), heads, own_failover };
        let mut found: BTreeSet<ClusterId> = BTreeSet::new();
        for service in &mesh.services {
            found.extend(service.runs.keys().filter(|id| view.discovers(service, **id)));
        }
        // Control planes learn of the gateway of a network where they read its Service.
        let networks = found.iter().filter(|id| view.cluster(**id).is_some_and(|it| it.network.is_some()));
        let doors: Vec<ClusterId> = networks.flat_map(|id| view.ways_in(*id)).collect();
        found.extend(doors);
        let shown = |(index, cluster): (usize, &Cluster)| {
            let id = ClusterId(index);
            let named = cluster.registry.is_some() || view.shares_control_plane(id);
            match (found.contains(&id), named) {
                (true, _) => Shown::Everybody,
                (false, true) => Shown::ItsLike,
                (false, false) => Shown::Nobody,
            }
        };
        let shown = mesh.clusters.iter().enumerate().map(shown).collect();
        view.shown = shown;
        view
    }

    /// The mesh itself.
    #[must_use]
    pub fn mesh(&self) -> &'m Mesh {
        self.mesh
    }

    /// The cluster with this id, for as long as the mesh lives.
    #[must_use]
    pub fn cluster(&self, id: ClusterId) -> Option<&'m Cluster> {
        self.mesh.cluster(id)
    }

    /// The service with this id, for as long as the mesh lives.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&'m Service> {
        self.mesh.service(id)
    }

    /// Where a client asks for what its own cluster runs, and others are to stand in for it.
    #[must_use]
    pub fn own_failover(&self, id: ServiceId) -> Option<Place> {
        self.own_failover.get(id.0).copied().flatten()
    }

    /// The cluster whose control plane configures the proxies of a cluster.
    #[must_use]
    pub fn control_plane(&self, id: ClusterId) -> ClusterId {
        self.cluster(id).and_then(|cluster| cluster.control_plane.as_ref()).map_or(id, |other| other.value)
    }

    /// The clusters whose proxies a cluster configures, by name; none if another configures its own.
    pub fn configured_by(&self, id: ClusterId) -> impl Iterator<Item = ClusterId> {
        // Most control planes configure one cluster: then no other need be asked.
        let asked = if self.shares_control_plane(id) { 0..self.clusters.len() } else { id.0..id.0 + 1 };
        asked.map(ClusterId).filter(move |known| self.control_plane(*known) == id)
    }

    /// The clusters that are configured together with others, by name.
    pub fn sharing(&self) -> impl Iterator<Item = ClusterId> {
        (0..self.clusters.len()).map(ClusterId).filter(|id| self.shares_control_plane(*id))
    }

    /// Whether a control plane configures other clusters beside this one.
    #[must_use]
    pub fn shares_control_plane(&self, id: ClusterId) -> bool {
        self.control_plane(id) != id || self.heads.contains(&id)
    }

    /// To whom the endpoints of a cluster are shown.
    #[must_use]
    pub fn shown(&self, id: ClusterId) -> Shown {
        self.shown.get(id.0).copied().unwrap_or(Shown::Nobody)
    }

    /// Whether the proxies of a cluster know the endpoints of another by its own names.
    #[must_use]
    pub fn sees(&self, viewer: ClusterId, seen: ClusterId) -> bool {
        self.control_plane(viewer) == self.control_plane(seen)
            || match self.shown(seen) {
                Shown::Nobody => false,
                Shown::ItsLike => self.shown(viewer) != Shown::Nobody,
                Shown::Everybody => true,
            }
    }

    /// The clusters whose pods of a pick answer callers under the plain name, by name, whether the callers want
    /// that or not.
    #[must_use]
    pub fn visible(&self, service: &Service, pick: Pick, caller: ClusterId) -> Vec<ClusterId> {
        let runs = service.runs(pick).into_iter().flat_map(|clusters| clusters.keys().copied());
        runs.filter(|id| *id == caller || self.sees(caller, *id)).collect()
    }

    /// Whether callers get into a cluster by discovery: to its pods themselves, or through a gateway of its
    /// network.
    #[must_use]
    pub fn discovers_way(&self, caller: ClusterId, entered: ClusterId) -> bool {
        let (Some(near), Some(far)) = (self.cluster(caller), self.cluster(entered)) else { return false };
        near.shares_network(far) || !self.ways_in(entered).is_empty()
    }

    /// The clusters whose gateways lead callers of another network to the pods of a cluster: the cluster itself if
    /// it has a gateway, else those of its network.
    #[must_use]
    pub fn ways_in(&self, entered: ClusterId) -> Vec<ClusterId> {
        let Some(cluster) = self.cluster(entered) else { return Vec::new() };
        if cluster.gateway.is_some() {
            return vec![entered];
        }
        let beside = |other: &Cluster| other.gateway.is_some() && other.shares_network(cluster);
        let all = self.clusters.iter().enumerate();
        all.filter(|(_, other)| beside(other)).map(|(index, _)| ClusterId(index)).collect()
    }
}
