//! What can be wrong with fields and values.

use super::{one_of, shown};
use crate::diagnostic::{Code, Finding, nearest};
use crate::source::{At, Place};

/// Words of other tools and of everyday speech: in which map, what is written, which field is meant, and how.
const SYNONYMS: [(&str, &str, &str, &str); 26] = [
    ("a cluster", "region", "locality", "`locality: europe`, with the zone `europe/a`"),
    ("a cluster", "zone", "locality", "`locality: region/zone`"),
    ("a cluster", "kubeContext", "context", "`context`"),
    ("a cluster", "domain", "clusterDomain", "`clusterDomain`"),
    ("a cluster", "version", "istio", "`istio: \"1.31\"`"),
    ("a cluster", "eastWestGateway", "gateway", "`gateway`"),
    ("the mesh", "domain", "clusterDomain", "`clusterDomain`"),
    ("the mesh", "version", "istio", "`istio: \"1.31\"`"),
    ("the mesh", "suffix", "remoteSuffix", "`remoteSuffix`"),
    ("a service", "namespace", "", "the key: `shop/checkout`, or `namespace: shop` beside `kind`"),
    ("a service", "name", "", "the key: `reviews`, or `shop/reviews`"),
    ("a service", "subsets", "versions", "`versions: {v1: cluster1}`"),
    ("a version", "weight", "", "a Routing: `routes: {reviews: {to: {v1: 90, v2: 10}}}`"),
    ("a version", "cluster", "clusters", "`clusters`"),
    ("a rule", "route", "to", "`to: {v1: 90, v2: 10}`"),
    ("a rule", "routes", "to", "`to: {v1: 90, v2: 10}`"),
    ("a rule", "destination", "to", "`to: v1`"),
    ("a rule", "destinations", "to", "`to: {v1: 90, v2: 10}`"),
    ("a rule", "default", "", "a last rule without `match`: `- to: v1`"),
    ("a rule", "when", "match", "`match`"),
    ("a rule", "matches", "match", "`match`"),
    ("a condition", "path", "uri", "`uri`"),
    ("a condition", "host", "authority", "`authority`"),
    ("a condition", "cookie", "headers", "`headers: {cookie: {regex: \"(.*; )?user=jason(;.*)?\"}}`"),
    ("a condition", "header", "headers", "`headers: {end-user: jason}`"),
    ("a condition", "query", "queryParams", "`queryParams: {name: value}`"),
];

/// The field that a word stands for in a map, if it is a known synonym; empty if that is said elsewhere.
pub fn synonym(what: &str, field: &str) -> Option<&'static str> {
    let found = SYNONYMS.into_iter().find(|(map, word, _, _)| *map == what && *word == field);
    found.map(|(_, _, meant, _)| meant)
}

/// What is often written a level too high or too low: in which map, which field, and where it is understood.
const ELSEWHERE: [(&str, &str, &str); 20] = [
    ("a cluster", "address", "below `gateway`"),
    ("a cluster", "addressFrom", "below `gateway`"),
    ("a cluster", "existing", "below `gateway`"),
    ("a cluster", "expose", "below `gateway`"),
    ("a cluster", "port", "below `gateway`"),
    ("a cluster", "selector", "below `gateway`"),
    ("a cluster", "serverPort", "below `gateway`"),
    ("a service", "connectionPool", "below `trafficPolicy`"),
    ("a service", "loadBalancer", "below `trafficPolicy`"),
    ("a service", "outlierDetection", "below `trafficPolicy`"),
    ("a service", "targetPort", "at a port: `ports: {http: {number: 80, targetPort: 8080}}`"),
    ("a trafficPolicy", "http", "below `connectionPool`"),
    ("a trafficPolicy", "tcp", "below `connectionPool`"),
    ("a connectionPool", "maxConnections", "below `tcp`"),
    ("a connectionPool", "connectTimeout", "below `tcp`"),
    ("a rule", "ingress", "beside `rules`: `{rules: […], ingress: {…}}`"),
    ("a rule", "uri", "below `match`"),
    ("a rule", "sourceClusters", "below `match`"),
    ("a rule", "weight", "below `to`: `to: {v1: 90, v2: 10}`"),
    ("a rule", "allowOrigins", "below `corsPolicy`"),
];

pub fn unknown_field(field: &At<&str>, what: &str, near: Option<&str>, example: &str) -> Finding {
    let synonym = SYNONYMS.into_iter().find(|(map, word, _, _)| *map == what && *word == field.value);
    let elsewhere = ELSEWHERE.into_iter().find(|(map, name, _)| *map == what && *name == field.value);
    let help = match (elsewhere, synonym, near) {
        (Some((_, name, place)), _, _) => format!("`{name}` stands {place}"),
        (None, Some((_, _, _, how)), _) => format!("that is said by {how}"),
        (None, None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None, None) => format!("{what} is written as in `{example}`; docs/language.md has all fields"),
    };
    Finding::new(Code::MG0120, format!("{what} has no field {}", shown(field.value)))
        .at(field.place, "unknown field")
        .help(help)
}

pub fn missing_field(field: &str, what: &str, example: &str, place: Place) -> Finding {
    Finding::new(Code::MG0121, format!("{what} has no `{field}`"))
        .at(place, format!("`{field}` is missing here"))
        .help(format!("add `{field}: …`, as in `{example}`"))
}

pub fn missing_value(place: Place) -> Finding {
    Finding::new(Code::MG0122, "missing value").at(place, "nothing is written for this").help(
        "write a value, or remove the line; an empty map is `{}`, an empty list `[]`, and the word is `\"null\"`",
    )
}

pub fn wrong_form(expected: &str, found: &str, example: &str, place: Place) -> Finding {
    Finding::new(Code::MG0123, format!("expected {expected}, found {found}"))
        .at(place, format!("expected {expected}"))
        .help(if example.is_empty() {
            "write a single value".to_owned()
        } else {
            format!("write it as in `{example}`")
        })
}

pub fn not_a_number(text: &str, quoted: bool, instead: Option<&str>, place: Place) -> Finding {
    let message = if quoted {
        format!("{} is text, not a number", shown(&format!("\"{text}\"")))
    } else {
        format!("{} is not a plain decimal number", shown(text))
    };
    let help = instead.map_or("write plain decimal digits".to_owned(), |instead| format!("write {instead}"));
    Finding::new(Code::MG0124, message).at(place, "expected a number").help(help)
}

pub fn out_of_range(text: &str, what: &str, range: &str, place: Place) -> Finding {
    Finding::new(Code::MG0125, format!("{} is no {what}", shown(text)))
        .at(place, format!("expected {range}"))
        .help(format!("write a number of {range}"))
}

pub fn not_a_boolean(text: &str, quoted: bool, place: Place) -> Finding {
    let instead = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" => "write `true`, without quotes",
        "false" | "no" | "n" | "off" => "write `false`, without quotes",
        _ => "write `true` or `false`",
    };
    let written = if quoted { shown(&format!("\"{text}\"")) } else { shown(text) };
    Finding::new(Code::MG0126, format!("{written} is neither true nor false"))
        .at(place, "expected `true` or `false`")
        .help(instead)
}

pub fn not_present(place: Place) -> Finding {
    Finding::new(Code::MG0127, "`present` takes `true` alone")
        .at(place, "expected `true`")
        .help("for a header that must not be there, write it under `withoutHeaders`")
}

pub fn unknown_word<'a>(word: &At<&str>, known: impl Iterator<Item = &'a str> + Clone) -> Finding {
    let help = nearest(word.value, known.clone())
        .map_or_else(|| format!("write {}", one_of(known.clone())), |near| format!("did you mean `{near}`?"));
    Finding::new(Code::MG0127, format!("{} is unknown here", shown(word.value)))
        .at(word.place, format!("expected {}", one_of(known)))
        .help(help)
}

pub fn bad_compound(text: &str, form: &str, place: Place) -> Finding {
    let message = if text.is_empty() {
        format!("an empty text is not of the form `{form}`")
    } else {
        format!("{} is not of the form `{form}`", shown(text))
    };
    Finding::new(Code::MG0128, message)
        .at(place, format!("expected `{form}`"))
        .help("write every part, and no more")
}

/// Written: `{v1:50, v2:50}`; meant: `v1: 50, v2: 50`.
pub fn no_blank(meant: &str, place: Place) -> Finding {
    Finding::new(Code::MG0165, "a blank is missing behind a colon")
        .at(place, "read as one word")
        .help(format!("write `{meant}`"))
}

pub fn shares_without_to(service: &str, suggestion: &str, place: Place) -> Finding {
    Finding::new(Code::MG0129, format!("the shares of {} stand without `to`", shown(service)))
        .at(place, "expected a rule")
        .help(format!("write {}", shown(&format!("to: {suggestion}"))))
}

pub fn comparison(found: usize, known: &[&str], place: Place) -> Finding {
    let how = if found == 0 { "in no way" } else { "in several ways" };
    Finding::new(Code::MG0133, format!("a text is compared {how}"))
        .at(place, format!("expected exactly one of {}", one_of(known.iter().copied())))
        .help("write one of them, as in `{prefix: /cart}`; a text alone is compared as a whole")
}

pub fn no_conditions(place: Place) -> Finding {
    Finding::new(Code::MG0134, "`match` lists no condition, so no request would match")
        .at(place, "an empty list")
        .help("write a condition; for every request, leave `match` out")
}
