//! Which clusters serve a caller.

use super::visibility::View;
use crate::model::service::AcrossClusters;
use crate::model::{Cluster, ClusterId, Mesh, Pick, Service};

/// The clusters that serve, with relative sizes, and those that would but cannot be entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers {
    /// By name; empty if the caller reaches none.
    pub clusters: Vec<(ClusterId, u32)>,
    /// Whether they do not share, but stand in for each other: the nearest that is healthy serves. One cluster
    /// does so where others may join it later.
    pub failover: bool,
    /// Clusters that run it and have no gateway to enter by, or whose network has none.
    pub closed: Vec<ClusterId>,
    /// Clusters that run it and take nobody from elsewhere, because they are drained.
    pub drained: Vec<ClusterId>,
}

/// Who serves this pick of a service to callers in a cluster; `wanted` says it outright.
///
/// `local` is the caller's own if it runs there, else the nearest (same region, else all), by size; `spread` is
/// all that run it, by size; `failover` is all that run it, each standing in for the others.
#[must_use]
pub fn serving(
    view: &View<'_>,
    service: &Service,
    pick: Pick,
    wanted: Option<ClusterId>,
    caller: ClusterId,
) -> Servers {
    let (mut serving, open) = open(view, service, pick, wanted, caller);
    serving.clusters = match service.across_clusters {
        AcrossClusters::Spread => open,
        AcrossClusters::Local => nearest(view, &open, caller),
        AcrossClusters::Failover => {
            serving.failover = match open.as_slice() {
                [(only, _)] => wanted.is_none() && *only != caller && view.pools(service, *only),
                several => several.len() > 1,
            };
            open
        }
    };
    serving
}

/// All clusters that serve a service, by size, whatever `acrossClusters` says.
#[must_use]
pub fn all(view: &View<'_>, service: &Service, caller: ClusterId) -> Servers {
    let (mut serving, open) = open(view, service, Pick::Any, None, caller);
    serving.clusters = open;
    serving
}

/// The clusters that run a pick and can be entered, with sizes, and beside them what cannot.
fn open(
    view: &View<'_>,
    service: &Service,
    pick: Pick,
    wanted: Option<ClusterId>,
    caller: ClusterId,
) -> (Servers, Vec<(ClusterId, u32)>) {
    let runs = service.runs(pick).into_iter().flatten().map(|(cluster, size)| (*cluster, *size));
    let mut serving = Servers::default();
    let mut open = Vec::new();
    for (cluster, size) in runs.filter(|(cluster, _)| wanted.is_none_or(|wanted| wanted == *cluster)) {
        match view.cluster(cluster) {
            Some(_) if cluster == caller => open.push((cluster, size)),
            Some(entered) if entered.drain.is_some() => serving.drained.push(cluster),
            Some(_) if view.is_open(service, caller, cluster) => open.push((cluster, size)),
            Some(_) | None => serving.closed.push(cluster),
        }
    }
    (serving, open)
}

fn nearest(mesh: &Mesh, open: &[(ClusterId, u32)], caller: ClusterId) -> Vec<(ClusterId, u32)> {
    let alike = |wanted: &dyn Fn(ClusterId) -> bool| -> Vec<_> {
        open.iter().filter(|(cluster, _)| wanted(*cluster)).copied().collect()
    };
    let own = alike(&|cluster| cluster == caller);
    if !own.is_empty() {
        return own;
    }
    let region = region(mesh, caller);
    let near = alike(&|cluster| region.is_some() && self::region(mesh, cluster) == region);
    if near.is_empty() { alike(&|_| true) } else { near }
}

/// Whether a cluster lies outside the region of a caller that has one.
#[must_use]
pub fn farther(mesh: &Mesh, caller: ClusterId, cluster: &Cluster) -> bool {
    let there = cluster.locality.as_ref().map(|place| place.region.as_str());
    region(mesh, caller).is_some_and(|own| there != Some(own))
}

/// The region of a cluster.
#[must_use]
pub fn region(mesh: &Mesh, id: ClusterId) -> Option<&str> {
    mesh.cluster(id).and_then(|cluster| cluster.locality.as_ref()).map(|place| place.region.as_str())
}
