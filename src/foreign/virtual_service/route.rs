//! The rules of a service as its `VirtualService` says them.
//!
//! Enters: all objects, a service, a cluster. Leaves: rules for the callers of that cluster. Refuses to know: other
//! clusters.

use super::choice::Chosen;
use super::{Choice, VirtualService, action, condition, delegate};
use crate::foreign::asked::Asked;
use crate::foreign::beside::{Callers, Piece};
use crate::foreign::destination::{self, To};
use crate::foreign::destination_rule::{DestinationRules, subset};
use crate::foreign::field::{Form, text_of};
use crate::foreign::known::Known;
use crate::foreign::rule::Rule;
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Node, Value};
use crate::model::RouteKind;
use crate::source::At;

/// Everything that rules are made of.
pub struct Routes<'a, 't> {
    pub services: &'a [VirtualService<'t>],
    pub policies: &'a DestinationRules<'t>,
    pub known: &'a Known<'a>,
}

const CONNECTION: Form =
    Form { what: "a route for connections", used: &["match", "route"], redundant: &[], reported: &[] };

const DELEGATE: Form =
    Form { what: "a delegate", used: &["name", "namespace"], redundant: &[], reported: &[] };

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
    /// What they say for one kind of port.
    pub fn pieces(&self, asked: &Asked<'_>, reader: &mut Reader) -> Vec<Piece> {
        let Choice { public, private } =
            Choice::of(asked.key, self.services, asked.cluster, self.known, reader);
        let public = public.map(|chosen| (Callers::All, chosen));
        let private =
            private.into_iter().map(|(namespace, chosen)| (Callers::Of(namespace.to_owned()), chosen));
        let all: Vec<(Callers, Chosen<'_, '_>)> = private.chain(public).collect();
        let piece = |(callers, chosen): (Callers, Chosen<'_, '_>)| Piece {
            kind: chosen.service.object.kind,
            object: chosen.service.object.to_string(),
            place: chosen.host.place,
            created: chosen.service.object.created.clone(),
            name: chosen.service.object.name.clone(),
            callers,
            port: None,
            rules: self.rules(chosen.service, asked, reader),
        };
        all.into_iter().map(piece).collect()
    }

    fn rules(&self, chosen: &VirtualService<'_>, asked: &Asked<'_>, reader: &mut Reader) -> Vec<Rule> {
        let routes = match asked.kind {
            RouteKind::Http => &chosen.http,
            RouteKind::Tls => &chosen.tls,
            RouteKind::Tcp => &chosen.tcp,
        };
        let (Some(first), Some(service)) = (routes.first(), self.known.service(asked.key)) else {
            return Vec::new();
        };
        if asked.ports.is_empty() {
            reader.report(problems::no_such_port(&chosen.object, service, asked.kind, first.place()));
            return Vec::new();
        }
        let mut rules = Vec::new();
        for route in routes {
            rules.extend(self.expanded(chosen, *route, asked, reader));
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
        let Some(fields) = DELEGATE.open(named, reader) else { return Vec::new() };
        let text = |field: &str| fields.get(field).and_then(text_of).map(|at| at.value.to_owned());
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
        rule.fields = action::fields(&fields, reader)?;
        let written = fields.list("route");
        if !written.is_empty() {
            let mut all = Vec::with_capacity(written.len());
            for value in &written {
                all.push(self.destination(home, *value, asked, reader)?);
            }
            rule = asked.at_port(rule, &mut all, reader);
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
            None => (target.version.clone().unwrap_or_else(|| "any".to_owned()), None),
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
        let percent = percent.unwrap_or_else(|| node::plain("100", to.place));
        Some(node::map(vec![node::entry(&to.receiver(), percent)], to.place))
    }
}
