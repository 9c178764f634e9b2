//! Routes of the Gateway API with a Service as parent: `HTTPRoute`, `GRPCRoute`, `TLSRoute`, `TCPRoute`.
//!
//! Enters: objects. Leaves: rules of a service, for everybody or for the callers of one namespace. Refuses to know: other kinds.
//!
//! All routes of one Service are one list, in the order of the Gateway API and not of the texts. A route in the Service's
//! namespace is for all callers; one in another namespace is for the callers there alone, and replaces the other for them.

mod backend; // destinations
mod filter; // what happens to requests
mod matching; // requests, and which rule comes first
mod parent; // who it is for

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::asked::Asked;
use super::beside::{Callers, Piece};
use super::destination;
use super::field::{Fields, Form};
use super::known::Known;
use super::object::Object;
use super::rule::{Clause, Rule};
use super::{node, problems};
use crate::input::document::ForeignKind;
use crate::input::join::agree;
use crate::input::reader::Reader;
use crate::input::tree::{Node, Value};
use crate::model::RouteKind;
use crate::source::{At, Place};
use matching::Matching;
use parent::{Named, Parent};

/// One route.
pub struct GatewayRoute<'t> {
    pub object: Object<'t>,
    parents: Vec<Parent>,
    /// Gateways that it is for, too.
    pub gateways: Vec<String>,
    /// Of a `TLSRoute`: names that callers ask for.
    hostnames: Vec<At<String>>,
    rules: Vec<Value<'t>>,
}

const SPEC: Form = Form {
    what: "a route",
    used: &["parentRefs", "rules", "hostnames"],
    redundant: &[],
    reported: &[("useDefaultGateways", "routes of gateways stay with them")],
};

const RULE: Form = Form {
    what: "a rule of a route",
    used: &["name", "matches", "filters", "backendRefs", "timeouts", "retry"],
    redundant: &[],
    reported: &[("sessionPersistence", "Istio does not obey it")],
};

impl<'t> GatewayRoute<'t> {
    pub fn read(object: Object<'t>, known: &Known<'_>, reader: &mut Reader) -> Option<Self> {
        let fields = SPEC.open(object.spec, reader)?;
        let (mut parents, mut gateways) = (Vec::new(), Vec::new());
        for value in fields.list("parentRefs") {
            match parent::read(&object, value, known, reader) {
                Some(Named::Service(parent)) => parents.push(parent),
                Some(Named::Gateway(name)) => gateways.push(name),
                None => {}
            }
        }
        let hostnames = fields.texts("hostnames", reader);
        let is_tls = object.kind == ForeignKind::TlsRoute;
        if let Some(first) = hostnames.first().filter(|_| !is_tls && !parents.is_empty()) {
            reader.report(problems::gateway::hostnames(&object, first.place));
        }
        Some(Self { parents, gateways, hostnames, rules: fields.list("rules"), object })
    }

    /// Which ports it is for.
    fn kind(&self) -> RouteKind {
        match self.object.kind {
            ForeignKind::TlsRoute => RouteKind::Tls,
            ForeignKind::TcpRoute => RouteKind::Tcp,
            ForeignKind::HttpRoute
            | ForeignKind::GrpcRoute
            | ForeignKind::VirtualService
            | ForeignKind::DestinationRule
            | ForeignKind::TrafficPolicy
            | ForeignKind::VirtualMesh
            | ForeignKind::FailoverService
            | ForeignKind::VirtualDestination => RouteKind::Http,
        }
    }
}

/// Routes that Istio merges: of one namespace, for one port or for all of them, `HTTPRoute`s or `GRPCRoute`s. Others are never
/// merged.
type Together = (String, Option<u16>, ForeignKind, Option<usize>);

/// A rule with what its place in the order depends on.
struct Ranked<'r, 't> {
    matching: Matching,
    rule: Rule,
    route: &'r GatewayRoute<'t>,
}

/// What routes of one kind of port say for a service.
pub fn pieces(
    all: &[GatewayRoute<'_>],
    asked: &Asked<'_>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Vec<Piece> {
    let mut together: BTreeMap<Together, Vec<(&GatewayRoute<'_>, &Parent)>> = BTreeMap::new();
    let own = all.iter().enumerate().filter(|(_, route)| route.object.is_for(asked.cluster));
    for (index, route) in own.filter(|(_, route)| route.kind() == asked.kind) {
        for parent in route.parents.iter().filter(|parent| parent.key == *asked.key) {
            let port = parent.port.as_ref().map(|port| port.value);
            let apart = (asked.kind != RouteKind::Http).then_some(index);
            let key = (route.object.namespace.clone(), port, route.object.kind, apart);
            together.entry(key).or_default().push((route, parent));
        }
    }
    let mut pieces = Vec::new();
    for ((namespace, port, ..), mut routes) in together {
        routes.sort_by_key(|(route, _)| (&route.object.created, &route.object.name));
        let Some((first, parent)) = routes.first() else { continue };
        pieces.push(Piece {
            kind: first.object.kind,
            object: first.object.to_string(),
            place: parent.place,
            created: first.object.created.clone(),
            name: first.object.name.clone(),
            callers: Callers::OfRoutes(namespace),
            port,
            rules: ordered(&routes, asked, known, reader),
        });
    }
    pieces
}

/// The rules of routes that are one list, in the order that Istio gives them.
fn ordered(
    routes: &[(&GatewayRoute<'_>, &Parent)],
    asked: &Asked<'_>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Vec<Rule> {
    let mut ranked = Vec::new();
    for (route, parent) in routes {
        ranked.extend(route.ranked(parent, asked, known, reader));
    }
    if asked.kind == RouteKind::Http {
        // What is equal stays in order of age and place.
        ranked.sort_by_key(|one| Reverse(one.matching.rank()));
    }
    for (one, next) in ranked.iter().zip(ranked.iter().skip(1)) {
        let aged =
            one.route.object.created.is_some() && one.route.object.created != next.route.object.created;
        let is_same =
            |node: fn(&Rule) -> Node| agree(Value::root(&node(&one.rule)), Value::root(&node(&next.rule)));
        if one.route.object.place != next.route.object.place && !aged && is_same(Rule::conditions) {
            reader.report(problems::gateway::equal_matches(
                &next.route.object,
                next.rule.place,
                one.rule.place,
            ));
        }
    }
    let mut rules: Vec<Rule> = Vec::new();
    for rule in ranked.into_iter().flat_map(|one| matching::segments(one.rule)) {
        match rules.last_mut().filter(|last| last.says_the_same(&rule)) {
            Some(last) => last.clauses.extend(rule.clauses),
            None => rules.push(rule),
        }
    }
    // A name is one rule's.
    let mut named: Vec<Place> = Vec::new();
    for rule in &mut rules {
        if named.contains(&rule.place) {
            rule.fields.retain(|field| &*field.key.value != "name");
        }
        named.push(rule.place);
    }
    rules
}

impl<'t> GatewayRoute<'t> {
    fn ranked<'r>(
        &'r self,
        parent: &Parent,
        asked: &Asked<'_>,
        known: &Known<'_>,
        reader: &mut Reader,
    ) -> Vec<Ranked<'r, 't>> {
        let has_port = |port: &At<u16>| asked.ports.iter().any(|own| own.value == port.value);
        if asked.ports.is_empty() || parent.port.as_ref().is_some_and(|port| !has_port(port)) {
            if let Some(service) = known.service(asked.key) {
                reader.report(problems::no_such_port(&self.object, service, asked.kind, parent.place));
            }
            return Vec::new();
        }
        let mut ranked = Vec::new();
        for value in &self.rules {
            let read = self.rule_of(*value, parent, asked, known, reader);
            ranked.extend(read.into_iter().flatten());
        }
        ranked
    }

    /// A rule for each match of one rule.
    fn rule_of<'r>(
        &'r self,
        value: Value<'_>,
        parent: &Parent,
        asked: &Asked<'_>,
        known: &Known<'_>,
        reader: &mut Reader,
    ) -> Option<Vec<Ranked<'r, 't>>> {
        let fields = RULE.open(value, reader)?;
        let matches = match asked.kind {
            RouteKind::Http => {
                matching::of_rule(&fields, self.object.kind == ForeignKind::GrpcRoute, reader)?
            }
            RouteKind::Tls => vec![self.asked_for(value.place(), asked, known)?],
            RouteKind::Tcp => vec![Matching::all(value.place(), false)],
        };
        let mut rules = Vec::with_capacity(matches.len());
        for matching in matches {
            let rule = self.rule(&fields, &matching, parent, asked, known, reader)?;
            rules.push(Ranked { matching, rule, route: self });
        }
        Some(rules)
    }

    /// Connections that ask for the name of a `TLSRoute`. Without any it is the service's own; of several only those count
    /// that are the service's.
    fn asked_for(&self, place: Place, asked: &Asked<'_>, known: &Known<'_>) -> Option<Matching> {
        let own = At::new(known.full_name(asked.key), place);
        let is_own = |name: &&At<String>| match name.value.strip_prefix('*') {
            Some(end) => own.value.ends_with(end),
            None => name.value == own.value,
        };
        let names: Vec<&At<String>> = match self.hostnames.as_slice() {
            [] => vec![&own],
            [only] => vec![only],
            several => several.iter().filter(is_own).collect(),
        };
        let mut matching = Matching::all(place, false);
        let names: Vec<Node> = names.into_iter().map(|name| node::text(&name.value, name.place)).collect();
        (!names.is_empty()).then(|| {
            matching.clause.words.push(node::entry("sniHosts", node::list(names, place)));
            matching
        })
    }

    fn rule(
        &self,
        fields: &Fields<'_>,
        matching: &Matching,
        parent: &Parent,
        asked: &Asked<'_>,
        known: &Known<'_>,
        reader: &mut Reader,
    ) -> Option<Rule> {
        let mut rule = Rule::new(fields.place);
        if !matching.clause.words.is_empty() {
            rule.clauses.push(matching.clause.clone());
        }
        rule.fields.extend(fields.get("name").map(|name| node::entry("name", name.to_node())));
        let filters = filter::of_rule(&fields.list("filters"), matching.has_prefix(), &self.object, reader)?;
        rule.fields.extend(filters.fields);
        filter::timeouts(fields, &mut rule.fields, reader);
        if let Some(port) = parent.port.as_ref().filter(|_| asked.ports.len() > 1 || asked.has_others) {
            rule = rule.of_ports(std::slice::from_ref(port));
        }
        if !filters.is_redirect {
            rule = self.answered(rule, fields, parent, asked, known, reader)?;
        }
        let mut mirrors: Vec<Node> = Vec::new();
        for (backend, percent) in filters.mirrors {
            let Some(to) = backend::read(backend, &self.object, asked.cluster, known, reader) else {
                continue;
            };
            if to.key == *asked.key {
                mirrors.push(node::map(vec![node::entry(&to.receiver(), percent)], to.place));
            } else {
                reader.report(problems::mirror_elsewhere(to.place));
            }
        }
        if !mirrors.is_empty() {
            rule.fields.push(node::entry("mirror", node::list(mirrors, fields.place)));
        }
        let speaks = asked.kind == RouteKind::Http && rule.clauses.iter().any(Clause::speaks_http);
        Some(if asked.has_others && !speaks { rule.of_ports(&asked.ports) } else { rule })
    }

    /// The rule with its destinations.
    fn answered(
        &self,
        mut rule: Rule,
        fields: &Fields<'_>,
        parent: &Parent,
        asked: &Asked<'_>,
        known: &Known<'_>,
        reader: &mut Reader,
    ) -> Option<Rule> {
        let mut all = Vec::new();
        for backend in fields.list("backendRefs") {
            all.push(backend::read(backend, &self.object, asked.cluster, known, reader)?);
        }
        if all.iter().all(|to| to.weight.as_ref().is_some_and(|at| at.value == 0)) {
            if asked.kind != RouteKind::Http {
                reader.report(problems::no_destination(fields.place));
                return None;
            }
            let status =
                node::map(vec![node::entry("status", node::plain("500", fields.place))], fields.place);
            rule.fields.push(node::entry("directResponse", status));
            return Some(rule);
        }
        match &parent.port {
            // The port of the parent is that of the request.
            Some(port) => {
                for to in all.iter_mut().filter(|to| to.key == *asked.key) {
                    to.port.take_if(|own| own.value == port.value);
                }
            }
            None => rule = asked.at_port(rule, &mut all, reader),
        }
        let to = destination::to(all, asked.key, fields.key("backendRefs"), reader)?;
        rule.fields.push(node::entry("to", to));
        Some(rule)
    }
}
