//! Which rule a request meets.

use regex::Regex;
use serde_json::Value;

use super::said::{entries, texts_of};
use super::{Asked, Kind};

/// Words about requests, and actions that only requests have.
const OF_REQUESTS: [&str; 8] =
    ["uri", "scheme", "method", "authority", "headers", "withoutHeaders", "queryParams", "ignoreUriCase"];
const ACTIONS: [&str; 9] = [
    "redirect",
    "directResponse",
    "rewrite",
    "timeout",
    "retries",
    "fault",
    "corsPolicy",
    "headers",
    "mirror",
];

/// Rules that may answer, each with its conditions that may hold.
pub struct Rules<'a> {
    asked: &'a Asked<'a>,
    rules: Vec<(&'a Value, Vec<&'a Value>)>,
}

impl<'a> Rules<'a> {
    /// Those for the caller's cluster and the port.
    pub fn of(asked: &'a Asked<'a>) -> Self {
        let mut rules = Vec::new();
        for rule in &asked.service.rules {
            let conditions: Vec<&Value> = match rule.get("match") {
                None => vec![&Value::Null],
                Some(Value::Array(any)) => any.iter().collect(),
                Some(one) => vec![one],
            };
            if !is_for(rule, &conditions, asked.port.kind) {
                continue;
            }
            let left: Vec<_> = conditions.into_iter().filter(|condition| is_here(condition, asked)).collect();
            if !left.is_empty() {
                rules.push((rule, left));
            }
        }
        Self { asked, rules }
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Without those for other workloads. Requests from outside come from none.
    pub fn for_workload(mut self) -> Self {
        let asked = self.asked;
        for (_, conditions) in &mut self.rules {
            conditions.retain(|condition| is_workload(condition, asked));
        }
        self.rules.retain(|(_, conditions)| !conditions.is_empty());
        self
    }

    /// The first that holds.
    pub fn met(&self) -> Option<&'a Value> {
        let is_met = |(_, conditions): &&(&Value, Vec<&Value>)| {
            conditions.iter().any(|condition| holds(condition, self.asked))
        };
        self.rules.iter().find(is_met).map(|(rule, _)| *rule)
    }
}

/// Whether a rule speaks of ports of a kind.
fn is_for(rule: &Value, conditions: &[&Value], kind: Kind) -> bool {
    let has = |words: &[&str]| conditions.iter().any(|one| words.iter().any(|word| !one[*word].is_null()));
    if has(&OF_REQUESTS) || ACTIONS.iter().any(|word| !rule[*word].is_null()) {
        kind == Kind::Http
    } else if listed(&rule["to"]).any(|share| !share["headers"].is_null()) {
        // Shares that change requests are for requests.
        kind == Kind::Http
    } else if has(&["sniHosts"]) {
        kind == Kind::Tls
    } else if has(&["destinationSubnets"]) {
        kind == Kind::Tls || kind == Kind::Bytes
    } else {
        kind != Kind::Datagrams
    }
}

/// The destinations of the long form.
fn listed(to: &Value) -> impl Iterator<Item = &Value> {
    to.as_array().into_iter().flatten()
}

fn is_here(condition: &Value, asked: &Asked<'_>) -> bool {
    let port = &condition["port"];
    let clusters = &condition["sourceClusters"];
    (port.is_null() || port == asked.port.name.as_str() || *port == asked.port.number)
        && (clusters.is_null() || texts_of(clusters).any(|name| name == asked.cluster.name))
        // No rule for workloads is for requests from outside.
        && (!asked.is_outside || is_workload(condition, asked))
}

fn is_workload(condition: &Value, asked: &Asked<'_>) -> bool {
    let namespace = &condition["sourceNamespace"];
    if asked.is_outside {
        return namespace.is_null() && condition["sourceLabels"].is_null();
    }
    (namespace.is_null() || namespace == asked.namespace.as_str())
        && entries(&condition["sourceLabels"])
            .all(|(name, value)| asked.labels.get(name).map(String::as_str) == value.as_str())
}

/// Whether a request meets all words about requests and connections.
pub fn holds(condition: &Value, asked: &Asked<'_>) -> bool {
    let ignores_case = condition["ignoreUriCase"] == true;
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    };
    let header = |name: &str| asked.headers.get(name).map(String::as_str);
    compared(&condition["uri"], Some(path), ignores_case)
        && compared(&condition["scheme"], Some("http"), false)
        && compared(&condition["method"], Some(&asked.method), false)
        && compared(&condition["authority"], Some(&asked.authority()), false)
        && entries(&condition["headers"]).all(|(name, value)| compared(value, header(name), false))
        && entries(&condition["withoutHeaders"]).all(|(name, value)| !compared(value, header(name), false))
        && entries(&condition["queryParams"]).all(|(name, value)| compared(value, parameter(name), false))
        && is_connection(condition, asked)
}

fn is_connection(condition: &Value, asked: &Asked<'_>) -> bool {
    let is_sni = |listed: &str| match listed.strip_prefix('*') {
        Some(end) => asked.sni.ends_with(end),
        None => asked.sni == listed,
    };
    let is_address = |listed: &str| {
        let network: ipnet::IpNet =
            listed.parse().unwrap_or_else(|_| format!("{listed}/32").parse().unwrap());
        asked.address.is_some_and(|address| network.contains(&address))
    };
    let snis = &condition["sniHosts"];
    let subnets = &condition["destinationSubnets"];
    (snis.is_null() || texts_of(snis).any(|listed| is_sni(&listed)))
        && (subnets.is_null() || texts_of(subnets).any(|listed| is_address(&listed)))
}

/// A text is compared as a whole; nothing is asked where nothing stands.
fn compared(wanted: &Value, found: Option<&str>, ignores_case: bool) -> bool {
    let same =
        |one: &str, other: &str| if ignores_case { one.eq_ignore_ascii_case(other) } else { one == other };
    let Some(found) = found else { return wanted.is_null() };
    match wanted {
        Value::Null => true,
        Value::String(text) => same(text, found),
        comparison => {
            let word = |name: &str| comparison[name].as_str();
            if let Some(text) = word("exact") {
                same(text, found)
            } else if let Some(start) = word("prefix") {
                found.get(..start.len()).is_some_and(|begins| same(begins, start))
            } else if let Some(expression) = word("regex") {
                Regex::new(&format!("^(?:{expression})$")).unwrap().is_match(found)
            } else {
                true
            }
        }
    }
}
