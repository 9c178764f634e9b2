//! What control planes see of other clusters, and how their proxies get there.

use super::Mesh;
use super::cluster::{Cluster, ClusterId, Shown};
use super::reach::Reach;
use super::service::{Pick, Service};

impl Cluster {
    /// Its id in the control planes that see it: what they label its endpoints with.
    #[must_use]
    pub fn id(&self) -> &str {
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

impl Mesh {
    /// The cluster whose control plane configures the proxies of a cluster.
    #[must_use]
    pub fn control_plane(&self, id: ClusterId) -> ClusterId {
        self.cluster(id).and_then(|cluster| cluster.control_plane.as_ref()).map_or(id, |other| other.value)
    }

    /// The clusters whose proxies a cluster configures, by name; none if another configures its own.
    pub fn configured_by(&self, id: ClusterId) -> impl Iterator<Item = ClusterId> {
        (0..self.clusters.len()).map(ClusterId).filter(move |known| self.control_plane(*known) == id)
    }

    /// Whether the proxies of a cluster know the endpoints of another by its own names.
    #[must_use]
    pub fn sees(&self, viewer: ClusterId, seen: ClusterId) -> bool {
        let shown = |id: ClusterId| self.cluster(id).map(|cluster| cluster.shown).unwrap_or_default();
        self.control_plane(viewer) == self.control_plane(seen)
            || match shown(seen) {
                Shown::Nobody => false,
                Shown::ItsLike => shown(viewer) != Shown::Nobody,
                Shown::Everybody => true,
            }
    }

    /// The clusters whose pods of a pick callers find under the plain name, by name; whether they are meant to or not.
    #[must_use]
    pub fn visible(&self, service: &Service, pick: Pick, caller: ClusterId) -> Vec<ClusterId> {
        let runs = service.runs(pick).into_iter().flat_map(|clusters| clusters.keys().copied());
        runs.filter(|id| *id == caller || self.sees(caller, *id)).collect()
    }

    /// Whether callers elsewhere find what runs in a cluster by discovery.
    #[must_use]
    pub fn discovers(&self, service: &Service, serving: ClusterId) -> bool {
        self.cluster(serving).is_some_and(|cluster| self.reach(service, cluster) == Reach::Discovery)
    }

    /// Whether that holds for every cluster that runs it.
    #[must_use]
    pub fn discovers_all(&self, service: &Service) -> bool {
        !service.runs.is_empty() && service.runs.keys().all(|id| self.discovers(service, *id))
    }

    /// Whether callers get into a cluster by discovery: to its pods themselves, or through a gateway of its network.
    #[must_use]
    pub fn discovers_way(&self, caller: ClusterId, entered: ClusterId) -> bool {
        let (Some(near), Some(far)) = (self.cluster(caller), self.cluster(entered)) else { return false };
        near.shares_network(far) || !self.ways_in(entered).is_empty()
    }

    /// Whether a control plane configures other clusters beside this one.
    #[must_use]
    pub fn shares_control_plane(&self, id: ClusterId) -> bool {
        self.cluster(id).is_some_and(|cluster| cluster.shares_control_plane)
    }

    /// The clusters whose gateways lead to the pods of one, for callers of another network: its own if it has one, else
    /// those of its network.
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
