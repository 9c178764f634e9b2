//! How does this release say it?
//!
//! Enters: what a class of clusters must know of a service, or a cluster beside. Leaves: objects, each with the
//! step in which it is applied. Refuses to know: the inputs, and how objects become text.

use super::dialect::{Dialect, Lacks};
use super::kind::object::Object;
use super::release::Feature;
use super::routes::virtual_service;
use super::{entrance, ingress, plain_name, serve, stand_in, way};
use crate::bundle::Origin;
use crate::model::service::PlainNames;
use crate::model::{Address, ClusterId, Gateway, Service};
use crate::plan::{ClassPlan, ClusterPlan, ServicePlan, Way};

/// When an object is applied: first what answers, then names for it, then routes that lead there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// What answers.
    Serve,
    /// Names for what answers elsewhere.
    Call,
    /// Where requests go.
    Route,
}

/// What is written of one service for one class of clusters.
#[derive(Clone, Debug)]
pub struct ClassObjects {
    /// Which clusters, by name.
    pub members: Vec<ClusterId>,
    /// What is applied there.
    pub objects: Vec<(Step, Object)>,
    /// A Service that is created where nothing has the name yet.
    pub stand_in: Option<Object>,
    /// Where in the inputs the routes come from.
    pub origins: Vec<Origin>,
}

/// What is written of one service, by class. What releases cannot say is added to `lacks`.
#[must_use]
pub fn service(plan: &ServicePlan<'_>, lacks: &mut Lacks) -> Vec<ClassObjects> {
    plan.classes.iter().map(|class| self::class(plan, class, lacks)).collect()
}

fn class(service: &ServicePlan<'_>, plan: &ClassPlan<'_>, lacks: &mut Lacks) -> ClassObjects {
    let stand_in = plan.plain_name.as_ref().filter(|name| name.made == PlainNames::Service);
    let mut objects = ClassObjects {
        members: plan.class.members.clone(),
        objects: Vec::new(),
        stand_in: stand_in.map(|name| stand_in::object(plan.view, name)),
        origins: Vec::new(),
    };
    // Nothing here reads what is for a cluster that another configures.
    if plan.is_configured_elsewhere() {
        return objects;
    }
    let mut dialect = Dialect::of(plan, lacks);
    let translations = service.translations.get(&plan.class.id).map_or(&[][..], Vec::as_slice);
    let rule = serve::rule(plan, translations, &mut dialect);
    objects.objects.extend(rule.map(|rule| (Step::Serve, rule)));
    ipv6(plan, &mut dialect);
    for way in Way::ALL.iter().copied() {
        let calling = way::calling(way, plan, &mut dialect);
        objects.objects.extend(calling.into_iter().map(|object| (Step::Call, object)));
    }
    let entry = plan.plain_name.as_ref().filter(|name| name.made == PlainNames::Entry && !name.known);
    objects.objects.extend(entry.map(|name| (Step::Call, plain_name::entry(plan, name))));
    if let Some(routes) = &plan.routes {
        let route = virtual_service::virtual_service(plan, routes, &mut dialect);
        objects.objects.push((Step::Route, route));
        objects.origins = virtual_service::origins(routes);
    }
    objects
}

/// What is written for one cluster, whatever its services. What its release cannot say is added to `lacks`.
#[must_use]
pub fn cluster(plan: &ClusterPlan<'_>, lacks: &mut Lacks) -> Vec<(Step, Object)> {
    if plan.configured_by.is_some() {
        return Vec::new();
    }
    let mut dialect = Dialect::new(plan.cluster, lacks);
    let entrance = entrance::objects(plan, &mut dialect);
    let gateways = ingress::gateways(plan, &mut dialect);
    let serve = entrance.into_iter().chain(gateways).map(|object| (Step::Serve, object));
    let routes = plan.ingress.iter().map(|ingress| ingress::virtual_service(plan, ingress, &mut dialect));
    let routes: Vec<Object> = routes.collect();
    serve.chain(routes.into_iter().map(|object| (Step::Route, object))).collect()
}

/// Asks for every IPv6 address that callers here are told of: the virtual ones, and those of far gateways.
fn ipv6(plan: &ClassPlan<'_>, dialect: &mut Dialect<'_>) {
    let pool = plan.view.virtual_ips.and_then(|virtual_ips| virtual_ips.place);
    let remote = plan.remote.names.iter().map(|name| (name.service, name.address));
    let entries = plan.plain_name.iter().map(|name| (name.service, name.address));
    let virtual_ips = remote.chain(entries).filter(|(_, address)| address.is_some_and(|ip| ip.is_ipv6()));
    let pinned = |service: &Service| service.virtual_ip.as_ref().map(|pin| pin.place);
    let virtual_ips = virtual_ips.filter_map(|(service, _)| pinned(service).or(pool));
    let is_ipv6 = |address: &Address| matches!(address, Address::Ip(ip) if ip.is_ipv6());
    let far = plan.remote.names.iter().flat_map(|name| &name.clusters);
    let far = far.filter(|cluster| plan.dialled(cluster).iter().any(is_ipv6));
    let gateways = far.filter_map(|cluster| cluster.gateway.as_ref());
    let written = |gateway: &Gateway| gateway.addresses_from.get(&plan.class.id).map(|from| from.place);
    for place in virtual_ips.chain(gateways.map(|gateway| written(gateway).unwrap_or(gateway.place))) {
        dialect.can(Feature::Ipv6, place);
    }
}
