//! `TrafficPolicy` of Service Mesh Hub (`v1alpha2`) and Gloo Mesh (`v1`, its settings under `policy`).
//!
//! Enters: objects of a management plane. Leaves: rules of a service, and its policy. Refuses to know: which of the two forms
//! it was.
//!
//! Their meaning is what the controllers make of them: `pkg/mesh-networking/translation/istio` of Gloo Mesh.

mod matcher; // requests and their callers
pub mod setting; // what happens to requests
pub mod target; // services

use super::destination::{self, To};
use super::field::{Fields, Form, entries, text_of};
use super::known::{self, Key, Known};
use super::object::Object;
use super::rule::{Clause, Rule};
use super::stand_in::StandIn;
use super::{node, problems};
use crate::input::join::agree;
use crate::input::reader::Reader;
use crate::input::service::Service;
use crate::input::tree::{Entry, Node, Value, View};
use crate::source::Place;
use target::{Target, cluster_of, targets};

/// One policy.
pub struct TrafficPolicy<'t> {
    object: Object<'t>,
    targets: Vec<Target>,
    /// Its callers and requests; none means every request.
    clauses: Vec<Clause>,
    /// What it says, by the words of the language.
    fields: Vec<Entry>,
    shift: Option<(Place, Vec<Value<'t>>)>,
    mirror: Option<Value<'t>>,
    /// A DestinationRule's words.
    policy: Option<Node>,
}

const SPEC: Form = Form {
    what: "a TrafficPolicy",
    used: &[
        "sourceSelector",
        "destinationSelector",
        "httpRequestMatchers",
        "policy",
        "trafficShift",
        "faultInjection",
        "requestTimeout",
        "retries",
        "corsPolicy",
        "mirror",
        "headerManipulation",
        "outlierDetection",
    ],
    redundant: &[],
    reported: &[
        ("routeSelector", "routes of gateways stay with them"),
        ("mtls", NOT_SAID),
        ("rateLimit", NOT_SAID),
        ("extauth", NOT_SAID),
        ("csrf", NOT_SAID),
        ("transform", NOT_SAID),
        ("connectionPoolSettings", "write `trafficPolicy: {connectionPool: …}` of the service"),
    ],
};

const NOT_SAID: &str = "keep it outside meshgen";

const SHIFT: Form = Form { what: "a trafficShift", used: &["destinations"], redundant: &[], reported: &[] };

const SHARE: Form = Form {
    what: "a destination of a trafficShift",
    used: &[
        "kubeService",
        "weight",
        "virtualDestination",
        "failoverService",
        "staticDestination",
        "clusterHeader",
    ],
    redundant: &[],
    reported: &[("options", "headers of one destination: write them in a Routing")],
};

const SERVICE: Form = Form {
    what: "a kubeService",
    used: &["name", "namespace", "clusterName", "subset", "port"],
    redundant: &[],
    reported: &[],
};

const REFERENCE: Form = Form {
    what: "a reference to a destination",
    used: &["name", "namespace", "subset"],
    redundant: &["port"],
    reported: &[],
};

/// What shares may name.
#[derive(Clone, Copy)]
pub struct With<'a> {
    pub known: &'a Known<'a>,
    pub stand_ins: &'a [StandIn<'a>],
}

impl<'t> TrafficPolicy<'t> {
    /// Opens an object; nothing if it cannot be told whose requests it is for.
    pub fn read(object: Object<'t>, known: &Known<'_>, reader: &mut Reader) -> Option<Self> {
        let spec = SPEC.open(object.spec, reader)?;
        let settings = match spec.get("policy") {
            Some(policy) => SPEC.open(policy, reader)?,
            None => SPEC.open(object.spec, reader)?,
        };
        for map in [Some(object.spec), spec.get("policy")].into_iter().flatten() {
            for (key, _) in
                entries(map).into_iter().filter(|(_, value)| matches!(value.view(), View::Nothing))
            {
                reader.report(problems::null_field(&key));
            }
        }
        let clauses = matcher::clauses(&spec, reader)?;
        let targets = targets(&object, &spec, known, reader)?;
        let shift = match settings.get("trafficShift") {
            None => None,
            Some(shift) => {
                let all = SHIFT.open(shift, reader)?.list("destinations");
                (!all.is_empty()).then(|| (shift.place(), all))
            }
        };
        Some(Self {
            targets,
            clauses,
            fields: setting::fields(&settings, reader)?,
            shift,
            mirror: settings.get("mirror"),
            policy: settings.get("outlierDetection").and_then(|value| setting::outliers(value, reader)),
            object,
        })
    }

    fn is_for(&self, key: &Key, cluster: Option<&str>) -> Option<&Target> {
        self.targets.iter().find(|target| {
            target.key == *key
                && target.cluster.as_ref().is_none_or(|own| Some(own.value.as_str()) == cluster)
        })
    }

    /// Whether it is for the callers of some clusters alone.
    pub fn is_tied(&self) -> bool {
        self.object.is_tied() || self.targets.iter().any(|target| target.cluster.is_some())
    }
}

/// The settings of the policies of a service for callers of a cluster, as a DestinationRule would say them.
pub fn policies<'p>(all: &'p [TrafficPolicy<'_>], key: &Key) -> impl Iterator<Item = &'p Node> {
    let key = key.clone();
    let own = all.iter().filter(move |policy| policy.targets.iter().any(|target| target.key == key));
    own.filter_map(|policy| policy.policy.as_ref())
}

/// The rules of a service for the callers of a cluster: equal matchers are one rule, the more specific ones come first.
pub fn rules(
    all: &[TrafficPolicy<'_>],
    key: &Key,
    cluster: Option<&str>,
    with: With<'_>,
    reader: &mut Reader,
) -> Option<(Place, Vec<Rule>)> {
    let known = with.known;
    let mut place = None;
    let mut own: Option<String> = None;
    let mut rules: Vec<Rule> = Vec::new();
    for policy in all.iter().filter(|policy| policy.object.is_for(cluster)) {
        let Some(target) = policy.is_for(key, cluster) else { continue };
        let Some(rule) = policy.rule(key, with, reader) else { continue };
        if rule.fields.is_empty() {
            continue;
        }
        place.get_or_insert(target.place);
        let named = target.cluster.as_ref().map(|at| at.value.clone());
        own =
            own.or(named.filter(|cluster| known.service(key).is_some_and(|service| runs(service, cluster))));
        // Who calls is decided cluster by cluster.
        let Some(rule) = matcher::of_cluster(rule, cluster) else { continue };
        let same = rules
            .iter_mut()
            .find(|known| agree(Value::root(&known.conditions()), Value::root(&rule.conditions())));
        match same {
            None => rules.push(rule),
            Some(known) => join(known, rule, reader),
        }
    }
    // Each clause has its own rank, as each is a route of its own.
    let mut split: Vec<Rule> = rules.into_iter().flat_map(matcher::split).collect();
    split.sort_by_cached_key(|rule| std::cmp::Reverse(matcher::rank(rule)));
    for rule in &mut split {
        if !rule.fields.iter().any(|entry| &*entry.key.value == "to") {
            let mut to = vec![node::entry("version", node::text("any", rule.place))];
            // The service of that cluster, as its callers dial it.
            to.extend(own.as_deref().map(|cluster| node::entry("cluster", node::text(cluster, rule.place))));
            let to = node::map(to, rule.place);
            rule.fields.push(node::entry("to", node::list(vec![to], rule.place)));
        }
    }
    Some((place?, split))
}

/// Whether some of a service runs in a cluster.
fn runs(service: &Service, cluster: &str) -> bool {
    let own = service.clusters.value().map(|listed| listed.entries.as_slice()).unwrap_or_default();
    known::versions(service).iter().flat_map(known::runs_in).any(|known| known == cluster)
        || own.iter().any(|placement| placement.cluster.value == cluster)
}

/// Fields of two policies for the same requests.
fn join(known: &mut Rule, more: Rule, reader: &mut Reader) {
    for entry in more.fields {
        let twice = known.fields.iter().find(|field| field.key.value == entry.key.value);
        match twice {
            None => known.fields.push(entry),
            Some(first) => {
                if !agree(Value::root(&first.value), Value::root(&entry.value)) {
                    reader.report(problems::policies_disagree(
                        &entry.key.value,
                        entry.key.place,
                        first.key.place,
                    ));
                }
            }
        }
    }
}

impl TrafficPolicy<'_> {
    fn rule(&self, key: &Key, with: With<'_>, reader: &mut Reader) -> Option<Rule> {
        let mut rule =
            Rule { place: self.object.place, clauses: self.clauses.clone(), fields: self.fields.clone() };
        if let Some((place, shares)) = &self.shift {
            let mut all = Vec::with_capacity(shares.len());
            for one in shares {
                all.push(share(*one, key, with, reader)?);
            }
            rule.fields.push(node::entry("to", destination::to(all, key, *place, reader)?));
        }
        if let Some(mirror) = self.mirror {
            let (service, percent) = setting::mirror(mirror, reader)?;
            let to = kube_service(service, key, with.known, reader)?;
            if to.key == *key {
                let receiver = node::entry(&to.receiver(), percent);
                rule.fields.push(node::entry("mirror", node::map(vec![receiver], to.place)));
            } else {
                reader.report(problems::mirror_elsewhere(to.place));
            }
        }
        Some(rule)
    }
}

/// One share of a `trafficShift`.
fn share(value: Value<'_>, key: &Key, with: With<'_>, reader: &mut Reader) -> Option<To> {
    let fields = SHARE.open(value, reader)?;
    for other in ["staticDestination", "clusterHeader"] {
        if fields.get(other).is_some() {
            reader.report(problems::share_elsewhere(other, fields.key(other)));
            return None;
        }
    }
    let weight =
        fields.get("weight").map(|value| reader.number::<u32>(value, "weight", 0..=i32::MAX.unsigned_abs()));
    if matches!(weight, Some(None)) {
        return None;
    }
    let to = match fields.get("kubeService") {
        Some(service) => kube_service(service, key, with.known, reader)?,
        None => stand_in(&fields, with, reader)?,
    };
    Some(To { weight: weight.flatten().map(|at| at.map(u64::from)), ..to })
}

/// A destination of several clusters: its service, whose clusters stand in for each other.
fn stand_in(fields: &Fields<'_>, with: With<'_>, reader: &mut Reader) -> Option<To> {
    let named = ["virtualDestination", "failoverService"]
        .into_iter()
        .find_map(|field| Some((field, fields.get(field)?)));
    let Some((field, value)) = named else {
        reader.report(problems::no_destination(fields.place));
        return None;
    };
    let own = REFERENCE.open(value, reader)?;
    let (name, namespace) = (own.text("name", reader), own.text("namespace", reader));
    let is_named = |one: &&StandIn<'_>| {
        name.as_ref().is_some_and(|name| name.value == one.object.name)
            && namespace.as_ref().is_none_or(|namespace| namespace.value == one.object.namespace)
    };
    let Some(found) = with.stand_ins.iter().find(is_named) else {
        reader.report(problems::share_elsewhere(field, fields.key(field)));
        return None;
    };
    let target = destination::Target {
        key: found.key.clone(),
        service: with.known.service(&found.key)?,
        cluster: None,
        remote: false,
        version: None,
    };
    let (version, _) = destination::by_labels(&subset(&own), &target, value.place(), with.known, reader)?;
    Some(To {
        place: value.place(),
        key: found.key.clone(),
        version,
        cluster: None,
        port: None,
        weight: None,
        headers: None,
    })
}

/// The labels of a subset.
fn subset(fields: &Fields<'_>) -> std::collections::BTreeMap<String, String> {
    let subset = fields.get("subset").map(entries).unwrap_or_default();
    subset
        .into_iter()
        .filter_map(|(key, value)| Some((key.value.to_owned(), text_of(value)?.value.to_owned())))
        .collect()
}

/// A service as a destination.
fn kube_service(value: Value<'_>, routed: &Key, known: &Known<'_>, reader: &mut Reader) -> Option<To> {
    let fields = SERVICE.open(value, reader)?;
    let Some(name) = fields.text("name", reader) else {
        reader.report(problems::no_destination(value.place()));
        return None;
    };
    let namespace = fields.text("namespace", reader).map_or_else(|| routed.0.clone(), |at| at.value);
    let key = (namespace, name.value.clone());
    let Some(service) = known.service(&key) else {
        if known.is_complete() {
            reader.report(problems::destination_of_nobody(&name, &key.0, known.nearest(&key).as_deref()));
        }
        return None;
    };
    let cluster = cluster_of(fields.text("clusterName", reader), known, reader).ok()?;
    let target =
        destination::Target { key: key.clone(), service, cluster: None, remote: false, version: None };
    let (version, _) = destination::by_labels(&subset(&fields), &target, name.place, known, reader)?;
    let port = match fields.get("port") {
        None => None,
        Some(port) => Some(reader.number::<u16>(port, "port", 1..=65535)?),
    };
    // A service with one port has no other to name.
    let port = port.filter(|_| known::ports(service).len() > 1);
    Some(To {
        place: name.place,
        key,
        version,
        cluster: cluster.map(|at| at.value),
        port,
        weight: None,
        headers: None,
    })
}
