//! Clusters whose callers get the same from a service: planned once.
//!
//! What callers get depends on a few traits of their cluster only: what runs there, its release, domain, region
//! and network, who is shown to it, which addresses it dials. Clusters with equal traits are one class.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::ForeignUses;
use super::visibility::{Shown, View};
use crate::model::{Callers, ClusterId, IngressGateway, Service};
use crate::source::Place;

/// Clusters whose callers get the same from one service, by name; never empty.
#[derive(Clone, Debug)]
pub struct Class {
    /// The first, which stands for all.
    pub id: ClusterId,
    /// All of them, the first included.
    pub members: Vec<ClusterId>,
}

/// All of a cluster that can make a difference to its callers, whatever the service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Traits<'m> {
    release: String,
    release_place: Option<Place>,
    cluster_domain: &'m str,
    trust_domain: &'m str,
    region: Option<&'m str>,
    network: Option<&'m str>,
    shown: Shown,
    /// The cluster itself, where it is like no other: it shares a control plane, or dials addresses of its own.
    alone: Option<ClusterId>,
}

/// Clusters that are alike whatever the service, by number.
#[derive(Debug)]
pub struct Kinds(Vec<usize>);

impl Kinds {
    /// Groups the clusters of a mesh.
    #[must_use]
    pub fn of(view: &View<'_>) -> Self {
        let gateways = view.mesh().clusters.iter().filter_map(|cluster| cluster.gateway.as_ref());
        let apart: BTreeSet<ClusterId> =
            gateways.flat_map(|gateway| gateway.addresses_from.keys().copied()).collect();
        let mut known: BTreeMap<Traits<'_>, usize> = BTreeMap::new();
        let mut kinds = Vec::with_capacity(view.clusters.len());
        for cluster in &view.mesh().clusters {
            let alone = view.shares_control_plane(cluster.id) || apart.contains(&cluster.id);
            let facts = Traits {
                release: cluster.release.to_string(),
                release_place: cluster.release_place,
                cluster_domain: &cluster.cluster_domain,
                trust_domain: &cluster.trust_domain,
                region: cluster.locality.as_ref().map(|locality| locality.region.as_str()),
                network: cluster.network.as_deref(),
                shown: view.shown(cluster.id),
                alone: alone.then_some(cluster.id),
            };
            let next = known.len();
            kinds.push(*known.entry(facts).or_insert(next));
        }
        Self(kinds)
    }

    fn kind(&self, id: ClusterId) -> usize {
        self.0.get(id.0).copied().unwrap_or_default()
    }
}

/// The classes of a service, by their first cluster. Clusters that have nothing to do with it are left out.
#[must_use]
pub fn classes(view: &View<'_>, kinds: &Kinds, service: &Service, foreign: &ForeignUses) -> Vec<Class> {
    let foreign = foreign.of(service.id);
    let mentioned = mentioned(view, service);
    let mut classes: Vec<Class> = Vec::new();
    let mut known: BTreeMap<(usize, Option<&Callers>, Vec<usize>), usize> = BTreeMap::new();
    for id in (0..view.clusters.len()).map(ClusterId) {
        let callers = service.clients.get(&id);
        let uses: Vec<usize> =
            foreign.iter().enumerate().filter(|(_, uses)| uses.is_of(id)).map(|(at, _)| at).collect();
        if mentioned.contains(&id) {
            classes.push(Class { id, members: vec![id] });
        } else if callers.is_some() || !uses.is_empty() {
            let next = classes.len();
            let at = *known.entry((kinds.kind(id), callers, uses)).or_insert(next);
            match classes.get_mut(at) {
                Some(class) => class.members.push(id),
                None => classes.push(Class { id, members: vec![id] }),
            }
        }
    }
    classes
}

/// Clusters that make a difference to a service by themselves. They run it, or what its rules lead to; they let
/// callers in there; its rules name them; requests from outside arrive there; or they share a control plane.
fn mentioned(view: &View<'_>, service: &Service) -> BTreeSet<ClusterId> {
    let mut mentioned: BTreeSet<ClusterId> = service.runs.keys().copied().collect();
    for rule in &service.rules {
        mentioned.extend(
            rule.conditions.iter().filter_map(|condition| condition.source_clusters.as_ref()).flatten(),
        );
        for to in rule.destinations().iter().filter(|to| to.service != service.id) {
            mentioned.extend(view.service(to.service).into_iter().flat_map(|service| service.runs.keys()));
        }
    }
    let gateways = service.ingress.iter().filter_map(|ingress| view.mesh().gateways.get(ingress.gateway.0));
    mentioned.extend(gateways.flat_map(|gateway: &IngressGateway| gateway.clusters.iter()));
    let found = service.runs.keys().filter(|id| view.discovers(service, **id));
    mentioned.extend(found.flat_map(|id| view.ways_in(*id)).collect::<Vec<_>>());
    mentioned.extend(view.sharing());
    mentioned
}
