//! Requests from outside: which services answer those that arrive at each ingress gateway of a cluster, in which
//! order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::problems;
use super::promise::{Promise, Promises};
use super::rules::target::{Route, ServiceRoutes};
use super::service::IngressPlan;
use super::visibility::View;
use crate::diagnostic::Finding;
use crate::model::condition::{Common, ProxyMatch, TextMatch};
use crate::model::ingress::Ingress as LetIn;
use crate::model::name::{self, SUBDOMAIN};
use crate::model::pattern;
use crate::model::{IngressGateway, IngressGatewayId, Mesh, Service, ServiceId};
use crate::source::{At, Place};

/// Hosts of one gateway that the same services answer.
#[derive(Clone, Debug)]
pub struct Ingress<'m> {
    /// Where the requests arrive.
    pub gateway: &'m IngressGateway,
    /// Whose namespace and name the object has; the first of those that answer.
    pub first: &'m Service,
    /// All that answer, by namespace and name.
    pub services: Vec<&'m Service>,
    /// The name of the object.
    pub object: String,
    /// In order of bytes.
    pub hosts: Vec<String>,
    /// The first that matches answers; never empty.
    pub routes: Vec<IngressRoute<'m>>,
    /// For every destination of these routes.
    pub promises: Promises<'m>,
}

impl Ingress<'_> {
    /// Whether a promise is one of these routes', and not of others that the same services have at the gateway.
    #[must_use]
    pub fn used(&self, promise: &Promise<'_>) -> bool {
        let mut targets = self.routes.iter().flat_map(|route| route.route.targets());
        targets.any(|target| {
            self.promises
                .of(target)
                .is_some_and(|known| known.host == promise.host && known.subset == promise.subset)
        })
    }
}

/// One rule, for what is let in.
#[derive(Clone, Debug)]
pub struct IngressRoute<'m> {
    /// The rule and its answer. Its conditions are those below.
    pub route: Route<'m>,
    /// Any of them; none means every request.
    pub conditions: Vec<ProxyMatch>,
}

/// What is let in at the gateways of one cluster. `let_in` is that of each service at each gateway there.
pub fn plan<'m>(view: &View<'m>, let_in: &[IngressPlan<'m>]) -> Vec<Ingress<'m>> {
    let mesh = view.mesh();
    let mut at_gateways: BTreeMap<IngressGatewayId, BTreeMap<ServiceId, &ServiceRoutes<'m>>> =
        BTreeMap::new();
    for IngressPlan { gateway, routes, promises: _ } in let_in {
        at_gateways.entry(*gateway).or_default().insert(routes.service.id, routes);
    }
    let promises = |gateway: IngressGatewayId, services: &[&ServiceRoutes<'m>]| {
        let mut all = Promises::default();
        let concerned = let_in.iter().filter(|known| {
            known.gateway == gateway
                && services.iter().any(|routes| routes.service.id == known.routes.service.id)
        });
        concerned.for_each(|known| all.extend(&known.promises));
        all
    };
    let mut all = Vec::new();
    for (id, services) in at_gateways {
        let Some(gateway) = mesh.gateways.get(id.0) else { continue };
        let mut named = BTreeSet::new();
        for ((answering, _), hosts) in by_services(id, &services) {
            let answering: Vec<_> =
                answering.iter().filter_map(|service| services.get(service).copied()).collect();
            let Some(first) = answering.first().map(|routes| routes.service) else { continue };
            let routes = ordered(id, &answering);
            if routes.is_empty() {
                continue;
            }
            let again = !named.insert((&first.namespace, &first.name));
            all.push(Ingress {
                gateway,
                first,
                services: answering.iter().map(|routes| routes.service).collect(),
                object: object_name(mesh, gateway, first, &hosts, again),
                hosts,
                promises: promises(id, &answering),
                routes,
            });
        }
    }
    all
}

/// Hosts that take their requests from a wildcard of another service, and do not answer all of them.
pub fn hidden_hosts(view: &View<'_>, plans: &[&Ingress<'_>]) -> Vec<Finding> {
    let mut hidden: BTreeMap<(Place, Place), Finding> = BTreeMap::new();
    let all = |ingress: &Ingress<'_>| ingress.routes.iter().any(|route| route.conditions.is_empty());
    for ingress in plans.iter().filter(|ingress| !all(ingress)) {
        let hosts = ingress.services.iter().flat_map(|service| written(view, service, ingress.gateway));
        let hosts: Vec<_> = hosts.filter(|(_, host)| ingress.hosts.contains(&host.value)).collect();
        let ids: Vec<ServiceId> = ingress.services.iter().map(|service| service.id).collect();
        let others = view.mesh().services.iter().filter(|service| !ids.contains(&service.id));
        for wide in others.flat_map(|service| written(view, service, ingress.gateway)) {
            let wildcard = &wide.1.value;
            let taken = hosts.iter().filter(|(_, host)| host.value != *wildcard);
            for narrow in taken.filter(|(_, host)| pattern::covers(wildcard, &host.value)) {
                let key = (narrow.1.place, wide.1.place);
                hidden.entry(key).or_insert_with(|| problems::hidden_host(*narrow, wide));
            }
        }
    }
    hidden.into_values().collect()
}

/// The hosts by which a gateway lets requests to a service in, as they were written.
fn written<'s>(
    view: &'s View<'_>,
    service: &'s Service,
    gateway: &'s IngressGateway,
) -> impl Iterator<Item = (&'s Service, &'s At<String>)> {
    let is_it =
        |id: IngressGatewayId| view.gateways.get(id.0).is_some_and(|known| known.name == gateway.name);
    let here = service.ingress.iter().filter(move |ingress| is_it(ingress.gateway));
    here.flat_map(|ingress| &ingress.hosts).map(move |host| (service, host))
}

/// The hosts that are let in, grouped by who answers. Each group is one object, because nobody can tell in which
/// order Istio merges several for one host. Hosts that others of their group cover have an object of their own,
/// because Istio refuses one with both.
fn by_services(
    gateway: IngressGatewayId,
    services: &BTreeMap<ServiceId, &ServiceRoutes<'_>>,
) -> BTreeMap<(Vec<ServiceId>, usize), Vec<String>> {
    let mut answering: BTreeMap<&str, Vec<ServiceId>> = BTreeMap::new();
    for (id, routes) in services {
        let hosts: BTreeSet<&str> = let_in(routes.service, gateway)
            .flat_map(|ingress| &ingress.hosts)
            .map(|at| at.value.as_str())
            .collect();
        for host in hosts {
            answering.entry(host).or_default().push(*id);
        }
    }
    let mut groups: BTreeMap<(Vec<ServiceId>, usize), Vec<String>> = BTreeMap::new();
    let wildcards: Vec<_> = answering.iter().filter(|(host, _)| host.starts_with('*')).collect();
    for (host, services) in &answering {
        let wider = wildcards
            .iter()
            .filter(|(other, by)| *by == services && *other != host && pattern::covers(other, host));
        groups.entry((services.clone(), wider.count())).or_default().push((*host).to_owned());
    }
    groups
}

fn let_in(service: &Service, gateway: IngressGatewayId) -> impl Iterator<Item = &LetIn> {
    service.ingress.iter().filter(move |ingress| ingress.gateway == gateway)
}

/// Exact paths first, then prefixes, the longer before the shorter, then expressions, then everything.
fn ordered<'m>(gateway: IngressGatewayId, services: &[&ServiceRoutes<'m>]) -> Vec<IngressRoute<'m>> {
    let mut paths: Vec<(usize, Option<&TextMatch>)> = Vec::new();
    for (index, routes) in services.iter().enumerate() {
        for ingress in let_in(routes.service, gateway) {
            if ingress.uris.is_empty() {
                paths.push((index, None));
            }
            paths.extend(ingress.uris.iter().map(|at| (index, Some(&at.value))));
        }
    }
    paths.sort_by_key(|(index, path)| (rank(*path), *index));
    let mut ordered = Vec::new();
    for block in paths.chunk_by(|one, other| one.0 == other.0) {
        let Some(routes) = block.first().and_then(|(index, _)| services.get(*index)) else { continue };
        for route in &routes.routes {
            let Some(conditions) = common(route, block) else { continue };
            let everything = conditions.is_empty();
            ordered.push(IngressRoute { route: route.clone(), conditions });
            if everything {
                return ordered;
            }
        }
    }
    ordered
}

fn rank(path: Option<&TextMatch>) -> (u8, Reverse<usize>) {
    match path {
        Some(TextMatch::Exact(_)) => (0, Reverse(0)),
        Some(TextMatch::Prefix(prefix)) => (1, Reverse(prefix.len())),
        Some(TextMatch::Regex(_)) => (2, Reverse(0)),
        None => (3, Reverse(0)),
    }
}

/// What a rule and the paths that are let in have in common: none for every request, nothing for no request at
/// all.
fn common(route: &Route<'_>, block: &[(usize, Option<&TextMatch>)]) -> Option<Vec<ProxyMatch>> {
    let every = ProxyMatch::default();
    let own = if route.conditions.is_empty() { vec![&every] } else { route.conditions.clone() };
    let mut conditions = Vec::new();
    for (_, path) in block {
        for words in &own {
            match words.within(*path) {
                Common::Requests(common) if common.is_empty() => return Some(Vec::new()),
                Common::Requests(common) => conditions.push(*common),
                // The second has been reported.
                Common::Nothing | Common::Unsayable => {}
            }
        }
    }
    (!conditions.is_empty()).then_some(conditions)
}

/// `reviews-bookinfo`; made unlike any other where a service has that name, or the first service answers other
/// hosts of the gateway in other company.
fn object_name(
    mesh: &Mesh,
    gateway: &IngressGateway,
    first: &Service,
    hosts: &[String],
    again: bool,
) -> String {
    let object = format!("{}-{}", first.name, gateway.name);
    let taken = again
        || mesh
            .services
            .binary_search_by(|known| (&known.namespace, &known.name).cmp(&(&first.namespace, &object)))
            .is_ok();
    if taken || object.len() > SUBDOMAIN {
        name::distinct(&object, &hosts.join(" "), SUBDOMAIN)
    } else {
        object
    }
}
