//! Requests and callers that a `TrafficPolicy` is for, and how specific each is.
//!
//! Enters: `sourceSelector` and `httpRequestMatchers`. Leaves: clauses. Refuses to know: what happens to the requests.

use std::cmp::Reverse;

use crate::foreign::field::{Fields, Form, elements, entries, text_of};
use crate::foreign::rule::{Clause, Rule};
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Value};

const SOURCE: Form = Form {
    what: "a sourceSelector",
    used: &["kubeWorkloadMatcher", "labels", "namespaces", "clusters"],
    redundant: &[],
    reported: &[],
};

const WORKLOADS: Form = Form {
    what: "a kubeWorkloadMatcher",
    used: &["labels", "namespaces", "clusters"],
    redundant: &[],
    reported: &[],
};

const REQUEST: Form = Form {
    what: "a matcher of requests",
    used: &["uri", "prefix", "exact", "regex", "headers", "queryParameters", "method"],
    redundant: &["name"],
    reported: &[],
};

const HEADER: Form = Form {
    what: "a matcher of headers",
    used: &["name", "value", "regex", "invertMatch"],
    redundant: &[],
    reported: &[],
};

const URI: Form = Form {
    what: "a matcher of paths",
    used: &["exact", "prefix", "regex", "suffix", "ignoreCase"],
    redundant: &[],
    reported: &[],
};

/// Each caller with each matcher; none is every request. Nothing if some word is lost.
pub fn clauses(spec: &Fields<'_>, reader: &mut Reader) -> Option<Vec<Clause>> {
    let mut callers = Vec::new();
    for value in spec.list("sourceSelector") {
        if value.get("kubeServiceAccountRefs").is_some() || value.get("kubeIdentityMatcher").is_some() {
            reader.report(problems::lost_word("kubeServiceAccountRefs", value.place()));
            return None;
        }
        let fields = SOURCE.open(value, reader)?;
        let fields = match fields.get("kubeWorkloadMatcher") {
            Some(matcher) => WORKLOADS.open(matcher, reader)?,
            None => fields,
        };
        callers.extend(sources(&fields, reader));
    }
    let mut requests = Vec::new();
    for value in spec.list("httpRequestMatchers") {
        requests.push(request(value, reader)?);
    }
    let empty = || vec![Clause::empty(spec.place)];
    let callers = if callers.is_empty() { empty() } else { callers };
    let requests = if requests.is_empty() { empty() } else { requests };
    let mut all = Vec::new();
    for caller in &callers {
        for request in &requests {
            let words = request.words.iter().chain(&caller.words).cloned().collect();
            all.push(Clause { place: request.place, words });
        }
    }
    if all.iter().any(|clause| clause.words.is_empty()) {
        all.clear();
    }
    Some(all)
}

/// A clause a namespace.
fn sources(fields: &Fields<'_>, reader: &mut Reader) -> Vec<Clause> {
    let mut words: Vec<Entry> = Vec::new();
    if let Some(labels) = fields.get("labels").filter(|labels| !entries(*labels).is_empty()) {
        words.push(node::entry("sourceLabels", labels.to_node()));
    }
    let clusters = fields.texts("clusters", reader);
    if let Some(first) = clusters.first() {
        let names = clusters.iter().map(|name| node::text(&name.value, name.place)).collect();
        words.push(node::entry("sourceClusters", node::list(names, first.place)));
    }
    let namespaces = fields.texts("namespaces", reader);
    if namespaces.is_empty() {
        return vec![Clause { place: fields.place, words }];
    }
    namespaces
        .into_iter()
        .map(|namespace| {
            let mut words = words.clone();
            words.push(node::entry("sourceNamespace", node::text(&namespace.value, namespace.place)));
            Clause { place: namespace.place, words }
        })
        .collect()
}

fn request(value: Value<'_>, reader: &mut Reader) -> Option<Clause> {
    let fields = REQUEST.open(value, reader)?;
    let mut clause = Clause::empty(value.place());
    let uri = match fields.get("uri") {
        Some(uri) => {
            let own = URI.open(uri, reader)?;
            if own.get("suffix").is_some() {
                reader.report(problems::lost_word("suffix", own.key("suffix")));
                return None;
            }
            if own.text("ignoreCase", reader).is_some_and(|ignore| ignore.value == "true") {
                clause.words.push(node::entry("ignoreUriCase", node::plain("true", uri.place())));
            }
            Some(own)
        }
        None => None,
    };
    for word in ["exact", "prefix", "regex"] {
        let said = uri.as_ref().and_then(|uri| uri.get(word)).or_else(|| fields.get(word));
        if let Some(said) = said {
            let comparison = node::map(vec![node::entry(word, said.to_node())], said.place());
            clause.words.push(node::entry("uri", comparison));
            break;
        }
    }
    let [mut present, mut absent]: [Vec<Entry>; 2] = [Vec::new(), Vec::new()];
    for header in fields.list("headers") {
        let (entry, inverted) = compared(header, reader)?;
        if inverted { absent.push(entry) } else { present.push(entry) }
    }
    let mut parameters = Vec::new();
    for parameter in fields.list("queryParameters") {
        parameters.push(compared(parameter, reader)?.0);
    }
    for (word, entries) in [("headers", present), ("withoutHeaders", absent), ("queryParams", parameters)] {
        if !entries.is_empty() {
            clause.words.push(node::entry(word, node::map(entries, value.place())));
        }
    }
    // The older form has a map around it.
    if let Some(method) = fields.get("method") {
        let method = method.get("method").unwrap_or(method);
        if let Some(text) = text_of(method) {
            clause.words.push(node::entry("method", node::text(text.value, text.place)));
        }
    }
    Some(clause)
}

/// A header or parameter, and whether it must not be so.
fn compared(value: Value<'_>, reader: &mut Reader) -> Option<(Entry, bool)> {
    let fields = HEADER.open(value, reader)?;
    let Some(name) = fields.text("name", reader) else {
        reader.report(problems::no_destination(value.place()));
        return None;
    };
    let flag = |field: &str, reader: &mut Reader| match fields.get(field) {
        None => Some(false),
        Some(value) => match text_of(value).map(|text| text.value) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(pattern) if field == "regex" => {
                reader.report(problems::pattern_for_boolean(pattern, value.place()));
                None
            }
            Some(_) | None => reader.boolean(value).map(|at| at.value),
        },
    };
    let is_regex = flag("regex", reader)?;
    let inverted = flag("invertMatch", reader)?;
    let read = match fields.get("value") {
        None => node::map(vec![node::entry("present", node::plain("true", value.place()))], value.place()),
        Some(said) => {
            let word = if is_regex { "regex" } else { "exact" };
            node::map(vec![node::entry(word, said.to_node())], said.place())
        }
    };
    let mut entry = node::entry(&name.value, read);
    entry.key.place = name.place;
    Some((entry, inverted))
}

/// The rule as far as it is for the callers of a cluster.
pub fn of_cluster(mut rule: Rule, cluster: Option<&str>) -> Option<Rule> {
    let Some(cluster) = cluster else { return Some(rule) };
    let was_empty = rule.clauses.is_empty();
    rule.clauses.retain_mut(|clause| {
        let Some(at) = clause.words.iter().position(|entry| &*entry.key.value == "sourceClusters") else {
            return true;
        };
        let named = clause.words.remove(at);
        elements(Value::root(&named.value)).into_iter().filter_map(text_of).any(|name| name.value == cluster)
    });
    if !was_empty && rule.clauses.is_empty() {
        return None;
    }
    if rule.clauses.iter().any(|clause| clause.words.is_empty()) {
        rule.clauses.clear();
    }
    Some(rule)
}

/// A rule a clause.
pub fn split(rule: Rule) -> Vec<Rule> {
    if rule.clauses.len() < 2 {
        return vec![rule];
    }
    let Rule { place, clauses, fields } = rule;
    clauses.into_iter().map(|clause| Rule { place, clauses: vec![clause], fields: fields.clone() }).collect()
}

/// How specific a rule is, as `http_route_ordering.go` of Gloo Mesh puts it: paths (exact, expressions, prefixes, the longer
/// first), then the number of headers, of parameters and of the callers' labels, the namespace, the method.
pub fn rank(rule: &Rule) -> impl Ord + use<> {
    let clause = rule.clauses.first();
    let count = |word: &str| {
        clause.and_then(|clause| clause.get(word)).map_or(0, |node| entries(Value::root(node)).len())
    };
    let uri = clause.and_then(|clause| clause.get("uri")).map(|uri| {
        let uri = Value::root(uri);
        ["prefix", "regex", "exact"]
            .into_iter()
            .enumerate()
            .find_map(|(rank, word)| Some((rank + 1, uri.get(word).and_then(text_of)?.value.to_owned())))
            .map(|(rank, text)| (rank, text.len(), Reverse(text)))
    });
    let text = |word: &str| clause.and_then(|clause| clause.text(word)).map(str::to_owned);
    (
        uri.flatten(),
        count("headers"),
        count("queryParams"),
        count("sourceLabels"),
        text("sourceNamespace"),
        text("method"),
        count("withoutHeaders"),
    )
}
