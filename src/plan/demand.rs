//! What the callers of each cluster ask for, in their own cluster and in others.

use std::collections::{BTreeMap, BTreeSet};

use super::discovered::Discoveries;
use super::problems::{self, discovery};
use super::route::{self, Route, ServiceRoutes, Site, Target};
use super::survey::Survey;
use super::{discovered, distance, joined};
use crate::diagnostic::Finding;
use crate::model::{Callers, ClusterId, IngressGatewayId, Mesh, Pick, Service, ServiceId};
use crate::source::Place;

/// What all callers ask for.
#[derive(Debug, Default)]
pub struct Demands<'m> {
    /// By the cluster of the callers.
    pub by_caller: BTreeMap<ClusterId, Demand<'m>>,
    /// By the cluster that is entered: who enters, and what they come for.
    pub entering: BTreeMap<ClusterId, (BTreeSet<ClusterId>, BTreeSet<ServiceId>)>,
    /// What they find under plain names because control planes see it.
    pub discovered: Discoveries,
    /// Where callers go by another way into a cluster whose control plane configures several: whose they are, for what,
    /// and into which.
    pub astray: BTreeMap<(ServiceId, ClusterId), (Place, ClusterId)>,
    /// Where callers ask for any version by another way, and a cluster of the same network would answer, too: by service
    /// and the cluster that is meant.
    pub beside: BTreeMap<(ServiceId, ClusterId), (Place, ClusterId)>,
    /// Services of which some rule names a version.
    pub told_apart: BTreeMap<ServiceId, &'m Service>,
}

/// What the callers of one cluster ask for.
#[derive(Debug, Default)]
pub struct Demand<'m> {
    /// By service.
    pub routes: Vec<ServiceRoutes<'m>>,
    /// Services that no rule is for, and that run elsewhere alone: they need a name, and no route.
    pub unrouted: Vec<ServiceRoutes<'m>>,
    /// By ingress gateway and service: what requests get that arrive there.
    pub ingress: Vec<(IngressGatewayId, ServiceRoutes<'m>)>,
    /// What they use in other clusters, share 0 included.
    pub far: BTreeMap<ServiceId, FarUse>,
}

/// What callers use of one service in other clusters.
#[derive(Clone, Debug)]
pub struct FarUse {
    /// Who uses it.
    pub callers: Callers,
    /// Which versions at which sites, and the clusters that these are, by name.
    pub picks: BTreeMap<(Pick, Site), Vec<ClusterId>>,
}

/// Where callers cannot go: what they need there, where it is asked for, and the callers' cluster.
type Needed<'m> = (&'m Service, Place, ClusterId);

/// Callers ask for more than may be written.
pub struct TooMany {
    /// With what it became too much.
    pub at: Place,
    /// What that is: a service, a gateway.
    pub what: &'static str,
}

/// Follows every rule of every service from every client cluster, up to so many destinations in all.
pub fn of<'m>(mesh: &'m Mesh, most: usize, findings: &mut Vec<Finding>) -> Result<Demands<'m>, TooMany> {
    let mut demands = Demands::default();
    let mut asked = 0_usize;
    for gateway in &mesh.gateways {
        asked += gateway.clusters.len();
        if asked > most {
            return Err(TooMany { at: gateway.place, what: "gateway" });
        }
    }
    let mut closed: BTreeMap<(ClusterId, bool), Vec<Needed<'_>>> = BTreeMap::new();
    let mut spread = Vec::new();
    for (id, service) in mesh.services.iter().enumerate().map(|(index, service)| (ServiceId(index), service))
    {
        let mut survey = Survey::default();
        for (caller, callers) in service.clients.iter() {
            let routes = route::routes(mesh, id, service, *caller, &mut survey);
            asked = asked.saturating_add(size(mesh, *caller, &routes).max(1));
            if asked > most {
                return Err(TooMany { at: service.place, what: "service" });
            }
            let unrouted = routes.is_empty();
            let routes = ServiceRoutes { id, service, callers: callers.clone(), routes };
            if !unrouted {
                demands.add(mesh, *caller, routes);
            } else if !service.runs.contains_key(caller) && discovered::left_alone(mesh, service, *caller) {
                demands.by_caller.entry(*caller).or_default().unrouted.push(routes);
            }
        }
        for (gateway, caller, callers) in entrances(mesh, service) {
            let routes = route::from_outside(mesh, id, service, caller, &mut survey);
            demands.let_in(mesh, gateway, caller, ServiceRoutes { id, service, callers, routes });
        }
        let many = |caller: &ClusterId| mesh.visible(service, Pick::Any, *caller).len() > 1;
        if service.complete.all() {
            findings.extend(survey.findings(mesh, service));
            spread.extend(survey.left_alone.iter().any(many).then_some(service));
        }
        for caller in &survey.left_alone {
            let closed = demands.find_all(mesh, id, service, *caller);
            survey.closed.extend(closed.into_iter().map(|far| (far, (service.place, *caller))));
        }
        for (cluster, (place, caller)) in survey.closed {
            let found = mesh.discovers(service, cluster);
            closed.entry((cluster, found)).or_default().push((service, place, caller));
        }
    }
    demands.by_caller.iter_mut().for_each(|(caller, demand)| demand.keep_local(mesh, *caller));
    findings.extend(closed.iter().map(|((cluster, found), needed)| {
        let problem = if *found { discovery::closed_network } else { problems::no_gateway };
        problem(mesh, *cluster, needed)
    }));
    findings.extend((!spread.is_empty()).then(|| discovery::spread(&spread)));
    Ok(demands)
}

/// How much has to be written for these routes: each target at each address that it is dialled at.
fn size(mesh: &Mesh, caller: ClusterId, routes: &[Route<'_>]) -> usize {
    let addresses = |id: ClusterId| {
        let gateway = mesh.cluster(id).filter(|_| id != caller).and_then(|cluster| cluster.gateway.as_ref());
        gateway.map_or(1, |gateway| gateway.dialled_from(caller).len())
    };
    let route = |route: &Route<'_>| {
        let clusters = route.targets().into_iter().flat_map(|target| clusters(mesh, target, caller));
        clusters.map(addresses).sum::<usize>().max(1)
    };
    routes.iter().map(route).sum()
}

/// Every cluster where a gateway lets requests to a service in, and where the gateway's workload may be.
fn entrances(mesh: &Mesh, service: &Service) -> impl Iterator<Item = (IngressGatewayId, ClusterId, Callers)> {
    let gateways = service
        .ingress
        .iter()
        .map(|ingress| ingress.gateway)
        .filter_map(|id| Some((id, mesh.gateways.get(id.0)?)));
    gateways.flat_map(|(id, gateway)| {
        let callers = Callers::Namespaces(gateway.workload_namespaces.clone());
        gateway.clusters.iter().map(move |cluster| (id, *cluster, callers.clone()))
    })
}

impl<'m> Demand<'m> {
    /// Where far pods join a service that runs here, ports that are left alone would be shared with them: these get a
    /// route to what runs here.
    fn keep_local(&mut self, mesh: &'m Mesh, caller: ClusterId) {
        for (id, far) in &self.far {
            let Some(service) = mesh.service(*id).filter(|service| service.runs.contains_key(&caller)) else {
                continue;
            };
            let mut clusters = far.picks.values().flatten().filter_map(|id| mesh.cluster(*id));
            if !clusters.any(|cluster| joined::joins(mesh, service, cluster)) {
                continue;
            }
            let position =
                self.routes.binary_search_by_key(id, |routes| routes.id).unwrap_or_else(|position| {
                    let callers = far.callers.clone();
                    self.routes
                        .insert(position, ServiceRoutes { id: *id, service, callers, routes: Vec::new() });
                    position
                });
            let Some(routes) = self.routes.get_mut(position) else { continue };
            let routed: BTreeSet<u16> = routes.routes.iter().map(|route| route.port.number).collect();
            let untouched = service.crossing_ports().filter(|port| !routed.contains(&port.number));
            routes.routes.extend(untouched.map(|port| route::local(mesh, *id, service, caller, port)));
            routes.routes.sort_by_key(|route| route.port.number);
        }
    }
}

impl<'m> Demands<'m> {
    fn add(&mut self, mesh: &'m Mesh, caller: ClusterId, routes: ServiceRoutes<'m>) {
        self.follow(mesh, caller, &routes);
        self.by_caller.entry(caller).or_default().routes.push(routes);
    }

    fn let_in(
        &mut self,
        mesh: &'m Mesh,
        gateway: IngressGatewayId,
        caller: ClusterId,
        routes: ServiceRoutes<'m>,
    ) {
        self.follow(mesh, caller, &routes);
        self.by_caller.entry(caller).or_default().ingress.push((gateway, routes));
    }

    fn follow(&mut self, mesh: &'m Mesh, caller: ClusterId, routes: &ServiceRoutes<'m>) {
        for route in &routes.routes {
            for target in route.targets() {
                if route.rule.is_some() && target.pick != Pick::Any {
                    self.told_apart
                        .extend(mesh.service(target.service).map(|service| (target.service, service)));
                }
                if self.discovers(mesh, caller, target, route) || target.site == Site::Cluster(caller) {
                    continue;
                }
                let clusters = clusters(mesh, target, caller);
                let place = route.rule.map_or(routes.service.place, |rule| rule.place);
                let astray = clusters.iter().filter(|id| **id != caller && mesh.shares_control_plane(**id));
                self.astray.extend(astray.map(|id| ((target.service, *id), (place, caller))));
                if target.pick == Pick::Any {
                    self.beside.extend(clusters.iter().filter_map(|id| {
                        let other = beside(mesh, target.service, *id).filter(|_| *id != caller)?;
                        Some(((target.service, *id), (place, other)))
                    }));
                }
                for cluster in clusters.iter().filter(|cluster| **cluster != caller) {
                    let (callers, services) = self.entering.entry(*cluster).or_default();
                    callers.insert(caller);
                    services.insert(target.service);
                }
                self.by_caller
                    .entry(caller)
                    .or_default()
                    .far
                    .entry(target.service)
                    .and_modify(|far| far.callers = far.callers.union(&routes.callers))
                    .or_insert_with(|| FarUse { callers: routes.callers.clone(), picks: BTreeMap::new() })
                    .picks
                    .insert((target.pick, target.site), clusters);
            }
        }
    }
}

impl Demands<'_> {
    /// Notes what callers find under the plain name, if they find a target there.
    fn discovers(&mut self, mesh: &Mesh, caller: ClusterId, target: Target, route: &Route<'_>) -> bool {
        let Some(said) = discovered::said(mesh, target, caller) else { return false };
        let whose = mesh.service(target.service).map(|service| service.place);
        let Some(place) = route.rule.map(|rule| rule.place).or(whose) else { return false };
        let found = self.discovered.entry(target.service).or_default();
        found.said.entry(said).or_insert(place);
        if target.site == Site::Nearest {
            found.stands_in.get_or_insert(place);
        }
        self.crosses(mesh, target.service, caller, &clusters(mesh, target, caller));
        true
    }

    /// Notes that callers find all of a service that control planes show; the clusters of it that they cannot get into.
    fn find_all(
        &mut self,
        mesh: &Mesh,
        id: ServiceId,
        service: &Service,
        caller: ClusterId,
    ) -> Vec<ClusterId> {
        let (open, closed): (Vec<_>, Vec<_>) = mesh
            .visible(service, Pick::Any, caller)
            .into_iter()
            .partition(|far| *far == caller || mesh.discovers_way(caller, *far));
        self.crosses(mesh, id, caller, &open);
        closed
    }

    fn crosses(&mut self, mesh: &Mesh, service: ServiceId, caller: ClusterId, clusters: &[ClusterId]) {
        let found = self.discovered.entry(service).or_default();
        found.callers.insert(caller);
        let far = clusters.iter().filter(|id| **id != caller);
        for (id, entered) in far.filter_map(|id| Some((*id, mesh.cluster(*id)?))) {
            found.crossings.insert((caller, id));
            if mesh.cluster(caller).is_some_and(|near| near.shares_network(entered)) {
                continue;
            }
            for gateway in mesh.ways_in(id) {
                found.entered.insert(gateway);
                let (callers, services) = self.entering.entry(gateway).or_default();
                callers.insert(caller);
                services.insert(service);
            }
        }
    }
}

/// Another cluster that answers at the gateway of one, too, whatever version is asked for: it runs the service, is on the
/// same network, and the control plane sees it.
fn beside(mesh: &Mesh, service: ServiceId, entered: ClusterId) -> Option<ClusterId> {
    let visible = mesh.visible(mesh.service(service)?, Pick::Any, entered).into_iter();
    let one = mesh.cluster(entered)?;
    visible
        .filter(|other| *other != entered)
        .find(|other| mesh.cluster(*other).is_some_and(|other| one.shares_network(other)))
}

/// The clusters that a target is in, for callers in one cluster.
pub fn clusters(mesh: &Mesh, target: Target, caller: ClusterId) -> Vec<ClusterId> {
    match target.site {
        Site::Cluster(cluster) => vec![cluster],
        Site::Nearest => mesh
            .service(target.service)
            .map(|service| distance::serving(mesh, service, target.pick, None, caller).clusters)
            .into_iter()
            .flatten()
            .map(|(cluster, _)| cluster)
            .collect(),
    }
}
