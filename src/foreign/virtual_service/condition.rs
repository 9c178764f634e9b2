//! `match` of a route, as far as it is for callers inside the mesh.
//!
//! Enters: one route. Leaves: clauses in the words of the language. Refuses to know: what the route answers.

use crate::foreign::field::{Form, elements, entries, text_of};
use crate::foreign::node;
use crate::foreign::problems;
use crate::foreign::rule::Clause;
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Node, Value, View};
use crate::model::RouteKind;

use super::MESH;

const HTTP: Form = Form {
    what: "a match of a VirtualService",
    used: &[
        "uri",
        "scheme",
        "method",
        "authority",
        "headers",
        "withoutHeaders",
        "queryParams",
        "ignoreUriCase",
        "port",
        "sourceLabels",
        "sourceNamespace",
        "gateways",
    ],
    redundant: &["name"],
    reported: &[("statPrefix", "names of metrics are not taken over: leave it out")],
};

const TLS: Form = Form {
    what: "a match for TLS",
    used: &["sniHosts", "destinationSubnets", "port", "sourceLabels", "sourceNamespace", "gateways"],
    redundant: &[],
    reported: &[],
};

const TCP: Form = Form {
    what: "a match for TCP",
    used: &["destinationSubnets", "sourceSubnet", "port", "sourceLabels", "sourceNamespace", "gateways"],
    redundant: &[],
    reported: &[],
};

/// The conditions of a route; none of them is every request. Nothing if it is for no caller inside the mesh.
pub fn of_route(route: Value<'_>, kind: RouteKind, reader: &mut Reader) -> Option<Vec<Clause>> {
    let listed = route.get("match").map(elements).unwrap_or_default();
    if listed.is_empty() {
        return Some(Vec::new());
    }
    let mut clauses = Vec::new();
    for value in listed {
        if is_for_mesh(value) {
            clauses.push(clause(value, kind, reader)?);
        }
    }
    if clauses.is_empty() {
        return None;
    }
    // One that says nothing holds for everything.
    if clauses.iter().any(|clause| clause.words.is_empty()) {
        clauses.clear();
    }
    Some(clauses)
}

fn is_for_mesh(clause: Value<'_>) -> bool {
    let gateways = clause.get("gateways").map(elements).unwrap_or_default();
    gateways.is_empty() || gateways.into_iter().filter_map(text_of).any(|gateway| gateway.value == MESH)
}

fn clause(value: Value<'_>, kind: RouteKind, reader: &mut Reader) -> Option<Clause> {
    let form = match kind {
        RouteKind::Http => HTTP,
        RouteKind::Tls => TLS,
        RouteKind::Tcp => TCP,
    };
    let fields = form.open(value, reader)?;
    if fields.get("sourceSubnet").is_some() {
        reader.report(problems::lost_word("sourceSubnet", fields.key("sourceSubnet")));
        return None;
    }
    let mut clause = Clause::empty(value.place());
    for (key, value) in entries(value) {
        if key.value == "gateways" || fields.get(key.value).is_none() || says_nothing(value) {
            continue;
        }
        let read = match key.value {
            "headers" | "withoutHeaders" | "queryParams" => presences(value),
            _ => value.to_node(),
        };
        let mut entry = node::entry(key.value, read);
        entry.key.place = key.place;
        clause.words.push(entry);
    }
    Some(clause)
}

/// What the API server leaves out: an empty map, list or text, the port 0.
fn says_nothing(value: Value<'_>) -> bool {
    match value.view() {
        View::Map(mapping) => mapping.entries.is_empty(),
        View::List(elements) => elements.is_empty(),
        View::Text(scalar) => scalar.text.is_empty() || (scalar.plain && &*scalar.text == "0"),
        View::Nothing => true,
        View::Illegible => false,
    }
}

/// A comparison that says nothing, or `*`, asks for presence.
fn presences(map: Value<'_>) -> Node {
    let entries: Vec<Entry> = entries(map)
        .into_iter()
        .map(|(key, value)| {
            let is_presence = says_nothing(value)
                || value.get("regex").and_then(text_of).is_some_and(|regex| regex.value == "*");
            let read = if is_presence {
                let place = value.place();
                node::map(vec![node::entry("present", node::plain("true", place))], place)
            } else {
                value.to_node()
            };
            let mut entry = node::entry(key.value, read);
            entry.key.place = key.place;
            entry
        })
        .collect();
    node::map(entries, map.place())
}
