//! Requests that a rule is for, and which of two rules comes first.
//!
//! Enters: `matches`. Leaves: one clause each, with its rank. Refuses to know: what happens to the requests.

use crate::foreign::field::{Fields, Form, entries, text_of};
use crate::foreign::rule::{Clause, Rule};
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Value};
use crate::source::{At, Place};

/// One element of `matches`.
#[derive(Clone, Debug)]
pub struct Matching {
    pub clause: Clause,
    path: Path,
    has_method: bool,
    headers: usize,
    parameters: usize,
}

/// How a path is compared, with the length of its text: the greater comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Path {
    /// Of gRPC: every path.
    Any,
    Regex(usize),
    Prefix(usize),
    Exact(usize),
}

const MATCH: Form = Form {
    what: "a match of a route",
    used: &["path", "headers", "queryParams", "method"],
    redundant: &[],
    reported: &[],
};

const PATH: Form = Form { what: "a path", used: &["type", "value"], redundant: &[], reported: &[] };

const COMPARED: Form = Form {
    what: "a match of a header or parameter",
    used: &["type", "name", "value"],
    redundant: &[],
    reported: &[],
};

const METHOD: Form = Form {
    what: "a method of a GRPCRoute",
    used: &["type", "service", "method"],
    redundant: &[],
    reported: &[],
};

impl Matching {
    /// Every request.
    pub fn all(place: Place, is_grpc: bool) -> Self {
        // An HTTPRoute without `path` gets the prefix `/` from the API server, a GRPCRoute gets nothing.
        let path = if is_grpc { Path::Any } else { Path::Prefix(1) };
        Self { clause: Clause::empty(place), path, has_method: false, headers: 0, parameters: 0 }
    }

    /// Whether its path is a prefix, so that a prefix can be replaced.
    pub fn has_prefix(&self) -> bool {
        matches!(self.path, Path::Prefix(_))
    }

    /// What the order of rules looks at, the greater first: the path, a method, the number of headers, of parameters.
    pub fn rank(&self) -> impl Ord + Copy + use<> {
        (self.path, self.has_method, self.headers, self.parameters)
    }
}

/// The matches of a rule; without any, every request.
pub fn of_rule(rule: &Fields<'_>, is_grpc: bool, reader: &mut Reader) -> Option<Vec<Matching>> {
    let listed = rule.list("matches");
    if listed.is_empty() {
        return Some(vec![Matching::all(rule.place, is_grpc)]);
    }
    let mut all = Vec::with_capacity(listed.len());
    for value in listed {
        all.push(if is_grpc { grpc(value, reader)? } else { http(value, reader)? });
    }
    Some(all)
}

fn http(value: Value<'_>, reader: &mut Reader) -> Option<Matching> {
    let fields = MATCH.open(value, reader)?;
    let mut matching = Matching::all(value.place(), false);
    if let Some(path) = fields.get("path") {
        let compared = PATH.open(path, reader)?;
        let kind = compared.text("type", reader).map_or_else(|| "PathPrefix".to_owned(), |at| at.value);
        let said = compared.text("value", reader).unwrap_or_else(|| At::new("/".to_owned(), path.place()));
        let (word, text) = match kind.as_str() {
            "PathPrefix" => ("prefix", said.value.strip_suffix('/').unwrap_or(&said.value)),
            "Exact" => ("exact", said.value.as_str()),
            "RegularExpression" => ("regex", said.value.as_str()),
            other => {
                reader.report(problems::gateway::unknown_comparison(other, path.place()));
                return None;
            }
        };
        matching.path = match word {
            "prefix" => Path::Prefix(text.len().max(1)),
            "exact" => Path::Exact(text.len()),
            _ => Path::Regex(text.len()),
        };
        if !(word == "prefix" && text.is_empty()) {
            matching.clause.words.push(uri(word, text, said.place));
        }
    }
    (matching.headers, matching.parameters) = rest(&fields, &mut matching.clause, reader)?;
    if let Some(method) = fields.text("method", reader) {
        matching.has_method = true;
        matching.clause.words.push(node::entry("method", node::text(&method.value, method.place)));
    }
    Some(matching)
}

/// A call of gRPC is a request for `/service/method`.
fn grpc(value: Value<'_>, reader: &mut Reader) -> Option<Matching> {
    let fields = MATCH.open(value, reader)?;
    let mut matching = Matching::all(value.place(), true);
    if let Some(method) = fields.get("method") {
        let own = METHOD.open(method, reader)?;
        let is_regex = own.text("type", reader).is_some_and(|kind| kind.value == "RegularExpression");
        let text = |field: &str, reader: &mut Reader| own.text(field, reader).map(|at| at.value);
        let (service, name) = (text("service", reader), text("method", reader));
        let (word, text) = match (service, name) {
            (Some(service), Some(name)) => {
                (if is_regex { "regex" } else { "exact" }, format!("/{service}/{name}"))
            }
            (Some(service), None) if is_regex => ("regex", format!("/{service}/.+")),
            (Some(service), None) => ("prefix", format!("/{service}/")),
            (None, Some(name)) => ("regex", format!("/[^/]+/{name}")),
            (None, None) => {
                reader.report(problems::gateway::empty_method(method.place()));
                return None;
            }
        };
        matching.path = match word {
            "exact" => Path::Exact(text.len()),
            "prefix" => Path::Prefix(text.len()),
            _ => Path::Regex(text.len()),
        };
        matching.clause.words.push(uri(word, &text, method.place()));
    }
    (matching.headers, matching.parameters) = rest(&fields, &mut matching.clause, reader)?;
    Some(matching)
}

/// Headers and parameters, and how many of each there are.
fn rest(fields: &Fields<'_>, clause: &mut Clause, reader: &mut Reader) -> Option<(usize, usize)> {
    let mut counts = [0, 0];
    for (word, count) in ["headers", "queryParams"].into_iter().zip(&mut counts) {
        let mut compared: Vec<Entry> = Vec::new();
        for value in fields.list(word) {
            let own = COMPARED.open(value, reader)?;
            let (name, said) = (own.text("name", reader)?, own.get("value")?);
            let is_regex = own.text("type", reader).is_some_and(|kind| kind.value == "RegularExpression");
            let kind = if is_regex { "regex" } else { "exact" };
            let mut entry =
                node::entry(&name.value, node::map(vec![node::entry(kind, said.to_node())], said.place()));
            entry.key.place = name.place;
            compared.push(entry);
        }
        *count = compared.len();
        if !compared.is_empty() {
            clause.words.push(node::entry(word, node::map(compared, fields.key(word))));
        }
    }
    Some(counts.into())
}

fn uri(word: &str, said: &str, place: Place) -> Entry {
    node::entry("uri", node::map(vec![node::entry(word, node::text(said, place))], place))
}

/// A prefix goes by whole segments: the path itself, and what is below it. Each has its own rewrite.
pub fn segments(rule: Rule) -> Vec<Rule> {
    let prefix = rule.clauses.iter().find_map(|clause| {
        let said = Value::root(clause.get("uri")?).get("prefix").and_then(text_of)?;
        (!said.value.ends_with('/')).then(|| said.map(str::to_owned))
    });
    let Some(prefix) = prefix else { return vec![rule] };
    let at = |word: &str, said: &str| {
        let mut rule = rule.clone();
        let words = rule.clauses.iter_mut().flat_map(|clause| &mut clause.words);
        for entry in words.filter(|entry| &*entry.key.value == "uri") {
            *entry = uri(word, said, prefix.place);
        }
        rule
    };
    let mut itself = at("exact", &prefix.value);
    let mut below = at("prefix", &format!("{}/", prefix.value));
    let Some(base) = rule.fields.iter().find_map(rewritten) else {
        itself.clauses.extend(below.clauses);
        return vec![itself];
    };
    let base = base.trim_end_matches('/');
    rewrite(&mut itself, if base.is_empty() { "/" } else { base });
    rewrite(&mut below, &format!("{base}/"));
    vec![itself, below]
}

/// What a prefix becomes.
fn rewritten(field: &Entry) -> Option<String> {
    let said = Value::root(&field.value).get("uri").filter(|_| &*field.key.value == "rewrite")?;
    text_of(said).map(|at| at.value.to_owned())
}

fn rewrite(rule: &mut Rule, text: &str) {
    for field in rule.fields.iter_mut().filter(|field| &*field.key.value == "rewrite") {
        let value = Value::root(&field.value);
        let words = entries(value).into_iter().map(|(key, value)| {
            let read = if key.value == "uri" { node::text(text, value.place()) } else { value.to_node() };
            node::entry(key.value, read)
        });
        let words = words.collect();
        field.value = node::map(words, field.value.place);
    }
}
