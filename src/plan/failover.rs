//! Failover: whether clusters can stand in for each other. One subset is one name, and one name is said to all of them.

use std::collections::BTreeSet;

use super::visibility::View;
use super::way::Way;
use crate::model::traffic_policy::TrafficPolicy;
use crate::model::{ClusterId, Pick, RemoteNames, Service, VersionId};
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
    /// Some clusters have a region and some have none, and by discovery all callers have one order.
    Regions,
    /// Versions differ in size, and an endpoint has one weight for all of them.
    Sizes,
}

/// Clusters of which each is to stand in for the others, for the callers of one.
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
        let ways: BTreeSet<Way> = far.iter().map(|id| view.way_into(self.service, *id)).collect();
        let clusters = far.iter().filter_map(|id| view.cluster(*id));
        let domains: BTreeSet<_> = clusters.map(|cluster| &cluster.cluster_domain).collect();
        let versions = self.service.versions.iter().filter_map(|version| version.traffic_policy.as_deref());
        let mut policies = versions.chain(self.service.traffic_policy.as_deref());
        if policies.any(has_order) {
            Some(Obstacle::Order)
        } else if ways == [Way::Discovery].into() && view.discovers_all(self.service) {
            self.further(view).or_else(|| self.regions(view))
        } else if ways.contains(&Way::Discovery) {
            Some(Obstacle::Ways)
        } else if ways == [Way::Merged].into() {
            // Whether they can join is looked at for all that do.
            self.sizes_by_version(&far)
        } else if view.remote_names == RemoteNames::PerCluster {
            Some(Obstacle::Names)
        } else if ways.len() > 1 {
            Some(Obstacle::Ways)
        } else if domains.len() > 1 {
            Some(Obstacle::Domains)
        } else {
            self.sizes(&far)
        }
    }
}

impl Group<'_> {
    /// One subset takes the pods of all clusters that run the version: none can be left out.
    fn further(&self, view: &View<'_>) -> Option<Obstacle> {
        let visible = view.visible(self.service, self.pick, self.caller);
        let further: Vec<_> = visible.into_iter().filter(|id| !self.clusters.contains(id)).collect();
        (!further.is_empty()).then_some(Obstacle::Further(further))
    }
}

impl Group<'_> {
    /// Where some have no region, by discovery regions play no part; but two clusters of one are nearer to each other.
    fn regions(&self, view: &View<'_>) -> Option<Obstacle> {
        let all: BTreeSet<ClusterId> = self.clusters.iter().copied().chain([self.caller]).collect();
        let all = all.into_iter().filter_map(|id| view.cluster(id));
        let regions: Vec<Option<&str>> =
            all.map(|cluster| cluster.locality.as_ref().map(|locality| locality.region.as_str())).collect();
        let named: BTreeSet<&str> = regions.iter().copied().flatten().collect();
        let shared = regions.iter().flatten().count() > named.len();
        (regions.contains(&None) && shared).then_some(Obstacle::Regions)
    }

    /// Endpoints of a remote name have one weight, whatever the version: all must be of the same sizes there.
    fn sizes(&self, far: &[ClusterId]) -> Option<Obstacle> {
        let size = |pick: Pick, id: &ClusterId| u64::from(self.service.size(pick, *id));
        let versions = (0..self.service.versions.len()).map(|index| Pick::Version(VersionId(index)));
        let like = |pick: Pick| {
            let shared: Vec<&ClusterId> = far.iter().filter(|id| size(pick, id) > 0).collect();
            shared.windows(2).all(|pair| match pair {
                [one, other] => {
                    size(pick, one) * size(self.pick, other) == size(pick, other) * size(self.pick, one)
                }
                _ => true,
            })
        };
        let others = versions.chain([Pick::Any]);
        (!others.into_iter().all(like)).then_some(Obstacle::Sizes)
    }

    /// Any version joins as all its versions, each by its own size.
    fn sizes_by_version(&self, far: &[ClusterId]) -> Option<Obstacle> {
        let any = self.pick == Pick::Any && !self.service.versions.is_empty();
        let sizes: BTreeSet<u32> = far.iter().map(|id| self.service.size(Pick::Any, *id)).collect();
        (any && sizes.len() > 1).then_some(Obstacle::Sizes)
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
