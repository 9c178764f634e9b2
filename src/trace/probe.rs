//! The requests that rules can tell apart.
//!
//! Enters: the routes of one object. Leaves: for each condition a request that meets it, and requests that just miss it.
//! Refuses to know: where they go.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::expression;
use super::object::Piece;
use super::object::virtual_service::{HttpMatch, StringMatch};
use super::request::Request;

/// What of a request rules look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probe {
    /// With the query.
    pub path: Option<String>,
    /// `GET` if nothing is said.
    pub method: Option<String>,
    /// By name.
    pub headers: BTreeMap<String, String>,
    /// Of the caller.
    pub labels: BTreeMap<String, String>,
    /// Of the caller.
    pub namespace: Option<String>,
    /// The only port, if it is for one.
    pub port: Option<u16>,
    /// In words: `end-user: jason`; empty for the plainest request.
    pub words: Vec<String>,
}

impl Probe {
    /// One request that is as two say; nothing if they contradict each other.
    #[must_use]
    pub fn with(&self, other: &Self) -> Option<Self> {
        let agree = |one: &BTreeMap<String, String>, two: &BTreeMap<String, String>| {
            one.iter().all(|(key, value)| two.get(key).is_none_or(|known| known == value))
        };
        if !agree(&self.headers, &other.headers) || !agree(&self.labels, &other.labels) {
            return None;
        }
        let joined = |one: &BTreeMap<String, String>, two: &BTreeMap<String, String>| {
            one.clone().into_iter().chain(two.clone()).collect()
        };
        let mut words = self.words.clone();
        words.extend(other.words.iter().filter(|word| !self.words.contains(word)).cloned());
        let texts =
            [(&self.path, &other.path), (&self.method, &other.method), (&self.namespace, &other.namespace)];
        let differ =
            |(one, two): (&Option<String>, &Option<String>)| one.is_some() && two.is_some() && one != two;
        if texts.into_iter().any(differ) || self.port.zip(other.port).is_some_and(|(one, two)| one != two) {
            return None;
        }
        let either = |one: &Option<String>, two: &Option<String>| one.as_ref().or(two.as_ref()).cloned();
        Some(Self {
            path: either(&self.path, &other.path),
            method: either(&self.method, &other.method),
            headers: joined(&self.headers, &other.headers),
            labels: joined(&self.labels, &other.labels),
            namespace: either(&self.namespace, &other.namespace),
            port: self.port.or(other.port),
            words,
        })
    }

    /// The request with what this says of it.
    #[must_use]
    pub fn asked(&self, mut request: Request) -> Request {
        let Self { path, method, headers, labels, namespace, port: _, words: _ } = self;
        if let Some(path) = path {
            request.path.clone_from(path);
        }
        if let Some(method) = method {
            request.method.clone_from(method);
        }
        request.headers.extend(headers.clone());
        request.caller.labels.extend(labels.clone());
        if let Some(namespace) = namespace {
            request.caller.namespace.clone_from(namespace);
        }
        request
    }
}

impl Piece {
    /// A request for each condition of its routes.
    #[must_use]
    pub fn met(&self) -> Vec<Probe> {
        self.conditions().filter_map(meets).collect()
    }

    /// Requests that each miss a condition by one word.
    #[must_use]
    pub fn missed(&self) -> Vec<Probe> {
        self.conditions().flat_map(misses).collect()
    }

    /// How its routes rank requests: nothing of that changes if only shares do.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        self.conditions().next().is_some()
    }

    fn conditions(&self) -> impl Iterator<Item = &HttpMatch> {
        self.routes().into_iter().flat_map(|routes| routes.spec.http.iter().flat_map(|route| &route.matches))
    }
}

/// A request for which a condition holds, as far as one is found.
fn meets(condition: &HttpMatch) -> Option<Probe> {
    let HttpMatch {
        uri,
        method,
        headers,
        query_params,
        port,
        source_labels,
        source_namespace,
        without_headers,
        ..
    } = condition;
    let mut probe = Probe {
        labels: source_labels.clone(),
        namespace: source_namespace.clone(),
        port: *port,
        ..Probe::default()
    };
    if let Some(uri) = uri {
        let path = sample(uri)?;
        probe.words.push(shown(uri, &path));
        probe.path = Some(path);
    }
    if let Some(method) = method {
        let word = sample(method)?;
        probe.words.push(shown(method, &word));
        probe.method = Some(word);
    }
    for (name, wanted) in headers {
        let value = sample(wanted)?;
        probe.words.push(format!("{name}: {}", shown(wanted, &value)));
        probe.headers.insert(name.clone(), value);
    }
    let mut query = Vec::new();
    for (name, wanted) in query_params {
        let value = sample(wanted)?;
        probe.words.push(format!("?{name}={}", shown(wanted, &value)));
        query.push(format!("{name}={value}"));
    }
    if !query.is_empty() {
        let path = probe.path.take().unwrap_or_else(|| "/".to_owned());
        probe.path = Some(format!("{path}?{}", query.join("&")));
    }
    probe.words.extend(without_headers.keys().map(|name| format!("no {name}")));
    probe.words.extend(source_labels.iter().map(|(key, value)| format!("from {key}={value}")));
    probe.words.extend(source_namespace.iter().map(|namespace| format!("from namespace {namespace}")));
    Some(probe)
}

/// Requests that miss one word of a condition and meet the others.
fn misses(condition: &HttpMatch) -> Vec<Probe> {
    let Some(met) = meets(condition) else { return Vec::new() };
    let mut missed = Vec::new();
    for (name, value) in &met.headers {
        let mut probe = met.clone();
        probe.headers.insert(name.clone(), format!("{value}-"));
        missed.push(probe);
        let mut probe = met.clone();
        probe.headers.remove(name);
        missed.push(probe);
    }
    if met.path.is_some() {
        missed.push(Probe { path: None, ..met.clone() });
        let longer = met.path.as_ref().map(|path| format!("{path}-"));
        missed.push(Probe { path: longer, ..met.clone() });
    }
    if met.method.is_some() {
        missed.push(Probe { method: Some("OPTIONS".to_owned()), ..met.clone() });
    }
    for name in condition.without_headers.keys() {
        let mut probe = met.clone();
        let value = condition.without_headers.get(name).and_then(sample);
        probe.headers.insert(name.clone(), value.unwrap_or_else(|| "x".to_owned()));
        missed.push(probe);
    }
    if !met.labels.is_empty() {
        missed.push(Probe { labels: BTreeMap::new(), ..met.clone() });
    }
    for probe in &mut missed {
        probe.words = vec![format!("just not {}", met.words.join(" and "))];
    }
    missed
}

/// A text that a comparison takes.
fn sample(wanted: &StringMatch) -> Option<String> {
    match wanted {
        StringMatch { exact: Some(exact), .. } => Some(exact.clone()),
        StringMatch { prefix: Some(prefix), .. } => Some(prefix.clone()),
        StringMatch { regex: Some(regex), .. } if regex == "*" => Some("x".to_owned()),
        StringMatch { regex: Some(regex), .. } => expression::sample(regex),
        StringMatch { exact: None, prefix: None, regex: None } => Some("x".to_owned()),
    }
}

/// The comparison in words.
fn shown(wanted: &StringMatch, sample: &str) -> String {
    match wanted {
        StringMatch { exact: Some(_), .. } => sample.to_owned(),
        StringMatch { prefix: Some(prefix), .. } => format!("{prefix}*"),
        StringMatch { regex: Some(regex), .. } => format!("~{regex}"),
        StringMatch { exact: None, prefix: None, regex: None } => "*".to_owned(),
    }
}

/// A text that an expression, in the words of `regex`, matches; as short as its repetitions allow.
pub(super) fn shortest(expression: &str) -> Option<String> {
    let tree = regex_syntax::Parser::new().parse(expression).ok()?;
    let mut text = String::new();
    spell(&tree, &mut text).then_some(text)
}

fn spell(tree: &Hir, text: &mut String) -> bool {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(part) => {
                text.push_str(part);
                true
            }
            Err(_) => false,
        },
        HirKind::Class(class) => {
            let letter = letter(class);
            text.extend(letter);
            letter.is_some()
        }
        HirKind::Repetition(repeated) => (0..repeated.min).all(|_| spell(&repeated.sub, text)),
        HirKind::Capture(group) => spell(&group.sub, text),
        HirKind::Concat(parts) => parts.iter().all(|part| spell(part, text)),
        HirKind::Alternation(ways) => ways.first().is_some_and(|way| spell(way, text)),
    }
}

/// A letter or digit if the class has one, else its first character.
fn letter(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let has = |wanted: &char| ranges.iter().any(|(start, end)| start <= wanted && wanted <= end);
    ['a', '0', 'A', '-'].into_iter().find(has).or_else(|| ranges.first().map(|(start, _)| *start))
}
