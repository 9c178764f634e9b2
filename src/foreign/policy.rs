//! What `DestinationRule`s say of a service and its versions, put into the Topology.
//!
//! Enters: the rules that count for a service, cluster by cluster. Leaves: its `trafficPolicy`, and `subset` and
//! `trafficPolicy` of its versions. Refuses to know: routes.

use std::collections::BTreeMap;

use super::destination_rule::{self, DestinationRule};
use super::field::{Form, elements, entries, sayable, text_of};
use super::known::{Key, Known, crosses, versions};
use super::version::{Meaning, meaning};
use super::{node, problems};
use crate::input::Written;
use crate::input::join::agree;
use crate::input::reader::Reader;
use crate::input::service::Service;
use crate::input::traffic_policy::TrafficPolicy;
use crate::input::tree::{Node, Value};
use crate::source::{At, Place};

/// What is to be put into one service.
#[derive(Default)]
pub struct Settings {
    /// Where a DestinationRule names the service, and its policy.
    policy: Option<Node>,
    versions: BTreeMap<String, VersionSettings>,
}

#[derive(Default)]
struct VersionSettings {
    /// Each name by which a subset is this version, in order of age.
    names: Vec<At<String>>,
    policy: Option<Node>,
}

const POLICY: Form = Form {
    what: "a trafficPolicy",
    used: &[
        "loadBalancer",
        "connectionPool",
        "outlierDetection",
        "portLevelSettings",
        "port",
        "tls",
        "tunnel",
        "proxyProtocol",
        "retryBudget",
    ],
    redundant: &[],
    reported: &[],
};

impl Settings {
    /// Adds what the rules say that count for the callers of a cluster.
    pub fn add(
        &mut self,
        key: &Key,
        service: &Service,
        rules: &[&DestinationRule<'_>],
        known: &Known<'_>,
        reader: &mut Reader,
    ) {
        let crosses = crosses(service);
        if let Some(policy) = destination_rule::policy(rules).and_then(|value| taken(value, crosses, reader))
        {
            same(&mut self.policy, policy, key, reader);
        }
        let mut seen: Vec<&str> = Vec::new();
        for subset in rules.iter().flat_map(|rule| &rule.subsets) {
            if seen.contains(&subset.name.value.as_str()) {
                continue;
            }
            seen.push(&subset.name.value);
            let Meaning::Version(version, None) = meaning(&subset.labels, service, known) else { continue };
            let settings = self.versions.entry(version).or_default();
            if !settings.names.iter().any(|name| name.value == subset.name.value) {
                settings.names.push(subset.name.clone());
            }
            if let Some(policy) = subset.policy.and_then(|value| taken(value, crosses, reader)) {
                same(&mut settings.policy, policy, key, reader);
            }
        }
    }

    /// Adds a policy that is for all callers.
    pub fn add_policy(&mut self, policy: &Node, key: &Key, reader: &mut Reader) {
        same(&mut self.policy, policy.clone(), key, reader);
    }

    /// Puts them into the service. `dialled` are names of subsets that others dial, and where.
    pub fn put(self, service: &mut Service, dialled: &[At<String>], reader: &mut Reader) {
        let Self { policy, versions } = self;
        if let Some(policy) = policy {
            let name = service.name.to_string();
            put(&mut service.traffic_policy, &policy, &name, reader);
        }
        let taken: Vec<String> = known_names(service).into_iter().map(str::to_owned).collect();
        let Written::As(At { value: listed, place: _ }) = &mut service.versions else { return };
        for version in &mut listed.entries {
            let Some(VersionSettings { names, policy }) = versions.get(&version.name.value) else { continue };
            let written = version.subset.value().cloned();
            let own = written.clone().unwrap_or_else(|| version.name.value.clone());
            let wanted = names.iter().filter(|name| dialled.iter().any(|other| other.value == name.value));
            let kept = wanted.clone().next().or_else(|| {
                let by_name = names.iter().find(|name| name.value == own);
                by_name.or_else(|| names.first())
            });
            if let (None, Some(kept)) = (&written, kept)
                && !taken.contains(&kept.value)
            {
                version.subset = Written::As(kept.clone());
            }
            let kept = written.or_else(|| kept.map(|name| name.value.clone())).unwrap_or(own);
            for lost in wanted.filter(|name| name.value != kept) {
                let by = dialled.iter().find(|other| other.value == lost.value).map(|other| other.place);
                reader.report(problems::subset_vanishes(lost, &version.name.value, &kept, by));
            }
            if let Some(policy) = policy {
                let name = format!("{}, version {}", service.name, version.name);
                put(&mut version.traffic_policy, policy, &name, reader);
            }
        }
    }
}

/// The names of subsets that mean no version of a service.
pub fn known_names(service: &Service) -> Vec<&str> {
    let names = versions(service).iter();
    names.map(|version| version.subset.value().unwrap_or(&version.name.value).as_str()).collect()
}

/// A policy that must be the same for the callers of all clusters.
fn same(held: &mut Option<Node>, policy: Node, key: &Key, reader: &mut Reader) {
    match held {
        None => *held = Some(policy),
        Some(first) => {
            if !agree(Value::root(first), Value::root(&policy)) {
                reader.report(problems::policies_differ(key, policy.place, first.place));
            }
        }
    }
}

fn put(field: &mut Written<Box<TrafficPolicy>>, policy: &Node, what: &str, reader: &mut Reader) {
    match field {
        Written::Absent => {
            *field = TrafficPolicy::read(reader, Value::root(policy)).map_or(Written::Illegible, Written::As);
        }
        Written::Illegible => {}
        Written::As(At { value: _, place }) => {
            reader.report(problems::policy_in_two_places(what, policy.place, *place));
        }
    }
}

/// A policy without its TLS settings, which are meshgen's to say; nothing if nothing else is left.
fn taken(value: Value<'_>, crosses: bool, reader: &mut Reader) -> Option<Node> {
    let place = value.place();
    let fields = POLICY.open(value, reader)?;
    if let Some(settings) = fields.get("tls") {
        tls(settings, fields.key("tls"), crosses, reader);
    }
    let mut kept = Vec::new();
    for (key, value) in entries(value) {
        match key.value {
            "tls" => {}
            "portLevelSettings" => {
                let ports: Vec<Node> = elements(value)
                    .into_iter()
                    .filter_map(|port| taken(port, crosses, reader))
                    // The number of the port says nothing by itself.
                    .filter(|port| entries(Value::root(port)).iter().any(|(key, _)| key.value != "port"))
                    .collect();
                if !ports.is_empty() {
                    kept.push(keyed(&key, node::list(ports, value.place())));
                }
            }
            _ if fields.get(key.value).is_some() => {
                let said = sayable(value, reader);
                if !entries(Value::root(&said)).is_empty() || entries(value).is_empty() {
                    kept.push(keyed(&key, said));
                }
            }
            _ => {}
        }
    }
    (!kept.is_empty()).then(|| node::map(kept, place))
}

fn keyed(key: &At<&str>, value: Node) -> crate::input::tree::Entry {
    let mut entry = node::entry(key.value, value);
    entry.key.place = key.place;
    entry
}

/// Proxies speak mTLS to each other by themselves; every other mode is a decision that meshgen does not take over.
fn tls(value: Value<'_>, place: Place, crosses: bool, reader: &mut Reader) {
    let mode = value.get("mode").and_then(text_of).map_or("DISABLE", |mode| mode.value);
    if mode != "ISTIO_MUTUAL" {
        reader.report(problems::tls_mode(mode, crosses, place));
        return;
    }
    for (key, _) in entries(value).into_iter().filter(|(key, _)| key.value != "mode") {
        reader.report(problems::no_counterpart(
            &key,
            "a TLS setting",
            "names and certificates of what crosses clusters are meshgen's to say: leave it out",
        ));
    }
}
