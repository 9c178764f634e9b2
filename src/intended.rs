//! Change documents, as what they mean.
//!
//! Enters: what is written. Leaves: an [`Intent`]. Refuses to know: what a change does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::change::intent::{Entry, Intent, Rest};
use crate::diagnostic::{Code, Finding};
use crate::input::change::{self, Becomes, Changes};
use crate::input::condition::{Condition, Presence, TextMatch};
use crate::input::{Keyed, Listed, Written};
use crate::source::{At, Place};
use crate::trace::stated::Stated;

/// What is meant; nothing of what could not be read.
pub(crate) fn of(changes: &Changes, findings: &mut Vec<Finding>) -> Intent {
    let Changes { place, changes: entries, rest, during } = changes;
    let rest = match rest.value() {
        Some(change::Rest::NoLoss) => Rest::NoLoss,
        Some(change::Rest::Same) | None => Rest::Same,
    };
    let during = during.entries.iter().map(|Keyed { key, value }| {
        (key.value.clone(), value.entries.iter().map(|version| version.value.clone()).collect())
    });
    let entries = entries.entries.iter().map(|entry| self::entry(entry, findings));
    Intent { place: *place, entries: entries.collect(), rest, during: during.collect() }
}

fn entry(written: &change::Change, findings: &mut Vec<Finding>) -> Entry {
    let change::Change { place, service, from, conditions, becomes } = written;
    let conditions = conditions.value().map(|all| all.entries.as_slice()).unwrap_or_default();
    let mut clusters: Option<BTreeSet<String>> = from.value().map(texts);
    for sources in conditions.iter().filter_map(|condition| condition.source_clusters.value()) {
        clusters.get_or_insert_default().extend(texts(sources));
    }
    let becomes: BTreeMap<String, f64> = becomes
        .entries
        .iter()
        .map(|Keyed { key, value }| match value {
            Becomes::Share(percent) => (key.value.clone(), *percent),
            Becomes::Dead(reason) => (format!("dead:{}", reason.value), 100.0),
        })
        .collect();
    let sum: f64 = becomes.values().sum();
    if (sum - 100.0).abs() > 0.05 {
        findings.push(
            Finding::new(Code::MG0632, format!("the shares of a change of {service} add up to {sum}"))
                .at(*place, "not 100 percent")
                .help("say where all of the requests end; `dead: 5` for those that reach nobody"),
        );
    }
    Entry {
        place: *place,
        service: service.to_string(),
        from: clusters,
        conditions: conditions.iter().filter_map(|condition| stated(condition, *place, findings)).collect(),
        becomes,
    }
}

fn texts(listed: &Listed<At<String>>) -> BTreeSet<String> {
    listed.entries.iter().map(|text| text.value.clone()).collect()
}

/// A condition in Istio's words.
fn stated(condition: &Condition, place: Place, findings: &mut Vec<Finding>) -> Option<Stated> {
    let Condition {
        source_clusters: _,
        port,
        uri,
        scheme,
        method,
        authority,
        headers,
        without_headers,
        query_params,
        ignore_uri_case,
        source_labels,
        source_namespace,
        sni_hosts,
        destination_subnets,
    } = condition;
    let mut words = Map::new();
    for (name, text) in [("uri", uri), ("scheme", scheme), ("method", method), ("authority", authority)] {
        words.extend(text.value().map(|text| (name.to_owned(), comparison(text))));
    }
    let named = [("headers", headers), ("withoutHeaders", without_headers), ("queryParams", query_params)];
    for (name, all) in named {
        words.extend(all.value().map(|all| (name.to_owned(), presences(all))));
    }
    words.extend(ignore_uri_case.value().map(|ignore| ("ignoreUriCase".to_owned(), json!(ignore))));
    words.extend(source_namespace.value().map(|name| ("sourceNamespace".to_owned(), json!(name))));
    words.extend(source_labels.value().map(|labels| {
        let labels: BTreeMap<&str, &str> = labels
            .entries
            .iter()
            .map(|label| (label.key.value.as_str(), label.value.value.as_str()))
            .collect();
        ("sourceLabels".to_owned(), json!(labels))
    }));
    let connection = [sni_hosts.place(), destination_subnets.place()].into_iter().flatten().next();
    if let Some(place) = connection {
        findings.push(unfollowed("a change is of requests", "for connections", place));
    }
    match port {
        Written::As(port) => match port.value.parse::<u16>() {
            Ok(number) => words.extend([("port".to_owned(), json!(number))]),
            Err(_) => {
                findings.push(unfollowed("a change knows a port by its number", "no number", port.place));
            }
        },
        Written::Absent | Written::Illegible => {}
    }
    let stated = Stated::read(Value::Object(words));
    if stated.is_none() {
        findings.push(unfollowed("a change has a condition that cannot be followed", "this one", place));
    }
    stated
}

fn unfollowed(message: &str, label: &str, place: Place) -> Finding {
    Finding::new(Code::MG0632, message).at(place, label).help("say it in other words, or leave it out")
}

fn comparison(text: &TextMatch) -> Value {
    match text {
        TextMatch::Exact(text) => json!({"exact": text.value}),
        TextMatch::Prefix(text) => json!({"prefix": text.value}),
        TextMatch::Regex(text) => json!({"regex": text.value}),
    }
}

fn presences(all: &Listed<Keyed<Presence>>) -> Value {
    let words = all.entries.iter().map(|Keyed { key, value }| {
        let says = match value {
            Presence::Present => json!({}),
            Presence::Says(text) => comparison(text),
        };
        (key.value.clone(), says)
    });
    Value::Object(words.collect())
}
