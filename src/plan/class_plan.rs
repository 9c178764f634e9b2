//! What one class must know of one service.

use super::class::Class;
use super::distance;
use super::plain_name::PlainName;
use super::promise::Promises;
use super::rules::target::ServiceRoutes;
use super::serving::Serving;
use super::visibility::View;
use super::way::merged::Pool;
use super::way::remote::RemoteHosts;
use crate::model::{Address, Cluster, Service};

/// What one class must know of one service.
#[derive(Clone, Debug)]
pub struct ClassPlan<'m> {
    /// The mesh.
    pub view: &'m View<'m>,
    /// Which clusters.
    pub class: Class,
    /// The one that stands for all.
    pub cluster: &'m Cluster,
    /// The service.
    pub service: &'m Service,
    /// Whether it runs there.
    pub runs: bool,
    /// Whether its subsets there must be these clusters' alone, because their control planes see others that run
    /// it.
    pub pinned: bool,
    /// What is said of it where it runs, or is found.
    pub serve: Option<Serving<'m>>,
    /// Names for what callers here use of it in other clusters.
    pub remote: RemoteHosts<'m>,
    /// What joins it here.
    pub pool: Option<Pool<'m>>,
    /// Its plain name, where callers use it and nothing here answers to it.
    pub plain_name: Option<PlainName<'m>>,
    /// Where requests of callers here go.
    pub routes: Option<ServiceRoutes<'m>>,
    /// Whether some port is left to Istio, which finds it elsewhere too.
    pub left_alone: bool,
    /// What callers here are promised, for every destination of these routes.
    pub promises: Promises<'m>,
    /// What callers here are promised of the service itself, by whoever's rules, and by what is let in from
    /// outside.
    pub of_service: Promises<'m>,
}

impl<'m> ClassPlan<'m> {
    /// The clusters, by name.
    pub fn clusters(&self) -> impl Iterator<Item = &'m Cluster> {
        self.class.members.iter().filter_map(|id| self.view.cluster(*id))
    }

    /// How callers here dial the gateway of another cluster; nothing if it has none.
    #[must_use]
    pub fn dialled(&self, far: &'m Cluster) -> &'m [Address] {
        far.gateway.as_ref().map_or(&[], |gateway| gateway.dialled_from(self.class.id))
    }

    /// Whether a cluster lies outside the region of callers here; never if they have none.
    #[must_use]
    pub fn farther(&self, cluster: &Cluster) -> bool {
        distance::farther(self.view, self.class.id, cluster)
    }

    /// Whether there is anything to know, or to keep: where control planes see pods elsewhere, what rules of others promise
    /// needs no object.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        self.runs
            || self.left_alone
            || self.serve.is_some()
            || !self.remote.names.is_empty()
            || self.pool.is_some()
            || self.plain_name.is_some()
            || self.routes.is_some()
            || !self.of_service.is_empty()
    }

    /// Whether another cluster configures these: whatever is for Istio is in that one's bundle.
    #[must_use]
    pub fn is_configured_elsewhere(&self) -> bool {
        self.cluster.control_plane.is_some()
    }
}
