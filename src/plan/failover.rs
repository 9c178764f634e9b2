//! Failover: whether clusters can stand in for each other. One subset is one name, and one name is said to all of
//! them.

use std::collections::BTreeSet;

use super::distance;
use super::visibility::View;
use super::way::{Way, discovery};
use crate::model::traffic_policy::TrafficPolicy;
use crate::model::{ClusterId, Pick, RemoteNames, Service};
use crate::source::Place;

/// Why clusters cannot stand in for each other.
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
    /// Control planes show callers further clusters, which must not answer.
    Further(Vec<ClusterId>),
    /// Some clusters have a region and some have none, and by discovery all callers have one order.
    Regions,
    /// Versions differ in size, and an endpoint has one weight for all of them.
    Sizes,
}

/// Clusters that are to stand in for each other, as callers of one cluster ask.
#[derive(Clone, Debug)]
pub struct Group<'m> {
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

impl Group<'_> {
    /// What keeps the clusters apart, if anything does.
    #[must_use]
    pub fn obstacle(&self, view: &View<'_>) -> Option<Obstacle> {
        let far: Vec<ClusterId> = self.clusters.iter().copied().filter(|id| *id != self.caller).collect();
        let ways: Vec<Way> = far.iter().map(|id| view.way_into(self.service, *id)).collect();
        let any = |is: fn(Way) -> bool| ways.iter().any(|way| is(*way));
        let all = |is: fn(Way) -> bool| !ways.is_empty() && ways.iter().all(|way| is(*way));
        let differ = ways.iter().any(|way| ways.first().is_some_and(|first| !first.is(*way)));
        let clusters = far.iter().filter_map(|id| view.cluster(*id));
        let domains: BTreeSet<_> = clusters.map(|cluster| &cluster.cluster_domain).collect();
        if is_ordered(self.service) {
            Some(Obstacle::Order)
        } else if all(Way::is_discovery) && view.discovers_all(self.service) {
            self.further(view).or_else(|| self.regions(view))
        } else if any(Way::is_discovery) {
            Some(Obstacle::Ways)
        } else if all(Way::joins) {
            // Whether they can join is looked at for all that do.
            self.sizes_by_version(&far)
        } else if view.remote_names == RemoteNames::PerCluster {
            Some(Obstacle::Names)
        } else if differ || !ways.iter().all(|way| way.has_remote_name()) {
            Some(Obstacle::Ways)
        } else if domains.len() > 1 {
            Some(Obstacle::Domains)
        } else {
            None
        }
    }
}

impl Group<'_> {
    /// Whether several clusters are equally near to the callers.
    #[must_use]
    pub fn has_equals(&self, view: &View<'_>) -> bool {
        let far = self.clusters.iter().filter(|id| **id != self.caller).filter_map(|id| view.cluster(*id));
        let (near, farther): (Vec<_>, Vec<_>) =
            far.partition(|cluster| !distance::farther(view, self.caller, cluster));
        near.len() > 1 || farther.len() > 1
    }

    /// One subset takes the pods of all clusters that run the version: none can be left out.
    fn further(&self, view: &View<'_>) -> Option<Obstacle> {
        let visible = view.visible(self.service, self.pick, self.caller);
        let further: Vec<_> = visible.into_iter().filter(|id| !self.clusters.contains(id)).collect();
        (!further.is_empty()).then_some(Obstacle::Further(further))
    }
}

impl Group<'_> {
    /// Where regions play no part for some by discovery, they play none for all; but two clusters of one are
    /// nearer.
    fn regions(&self, view: &View<'_>) -> Option<Obstacle> {
        let all: BTreeSet<ClusterId> = self.clusters.iter().copied().chain([self.caller]).collect();
        let regions: Vec<&str> = all.into_iter().filter_map(|id| distance::region(view, id)).collect();
        let named: BTreeSet<&str> = regions.iter().copied().collect();
        let shared = regions.len() > named.len();
        (shared && !discovery::regions_count(view, self.service)).then_some(Obstacle::Regions)
    }

    /// Any version joins as all its versions, each by its own size.
    fn sizes_by_version(&self, far: &[ClusterId]) -> Option<Obstacle> {
        let any = self.pick == Pick::Any && !self.service.versions.is_empty();
        let sizes: BTreeSet<u32> = far.iter().map(|id| self.service.size(Pick::Any, *id)).collect();
        (any && sizes.len() > 1).then_some(Obstacle::Sizes)
    }
}

/// Whether users have said in which order its endpoints are tried.
#[must_use]
pub fn is_ordered(service: &Service) -> bool {
    let versions = service.versions.iter().filter_map(|version| version.traffic_policy.as_deref());
    versions.chain(service.traffic_policy.as_deref()).any(has_order)
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
