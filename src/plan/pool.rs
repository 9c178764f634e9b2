//! Whether clusters can stand in for each other: one subset is one name, and one name is said to all of them.

use std::collections::BTreeSet;

use crate::model::traffic_policy::TrafficPolicy;
use crate::model::{Cluster, ClusterId, Mesh, Pick, Reach, RemoteNames, Service};
use crate::source::Place;

/// Why they cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Each has a remote name of its own.
    Names,
    /// They are reached in different ways.
    Ways,
    /// Their Services end in different domains.
    Domains,
    /// Users have said in which order endpoints are tried.
    Order,
    /// Control planes show callers further clusters, that must not answer.
    Further(Vec<ClusterId>),
}

/// Clusters of which each is to stand in for the others, for the callers of one.
#[derive(Clone, Debug)]
pub struct Pool<'m> {
    /// What they run.
    pub service: &'m Service,
    /// Which version.
    pub pick: Pick,
    /// Where it is asked for.
    pub place: Place,
    /// By name.
    pub clusters: BTreeSet<ClusterId>,
    /// Whose callers ask.
    pub caller: ClusterId,
}

impl<'m> Pool<'m> {
    /// What keeps the clusters apart, if anything does.
    #[must_use]
    pub fn obstacle(&self, mesh: &'m Mesh) -> Option<Obstacle> {
        let far = self.clusters.iter().filter(|id| **id != self.caller);
        let clusters: Vec<&Cluster> = far.filter_map(|id| mesh.cluster(*id)).collect();
        let ways: BTreeSet<_> = clusters.iter().map(|cluster| mesh.reach(self.service, cluster)).collect();
        let domains: BTreeSet<_> = clusters.iter().map(|cluster| &cluster.cluster_domain).collect();
        let versions = self.service.versions.iter().filter_map(|version| version.traffic_policy.as_deref());
        let mut policies = versions.chain(self.service.traffic_policy.as_deref());
        if policies.any(has_order) {
            Some(Obstacle::Order)
        } else if ways == [Reach::Discovery].into() && mesh.discovers_all(self.service) {
            self.further(mesh)
        } else if ways.contains(&Reach::Discovery) {
            Some(Obstacle::Ways)
        } else if ways == [Reach::Merged].into() {
            // Whether they can join is looked at for all that do.
            None
        } else if mesh.remote_names == RemoteNames::PerCluster {
            Some(Obstacle::Names)
        } else if ways.len() > 1 {
            Some(Obstacle::Ways)
        } else if domains.len() > 1 {
            Some(Obstacle::Domains)
        } else {
            None
        }
    }
}

impl Pool<'_> {
    /// One subset takes the pods of all clusters that run the version: none can be left out.
    fn further(&self, mesh: &Mesh) -> Option<Obstacle> {
        let visible = mesh.visible(self.service, self.pick, self.caller);
        let further: Vec<_> = visible.into_iter().filter(|id| !self.clusters.contains(id)).collect();
        (!further.is_empty()).then_some(Obstacle::Further(further))
    }
}

fn has_order(policy: &TrafficPolicy) -> bool {
    let mut settings = policy.ports.values().chain([&policy.settings]);
    settings.any(|settings| {
        settings
            .load_balancer
            .as_ref()
            .is_some_and(|balancer| balancer.locality.is_some() || balancer.zone_aware.is_some())
    })
}
