//! What is said of a service in one cluster: where it runs, and where it is found.

use super::visibility::View;
use super::way::discovery::{Discovery, DiscoverySubset};
use crate::model::{ClusterId, Service, Version};
use crate::source::Place;

/// A service that runs in the cluster, and what is to be said of it there.
#[derive(Clone, Debug)]
pub struct Serving<'m> {
    /// The service.
    pub service: &'m Service,
    /// Those of its versions that run here, by name; empty only where there is a policy of the whole service.
    pub versions: Vec<&'m Version>,
    /// What callers find under the plain name; the same wherever somebody says it.
    pub discovered: Vec<DiscoverySubset<'m>>,
    /// Where clusters stand in for each other under the plain name, and in which order of regions.
    pub stands_in: Option<StandsIn>,
}

/// Clusters that stand in for each other: the callers' own, those of its region, all others.
#[derive(Clone, Debug)]
pub struct StandsIn {
    /// Where it is asked for.
    pub place: Place,
    /// From which region to which other; none where regions play no part.
    pub regions: Vec<(String, String)>,
}

/// What is said of a service in one cluster, if anything is. Clusters that discovery concerns all say the same;
/// any other cluster speaks of what runs there. `named`: some rule names a version.
#[must_use]
pub fn of<'m>(
    view: &View<'m>,
    service: &'m Service,
    cluster: ClusterId,
    found: Option<&Discovery>,
    named: bool,
) -> Option<Serving<'m>> {
    let found = found.filter(|found| found.concerns(view, service, cluster));
    let told_apart = named || service.has_policy();
    let versions: Vec<_> = service
        .versions
        .iter()
        .filter(|version| told_apart && version.clusters.contains_key(&cluster))
        .filter(|_| !view.discovers(service, cluster))
        .collect();
    let discovered = found.map(|found| found.subsets(view, service, cluster)).unwrap_or_default();
    let stands_in = found.and_then(|found| {
        let place = found.stands_in?;
        Some(StandsIn { place, regions: found.regions(view, service) })
    });
    let here = service.runs.contains_key(&cluster) || found.is_some();
    let whole = service.traffic_policy.is_some() && here;
    let anything = !versions.is_empty() || !discovered.is_empty() || stands_in.is_some() || whole;
    anything.then_some(Serving { service, versions, discovered, stands_in })
}
