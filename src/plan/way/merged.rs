//! `merged`: far pods join the endpoints that are there already, under the one plain name.

mod joining; // whether they can

use std::collections::{BTreeMap, BTreeSet};

use super::remote::at_cluster;
use crate::model::Version;
use crate::model::service::AcrossClusters;
use crate::model::{
    Answer, Callers, Cluster, ClusterId, Destination, Mesh, Mirror, Pick, Port, Rule, Service, ServiceId,
    VersionId,
};
use crate::plan::demand::Use;
use crate::plan::rules::condition;
use crate::plan::rules::route::Site;
use crate::plan::visibility::View;
use crate::source::Place;

pub use joining::{Hindrance, check, views};

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

/// By service: where a client asks for what its own cluster runs, and others are to stand in for it. Only one pool of
/// near and far endpoints can do that, and a service has one way of being reached for all its clients.
#[must_use]
pub fn own_failover(mesh: &Mesh) -> Vec<Option<Place>> {
    let mut marked: Vec<Option<Place>> = vec![None; mesh.services.len()];
    let mut mark = |id: ServiceId, place: Place| {
        if let Some(mark) = marked.get_mut(id.0) {
            mark.get_or_insert(place);
        }
    };
    for service in &mesh.services {
        // An ingress gateway calls from its cluster.
        let gateways = service.ingress.iter().filter_map(|ingress| mesh.gateways.get(ingress.gateway.0));
        let callers: BTreeSet<ClusterId> = service
            .clients
            .keys()
            .chain(gateways.flat_map(|gateway| gateway.clusters.iter()))
            .copied()
            .collect();
        for rule in &service.rules {
            let mirrors = rule.mirrors.iter().map(|Mirror { pick, cluster, percent }| {
                (service.id, *pick, cluster.is_some(), percent.place)
            });
            let asked = destinations(rule)
                .iter()
                .map(|to| (to.service, to.pick, to.cluster.is_some(), to.place))
                .chain(mirrors);
            for (target, pick, _, place) in asked.filter(|(_, _, named, _)| !named) {
                let Some(wanted) = mesh.service(target).filter(|wanted| fails_over(wanted)) else { continue };
                let mut callers = callers.iter().filter(|caller| is_for(rule, **caller));
                if callers.any(|caller| from_own(mesh, wanted, pick, *caller)) {
                    mark(target, place);
                }
            }
        }
        // A port that no rule is for is as with the rule `any`.
        let unruled =
            |caller: &ClusterId| service.ports.iter().any(|port| is_unruled(service, *caller, port));
        let mut callers = callers.iter().filter(|caller| fails_over(service) && unruled(caller));
        if callers.any(|caller| from_own(mesh, service, Pick::Any, *caller)) {
            mark(service.id, service.place);
        }
    }
    marked
}

fn destinations(rule: &Rule) -> &[Destination] {
    match &rule.answer {
        Answer::To(destinations) => destinations,
        Answer::Redirect(_) | Answer::DirectResponse(_) => &[],
    }
}

fn fails_over(service: &Service) -> bool {
    service.across_clusters == AcrossClusters::Failover
}

/// Whether no rule is for a port of callers in a cluster.
fn is_unruled(service: &Service, caller: ClusterId, port: &Port) -> bool {
    let fits = |rule: &&Rule| port.protocol.route().is_some_and(|kind| rule.speaks.fits(kind));
    let routed = port.protocol.route().is_some();
    routed && !service.rules.iter().filter(fits).any(|rule| condition::is_for(rule, caller, port))
}

fn is_for(rule: &Rule, caller: ClusterId) -> bool {
    let holds = |clusters: &Option<Vec<ClusterId>>| clusters.as_ref().is_none_or(|all| all.contains(&caller));
    rule.conditions.is_empty() || rule.conditions.iter().any(|condition| holds(&condition.source_clusters))
}

/// Whether the caller's cluster runs it, and another that can be entered does, too.
fn from_own(mesh: &Mesh, service: &Service, pick: Pick, caller: ClusterId) -> bool {
    let Some(runs) = service.runs(pick) else { return false };
    let enters = |id: &ClusterId| {
        mesh.cluster(*id).is_some_and(|cluster| cluster.gateway.is_some() && cluster.drain.is_none())
    };
    runs.contains_key(&caller) && runs.keys().any(|id| *id != caller && enters(id))
}
