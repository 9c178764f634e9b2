//! Which clusters serve a caller.

use crate::model::service::AcrossClusters;
use crate::model::{ClusterId, Mesh, Pick, Service};

/// The clusters that serve, with relative sizes, and those that would but have no gateway to enter by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    /// By name; empty if the caller reaches none.
    pub clusters: Vec<(ClusterId, u32)>,
    /// Clusters that run it and cannot be entered.
    pub closed: Vec<ClusterId>,
}

/// Who serves this pick of a service to callers in a cluster; `wanted` says it outright.
///
/// `local` is the caller's own if it runs there, else the nearest (same region, else all), each alike; `spread` is
/// all that run it, by size.
#[must_use]
pub fn serving(
    mesh: &Mesh,
    service: &Service,
    pick: Pick,
    wanted: Option<ClusterId>,
    caller: ClusterId,
) -> Serving {
    let runs = service.runs(pick).into_iter().flatten().map(|(cluster, size)| (*cluster, *size));
    let (open, closed): (Vec<_>, Vec<_>) =
        runs.filter(|(cluster, _)| wanted.is_none_or(|wanted| wanted == *cluster)).partition(
            |(cluster, _)| *cluster == caller || mesh.cluster(*cluster).is_some_and(|c| c.gateway.is_some()),
        );
    let closed = closed.into_iter().map(|(cluster, _)| cluster).collect();
    let clusters = match service.across_clusters {
        AcrossClusters::Spread => open,
        AcrossClusters::Local => nearest(mesh, &open, caller),
    };
    Serving { clusters, closed }
}

fn nearest(mesh: &Mesh, open: &[(ClusterId, u32)], caller: ClusterId) -> Vec<(ClusterId, u32)> {
    let alike = |wanted: &dyn Fn(ClusterId) -> bool| -> Vec<_> {
        open.iter().filter(|(cluster, _)| wanted(*cluster)).map(|(cluster, _)| (*cluster, 1)).collect()
    };
    let region = |id: ClusterId| {
        mesh.cluster(id).and_then(|cluster| cluster.locality.as_ref()).map(|place| &place.region)
    };
    let own = alike(&|cluster| cluster == caller);
    if !own.is_empty() {
        return own;
    }
    let near = alike(&|cluster| region(caller).is_some() && region(cluster) == region(caller));
    if near.is_empty() { alike(&|_| true) } else { near }
}
