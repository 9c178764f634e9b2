//! `merged`: far pods join the endpoints that are there already, under the one plain name.

pub mod hindrance; // why they cannot
mod joining; // whether they can

use std::collections::{BTreeMap, BTreeSet};

use super::subset_name::at_cluster;
use crate::model::{Callers, Cluster, ClusterId, Pick, Service, Version, VersionId};
use crate::plan::rules::target::Site;
use crate::plan::uses::Use;
use crate::plan::visibility::View;
use crate::source::Place;

pub use joining::{check, views};

/// A service as callers find it: its own pods here, if any, and what joins them.
#[derive(Clone, Debug)]
pub struct Pool<'m> {
    /// The service.
    pub service: &'m Service,
    /// Who uses it.
    pub callers: Callers,
    /// What joins, by version, then cluster; never empty.
    pub entries: Vec<Joining<'m>>,
    /// Versions that run here or join, by name.
    pub versions: Vec<&'m Version>,
    /// Parts of the pool that some destination means; by version, then cluster.
    pub parts: Vec<Part<'m>>,
    /// Whether clusters stand in for each other.
    pub fails_over: bool,
    /// Where this way was chosen.
    pub place: Place,
}

/// Pods of one version in one far cluster, which join the service.
#[derive(Clone, Debug)]
pub struct Joining<'m> {
    /// None for a service without versions.
    pub version: Option<&'m Version>,
    /// Where they run.
    pub cluster: &'m Cluster,
    /// How large the version is there, beside other clusters.
    pub size: u32,
}

/// A version, or any, in one cluster among several that have it.
#[derive(Clone, Debug)]
pub struct Part<'m> {
    /// The subset that stands for it.
    pub name: String,
    /// None for any.
    pub version: Option<&'m Version>,
    /// The far cluster; none for the callers' own.
    pub far: Option<&'m Cluster>,
    /// The same, as it is asked for.
    pub pick: Pick,
    cluster: ClusterId,
}

impl Pool<'_> {
    /// The subset of a pick in these clusters; none for all that have the name.
    #[must_use]
    pub fn subset(&self, pick: Pick, clusters: &[ClusterId]) -> Option<&str> {
        let part = self.parts.iter().find(|part| part.pick == pick && clusters == [part.cluster]);
        match (part, pick) {
            (Some(part), _) => Some(&part.name),
            (None, Pick::Any) => None,
            (None, Pick::Version(id)) => self.service.version(id).map(|version| version.subset.as_str()),
        }
    }
}

/// What joins a service, for callers in one cluster; nothing if nothing does. `uses` are theirs, by target.
#[must_use]
pub fn pool<'m>(
    view: &View<'m>,
    service: &'m Service,
    caller: ClusterId,
    callers: &Callers,
    uses: &[Use],
) -> Option<Pool<'m>> {
    let far = |id: &ClusterId| *id != caller && view.joins(service, *id);
    let mut pods: BTreeSet<(Option<VersionId>, ClusterId)> = BTreeSet::new();
    for to in uses {
        for cluster in to.clusters.iter().filter(|cluster| far(cluster)) {
            let versions = versions_at(service, to.target.pick, *cluster);
            pods.extend(versions.into_iter().map(|version| (version, *cluster)));
        }
    }
    let version = |id: Option<VersionId>| id.and_then(|id| service.version(id));
    let entries: Vec<_> = pods
        .iter()
        .filter_map(|(id, cluster)| {
            let size = service.size(id.map_or(Pick::Any, Pick::Version), *cluster);
            Some(Joining { version: version(*id), cluster: view.cluster(*cluster)?, size })
        })
        .collect();
    let ways = entries.iter().filter_map(|entry| view.written_reach(service, entry.cluster));
    let chosen = view.own_failover(service.id).or(ways.map(|way| way.place).next());
    entries.first()?;
    let here = |version: &Version| version.clusters.contains_key(&caller);
    let used: BTreeSet<VersionId> = pods.iter().filter_map(|(version, _)| *version).collect();
    let versions = service.versions.iter().enumerate();
    let versions = versions.filter(|(index, version)| used.contains(&VersionId(*index)) || here(version));
    let clusters = clusters(service, &pods, caller);
    Some(Pool {
        service,
        callers: callers.clone(),
        parts: parts(view, service, &clusters, uses, caller),
        entries,
        versions: versions.map(|(_, version)| version).collect(),
        fails_over: uses.iter().any(|to| to.target.site == Site::Nearest),
        place: chosen.unwrap_or(service.place),
    })
}

/// Which clusters have pods of each version, and of any, under the plain name.
fn clusters(
    service: &Service,
    pods: &BTreeSet<(Option<VersionId>, ClusterId)>,
    caller: ClusterId,
) -> BTreeMap<Pick, BTreeSet<ClusterId>> {
    let mut any: BTreeSet<ClusterId> = pods.iter().map(|(_, cluster)| *cluster).collect();
    any.extend(service.runs.contains_key(&caller).then_some(caller));
    let mut clusters = BTreeMap::from([(Pick::Any, any)]);
    for (index, version) in service.versions.iter().enumerate() {
        let id = VersionId(index);
        let far = pods.iter().filter(|(known, _)| *known == Some(id)).map(|(_, cluster)| *cluster);
        let own = version.clusters.contains_key(&caller).then_some(caller);
        clusters.insert(Pick::Version(id), far.chain(own).collect());
    }
    clusters
}

/// What is wanted in one cluster, of all that the pool has.
fn parts<'m>(
    view: &View<'m>,
    service: &'m Service,
    pool: &BTreeMap<Pick, BTreeSet<ClusterId>>,
    uses: &[Use],
    caller: ClusterId,
) -> Vec<Part<'m>> {
    let part = |to: &Use| {
        let ([cluster], Some(pool)) = (to.clusters.as_slice(), pool.get(&to.target.pick)) else {
            return None;
        };
        if pool.len() < 2 || !pool.contains(cluster) {
            return None;
        }
        let there = view.cluster(*cluster)?;
        let pick = to.target.pick;
        let version = match pick {
            Pick::Any => None,
            Pick::Version(id) => service.version(id),
        };
        let name = at_cluster(service, pick, there);
        let far = (*cluster != caller).then_some(there);
        Some(Part { name, version, far, pick, cluster: *cluster })
    };
    uses.iter().filter_map(part).collect()
}

/// The versions that a pick is in one cluster; one that is none for a service without versions.
fn versions_at(service: &Service, pick: Pick, cluster: ClusterId) -> Vec<Option<VersionId>> {
    match pick {
        Pick::Version(id) => vec![Some(id)],
        Pick::Any if service.versions.is_empty() => vec![None],
        Pick::Any => service
            .versions
            .iter()
            .enumerate()
            .filter(|(_, version)| version.clusters.contains_key(&cluster))
            .map(|(index, _)| Some(VersionId(index)))
            .collect(),
    }
}
