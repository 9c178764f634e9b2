//! `rewrite`: what gateways must be taught, which is the names that callers say for what runs behind them.

use std::collections::BTreeMap;

use super::remote::RemoteName;
use crate::diagnostic::Finding;
use crate::model::{ClusterId, Service};
use crate::plan::problems;
use crate::plan::visibility::View;
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

/// What a gateway is taught once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    entered: ClusterId,
    host: String,
    said: Option<String>,
}

/// By the cluster whose gateway is taught: what callers say to it of one service, by name and subset, each once.
/// `names` are those that the callers of all classes have.
pub fn translations<'m, 'n>(
    view: &View<'m>,
    names: impl Iterator<Item = &'n RemoteName<'m>>,
) -> BTreeMap<ClusterId, Vec<Translation<'m>>>
where
    'm: 'n,
{
    let mut all: BTreeMap<Key, Translation<'m>> = BTreeMap::new();
    for name in names {
        let service = name.service;
        let whole =
            name.clusters.iter().filter(|_| name.way.teaches()).map(|cluster| (cluster.id, None, None));
        let subsets = name.subsets.iter().filter(|subset| subset.way.teaches());
        let subsets = subsets.flat_map(|subset| {
            subset.clusters.iter().map(|cluster| (cluster.id, Some(subset.name.clone()), subset.far))
        });
        for (id, said, known) in whole.chain(subsets) {
            let Some(cluster) = view.cluster(id) else { continue };
            let key = Key { entered: id, host: name.host.clone(), said: said.clone() };
            all.entry(key).or_insert_with(|| Translation {
                service,
                host: name.host.clone(),
                said,
                known,
                place: view.written_reach(service, cluster).map(|reach| reach.place),
            });
        }
    }
    let mut by_cluster: BTreeMap<ClusterId, Vec<Translation<'m>>> = BTreeMap::new();
    for (key, translation) in all {
        by_cluster.entry(key.entered).or_default().push(translation);
    }
    by_cluster
}

/// The finding for remote names that could be names of a cluster's own. A gateway that is taught remote names and
/// opens `*.local` opens every name that ends so: remote names too, and requests go in circles.
#[must_use]
pub fn suffix(view: &View<'_>) -> Option<Finding> {
    let suffix = &view.remote_suffix;
    let teaches = view
        .services
        .iter()
        .any(|service| service.runs.keys().any(|id| view.way_into(service, *id).teaches()));
    let top = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let within = |name: &str, other: &str| name == other || name.ends_with(&format!(".{other}"));
    let clashes = |domain: &str| {
        within(suffix, domain) || within(domain, suffix) || teaches && top(suffix) == top(domain)
    };
    let clash = view.mesh().clusters.iter().find(|cluster| clashes(&cluster.cluster_domain))?;
    Some(problems::suffix_is_a_domain(suffix, view.remote_suffix_place, clash))
}
