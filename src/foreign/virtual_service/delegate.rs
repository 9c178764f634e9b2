//! Routes that stand in another `VirtualService`.
//!
//! Enters: a route that names one. Leaves: the other's routes, each joined with it. Refuses to know: services.
//!
//! Source: `MergeHTTPRoutes` in Istio's `pilot/pkg/model/virtualservice.go`.

use crate::foreign::field::{entries, text_of};
use crate::foreign::node;
use crate::input::join::agree;
use crate::input::tree::{Entry, Node, Value, View};

/// What a delegate takes from the route that names it where it says nothing itself.
const INHERITED: [&str; 11] = [
    "rewrite",
    "directResponse",
    "timeout",
    "retries",
    "fault",
    "mirror",
    "mirrorPercent",
    "mirrorPercentage",
    "corsPolicy",
    "mirrors",
    "headers",
];

/// A route of a delegate where it is named; nothing if it can never hold there.
pub fn both(root: Value<'_>, own: Value<'_>) -> Option<Node> {
    let mut fields: Vec<Entry> = own_entries(own).filter(|entry| &*entry.key.value != "match").collect();
    for entry in own_entries(root) {
        let has = fields.iter().any(|known| known.key.value == entry.key.value);
        if !has && (INHERITED.contains(&&*entry.key.value) || &*entry.key.value == "name") {
            fields.push(entry);
        } else if &*entry.key.value == "name" {
            join_names(&mut fields, &entry);
        }
    }
    let of = |route: Value<'_>| route.get("match").map(to_clauses).unwrap_or_default();
    let clauses = conditions(&of(root), &of(own))?;
    if !clauses.is_empty() {
        fields.push(node::entry("match", node::list(clauses, own.place())));
    }
    Some(node::map(fields, own.place()))
}

fn own_entries(map: Value<'_>) -> impl Iterator<Item = Entry> {
    entries(map).into_iter().filter(|(_, value)| !matches!(value.view(), View::Nothing)).map(
        |(key, value)| {
            let mut entry = node::entry(key.value, value.to_node());
            entry.key.place = key.place;
            entry
        },
    )
}

fn join_names(fields: &mut [Entry], root: &Entry) {
    let names = |node: &Node| text_of(Value::root(node)).map(|at| at.value.to_owned());
    let Some(own) = fields.iter_mut().find(|entry| &*entry.key.value == "name") else { return };
    if let (Some(first), Some(second)) = (names(&root.value), names(&own.value)) {
        own.value = node::text(&format!("{first}-{second}"), own.value.place);
    }
}

fn to_clauses(value: Value<'_>) -> Vec<Node> {
    crate::foreign::field::elements(value).into_iter().map(Value::to_node).collect()
}

/// Each of the delegate's with each of the other's that covers it; nothing if one of them is covered by none.
fn conditions(root: &[Node], own: &[Node]) -> Option<Vec<Node>> {
    match (root, own) {
        ([], own) => Some(own.to_vec()),
        (root, []) => Some(root.to_vec()),
        (root, own) => {
            let mut merged = Vec::new();
            for own in own {
                let own = Value::root(own);
                let covering: Vec<_> =
                    root.iter().map(Value::root).filter(|root| !conflicts(*root, own)).collect();
                if covering.is_empty() {
                    return None;
                }
                merged.extend(covering.into_iter().map(|root| joined(root, own)));
            }
            Some(merged)
        }
    }
}

/// Words of both; of two that are the same, the delegate's.
fn joined(root: Value<'_>, own: Value<'_>) -> Node {
    const MAPS: [&str; 4] = ["headers", "withoutHeaders", "queryParams", "sourceLabels"];
    let mut words: Vec<Entry> = own_entries(own).collect();
    for entry in own_entries(root) {
        let Some(known) = words.iter_mut().find(|known| known.key.value == entry.key.value) else {
            if &*entry.key.value != "ignoreUriCase" {
                words.push(entry);
            }
            continue;
        };
        if MAPS.contains(&&*entry.key.value) {
            let mut inner: Vec<Entry> = own_entries(Value::root(&known.value)).collect();
            for more in own_entries(Value::root(&entry.value)) {
                if !inner.iter().any(|known| known.key.value == more.key.value) {
                    inner.push(more);
                }
            }
            known.value = node::map(inner, known.value.place);
        }
    }
    node::map(words, own.place())
}

/// Whether the other's condition does not cover the delegate's.
fn conflicts(root: Value<'_>, own: Value<'_>) -> bool {
    let texts = ["uri", "scheme", "method", "authority"]
        .into_iter()
        .any(|word| text_conflicts(root.get(word), own.get(word)));
    let maps = ["headers", "withoutHeaders", "queryParams"].into_iter().any(|word| {
        let own = own.get(word).map(entries).unwrap_or_default();
        own.into_iter().any(|(key, value)| {
            text_conflicts(root.get(word).and_then(|map| map.get(key.value)), Some(value))
        })
    });
    let labels = own.get("sourceLabels").map(entries).unwrap_or_default().into_iter().any(|(key, value)| {
        root.get("sourceLabels").and_then(|map| map.get(key.value)).is_some_and(|known| !agree(known, value))
    });
    let says = |map: Value<'_>, word: &str| map.get(word).and_then(text_of).map(|at| at.value.to_owned());
    let ignores = |map: Value<'_>| says(map, "ignoreUriCase").as_deref() == Some("true");
    let ports = matches!((says(root, "port"), says(own, "port")), (Some(root), Some(own)) if root != own);
    let (home, own_home) = (says(root, "sourceNamespace"), says(own, "sourceNamespace"));
    let gateways = |map: Value<'_>| -> Vec<String> {
        let listed = map.get("gateways").map(crate::foreign::field::elements).unwrap_or_default();
        listed.into_iter().filter_map(text_of).map(|at| at.value.to_owned()).collect()
    };
    let (doors, own_doors) = (gateways(root), gateways(own));
    let shut = !doors.is_empty()
        && !own_doors.is_empty()
        && (doors.len() < own_doors.len() || own_doors.iter().any(|door| !doors.contains(door)));
    texts
        || maps
        || labels
        || ports
        || ignores(root) != ignores(own)
        || home.is_some() && own_home != home
        || shut
}

/// Expressions stand beside nothing else; a prefix covers what begins with it.
fn text_conflicts(root: Option<Value<'_>>, own: Option<Value<'_>>) -> bool {
    let (Some(root), Some(own)) = (root, own) else { return false };
    let says = |value: Value<'_>, word: &str| {
        value.get(word).and_then(text_of).map(|at| at.value.to_owned()).filter(|text| !text.is_empty())
    };
    let [root_exact, root_prefix, root_regex] = ["exact", "prefix", "regex"].map(|word| says(root, word));
    let [exact, prefix, regex] = ["exact", "prefix", "regex"].map(|word| says(own, word));
    let any = |texts: [&Option<String>; 3]| texts.into_iter().any(Option::is_some);
    if root_regex.is_some() && any([&exact, &prefix, &regex])
        || regex.is_some() && any([&root_exact, &root_prefix, &root_regex])
    {
        return true;
    }
    match (root_exact, root_prefix) {
        (Some(root), _) => prefix.is_some() || exact != Some(root),
        (None, Some(root)) => match (prefix, exact) {
            (Some(prefix), _) => !prefix.starts_with(&root),
            (None, Some(exact)) => !exact.starts_with(&root),
            (None, None) => false,
        },
        (None, None) => false,
    }
}
