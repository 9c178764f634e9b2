//! What gateways must be taught: the names that callers say for what runs behind them.

use std::collections::BTreeMap;

use super::remote::RemoteName;
use crate::model::{Mesh, Service};
use crate::source::Place;

/// A remote name, or a subset of it, that callers say to a gateway which knows it by another name.
#[derive(Clone, Debug)]
pub struct Translation<'m> {
    /// What it is a name of.
    pub service: &'m Service,
    /// The name that callers say: `reviews.default.global`.
    pub host: String,
    /// The subset that they say; none for the whole name.
    pub said: Option<String>,
    /// The subset that is known where the service runs; none for any version.
    pub known: Option<&'m str>,
    /// Where the way in was chosen.
    pub place: Option<Place>,
}

/// By the name of the cluster whose gateway is taught: what the callers of all clusters say to it, by name and
/// subset, each once.
pub fn translations<'m, 'n>(
    mesh: &'m Mesh,
    names: impl Iterator<Item = &'n RemoteName<'m>>,
) -> BTreeMap<&'m str, Vec<Translation<'m>>>
where
    'm: 'n,
{
    let mut taught: BTreeMap<(&str, String, Option<String>), Translation<'m>> = BTreeMap::new();
    for name in names {
        let service = name.service;
        let whole = name.clusters.iter().filter(|_| name.translated).map(|cluster| (*cluster, None, None));
        let subsets = name.subsets.iter().filter(|subset| subset.translated);
        let subsets = subsets.map(|subset| (subset.cluster, Some(subset.name.clone()), subset.far));
        for (cluster, said, known) in whole.chain(subsets) {
            taught.entry((&cluster.name, name.host.clone(), said.clone())).or_insert_with(|| Translation {
                service,
                host: name.host.clone(),
                said,
                known,
                place: mesh.written_reach(service, cluster).map(|reach| reach.place),
            });
        }
    }
    let mut by_cluster: BTreeMap<&str, Vec<Translation<'m>>> = BTreeMap::new();
    for ((cluster, _, _), translation) in taught {
        by_cluster.entry(cluster).or_default().push(translation);
    }
    by_cluster
}
