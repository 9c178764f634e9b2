//! What each cluster must know beside its services: gateways, and what comes of all services together.
//!
//! Enters: the plans of services, one after the other. Leaves: a plan for each cluster, and what is said once for
//! all services. Refuses to know: single routes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::class_plan::ClassPlan;
use super::failover;
use super::ingress::{self, Ingress};
use super::problems::{self, discovery};
use super::service::{IngressPlan, Noted, ServicePlan};
use super::visibility::View;
use super::way::rewrite::Translation;
use super::way::{self, merged};
use crate::bundle::FarService;
use crate::diagnostic::Finding;
use crate::model::service::PlainNames;
use crate::model::{Address, Callers, Cluster, ClusterId, Gateway, IngressGateway, Pick, Service, ServiceId};
use crate::source::Place;

/// What one cluster must know, beside what each service asks of it.
#[derive(Debug)]
pub struct ClusterPlan<'m> {
    /// The mesh.
    pub view: &'m View<'m>,
    /// Whose plan it is.
    pub cluster: &'m Cluster,
    /// How others enter, if any do.
    pub entrance: Option<Entrance<'m>>,
    /// The other cluster whose control plane configures this one: whatever is for Istio is in that one's plan.
    pub configured_by: Option<&'m Cluster>,
    /// Other clusters that are configured from here, and how others enter them.
    pub configures: Vec<(&'m Cluster, Option<Entrance<'m>>)>,
    /// Other clusters where callers here find something by discovery, by name.
    pub discovers: Vec<&'m Cluster>,
    /// Those whose callers find something here.
    pub found_by: Vec<&'m Cluster>,
    /// Where requests from outside arrive.
    pub ingress_gateways: Vec<&'m IngressGateway>,
    /// Where requests from outside go.
    pub ingress: Vec<Ingress<'m>>,
    /// What callers here are promised in other clusters; each once, by cluster, service and version.
    pub reaches: Vec<Reached>,
    /// Other clusters whose gateways callers here dial, by name.
    pub dials: Vec<&'m Cluster>,
    /// Whether far pods join services here.
    pub has_pool: bool,
    /// Whether a `ServiceEntry` leads callers here elsewhere.
    pub has_entry: bool,
    /// Plain names that callers here use and nothing here answers to.
    pub plain_names: Vec<(&'m Service, PlainNames)>,
    /// Namespaces of services of which something is written here.
    pub namespaces: BTreeSet<&'m str>,
    /// Namespaces whose workloads call by remote names; none for all.
    pub calling: Option<BTreeSet<&'m str>>,
    /// Services that callers elsewhere find here by discovery.
    pub found_here: Vec<&'m Service>,
}

/// The gateway of a cluster that others enter.
#[derive(Clone, Debug)]
pub struct Entrance<'m> {
    /// As declared.
    pub gateway: &'m Gateway,
    /// Who enters, by name.
    pub callers: Vec<&'m Cluster>,
    /// What they come for.
    pub services: Vec<&'m Service>,
    /// Names that callers say and nothing here has; by name and subset.
    pub translations: Vec<Translation<'m>>,
}

/// A version of a service, or any, in another cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Where it is.
    pub cluster: ClusterId,
    /// Of which service.
    pub service: ServiceId,
    /// Which version.
    pub pick: Pick,
}

impl<'m> ClusterPlan<'m> {
    /// How callers here dial the gateway of another cluster; nothing if it has none.
    #[must_use]
    pub fn dialled(&self, far: &'m Cluster) -> &'m [Address] {
        far.gateway.as_ref().map_or(&[], |gateway| gateway.dialled_from(self.cluster.id))
    }

    /// What callers here reach in other clusters, as users name it: by cluster and service.
    #[must_use]
    pub fn reached(&self) -> Vec<FarService> {
        let of_one = |reached: &[Reached]| {
            let Reached { cluster, service, pick: _ } = reached.first()?;
            let (cluster, service) = (self.view.cluster(*cluster)?, self.view.service(*service)?);
            let version = |one: &Reached| match one.pick {
                Pick::Any => None,
                Pick::Version(id) => service.version(id).map(|version| version.name.clone()),
            };
            let versions = reached.iter().filter_map(version).collect();
            Some(FarService { cluster: cluster.name.clone(), service: service.to_string(), versions })
        };
        let is_one =
            |one: &Reached, next: &Reached| one.cluster == next.cluster && one.service == next.service;
        self.reaches.chunk_by(is_one).filter_map(of_one).collect()
    }
}

/// What is gathered from services.
#[derive(Debug)]
pub struct Gathered<'m> {
    view: &'m View<'m>,
    clusters: Vec<Notes<'m>>,
    /// Clusters between which callers go by discovery.
    crossings: BTreeSet<(ClusterId, ClusterId)>,
    /// By cluster that cannot be entered, and whether by discovery: what is needed there.
    closed: BTreeMap<(ClusterId, bool), Vec<Needed<'m>>>,
    spread: Vec<&'m Service>,
    domains: BTreeMap<ClusterId, (&'m Service, &'m Cluster, &'m Cluster)>,
}

/// What is needed in a cluster: of which service, where it is asked for, and the callers' cluster.
type Needed<'m> = (&'m Service, Place, ClusterId);

/// What is gathered about one cluster.
#[derive(Debug, Default)]
struct Notes<'m> {
    callers: BTreeSet<ClusterId>,
    services: Vec<&'m Service>,
    translations: Vec<Translation<'m>>,
    reaches: Vec<Arc<[Reached]>>,
    dials: BTreeSet<ClusterId>,
    has_pool: bool,
    has_entry: bool,
    plain_names: Vec<(&'m Service, PlainNames)>,
    namespaces: BTreeSet<&'m str>,
    calling: BTreeSet<&'m str>,
    all_call: bool,
    found_here: Vec<&'m Service>,
    ingress: Vec<IngressPlan<'m>>,
}

impl<'m> Gathered<'m> {
    /// Nothing yet.
    #[must_use]
    pub fn of(view: &'m View<'m>) -> Self {
        Self {
            view,
            clusters: view.clusters.iter().map(|_| Notes::default()).collect(),
            crossings: BTreeSet::new(),
            closed: BTreeMap::new(),
            spread: Vec::new(),
            domains: BTreeMap::new(),
        }
    }

    /// Adds what one service asks of clusters. Services come in order of namespace and name.
    pub fn add(&mut self, plan: &mut ServicePlan<'m>) {
        let service = plan.service;
        for (entered, callers) in &plan.entered {
            let Some(notes) = self.clusters.get_mut(entered.0) else { continue };
            notes.callers.extend(callers);
            notes.services.push(service);
        }
        for (entered, translations) in std::mem::take(&mut plan.translations) {
            let Some(notes) = self.clusters.get_mut(entered.0) else { continue };
            notes.translations.extend(translations);
        }
        for class in &plan.classes {
            self.class(class);
        }
        for (id, ingress) in std::mem::take(&mut plan.ingress) {
            let reaches = reached(id, ingress.promises.iter());
            let dials = dials(id, ingress.promises.iter());
            let Some(notes) = self.clusters.get_mut(id.0) else { continue };
            notes.reaches.push(reaches.into());
            notes.dials.extend(dials);
            notes.ingress.push(ingress);
        }
        self.crossings.extend(&plan.discovery.crossings);
        let Noted { findings: _, closed, spread, domains } = &plan.noted;
        for (cluster, found, place, caller) in closed {
            self.closed.entry((*cluster, *found)).or_default().push((service, *place, *caller));
        }
        self.spread.extend(spread.then_some(service));
        for (entered, clusters) in domains {
            self.domains.entry(*entered).or_insert(*clusters);
        }
    }

    fn class(&mut self, plan: &ClassPlan<'m>) {
        let service = plan.service;
        let own = plan.class.id;
        let reaches: Arc<[Reached]> = reached(own, plan.promises.iter()).into();
        let dials = dials(own, plan.promises.iter());
        let written = plan.serve.is_some() || !plan.remote.names.is_empty() || plan.routes.is_some();
        let written = written && !plan.is_configured_elsewhere() || plan.plain_name.is_some();
        for id in &plan.class.members {
            let Some(notes) = self.clusters.get_mut(id.0) else { continue };
            if !reaches.is_empty() {
                notes.reaches.push(Arc::clone(&reaches));
                notes.dials.extend(&dials);
            }
            notes.has_pool |= plan.pool.is_some();
            notes.has_entry |= plan.pool.is_some() || !plan.remote.names.is_empty();
            notes.plain_names.extend(plan.plain_name.as_ref().map(|name| (service, name.made)));
            if written {
                notes.namespaces.insert(&service.namespace);
            }
            if !plan.remote.names.is_empty() {
                match service.clients.get(id) {
                    Some(Callers::All) => notes.all_call = true,
                    Some(Callers::Namespaces(names)) => {
                        notes.calling.extend(names.iter().map(String::as_str));
                    }
                    None => {}
                }
            }
            if plan.runs && self.view.discovers(service, *id) {
                notes.found_here.push(service);
            }
        }
    }

    /// The plans of all clusters, by name, and what is said once for all services.
    #[must_use]
    pub fn plans(mut self) -> (Vec<ClusterPlan<'m>>, Vec<Finding>) {
        let mut findings = self.findings();
        let view = self.view;
        self.unite();
        let ids = || (0..view.clusters.len()).map(ClusterId);
        let entrances: Vec<_> = ids().map(|id| self.entrance(id)).collect();
        let entrance = |id: ClusterId| entrances.get(id.0).cloned().flatten();
        let (mut discovers, mut found_by) = (BTreeMap::new(), BTreeMap::new());
        for (near, far) in &self.crossings {
            discovers.entry(*near).or_insert_with(Vec::new).extend(view.cluster(*far));
            found_by.entry(*far).or_insert_with(Vec::new).extend(view.cluster(*near));
        }
        let mut plans = Vec::with_capacity(self.clusters.len());
        for (cluster, notes) in view.mesh().clusters.iter().zip(std::mem::take(&mut self.clusters)) {
            let id = cluster.id;
            let configured: Vec<ClusterId> = view.configured_by(id).filter(|other| *other != id).collect();
            let here = |gateway: &&IngressGateway| {
                let clusters = &gateway.clusters;
                clusters.contains(&id) || configured.iter().any(|other| clusters.contains(other))
            };
            let discovers: Vec<&Cluster> = discovers.remove(&id).unwrap_or_default();
            let found_by: Vec<&Cluster> = found_by.remove(&id).unwrap_or_default();
            let mut dials = notes.dials;
            dials.extend(discovers.iter().filter(|far| !cluster.shares_network(far)).map(|far| far.id));
            let mut reaches: Vec<Reached> =
                notes.reaches.iter().flat_map(|some| some.iter().copied()).collect();
            reaches.sort_unstable();
            reaches.dedup();
            plans.push(ClusterPlan {
                view,
                cluster,
                entrance: entrance(id),
                configured_by: cluster.control_plane.as_ref().and_then(|head| view.cluster(head.value)),
                configures: configured
                    .iter()
                    .filter_map(|other| Some((view.cluster(*other)?, entrance(*other))))
                    .collect(),
                ingress_gateways: view.mesh().gateways.iter().filter(here).collect(),
                ingress: ingress::plan(view, &notes.ingress),
                reaches,
                dials: dials.iter().filter_map(|far| view.cluster(*far)).collect(),
                has_pool: notes.has_pool,
                has_entry: notes.has_entry,
                plain_names: notes.plain_names,
                namespaces: notes.namespaces,
                calling: if notes.all_call || !discovers.is_empty() { None } else { Some(notes.calling) },
                found_here: if found_by.is_empty() { Vec::new() } else { notes.found_here },
                discovers,
                found_by,
            });
        }
        let let_in: Vec<&Ingress<'_>> = plans.iter().flat_map(|plan| &plan.ingress).collect();
        findings.extend(ingress::hidden_hosts(view, &let_in));
        (plans, findings)
    }

    /// Some clusters have no control plane of their own. What their gateways let in is noted at the clusters that
    /// configure them.
    fn unite(&mut self) {
        for id in self.view.sharing() {
            let head = self.view.control_plane(id);
            if head == id {
                continue;
            }
            let let_in = self.clusters.get(id.0).map(|notes| notes.ingress.clone()).unwrap_or_default();
            let Some(own) = self.clusters.get_mut(head.0) else { continue };
            for one in let_in {
                let is_like = |known: &IngressPlan<'_>| {
                    known.gateway == one.gateway && known.routes.service.id == one.routes.service.id
                };
                if !own.ingress.iter().any(is_like) {
                    own.ingress.push(one);
                }
            }
        }
    }

    fn entrance(&mut self, id: ClusterId) -> Option<Entrance<'m>> {
        let view = self.view;
        let gateway = view.cluster(id)?.gateway.as_ref()?;
        let notes = self.clusters.get_mut(id.0).filter(|notes| !notes.callers.is_empty())?;
        Some(Entrance {
            gateway,
            callers: notes.callers.iter().filter_map(|caller| view.cluster(*caller)).collect(),
            services: std::mem::take(&mut notes.services),
            translations: std::mem::take(&mut notes.translations),
        })
    }

    fn findings(&self) -> Vec<Finding> {
        let view = self.view;
        let closed = self.closed.iter().map(|((cluster, found), needed)| {
            let problem = if *found { discovery::closed_network } else { problems::no_gateway };
            problem(view, *cluster, needed)
        });
        let ordered = self.spread.iter().any(|service| failover::is_ordered(service));
        let spread = (!self.spread.is_empty()).then(|| discovery::spread(view, &self.spread, ordered));
        let concerned = self.crossings.iter().flat_map(|(near, far)| [*near, *far]).collect();
        let nameless = way::discovery::nameless(view, &concerned);
        let domains =
            self.domains.values().map(|(service, near, far)| discovery::domains(service, near, far));
        let pooled = view.mesh().clusters.iter().zip(&self.clusters);
        let pooled = pooled.filter(|(cluster, notes)| cluster.gateway.is_some() && notes.has_pool);
        let pooled: Vec<&Cluster> = pooled.map(|(cluster, _)| cluster).collect();
        closed.chain(spread).chain(nameless).chain(domains).chain(merged::views(&pooled)).collect()
    }
}

/// What is promised in other clusters.
fn reached<'p, 'm: 'p>(
    own: ClusterId,
    promises: impl Iterator<Item = &'p super::promise::Promise<'m>>,
) -> Vec<Reached> {
    let far = promises.flat_map(|promise| {
        let far = promise.answers.iter().filter(move |id| **id != own);
        far.map(|id| Reached { cluster: *id, service: promise.service.id, pick: promise.pick })
    });
    far.collect()
}

/// Clusters whose gateways are dialled.
fn dials<'p, 'm: 'p>(
    own: ClusterId,
    promises: impl Iterator<Item = &'p super::promise::Promise<'m>>,
) -> BTreeSet<ClusterId> {
    let dialled = promises.filter(|promise| promise.way.dials_gateway());
    dialled.flat_map(|promise| promise.answers.iter().copied()).filter(|id| *id != own).collect()
}
