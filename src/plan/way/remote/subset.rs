//! The parts of a remote name: what is wanted under it, and how each part is called.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::name::{self, LABEL};
use crate::model::{Cluster, ClusterId, Pick, Service};
use crate::plan::rules::route::Site;
use crate::plan::visibility::View;
use crate::plan::way::Way;

/// What callers want under one name.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'d> {
    /// Which version.
    pub pick: Pick,
    /// Where.
    pub site: Site,
    /// The clusters that this is, by name.
    pub clusters: &'d [ClusterId],
}

/// A version, or any, at one site.
#[derive(Clone, Debug)]
pub struct RemoteSubset<'m> {
    /// A DNS label, unlike any other of its name.
    pub name: String,
    /// The subset that the far clusters know; none for any version.
    pub far: Option<&'m str>,
    /// The version, or any.
    pub pick: Pick,
    /// Where it runs, by name: one cluster, or several that stand in for each other.
    pub clusters: Vec<&'m Cluster>,
    /// By which callers get there: `rewrite` only if every gateway is taught the name.
    pub way: Way,
}

impl RemoteSubset<'_> {
    /// Whether its clusters stand in for each other.
    #[must_use]
    pub fn fails_over(&self) -> bool {
        self.clusters.len() > 1
    }
}

/// The subset for each thing wanted; none where the whole name will do. `several`: the name has endpoints in more
/// than one cluster.
///
/// What is wanted at one site alone goes by its own name; else that is the name of what fails over, and the others
/// are called after their clusters too. Any version needs a subset only where the name has other endpoints too, or
/// where the subset fails over, for what makes it do so would hold for all other subsets.
pub fn of<'m>(
    view: &View<'m>,
    service: &'m Service,
    wanted: &[Wanted<'_>],
    several: bool,
) -> Vec<Option<RemoteSubset<'m>>> {
    let mut sites_of: BTreeMap<Pick, usize> = BTreeMap::new();
    for wanted in wanted {
        *sites_of.entry(wanted.pick).or_default() += 1;
    }
    let plain: BTreeSet<&str> = service.versions.iter().map(|version| version.subset.as_str()).collect();
    let subset = |wanted: &Wanted<'_>| {
        let Wanted { pick, site, clusters } = wanted;
        let far = match pick {
            Pick::Any if !several => return None,
            Pick::Any => None,
            Pick::Version(id) => Some(service.version(*id)?.subset.as_str()),
        };
        let way = clusters.iter().map(|id| view.way_into(service, *id)).min().unwrap_or(Way::Sni);
        let clusters: Vec<_> = clusters.iter().filter_map(|id| view.cluster(*id)).collect();
        let alone = sites_of.get(pick) == Some(&1) || *site == Site::Nearest;
        let name = match far {
            Some(subset) if alone => subset.to_owned(),
            Some(subset) => at_cluster(subset, clusters.first()?, &plain),
            None if *site == Site::Nearest => any(&plain),
            None => at_cluster("any", clusters.first()?, &plain),
        };
        Some(RemoteSubset { name, far, pick: *pick, clusters, way })
    };
    wanted.iter().map(subset).collect()
}

/// `v2--cluster2`, or what is left of it with a hash where that is too long or the name of a version.
pub fn at_cluster(subset: &str, cluster: &Cluster, taken: &BTreeSet<&str>) -> String {
    unlike(format!("{subset}--{}", cluster.name), taken)
}

/// Any version, wherever it is healthy.
fn any(taken: &BTreeSet<&str>) -> String {
    unlike("any".to_owned(), taken)
}

fn unlike(name: String, taken: &BTreeSet<&str>) -> String {
    if name.len() > LABEL || taken.contains(name.as_str()) {
        name::distinct(&name, &name, LABEL)
    } else {
        name
    }
}
