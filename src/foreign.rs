//! Routing that exists already: objects of others, taken as if they were a Routing.
//!
//! Enters: the inputs as written, with objects of other kinds. Leaves: the same inputs, with what the objects mean for the
//! services of the Topology in meshgen's own words. Refuses to know: what a name of a version or a duration is worth; that
//! is `resolve`'s, as for everything that is written.
//!
//! The meaning is what Istio does today with the objects. Each of their fields is used, redundant, or reported.

mod field; // used, redundant, reported
mod node; // values of the language
mod known; // what the Topology says
mod object; // whose an object is, how old, for whom
mod rule; // a rule while it is put together
mod share; // weights as parts of their sum
mod version; // labels → a version
mod asked; // whose rules, and for which ports
mod beside; // several objects for one service
mod destination; // hosts, versions and weights → `to`
mod destination_rule; // what subsets are
mod virtual_service; // rules
mod gateway_route; // rules of the Gateway API
mod virtual_mesh; // names between clusters
mod stand_in; // services of several clusters that stand in for each other
mod traffic_policy; // rules of a management plane
mod policy; // subsets and policies → the Topology
mod gateway; // what stays as it is
mod side; // the callers of each cluster → one list of rules
mod problems;

use std::collections::BTreeMap;

use crate::diagnostic::Outcome;
use crate::input::document::{Foreign, ForeignKind};
use crate::input::reader::Reader;
use crate::input::routing::{self, Routes};
use crate::input::service::{AcrossClusters, Service};
use crate::input::tree::Value;
use crate::input::{Input, ServiceName, Written};
use crate::model::RouteKind;
use crate::source::{At, Place};
use asked::Asked;
use destination_rule::DestinationRules;
use gateway_route::GatewayRoute;
use known::{Key, Known};
use object::Object;
use policy::Settings;
use rule::Rule;
use stand_in::StandIn;
use traffic_policy::TrafficPolicy;
use virtual_service::VirtualService;

/// What objects say of the services of the Topology.
struct Taken {
    routes: Vec<Routes>,
    settings: BTreeMap<Key, Settings>,
    dialled: BTreeMap<Key, Vec<At<String>>>,
    /// Services whose clusters stand in for each other, and who says so.
    failing_over: Vec<(Key, Place, String)>,
}

/// Takes all objects over. Inputs without any are handed on as they are.
pub fn take(mut input: Input) -> Outcome<Input> {
    if input.foreign.is_empty() {
        return Outcome::new(input, Vec::new());
    }
    let mut reader = Reader::default();
    name(&mut input, &mut reader);
    let Taken { routes, mut settings, dialled, failing_over } = taken(&input, &mut reader);
    for service in &mut input.services.entries {
        let key = service.name.key();
        for (_, place, object) in failing_over.iter().filter(|(own, ..)| *own == key) {
            fail_over(service, *place, object, &mut reader);
        }
        if let Some(settings) = settings.remove(&service.name.key()) {
            let names = dialled.get(&service.name.key()).map(Vec::as_slice).unwrap_or_default();
            settings.put(service, names, &mut reader);
        }
    }
    input.routes.entries.extend(routes);
    let mut findings = Vec::new();
    // What is said of an object for one service or cluster is said of it for the next.
    for finding in reader.into_findings() {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    Outcome::new(input, findings)
}

/// Takes the end of remote names over.
fn name(input: &mut Input, reader: &mut Reader) {
    let known = Known::of(input);
    let meshes = objects(input, &[ForeignKind::VirtualMesh], &known, reader);
    let Some(suffix) = virtual_mesh::suffix(&meshes, reader) else { return };
    match &input.mesh.remote_suffix {
        Written::Absent => input.mesh.remote_suffix = Written::As(suffix),
        Written::As(own) if own.value != suffix.value => {
            reader.report(problems::management::suffix_differs(&suffix, &own.value, own.place));
        }
        Written::As(_) | Written::Illegible => {}
    }
}

/// Lets the clusters of a service stand in for each other.
fn fail_over(service: &mut Service, place: Place, object: &str, reader: &mut Reader) {
    match &service.across_clusters {
        Written::Absent => service.across_clusters = Written::As(At::new(AcrossClusters::Failover, place)),
        Written::As(own) if own.value != AcrossClusters::Failover => {
            let name = service.name.to_string();
            reader.report(problems::management::across_differs(object, &name, place, own.place));
        }
        Written::As(_) | Written::Illegible => {}
    }
}

/// The objects of some kinds.
fn objects<'i>(
    input: &'i Input,
    kinds: &[ForeignKind],
    known: &Known<'_>,
    reader: &mut Reader,
) -> Vec<Object<'i>> {
    let own = input.foreign.iter().filter(|Foreign { kind, .. }| kinds.contains(kind));
    own.filter_map(|foreign| Object::read(foreign, known, reader)).collect()
}

fn taken(input: &Input, reader: &mut Reader) -> Taken {
    let known = Known::of(input);
    let mut of_kinds = |kinds: &[ForeignKind]| objects(input, kinds, &known, reader);
    let rules = of_kinds(&[ForeignKind::DestinationRule]);
    let services = of_kinds(&[ForeignKind::VirtualService]);
    let managed = of_kinds(&[ForeignKind::TrafficPolicy]);
    let stand_ins = of_kinds(&[ForeignKind::FailoverService, ForeignKind::VirtualDestination]);
    let routes = of_kinds(&[
        ForeignKind::HttpRoute,
        ForeignKind::GrpcRoute,
        ForeignKind::TlsRoute,
        ForeignKind::TcpRoute,
    ]);
    let policies = DestinationRules::read(rules, &known, reader);
    let services: Vec<VirtualService<'_>> =
        services.into_iter().filter_map(|object| VirtualService::read(object, &known, reader)).collect();
    let routes: Vec<GatewayRoute<'_>> =
        routes.into_iter().filter_map(|object| GatewayRoute::read(object, &known, reader)).collect();
    let is_tied = policies.any_tied()
        || services.iter().any(|service| service.object.is_tied())
        || routes.iter().any(|route| route.object.is_tied());
    let managed: Vec<TrafficPolicy<'_>> =
        managed.into_iter().filter_map(|object| TrafficPolicy::read(object, &known, reader)).collect();
    let stand_ins: Vec<StandIn<'_>> =
        stand_ins.into_iter().filter_map(|object| StandIn::read(object, &known, reader)).collect();
    let sides = side::Sides::of(&known, is_tied || managed.iter().any(TrafficPolicy::is_tied));
    let from = virtual_service::Routes { services: &services, policies: &policies, known: &known };
    let dialled = gateway::dialled(&services, &policies, &known, reader);
    gateway::staying(&services, &routes, reader);
    let mut taken =
        Taken { routes: Vec::new(), settings: BTreeMap::new(), dialled, failing_over: Vec::new() };
    let with = traffic_policy::With { known: &known, stand_ins: &stand_ins };
    for (key, service) in known.services() {
        let mut settings = Settings::default();
        for cluster in sides.each() {
            let rules = policies.of(key, cluster, &known);
            destination_rule::conflicts(&rules, reader);
            settings.add(key, service, &rules, &known, reader);
        }
        let own = stand_ins.iter().filter(|stand_in| stand_in.key == *key);
        for stand_in in own.clone() {
            taken.failing_over.push((key.clone(), stand_in.place, stand_in.object.to_string()));
        }
        let policies = own.filter_map(|stand_in| stand_in.policy.as_ref());
        for policy in traffic_policy::policies(&managed, key).chain(policies) {
            settings.add_policy(policy, key, reader);
        }
        taken.settings.insert(key.clone(), settings);
        let rules = |cluster: Option<&str>, reader: &mut Reader| {
            let own = of_objects(service, key, cluster, &from, &routes, reader);
            let managed = traffic_policy::rules(&managed, key, cluster, with, reader);
            if let (Some((one, _)), Some((other, _))) = (&own, &managed) {
                reader.report(problems::two_sources(&service.name, *other, *one));
            }
            own.or(managed)
        };
        let Some((place, rules)) = sides.joined(|cluster| rules(cluster, reader)) else { continue };
        let written = input.routes.entries.iter().find(|routes| routes.service.key() == *key);
        if let Some(written) = written {
            reader.report(problems::routed_twice(&service.name, place, written.place));
            continue;
        }
        let (namespace, name) = key.clone();
        let name = ServiceName { namespace: At::new(namespace, place), name: At::new(name, place) };
        taken.routes.push(routing::of_service(name, place, Value::root(&rules), reader));
    }
    taken
}

/// The rules of a service for the callers of a cluster, from `VirtualService`s and routes of the Gateway API, and where they
/// name it.
fn of_objects(
    service: &Service,
    key: &Key,
    cluster: Option<&str>,
    services: &virtual_service::Routes<'_, '_>,
    routes: &[GatewayRoute<'_>],
    reader: &mut Reader,
) -> Option<(Place, Vec<Rule>)> {
    let mut all: Option<(Place, Vec<Rule>)> = None;
    for kind in [RouteKind::Http, RouteKind::Tls, RouteKind::Tcp] {
        let asked = Asked::of(service, key, cluster, kind);
        let mut pieces = services.pieces(&asked, reader);
        pieces.extend(gateway_route::pieces(routes, &asked, services.known, reader));
        let ports = beside::Ports { kind, all: &asked.ports };
        let Some((place, rules)) = beside::joined(pieces, &key.0, &ports, reader) else { continue };
        all.get_or_insert((place, Vec::new())).1.extend(rules);
    }
    all
}
