//! The document that says what a change does: for review, and to hold later changes of the same inputs against.
//!
//! Enters: what becomes of all requests. Leaves: a Change document in as few entries as name every request that its caller
//! notices. Refuses to know: what was meant.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Entry, Intent, Rest, key};
use crate::change::class::Class;
use crate::change::scene::Asked;
use crate::source::{Place, SourceId, Span};
use crate::trace::request::Request;
use crate::trace::stated::Stated;

/// As it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'d> {
    api_version: &'d str,
    kind: &'d str,
    changes: Vec<Written>,
}

#[derive(Serialize)]
struct Written {
    service: String,
    from: Value,
    #[serde(rename = "match", skip_serializing_if = "Value::is_null")]
    condition: Value,
    becomes: BTreeMap<String, Value>,
}

/// Requests that one condition names, however detailed.
type Named<'a> = BTreeMap<(String, String), Vec<&'a Asked>>;

/// The text of a document that fits.
#[must_use]
pub fn draft(all: &[Asked], clusters: &BTreeSet<String>) -> String {
    let named = named(all);
    let mut kept: BTreeSet<&(String, String)> = named
        .iter()
        .filter(|(_, members)| members.iter().any(|asked| is_noticed(asked)))
        .map(|(at, _)| at)
        .collect();
    // What stays, and would be taken for something that changes, is named too.
    loop {
        let intent = intent(&named, &kept, clusters);
        let differs = |asked: &&Asked| !intent.holds(asked, intent.entry(&asked.ask));
        let more: BTreeSet<_> = named
            .iter()
            .filter(|(at, members)| !kept.contains(at) && members.iter().any(differs))
            .map(|(at, _)| at)
            .collect();
        if more.is_empty() {
            break;
        }
        kept.extend(more);
    }
    let changes = kept.iter().filter_map(|at| Some(written((at, named.get(*at)?), clusters))).flatten();
    let document = Document { api_version: "meshgen/v1", kind: "Change", changes: changes.collect() };
    let mut text = String::new();
    crate::yaml::write(&document, &mut text);
    text
}

fn is_noticed(asked: &Asked) -> bool {
    Class::of(&asked.before, &asked.after).is_noticed()
}

/// All requests, by service and condition. Those that a condition does not tell apart say their port and name too.
fn named(all: &[Asked]) -> Named<'_> {
    let mut groups: BTreeMap<(&str, String), Vec<&Asked>> = BTreeMap::new();
    for asked in all {
        let words = condition(&asked.ask.request, false).to_string();
        groups.entry((&asked.ask.service, words)).or_default().push(asked);
    }
    let mut named = Named::new();
    for ((service, words), members) in groups {
        let mut by_caller: BTreeMap<&str, &Asked> = BTreeMap::new();
        let is_alike = members.iter().all(|asked| {
            let first = by_caller.entry(&asked.ask.request.caller.cluster).or_insert(asked);
            first.after.ends_as(&asked.after)
        });
        for asked in members {
            let words =
                if is_alike { words.clone() } else { condition(&asked.ask.request, true).to_string() };
            named.entry((service.to_owned(), words)).or_default().push(asked);
        }
    }
    named
}

/// What a request says, as a condition that it meets; nothing if it says nothing.
fn condition(request: &Request, in_full: bool) -> Value {
    let mut words = Map::new();
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if path != "/" {
        words.insert("uri".to_owned(), json!(path));
    }
    if request.method != "GET" {
        words.insert("method".to_owned(), json!(request.method));
    }
    let query: BTreeMap<&str, &str> = query.split('&').filter_map(|part| part.split_once('=')).collect();
    let (headers, labels) = (&request.headers, &request.caller.labels);
    if !headers.is_empty() {
        words.insert("headers".to_owned(), json!(headers));
    }
    if !query.is_empty() {
        words.insert("queryParams".to_owned(), json!(query));
    }
    if !labels.is_empty() && request.caller.gateway.is_none() {
        words.insert("sourceLabels".to_owned(), json!(labels));
    }
    if in_full {
        words.insert("port".to_owned(), json!(request.port));
        words.insert("authority".to_owned(), json!(request.authority()));
    }
    if words.is_empty() { Value::Null } else { Value::Object(words) }
}

/// One entry for all callers that get the same.
fn written((at, members): (&(String, String), &Vec<&Asked>), clusters: &BTreeSet<String>) -> Vec<Written> {
    let (service, condition) = at;
    let mut by_answer: BTreeMap<String, (BTreeMap<String, Value>, BTreeSet<String>)> = BTreeMap::new();
    for asked in members {
        let shares: BTreeMap<String, Value> = asked
            .after
            .places
            .iter()
            .map(|(place, percent)| (key(place), json!((percent * 100.0).round() / 100.0)))
            .map(|(place, percent)| (place, whole(percent)))
            .collect();
        let (_, callers) =
            by_answer.entry(format!("{shares:?}")).or_insert_with(|| (shares, BTreeSet::new()));
        callers.insert(asked.ask.request.caller.cluster.clone());
    }
    by_answer
        .into_values()
        .map(|(becomes, callers)| Written {
            service: service.clone(),
            from: if callers == *clusters { json!("all") } else { json!(callers) },
            condition: serde_json::from_str(condition).unwrap_or_default(),
            becomes,
        })
        .collect()
}

/// `95`, not `95.0`.
fn whole(percent: Value) -> Value {
    match percent.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "percents")]
        Some(number) if number.fract() == 0.0 => json!(number as i64),
        Some(_) | None => percent,
    }
}

/// What the document would mean.
fn intent(named: &Named<'_>, kept: &BTreeSet<&(String, String)>, clusters: &BTreeSet<String>) -> Intent {
    let place = Place::from(Span { source: SourceId(0), start: 0, end: 0 });
    let entries = kept.iter().filter_map(|at| Some(written((at, named.get(*at)?), clusters))).flatten();
    let entries = entries.map(|Written { service, from, condition, becomes }| Entry {
        place,
        service,
        from: serde_json::from_value(from).ok(),
        conditions: stated(&condition).into_iter().collect(),
        becomes: becomes.into_iter().filter_map(|(key, percent)| Some((key, percent.as_f64()?))).collect(),
    });
    Intent { place, entries: entries.collect(), rest: Rest::Same, during: BTreeMap::new() }
}

/// The same condition in Istio's words.
fn stated(condition: &Value) -> Option<Stated> {
    let Value::Object(words) = condition else { return None };
    let exact = |value: &Value| json!({"exact": value});
    let words = words.iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("uri" | "method" | "authority", value) => exact(value),
            ("headers" | "queryParams", Value::Object(all)) => {
                Value::Object(all.iter().map(|(name, value)| (name.clone(), exact(value))).collect())
            }
            (_, value) => value.clone(),
        };
        (name.clone(), value)
    });
    Stated::read(Value::Object(words.collect()))
}
