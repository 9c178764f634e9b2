//! Filters, timeouts and retries of a route, in the words of the language.
//!
//! Enters: `filters`, `timeouts`, `retry`. Leaves: fields of a rule. Refuses to know: requests.

use crate::foreign::field::{Fields, Form, elements, text_of};
use crate::foreign::object::Object;
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Node, Value};

/// What the filters of a rule say.
#[derive(Default)]
pub struct Filters<'t> {
    pub fields: Vec<Entry>,
    pub is_redirect: bool,
    pub mirrors: Vec<(Value<'t>, Node)>,
}

const FILTER: Form = Form {
    what: "a filter",
    used: &[
        "type",
        "requestHeaderModifier",
        "responseHeaderModifier",
        "requestRedirect",
        "urlRewrite",
        "requestMirror",
        "extensionRef",
        "externalAuth",
    ],
    redundant: &[],
    reported: &[("cors", "write the rule in a Routing, with `corsPolicy`")],
};

/// Filters that Istio knows not, and then drops the whole route.
const UNKNOWN: [&str; 2] = ["extensionRef", "externalAuth"];

const MODIFIER: Form =
    Form { what: "a header modifier", used: &["set", "add", "remove"], redundant: &[], reported: &[] };

const CHANGE: Form =
    Form { what: "a change of a header", used: &["name", "value"], redundant: &[], reported: &[] };

const REDIRECT: Form = Form {
    what: "a requestRedirect",
    used: &["scheme", "hostname", "path", "port", "statusCode"],
    redundant: &[],
    reported: &[],
};

const REWRITE: Form =
    Form { what: "a urlRewrite", used: &["hostname", "path"], redundant: &[], reported: &[] };

const PATH: Form = Form {
    what: "a path to write",
    used: &["type", "replaceFullPath", "replacePrefixMatch"],
    redundant: &[],
    reported: &[],
};

const MIRROR: Form = Form {
    what: "a requestMirror",
    used: &["backendRef", "percent", "fraction"],
    redundant: &[],
    reported: &[],
};

const FRACTION: Form =
    Form { what: "a fraction", used: &["numerator", "denominator"], redundant: &[], reported: &[] };

const RETRY: Form =
    Form { what: "a retry", used: &["codes", "attempts", "backoff"], redundant: &[], reported: &[] };

const TIMEOUTS: Form =
    Form { what: "timeouts", used: &["request", "backendRequest"], redundant: &[], reported: &[] };

/// The filters of a rule; nothing if one of them cannot be said.
pub fn of_rule<'t>(
    all: &[Value<'t>],
    has_prefix: bool,
    object: &Object<'_>,
    reader: &mut Reader,
) -> Option<Filters<'t>> {
    let mut filters = Filters::default();
    filters.fields.extend(headers(all, object, reader).ok()?.map(|changes| node::entry("headers", changes)));
    for value in all {
        let fields = FILTER.open(*value, reader)?;
        if let Some(redirect) = fields.get("requestRedirect") {
            filters.is_redirect = true;
            filters.fields.push(node::entry("redirect", self::redirect(redirect, reader)?));
        }
        if let Some(rewrite) = fields.get("urlRewrite") {
            filters.fields.push(node::entry("rewrite", self::rewrite(rewrite, has_prefix, reader)?));
        }
        if let Some(mirror) = fields.get("requestMirror") {
            let own = MIRROR.open(mirror, reader)?;
            let percent = percent(&own, reader)?;
            let Some(receiver) = own.get("backendRef") else {
                reader.report(problems::no_destination(mirror.place()));
                return None;
            };
            filters.mirrors.push((receiver, percent));
        }
    }
    Some(filters)
}

/// Header changes of a rule or of one backend; nothing at all if one of the filters is none that Istio knows.
pub fn headers(all: &[Value<'_>], object: &Object<'_>, reader: &mut Reader) -> Result<Option<Node>, ()> {
    let mut sides = Vec::new();
    for value in all {
        let fields = FILTER.open(*value, reader).ok_or(())?;
        if let Some(unknown) = UNKNOWN.into_iter().find(|field| fields.get(field).is_some()) {
            reader.report(problems::gateway::route_is_dropped(
                object,
                &format!("it knows no filter `{unknown}`"),
                fields.key(unknown),
            ));
            return Err(());
        }
        for (field, side) in [("requestHeaderModifier", "request"), ("responseHeaderModifier", "response")] {
            let Some(modifier) = fields.get(field) else { continue };
            let own = MODIFIER.open(modifier, reader).ok_or(())?;
            let mut words = Vec::new();
            for word in ["set", "add"] {
                let mut changes: Vec<Entry> = Vec::new();
                for element in own.list(word) {
                    let change = CHANGE.open(element, reader).ok_or(())?;
                    let (Some(name), Some(value)) = (change.text("name", reader), change.get("value")) else {
                        continue;
                    };
                    // Of two of one name the first counts.
                    if !changes.iter().any(|known| known.key.value.eq_ignore_ascii_case(&name.value)) {
                        changes.push(node::entry(&name.value, value.to_node()));
                    }
                }
                if !changes.is_empty() {
                    words.push(node::entry(word, node::map(changes, modifier.place())));
                }
            }
            words.extend(own.get("remove").map(|remove| node::entry("remove", remove.to_node())));
            sides.push(node::entry(side, node::map(words, modifier.place())));
        }
    }
    let place = sides.first().map(|side| side.value.place);
    Ok(place.map(|place| node::map(sides, place)))
}

/// Whether a filter can be that of one backend: such a one changes headers alone.
pub fn of_backend(value: Value<'_>, reader: &mut Reader) -> Option<()> {
    let fields = FILTER.open(value, reader)?;
    for field in ["requestRedirect", "urlRewrite", "requestMirror"] {
        if fields.get(field).is_some() {
            reader.report(problems::gateway::filter_of_backend(field, fields.key(field)));
            return None;
        }
    }
    Some(())
}

fn redirect(value: Value<'_>, reader: &mut Reader) -> Option<Node> {
    let fields = REDIRECT.open(value, reader)?;
    let mut words = Vec::new();
    for (field, word) in [("scheme", "scheme"), ("hostname", "authority"), ("port", "port")] {
        words.extend(fields.get(field).map(|said| node::entry(word, said.to_node())));
    }
    if let Some(path) = fields.get("path") {
        let own = PATH.open(path, reader)?;
        let Some(full) = own.get("replaceFullPath") else {
            reader.report(problems::gateway::prefix_in_redirect(path.place()));
            return None;
        };
        words.push(node::entry("uri", full.to_node()));
    }
    // Istio's own default is another.
    if fields.get("scheme").is_none() && fields.get("port").is_none() {
        words.push(node::entry("derivePort", node::text("FROM_REQUEST_PORT", value.place())));
    }
    let code = fields.get("statusCode").map_or_else(|| node::plain("302", value.place()), Value::to_node);
    words.push(node::entry("redirectCode", code));
    Some(node::map(words, value.place()))
}

fn rewrite(value: Value<'_>, has_prefix: bool, reader: &mut Reader) -> Option<Node> {
    let fields = REWRITE.open(value, reader)?;
    let mut words = Vec::new();
    words.extend(fields.get("hostname").map(|said| node::entry("authority", said.to_node())));
    if let Some(path) = fields.get("path") {
        let own = PATH.open(path, reader)?;
        if let Some(full) = own.get("replaceFullPath") {
            let place = full.place();
            let all = node::map(
                vec![node::entry("match", node::text("/.*", place)), node::entry("rewrite", full.to_node())],
                place,
            );
            words.push(node::entry("uriRegexRewrite", all));
        } else if let Some(prefix) = own.text("replacePrefixMatch", reader).filter(|_| has_prefix) {
            // `/` takes the prefix away.
            let said = prefix.value.strip_suffix('/').unwrap_or(&prefix.value);
            let said = if said.is_empty() { "/" } else { said };
            words.push(node::entry("uri", node::text(said, prefix.place)));
        } else {
            reader.report(problems::gateway::no_prefix_to_replace(path.place()));
            return None;
        }
    }
    Some(node::map(words, value.place()))
}

/// `fraction`, or `percent`; all if neither is said.
fn percent(mirror: &Fields<'_>, reader: &mut Reader) -> Option<Node> {
    let Some(fraction) = mirror.get("fraction") else {
        return Some(mirror.get("percent").map_or_else(|| node::plain("100", mirror.place), Value::to_node));
    };
    let own = FRACTION.open(fraction, reader)?;
    let mut part = |field: &str, default: u32| match own.get(field) {
        None => Some(default),
        Some(value) => reader.number::<u32>(value, field, 0..=i32::MAX.unsigned_abs()).map(|at| at.value),
    };
    let (numerator, denominator) = (part("numerator", 0)?, part("denominator", 100)?);
    let percent = f64::from(numerator) * 100.0 / f64::from(denominator.max(1));
    Some(node::plain(&percent.to_string(), fraction.place()))
}

/// `timeouts` and `retry`. A time for each try that has no retries is the whole time.
pub fn timeouts(rule: &Fields<'_>, fields: &mut Vec<Entry>, reader: &mut Reader) {
    let own = rule.get("timeouts").and_then(|value| TIMEOUTS.open(value, reader));
    let mut time = |field: &str| {
        let said = own.as_ref()?.text(field, reader)?;
        let is_nothing = !said.value.contains(|character: char| ('1'..='9').contains(&character));
        (!is_nothing).then(|| node::text(&said.value, said.place))
    };
    let (whole, each) = (time("request"), time("backendRequest"));
    let retry = rule.get("retry").and_then(|value| RETRY.open(value, reader));
    let Some(retry) = retry else {
        fields.extend(each.or(whole).map(|whole| node::entry("timeout", whole)));
        return;
    };
    fields.extend(whole.map(|whole| node::entry("timeout", whole)));
    let attempts = retry.get("attempts").map_or_else(|| node::plain("2", retry.place), Value::to_node);
    let is_none = matches!(text_of(Value::root(&attempts)), Some(at) if at.value == "0");
    let mut words = vec![node::entry("attempts", attempts)];
    if !is_none {
        words.extend(each.map(|each| node::entry("perTryTimeout", each)));
        words.extend(retry.get("backoff").map(|backoff| node::entry("backoff", backoff.to_node())));
        let codes = retry.get("codes").map(elements).unwrap_or_default();
        let codes = codes.into_iter().filter_map(text_of).map(|code| code.value);
        let on: Vec<&str> = RETRIED.into_iter().chain(codes).collect();
        words.push(node::entry("retryOn", node::text(&on.join(","), retry.place)));
    }
    fields.push(node::entry("retries", node::map(words, retry.place)));
}

/// What Istio retries for a route, beside its codes.
const RETRIED: [&str; 4] = ["connect-failure", "refused-stream", "unavailable", "cancelled"];
