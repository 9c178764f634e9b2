//! What callers ask for of one service, class by class.
//!
//! Enters: the routes of each class, and what rules of other services lead here. Leaves: who uses which version in
//! which clusters. Refuses to know: by which way.

use std::collections::BTreeMap;

use super::class::{self, Class};
use super::common::Common;
use super::distance;
use super::rules::route;
use super::rules::survey::Survey;
use super::rules::target::{PickAt, Route, ServiceRoutes, Site, Target};
use super::uses::{FarUse, Foreign, ForeignUses, Use};
use super::visibility::View;
use crate::model::{Callers, ClusterId, IngressGatewayId, Mesh, Rule, Service, ServiceId};

/// What requests from outside get from a service at one gateway.
#[derive(Clone, Debug)]
pub struct LetIn<'m> {
    /// Where they arrive.
    pub gateway: IngressGatewayId,
    /// What they get.
    pub routes: ServiceRoutes<'m>,
}

/// What the callers of one class ask for.
#[derive(Debug)]
pub struct Asked<'m> {
    /// Which clusters.
    pub class: Class,
    /// Their routes; none where they are no clients.
    pub routes: Option<ServiceRoutes<'m>>,
    /// What requests from outside get, by gateway.
    pub let_in: Vec<LetIn<'m>>,
    /// All that is asked for, in order of services that ask; of one service, routes before what is let in.
    pub uses: Vec<Use>,
}

impl<'m> Asked<'m> {
    /// What routes ask for, and requests from outside, of this service and of others.
    fn of(common: &Common<'m>, service: &'m Service, class: Class, survey: &mut Survey<'m>) -> Self {
        let view = common.view;
        let routes = service.clients.get(&class.id).map(|callers| ServiceRoutes {
            service,
            callers: callers.clone(),
            routes: route::routes(view, service, &class, survey),
        });
        let mut asked = Self { class, routes, let_in: Vec::new(), uses: Vec::new() };
        for (gateway, callers) in gateways(view.mesh(), service, asked.class.id) {
            let routes = route::from_outside(view, service, &asked.class, survey);
            asked.let_in.push(LetIn { gateway, routes: ServiceRoutes { service, callers, routes } });
        }
        let own = asked.routes.iter().chain(asked.let_in.iter().map(|let_in| &let_in.routes));
        asked.uses = own.flat_map(|routes| uses(view, routes, asked.class.id)).collect();
        asked
    }

    /// What is used in other clusters by other ways than discovery, share 0 included.
    #[must_use]
    pub fn far(&self, view: &View<'_>) -> Option<FarUse> {
        let mut far: Option<FarUse> = None;
        let id = self.class.id;
        let is_far = |to: &&Use| {
            !to.clusters.is_empty() && to.target.site != Site::Cluster(id) && to.said(view, id).is_none()
        };
        for to in self.uses.iter().filter(is_far) {
            let of =
                far.get_or_insert_with(|| FarUse { callers: to.callers.clone(), picks: BTreeMap::new() });
            of.callers = of.callers.union(&to.callers);
            of.picks.insert(PickAt { pick: to.target.pick, site: to.target.site }, to.clusters.clone());
        }
        far
    }

    /// How much has to be written for the routes of each member: each target at each address that it is dialled
    /// at.
    pub(super) fn size(&self, view: &View<'_>) -> usize {
        let Some(routes) = &self.routes else { return 0 };
        let caller = self.class.id;
        let addresses = |id: ClusterId| {
            let gateway =
                view.cluster(id).filter(|_| id != caller).and_then(|cluster| cluster.gateway.as_ref());
            gateway.map_or(1, |gateway| gateway.dialled_from(caller).len())
        };
        let route = |route: &Route<'_>| {
            let clusters = route.targets().into_iter().flat_map(|target| clusters(view, target, caller));
            clusters.map(addresses).sum::<usize>().max(1)
        };
        routes.routes.iter().map(route).sum::<usize>().max(1)
    }
}

/// What all classes ask for of a service, their first clusters in order of name.
pub fn of<'m>(common: &Common<'m>, service: &'m Service, survey: &mut Survey<'m>) -> Vec<Asked<'m>> {
    let classes = class::classes(common.view, &common.kinds, service, &common.foreign);
    classes.into_iter().map(|class| asked(common, service, class, survey)).collect()
}

/// What callers in one cluster ask for of a service, if it is theirs to ask.
pub fn by<'m>(common: &Common<'m>, service: &'m Service, caller: ClusterId) -> Option<Asked<'m>> {
    let mut classes = class::classes(common.view, &common.kinds, service, &common.foreign).into_iter();
    let class = classes.find(|class| class.members.contains(&caller))?;
    Some(asked(common, service, class, &mut Survey::default()))
}

fn asked<'m>(common: &Common<'m>, service: &'m Service, class: Class, survey: &mut Survey<'m>) -> Asked<'m> {
    let mut asked = Asked::of(common, service, class, survey);
    let id = asked.class.id;
    let own = std::mem::take(&mut asked.uses).into_iter().filter(|to| to.target.service == service.id);
    let others = |before: bool| {
        let from = common.foreign.of(service.id).iter();
        let from = from.filter(move |uses| (uses.from < service.id) == before && uses.is_of(id));
        from.flat_map(|uses| uses.uses.iter().cloned())
    };
    asked.uses = others(true).chain(own).chain(others(false)).collect();
    asked
}

/// All that callers of a class use of a service. `routes` are those of the class in the end.
pub fn all<'a>(
    view: &'a View<'_>,
    asked: &'a Asked<'_>,
    routes: Option<&'a ServiceRoutes<'_>>,
) -> impl Iterator<Item = Use> + 'a {
    let routed = routes.into_iter().flat_map(move |routes| {
        uses(view, routes, asked.class.id).filter(|to| to.target.service == routes.service.id)
    });
    asked.uses.iter().cloned().chain(routed)
}

/// The same, each target once, by version and cluster.
#[must_use]
pub fn by_target(view: &View<'_>, asked: &Asked<'_>, routes: Option<&ServiceRoutes<'_>>) -> Vec<Use> {
    let mut by_target: BTreeMap<Target, Use> = BTreeMap::new();
    for to in all(view, asked, routes) {
        by_target.entry(to.target).or_insert(to);
    }
    by_target.into_values().collect()
}

/// Follows the rules that lead to other services.
pub fn foreign(common: &Common<'_>) -> ForeignUses {
    let mut foreign = ForeignUses::default();
    for service in common.view.mesh().services.iter().filter(|service| leads_away(service)) {
        for class in class::classes(common.view, &common.kinds, service, &ForeignUses::default()) {
            let asked = Asked::of(common, service, class, &mut Survey::default());
            for (to, uses) in asked.by_service(service.id) {
                foreign.0.entry(to).or_default().push(uses);
            }
        }
    }
    foreign
}

impl Asked<'_> {
    /// What is used of other services than the one whose rules these are.
    fn by_service(self, from: ServiceId) -> BTreeMap<ServiceId, Foreign> {
        let mut all: BTreeMap<ServiceId, Foreign> = BTreeMap::new();
        for to in self.uses.into_iter().filter(|to| to.target.service != from) {
            let members = &self.class.members;
            let foreign = || Foreign { from, members: members.clone(), uses: Vec::new() };
            all.entry(to.target.service).or_insert_with(foreign).uses.push(to);
        }
        all
    }
}

fn leads_away(service: &Service) -> bool {
    service.rules.iter().flat_map(Rule::destinations).any(|to| to.service != service.id)
}

/// The gateways in a cluster that let requests to a service in, and where the gateway's workload may be.
fn gateways(mesh: &Mesh, service: &Service, cluster: ClusterId) -> Vec<(IngressGatewayId, Callers)> {
    let gateways = service.ingress.iter().map(|ingress| ingress.gateway);
    let gateways = gateways.filter_map(|id| Some((id, mesh.gateways.get(id.0)?)));
    let here = gateways.filter(|(_, gateway)| gateway.clusters.contains(&cluster));
    here.map(|(id, gateway)| (id, Callers::Namespaces(gateway.workload_namespaces.clone()))).collect()
}

/// Who is asked for by routes, share 0 included, and copies.
fn uses<'r>(
    view: &'r View<'_>,
    routes: &'r ServiceRoutes<'_>,
    caller: ClusterId,
) -> impl Iterator<Item = Use> + 'r {
    routes.routes.iter().flat_map(move |route| {
        route.sends().map(move |(target, port)| Use {
            target,
            port,
            clusters: clusters(view, target, caller),
            callers: routes.callers.clone(),
            place: route.rule.map_or(routes.service.place, |rule| rule.place),
            by_rule: route.rule.is_some(),
        })
    })
}

/// The clusters that a target is in, for callers in one cluster.
#[must_use]
pub fn clusters(view: &View<'_>, target: Target, caller: ClusterId) -> Vec<ClusterId> {
    match target.site {
        Site::Nowhere(_) => Vec::new(),
        Site::Cluster(cluster) => vec![cluster],
        Site::Nearest => view
            .service(target.service)
            .map(|service| distance::serving(view, service, target.pick, None, caller).clusters)
            .into_iter()
            .flatten()
            .map(|(cluster, _)| cluster)
            .collect(),
    }
}
