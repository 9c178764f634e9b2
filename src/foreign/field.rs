//! The fields of an object: each is used, redundant, or reported. There is no fourth case.
//!
//! Enters: a map of an object, and the table of its fields. Leaves: those that are used. Refuses to know: what they mean.

use std::collections::BTreeMap;

use super::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Node, Value, View};
use crate::source::{At, Place};

/// What becomes of the fields of one kind of map.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What the map is, with its article: "a VirtualService".
    pub what: &'static str,
    /// Read, here or by the reader of meshgen's own language.
    pub used: &'static [&'static str],
    /// They say what meshgen does anyway, or nothing about requests.
    pub redundant: &'static [&'static str],
    /// They have no counterpart: the field, and what to do about it.
    pub reported: &'static [(&'static str, &'static str)],
}

/// The fields of one map that are used.
pub struct Fields<'t> {
    pub place: Place,
    values: BTreeMap<&'t str, At<Value<'t>>>,
}

impl Form {
    /// Opens a map and reports what is not taken of it; nothing if it is no map.
    pub fn open<'t>(&self, map: Value<'t>, reader: &mut Reader) -> Option<Fields<'t>> {
        let mut fields = Fields { place: map.place(), values: BTreeMap::new() };
        let mapping = match map.view() {
            View::Map(mapping) if mapping.complete => mapping,
            View::Nothing => return Some(fields),
            View::Map(_) | View::Illegible => return None,
            View::Text(_) | View::List(_) => {
                reader.wrong_form(map, self.what, "{}");
                return None;
            }
        };
        for entry in &mapping.entries {
            let (key, value) = map.entry(entry);
            let reported = self.reported.iter().find(|(field, _)| *field == key.value);
            if self.used.contains(&key.value) {
                fields.values.insert(key.value, At::new(value, key.place));
            } else if let Some((_, help)) = reported {
                reader.report(problems::no_counterpart(&key, self.what, help));
            } else if !self.redundant.contains(&key.value) {
                let known = self.used.iter().chain(self.redundant).copied();
                reader.report(problems::unknown_field(&key, self.what, known));
            }
        }
        Some(fields)
    }
}

impl<'t> Fields<'t> {
    /// The value of a field that is there; `null` is not.
    pub fn get(&self, field: &str) -> Option<Value<'t>> {
        let value = self.values.get(field)?.value;
        (!matches!(value.view(), View::Nothing)).then_some(value)
    }

    /// Where the name of a field stands.
    pub fn key(&self, field: &str) -> Place {
        self.values.get(field).map_or(self.place, |at| at.place)
    }

    /// The text of a field.
    pub fn text(&self, field: &str, reader: &mut Reader) -> Option<At<String>> {
        self.get(field).and_then(|value| reader.text(value))
    }

    /// The texts of a field that is a list; empty where it is absent.
    pub fn texts(&self, field: &str, reader: &mut Reader) -> Vec<At<String>> {
        let listed = self.get(field).and_then(|value| reader.texts(value));
        listed.map(|listed| listed.value.entries).unwrap_or_default()
    }

    /// The elements of a field that is a list; empty where it is absent.
    pub fn list(&self, field: &str) -> Vec<Value<'t>> {
        self.get(field).map(elements).unwrap_or_default()
    }
}

/// Fields of Istio's schemas for which the language has no word, and what to do about each.
const WORDLESS: [(&str, &str, &str); 5] = [
    ("exponentialDelay", "a delay", "Istio has no such delay: leave it out"),
    ("http2Error", "an abort", "Istio has no such abort: leave it out"),
    ("consecutiveErrors", "an outlierDetection", "write `consecutive5xxErrors`"),
    (
        "failurePercentageThreshold",
        "an outlierDetection",
        "write `consecutive5xxErrors` or `minHealthPercent`",
    ),
    ("backendUtilization", "a loadBalancer", "write one of the others, as `simple: LEAST_REQUEST`"),
];

/// A value without the fields that the language has no word for; each is reported. A map that held nothing else goes with it.
pub fn sayable(value: Value<'_>, reader: &mut Reader) -> Node {
    match value.view() {
        View::List(elements) => {
            let all = elements.iter().map(|element| sayable(value.element(element), reader));
            node::list(all.collect(), value.place())
        }
        View::Map(mapping) if mapping.complete => {
            let mut kept: Vec<Entry> = Vec::with_capacity(mapping.entries.len());
            for (key, inner) in entries(value) {
                if let Some((_, what, help)) = WORDLESS.iter().find(|(field, ..)| *field == key.value) {
                    reader.report(problems::no_counterpart(&key, what, help));
                    continue;
                }
                let read = sayable(inner, reader);
                if entries(Value::root(&read)).is_empty() && !entries(inner).is_empty() {
                    continue;
                }
                let mut entry = node::entry(key.value, read);
                entry.key.place = key.place;
                kept.push(entry);
            }
            node::map(kept, value.place())
        }
        View::Map(_) | View::Text(_) | View::Nothing | View::Illegible => value.to_node(),
    }
}

/// The elements of a list; anything else stands for a list of one.
pub fn elements(value: Value<'_>) -> Vec<Value<'_>> {
    match value.view() {
        View::List(elements) => elements.iter().map(|element| value.element(element)).collect(),
        View::Map(_) | View::Text(_) => vec![value],
        View::Nothing | View::Illegible => Vec::new(),
    }
}

/// The entries of a map; none where it is none.
pub fn entries(value: Value<'_>) -> Vec<(At<&str>, Value<'_>)> {
    match value.view() {
        View::Map(mapping) => mapping.entries.iter().map(|entry| value.entry(entry)).collect(),
        View::Text(_) | View::List(_) | View::Nothing | View::Illegible => Vec::new(),
    }
}

/// The text of a value, if it is one.
pub fn text_of(value: Value<'_>) -> Option<At<&str>> {
    match value.view() {
        View::Text(scalar) => Some(At::new(&*scalar.text, value.place())),
        View::Map(_) | View::List(_) | View::Nothing | View::Illegible => None,
    }
}
