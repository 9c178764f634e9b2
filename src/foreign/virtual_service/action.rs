//! Everything of a route that is neither condition nor destination: mostly the same words as the language's.
//!
//! Enters: one route. Leaves: fields of a rule. Refuses to know: conditions.

use crate::foreign::field::{Fields, Form, elements, entries, sayable, text_of};
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Node, Value, View};

/// A route for requests.
pub const ROUTE: Form = Form {
    what: "an HTTP route",
    used: &[
        "name",
        "match",
        "route",
        "redirect",
        "directResponse",
        "delegate",
        "rewrite",
        "timeout",
        "retries",
        "fault",
        "mirror",
        "mirrors",
        "mirrorPercent",
        "mirror_percent",
        "mirrorPercentage",
        "corsPolicy",
        "headers",
    ],
    redundant: &[],
    reported: &[("websocketUpgrade", "Istio upgrades connections by itself since 1.1: leave it out")],
};

/// Words that are the same in the language.
const SAME: [&str; 7] = ["name", "redirect", "directResponse", "rewrite", "timeout", "retries", "headers"];

/// The fields of a rule, without copies.
pub fn fields(route: &Fields<'_>, reader: &mut Reader) -> Option<Vec<Entry>> {
    let mut fields = Vec::new();
    let mut add = |word: &str, value: Node| {
        let mut entry = node::entry(word, value);
        entry.key.place = route.key(word);
        fields.push(entry);
    };
    for word in SAME {
        if let Some(value) = route.get(word).filter(|value| !is_empty(*value)) {
            add(word, value.to_node());
        }
    }
    if let Some(value) = route.get("fault") {
        let said = sayable(value, reader);
        if !is_empty(Value::root(&said)) {
            add("fault", fault(Value::root(&said)));
        }
    }
    if let Some(value) = route.get("corsPolicy") {
        add("corsPolicy", cors(value));
    }
    if let Some(prefix) = route.get("redirect").and_then(|redirect| redirect.get("prefixRewrite")) {
        reader.report(problems::gateway::prefix_in_redirect(prefix.place()));
        return None;
    }
    Some(fields)
}

const PERCENTAGE: Form = Form { what: "a percentage", used: &["value"], redundant: &[], reported: &[] };

/// `value` of a percentage.
fn percentage(value: Option<Value<'_>>, reader: &mut Reader) -> Option<Node> {
    PERCENTAGE.open(value?, reader)?.get("value").map(Value::to_node)
}

/// The percentage of requests that is copied; nothing where all are.
fn mirror_percent(route: &Fields<'_>, reader: &mut Reader) -> Option<Node> {
    let value = percentage(route.get("mirrorPercentage"), reader);
    let older = || route.get("mirrorPercent").or_else(|| route.get("mirror_percent")).map(Value::to_node);
    value.or_else(older)
}

fn is_empty(value: Value<'_>) -> bool {
    match value.view() {
        View::Map(mapping) => mapping.entries.is_empty(),
        View::Text(scalar) => scalar.text.is_empty(),
        View::List(_) | View::Nothing | View::Illegible => false,
    }
}

/// The old `percent` is a `percentage` without fraction.
fn fault(value: Value<'_>) -> Node {
    let parts = entries(value).into_iter().map(|(key, part)| {
        let has_percentage = part.get("percentage").is_some();
        let words = entries(part).into_iter().filter_map(|(word, value)| {
            let read = match word.value {
                "percent" if has_percentage => return None,
                "percent" => {
                    let number = node::entry("value", value.to_node());
                    return Some(keyed("percentage", &word, node::map(vec![number], value.place())));
                }
                name => (name, value.to_node()),
            };
            Some(keyed(read.0, &word, read.1))
        });
        let read = match part.view() {
            View::Map(_) => node::map(words.collect(), part.place()),
            View::Text(_) | View::List(_) | View::Nothing | View::Illegible => part.to_node(),
        };
        keyed(key.value, &key, read)
    });
    node::map(parts.collect(), value.place())
}

/// The old `allowOrigin` is a list of whole origins.
fn cors(value: Value<'_>) -> Node {
    let has_new = value.get("allowOrigins").is_some();
    let words = entries(value).into_iter().filter_map(|(word, value)| match word.value {
        "allowOrigin" if has_new => None,
        "allowOrigin" => {
            let origins = elements(value).into_iter().filter(|origin| text_of(*origin).is_some());
            let exact =
                |origin: Value<'_>| node::map(vec![node::entry("exact", origin.to_node())], origin.place());
            Some(keyed("allowOrigins", &word, node::list(origins.map(exact).collect(), value.place())))
        }
        name => Some(keyed(name, &word, value.to_node())),
    });
    node::map(words.collect(), value.place())
}

fn keyed(name: &str, key: &crate::source::At<&str>, value: Node) -> Entry {
    let mut entry = node::entry(name, value);
    entry.key.place = key.place;
    entry
}

/// Whether no reader is needed to see that there is nothing.
pub fn copies<'t>(route: &Fields<'t>, reader: &mut Reader) -> Vec<(Value<'t>, Option<Node>)> {
    const MIRROR: Form =
        Form { what: "a mirror", used: &["destination", "percentage"], redundant: &[], reported: &[] };
    let percent = mirror_percent(route, reader);
    let one = route.get("mirror").map(|value| (value, percent));
    let more = route.list("mirrors").into_iter().filter_map(|value| {
        let fields = MIRROR.open(value, reader)?;
        let percent = percentage(fields.get("percentage"), reader);
        Some((fields.get("destination")?, percent))
    });
    one.into_iter().chain(more).collect()
}
