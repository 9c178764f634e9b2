//! The parts of a service that callers tell apart, and how each is called.

use crate::model::{Cluster, ClusterId, Pick, Service};
use crate::plan::rules::target::{PickAt, Site};
use crate::plan::visibility::View;
use crate::plan::way::Way;
use crate::plan::way::subset_name::{anywhere, at_cluster, own_name};

/// A version, or any, at one site.
#[derive(Clone, Debug)]
pub struct RemoteSubset<'m> {
    /// A DNS label, unlike any other of its name.
    pub name: String,
    /// The subset that the far clusters know; none for any version.
    pub far: Option<&'m str>,
    /// The version, or any.
    pub pick: Pick,
    /// Which endpoints of its name it uses.
    pub extent: Extent,
    /// Where it runs, by name: one cluster, or several that stand in for each other.
    pub clusters: Vec<&'m Cluster>,
    /// By which callers get there: `rewrite` only if every gateway is taught the name.
    pub way: Way,
}

/// Which endpoints of a name a subset uses. It is not told from how many clusters there are today: a second place
/// for a version must not change the objects by which the first is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All: the name is one cluster's own.
    Whole,
    /// Those of one cluster.
    Cluster,
    /// Those of clusters that stand in for each other, be it one today.
    Pool,
}

impl RemoteSubset<'_> {
    /// Whether its clusters stand in for each other.
    #[must_use]
    pub fn fails_over(&self) -> bool {
        self.clusters.len() > 1
    }
}

/// The subset for what is wanted, in these clusters, under a name that is `shared` or one cluster's own; none
/// where the whole name is just that.
pub fn of<'m>(
    view: &View<'m>,
    service: &'m Service,
    PickAt { pick, site }: PickAt,
    clusters: &[ClusterId],
    shared: bool,
) -> Option<RemoteSubset<'m>> {
    let way = Way::least(clusters.iter().map(|id| view.way_into(service, *id)))?;
    let clusters: Vec<_> = clusters.iter().filter_map(|id| view.cluster(*id)).collect();
    let (extent, name) = match site {
        _ if !shared && pick == Pick::Any => return None,
        _ if !shared => (Extent::Whole, anywhere(service, pick)),
        Site::Cluster(_) => (Extent::Cluster, at_cluster(service, pick, clusters.first()?)),
        Site::Nearest => (Extent::Pool, anywhere(service, pick)),
        Site::Nowhere(_) => return None,
    };
    Some(RemoteSubset { name, far: own_name(service, pick), pick, extent, clusters, way })
}
