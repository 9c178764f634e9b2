//! Services whose far pods join the endpoints that are there already, under the one plain name.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use super::demand::{self, Demand};
use super::route::{Route, Site, Target};
use super::subset::at_cluster;
use crate::model::{Callers, Cluster, ClusterId, Mesh, Pick, Reach, Service, ServiceId, Version};

/// A service as callers of one cluster find it: its own pods there, if any, and what joins them.
#[derive(Clone, Debug)]
pub struct Joined<'m> {
    /// Which service.
    pub id: ServiceId,
    /// The service.
    pub service: &'m Service,
    /// Who uses it.
    pub callers: Callers,
    /// What joins, by version, then cluster; never empty.
    pub entries: Vec<JoinedEntry<'m>>,
    /// Versions that run here or join, by name.
    pub versions: Vec<&'m Version>,
    /// Parts of the pool that some destination means; by version, then cluster.
    pub parts: Vec<Part<'m>>,
    /// Whether clusters stand in for each other.
    pub fails_over: bool,
    picks: BTreeMap<Pick, BTreeSet<ClusterId>>,
}

/// Pods of one version in one far cluster.
#[derive(Clone, Debug)]
pub struct JoinedEntry<'m> {
    /// None for a service without versions.
    pub version: Option<&'m Version>,
    /// Where they run.
    pub cluster: &'m Cluster,
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

impl Joined<'_> {
    /// Where callers find a pick in these clusters; nothing if that is not all among what joins.
    #[must_use]
    pub fn find(&self, pick: Pick, clusters: &[ClusterId]) -> Option<Found<'_>> {
        let wanted: BTreeSet<ClusterId> = clusters.iter().copied().collect();
        let pool = self.picks.get(&pick)?;
        if !wanted.is_subset(pool) {
            return None;
        }
        let subset = match pick {
            Pick::Any if wanted == *pool => None,
            Pick::Version(id) if wanted == *pool => Some(self.service.version(id)?.subset.as_str()),
            Pick::Any | Pick::Version(_) => {
                let part = self.parts.iter().find(|part| part.pick == pick && clusters == [part.cluster])?;
                Some(part.name.as_str())
            }
        };
        Some(Found { remote: None, subset })
    }
}

/// What joins the services that callers of one cluster use.
pub fn of<'m>(mesh: &'m Mesh, demand: &Demand<'m>, caller: ClusterId) -> Vec<Joined<'m>> {
    let mut targets: BTreeMap<ServiceId, BTreeSet<Target>> = BTreeMap::new();
    for target in demand.routes.iter().flat_map(|routes| routes.routes.iter().flat_map(Route::targets)) {
        targets.entry(target.service).or_default().insert(target);
    }
    let joined = |(id, targets): (&ServiceId, &BTreeSet<Target>)| {
        let callers = demand.far.get(id)?.callers.clone();
        let joined = Joined {
            id: *id,
            service: mesh.service(*id)?,
            callers,
            entries: Vec::new(),
            versions: Vec::new(),
            parts: Vec::new(),
            fails_over: false,
            picks: BTreeMap::new(),
        };
        joined.filled(mesh, targets, caller)
    };
    targets.iter().filter_map(joined).collect()
}

/// Whether far pods of a service join it where they are called from.
#[must_use]
pub fn joins(mesh: &Mesh, service: &Service, far: &Cluster) -> bool {
    mesh.reach(service, far) == Reach::Merged
}

impl<'m> Joined<'m> {
    fn filled(mut self, mesh: &'m Mesh, targets: &BTreeSet<Target>, caller: ClusterId) -> Option<Self> {
        let service = self.service;
        let sites: Vec<(Target, Vec<ClusterId>)> =
            targets.iter().map(|target| (*target, demand::clusters(mesh, *target, caller))).collect();
        let far =
            |id: &ClusterId| *id != caller && mesh.cluster(*id).is_some_and(|far| joins(mesh, service, far));
        let mut pods: BTreeSet<(Option<usize>, ClusterId)> = BTreeSet::new();
        for (target, clusters) in &sites {
            for cluster in clusters.iter().filter(|cluster| far(cluster)) {
                pods.extend(
                    versions_at(service, target.pick, *cluster)
                        .into_iter()
                        .map(|version| (version, *cluster)),
                );
            }
        }
        if pods.is_empty() {
            return None;
        }
        self.fails_over = targets.iter().any(|target| target.site == Site::Nearest);
        self.pool(&pods, caller);
        let version = |index: &Option<usize>| index.and_then(|index| service.versions.get(index));
        let here = |version: &Version| version.clusters.contains_key(&caller);
        let used: BTreeSet<usize> = pods.iter().filter_map(|(version, _)| *version).collect();
        self.versions = service
            .versions
            .iter()
            .enumerate()
            .filter(|(index, version)| used.contains(index) || here(version))
            .map(|(_, version)| version)
            .collect();
        self.entries = pods
            .iter()
            .filter_map(|(index, cluster)| {
                Some(JoinedEntry { version: version(index), cluster: mesh.cluster(*cluster)? })
            })
            .collect();
        let taken: BTreeSet<&str> = service.versions.iter().map(|version| version.subset.as_str()).collect();
        for (target, clusters) in &sites {
            let ([cluster], Some(pool)) = (clusters.as_slice(), self.picks.get(&target.pick)) else {
                continue;
            };
            if pool.len() < 2 || !pool.contains(cluster) {
                continue;
            }
            let Some(there) = mesh.cluster(*cluster) else { continue };
            let version = match target.pick {
                Pick::Any => None,
                Pick::Version(id) => service.version(id),
            };
            self.parts.push(Part {
                name: at_cluster(version.map_or("any", |version| &version.subset), there, &taken),
                version,
                far: (*cluster != caller).then_some(there),
                pick: target.pick,
                cluster: *cluster,
            });
        }
        Some(self)
    }

    /// Which clusters have pods of each version, and of any, under the plain name.
    fn pool(&mut self, pods: &BTreeSet<(Option<usize>, ClusterId)>, caller: ClusterId) {
        let any = self.picks.entry(Pick::Any).or_default();
        any.extend(pods.iter().map(|(_, cluster)| *cluster));
        any.extend(self.service.runs.contains_key(&caller).then_some(caller));
        for (index, version) in self.service.versions.iter().enumerate() {
            let clusters = self.picks.entry(Pick::Version(crate::model::VersionId(index))).or_default();
            clusters
                .extend(pods.iter().filter(|(known, _)| *known == Some(index)).map(|(_, cluster)| *cluster));
            clusters.extend(version.clusters.contains_key(&caller).then_some(caller));
        }
    }
}

/// The versions that a pick is in one cluster; one that is none for a service without versions.
fn versions_at(service: &Service, pick: Pick, cluster: ClusterId) -> Vec<Option<usize>> {
    match pick {
        Pick::Version(id) => vec![Some(id.0)],
        Pick::Any if service.versions.is_empty() => vec![None],
        Pick::Any => service
            .versions
            .iter()
            .enumerate()
            .filter(|(_, version)| version.clusters.contains_key(&cluster))
            .map(|(index, _)| Some(index))
            .collect(),
    }
}
