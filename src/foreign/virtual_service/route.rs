//! The rules of a service as its `VirtualService` says them.
//!
//! Enters: all objects, a service, a cluster. Leaves: rules for the callers of that cluster. Refuses to know: other
//! clusters.

use super::choice::Chosen;
use super::{Choice, VirtualService, action, condition, delegate};
use crate::foreign::destination::{self, To};
use crate::foreign::destination_rule::{DestinationRules, subset};
use crate::foreign::field::{Form, text_of};
use crate::foreign::known::{Key, Known, ports};
use crate::foreign::rule::Rule;
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Node, Value};
use crate::model::RouteKind;
use crate::source::{At, Place};

/// Everything that rules are made of.
pub struct Routes<'a, 't> {
    pub services: &'a [VirtualService<'t>],
    pub policies: &'a DestinationRules<'t>,
    pub known: &'a Known<'a>,
}

/// Whose rule is read.
struct Asked<'a> {
    key: &'a Key,
    cluster: Option<&'a str>,
    /// The ports that the list of the route is for, and whether the service has others.
    ports: Vec<At<u16>>,
    has_others: bool,
    kind: RouteKind,
}

const CONNECTION: Form =
    Form { what: "a route for connections", used: &["match", "route"], redundant: &[], reported: &[] };

const WEIGHTED: Form = Form {
    what: "a destination with its weight",
    used: &["destination", "weight", "headers"],
    redundant: &[],
    reported: &[],
};

const DESTINATION: Form =
    Form { what: "a destination", used: &["host", "subset", "port"], redundant: &[], reported: &[] };

const PORT: Form =
    Form { what: "the port of a destination", used: &["number"], redundant: &[], reported: &[] };

impl Routes<'_, '_> {
    /// The rules of a service for the callers of a cluster, and where the host stands that they are for.
    pub fn of(&self, key: &Key, cluster: Option<&str>, reader: &mut Reader) -> Option<(Place, Vec<Rule>)> {
        let Choice { public, private } = Choice::of(key, self.services, cluster, self.known, reader);
        let place = public.iter().chain(private.values()).next()?.host.place;
        let mut rules = Vec::new();
        let namespaces: Vec<&str> = private.keys().copied().collect();
        for (namespace, chosen) in &private {
            let own = self.rules(chosen, key, cluster, reader);
            let has_gap = !own.iter().any(Rule::is_unconditional);
            let own: Vec<Rule> = own.into_iter().filter_map(|rule| rule.of_namespace(namespace)).collect();
            // What a private one leaves out is answered by no other.
            let ending = own.last().filter(|_| has_gap && public.is_some()).map(|last| not_found(last.place));
            rules.extend(own);
            rules.extend(ending.and_then(|rule| rule.of_namespace(namespace)));
        }
        if let Some(chosen) = public {
            let own = self.rules(&chosen, key, cluster, reader);
            rules.extend(own.into_iter().filter_map(|rule| rule.not_of(&namespaces)));
        }
        Some((place, rules))
    }

    fn rules(
        &self,
        chosen: &Chosen<'_, '_>,
        key: &Key,
        cluster: Option<&str>,
        reader: &mut Reader,
    ) -> Vec<Rule> {
        let Some(service) = self.known.service(key) else { return Vec::new() };
        let all = ports(service);
        let chosen = chosen.service;
        let mut rules = Vec::new();
        let lists =
            [(RouteKind::Http, &chosen.http), (RouteKind::Tls, &chosen.tls), (RouteKind::Tcp, &chosen.tcp)];
        for (kind, routes) in lists {
            let Some(first) = routes.first() else { continue };
            let own = all.iter().filter(|(_, known)| *known == Some(kind));
            let asked = Asked {
                key,
                cluster,
                ports: own.map(|(number, _)| At::new(*number, first.place())).collect(),
                has_others: all.iter().any(|(_, known)| *known != Some(kind)),
                kind,
            };
            if asked.ports.is_empty() {
                reader.report(problems::no_such_port(&chosen.object, service, kind, first.place()));
                continue;
            }
            for route in routes {
                rules.extend(self.expanded(chosen, *route, &asked, reader));
            }
        }
        rules
    }

    /// A route, or those of the delegate that it names.
    fn expanded(
        &self,
        home: &VirtualService<'_>,
        route: Value<'_>,
        asked: &Asked<'_>,
        reader: &mut Reader,
    ) -> Vec<Rule> {
        let namespace = home.object.namespace.as_str();
        let Some(named) = route.get("delegate").filter(|_| asked.kind == RouteKind::Http) else {
            return self.rule(namespace, route, asked, reader).into_iter().collect();
        };
        let text = |field: &str| named.get(field).and_then(text_of).map(|at| at.value.to_owned());
        let name = text("name").unwrap_or_default();
        let of = text("namespace").filter(|of| !of.is_empty()).unwrap_or_else(|| namespace.to_owned());
        let found = self.services.iter().find(|other| {
            other.is_delegate()
                && other.object.name == name
                && other.object.namespace == of
                && (other.export.is_empty() || other.export.iter().any(|to| to == namespace))
                && other.object.is_for(asked.cluster)
        });
        let Some(found) = found else {
            reader.report(problems::no_delegate(&of, &name, named.place()));
            return Vec::new();
        };
        let mut rules = Vec::new();
        for own in &found.http {
            if let Some(nested) = own.get("delegate") {
                reader.report(problems::second_level(nested.place()));
                continue;
            }
            if let Some(merged) = delegate::both(route, *own) {
                rules.extend(self.rule(&found.object.namespace, Value::root(&merged), asked, reader));
            }
        }
        rules
    }

    fn rule(&self, home: &str, route: Value<'_>, asked: &Asked<'_>, reader: &mut Reader) -> Option<Rule> {
        let form = if asked.kind == RouteKind::Http { action::ROUTE } else { CONNECTION };
        let fields = form.open(route, reader)?;
        let mut rule = Rule::new(route.place());
        rule.clauses = condition::of_route(route, asked.kind, reader)?;
        rule.fields = action::fields(&fields);
        let written = fields.list("route");
        if !written.is_empty() {
            let mut all = Vec::with_capacity(written.len());
            for value in &written {
                all.push(self.destination(home, *value, asked, reader)?);
            }
            rule = Self::at_port(rule, &mut all, asked, reader);
            rule.fields
                .push(node::entry("to", destination::to(all, asked.key, fields.key("route"), reader)?));
        }
        let mirrors: Vec<Node> = action::copies(&fields, reader)
            .into_iter()
            .filter_map(|(value, percent)| self.mirror(home, value, percent, asked, reader))
            .collect();
        if !mirrors.is_empty() {
            rule.fields.push(node::entry("mirror", node::list(mirrors, route.place())));
        }
        let speaks =
            asked.kind == RouteKind::Http && rule.clauses.iter().any(super::super::rule::Clause::speaks_http);
        Some(if asked.has_others && !speaks { rule.of_ports(&asked.ports) } else { rule })
    }

    /// Destinations that name the port at which they are called need not say so.
    fn at_port(rule: Rule, all: &mut [To], asked: &Asked<'_>, reader: &mut Reader) -> Rule {
        let Some(port) = all.first().and_then(|to| to.port.clone()) else { return rule };
        let same =
            |to: &To| to.key == *asked.key && to.port.as_ref().is_some_and(|at| at.value == port.value);
        if !all.iter().all(same) {
            return rule;
        }
        let written = port.value.to_string();
        let only = matches!(asked.ports.as_slice(), [only] if only.value == port.value && !asked.has_others);
        let named = |matches: &dyn Fn(&str) -> bool| {
            rule.clauses.iter().all(|clause| clause.text("port").is_some_and(matches))
        };
        let is_named = !rule.clauses.is_empty() && named(&|text| text == written);
        let names_another =
            rule.clauses.iter().any(|clause| clause.text("port").is_some_and(|text| text != written));
        if names_another {
            return rule;
        }
        for to in all.iter_mut() {
            to.port = None;
        }
        if only || is_named {
            return rule;
        }
        if asked.ports.len() > 1 {
            reader.report(problems::takes_other_ports(&port, &asked.ports));
        }
        rule.of_ports(std::slice::from_ref(&port))
    }

    fn destination(
        &self,
        home: &str,
        value: Value<'_>,
        asked: &Asked<'_>,
        reader: &mut Reader,
    ) -> Option<To> {
        let fields = WEIGHTED.open(value, reader)?;
        let Some(destination) = fields.get("destination") else {
            reader.report(problems::no_destination(value.place()));
            return None;
        };
        let weight = fields
            .get("weight")
            .map(|value| reader.number::<u32>(value, "weight", 0..=i32::MAX.unsigned_abs()));
        if matches!(weight, Some(None)) {
            return None;
        }
        let to = self.named(home, destination, asked, reader)?;
        let headers = fields.get("headers").map(Value::to_node);
        let weight = weight.flatten().map(|at| at.map(u64::from));
        Some(To { weight, headers, ..to })
    }

    /// `destination`: host, subset, port.
    fn named(&self, home: &str, value: Value<'_>, asked: &Asked<'_>, reader: &mut Reader) -> Option<To> {
        let fields = DESTINATION.open(value, reader)?;
        let Some(host) = fields.text("host", reader) else {
            reader.report(problems::no_destination(value.place()));
            return None;
        };
        let target = destination::target(&host, home, self.known, reader)?;
        let port = match fields.get("port") {
            None => None,
            Some(port) => {
                let port = PORT.open(port, reader)?;
                port.get("number")
                    .map(|value| reader.number::<u16>(value, "port", 1..=65535))
                    .map_or(Some(None), |read| read.map(Some))?
            }
        };
        let (version, cluster) = match fields.text("subset", reader).filter(|subset| !subset.value.is_empty())
        {
            None => ("any".to_owned(), None),
            Some(name) => self.version(&name, &target, asked, reader)?,
        };
        let cluster = if target.remote {
            let far = || destination::far_cluster(&target, &version, asked.cluster);
            target.cluster.clone().or_else(far)
        } else {
            cluster
        };
        Some(To { place: host.place, key: target.key, version, cluster, port, weight: None, headers: None })
    }

    /// The version that a subset stands for, and its cluster.
    fn version(
        &self,
        name: &At<String>,
        target: &destination::Target<'_>,
        asked: &Asked<'_>,
        reader: &mut Reader,
    ) -> Option<(String, Option<String>)> {
        // A remote name goes to the gateway of another cluster, and the subset is one of that cluster.
        let cluster = if target.remote { target.cluster.as_deref() } else { asked.cluster };
        let rules = self.policies.of(&target.key, cluster, self.known);
        if let Some(found) = subset(&rules, &name.value) {
            return destination::by_labels(&found.labels, target, name.place, self.known, reader);
        }
        let Some(version) = destination::by_name(name, target) else {
            reader.report(problems::unknown_subset(name, target.service));
            return None;
        };
        if !target.remote {
            reader.report(problems::undefined_subset(name, &version));
        }
        Some((version, None))
    }

    /// A receiver of copies, as the language writes it.
    fn mirror(
        &self,
        home: &str,
        value: Value<'_>,
        percent: Option<Node>,
        asked: &Asked<'_>,
        reader: &mut Reader,
    ) -> Option<Node> {
        let to = self.named(home, value, asked, reader)?;
        if to.key != *asked.key {
            reader.report(problems::mirror_elsewhere(to.place));
            return None;
        }
        let receiver = match to.cluster {
            Some(cluster) => format!("{}@{cluster}", to.version),
            None => to.version,
        };
        let percent = percent.unwrap_or_else(|| node::plain("100", to.place));
        Some(node::map(vec![node::entry(&receiver, percent)], to.place))
    }
}

/// What a request gets that no route is for.
fn not_found(place: Place) -> Rule {
    let status = node::map(vec![node::entry("status", node::plain("404", place))], place);
    Rule { place, clauses: Vec::new(), fields: vec![node::entry("directResponse", status)] }
}
