//! How a call gets into another cluster.

use super::Mesh;
use super::cluster::Cluster;
use super::service::Service;
use crate::source::At;

/// The way into another cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The caller says what the far gateway already understands.
    #[default]
    Sni,
    /// The far gateway is taught the names that callers say.
    Rewrite,
    /// Far pods join the endpoints of the service.
    Merged,
    /// The control planes see each other's endpoints already.
    Discovery,
}

impl Mesh {
    /// How callers elsewhere get to a service where one cluster serves it.
    #[must_use]
    pub fn reach(&self, service: &Service, serving: &Cluster) -> Reach {
        self.written_reach(service, serving).map(|reach| reach.value).unwrap_or_default()
    }

    /// What was written about that, and where: the service's word goes before the serving cluster's, and that
    /// before the mesh's.
    #[must_use]
    pub fn written_reach<'m>(&'m self, service: &'m Service, serving: &'m Cluster) -> Option<&'m At<Reach>> {
        service.reach.as_ref().or(serving.reach.as_ref()).or(self.reach.as_ref())
    }
}
