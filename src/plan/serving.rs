//! What is said of a service in one cluster: where it runs, and where it is found.

use super::demand::Demands;
use super::discovered::{self, SeenSubset};
use crate::model::{ClusterId, Mesh, Service, ServiceId, Version};
use crate::source::Place;

/// A service that runs in the cluster, and what is to be said of it there.
#[derive(Clone, Debug)]
pub struct Serving<'m> {
    /// Which service.
    pub id: ServiceId,
    /// The service.
    pub service: &'m Service,
    /// Those of its versions that run here, by name; empty only where there is a policy of the whole service.
    pub versions: Vec<&'m Version>,
    /// Whether these are to be this cluster's alone, where control planes see others that run them.
    pub pinned: bool,
    /// What callers find under the plain name; the same wherever somebody says it.
    pub seen: Vec<SeenSubset<'m>>,
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

/// What is said of a service in one cluster, if anything is. What is found by discovery is said alike wherever it
/// concerns somebody; else each cluster speaks of what runs there.
pub fn of<'m>(
    mesh: &'m Mesh,
    demands: &Demands<'m>,
    id: ServiceId,
    service: &'m Service,
    cluster: ClusterId,
) -> Option<Serving<'m>> {
    let found = demands.discovered.get(&id).filter(|found| found.concerns(mesh, service, cluster));
    let pinned = discovered::must_pin(mesh, service, cluster);
    let told_apart = demands.told_apart.contains_key(&id) || service.has_policy();
    let versions: Vec<_> = service
        .versions
        .iter()
        .filter(|version| told_apart && version.clusters.contains_key(&cluster))
        .filter(|_| !mesh.discovers(service, cluster))
        .collect();
    let seen = found.map(|found| found.subsets(mesh, service, cluster)).unwrap_or_default();
    let stands_in = found.and_then(|found| {
        let place = found.stands_in?;
        Some(StandsIn { place, regions: found.regions(mesh, service) })
    });
    let here = service.runs.contains_key(&cluster) || found.is_some();
    let whole = service.traffic_policy.is_some() && here;
    let anything = !versions.is_empty() || !seen.is_empty() || stands_in.is_some() || whole;
    anything.then_some(Serving { id, service, versions, pinned, seen, stands_in })
}
