//! What a `TrafficPolicy` does to requests, in the words of the language.
//!
//! Enters: its settings. Leaves: fields of a rule, and a DestinationRule's words. Refuses to know: requests.

use crate::foreign::field::{Fields, Form, entries};
use crate::foreign::{node, problems};
use crate::input::reader::Reader;
use crate::input::tree::{Entry, Node, Value};

const FAULT: Form = Form {
    what: "a faultInjection",
    used: &["fixedDelay", "delay", "abort", "percentage"],
    redundant: &[],
    reported: &[("exponentialDelay", "Istio has no such delay: leave it out")],
};

const RETRIES: Form =
    Form { what: "retries", used: &["attempts", "perTryTimeout"], redundant: &[], reported: &[] };

const HEADERS: Form = Form {
    what: "a headerManipulation",
    used: &["appendRequestHeaders", "removeRequestHeaders", "appendResponseHeaders", "removeResponseHeaders"],
    redundant: &[],
    reported: &[],
};

const OUTLIERS: Form = Form {
    what: "an outlierDetection",
    used: &["consecutiveErrors", "interval", "baseEjectionTime", "maxEjectionPercent"],
    redundant: &[],
    reported: &[],
};

const MIRROR: Form =
    Form { what: "a mirror", used: &["kubeService", "percentage", "port"], redundant: &[], reported: &[] };

/// The fields of a rule that are no destinations.
pub fn fields(settings: &Fields<'_>, reader: &mut Reader) -> Option<Vec<Entry>> {
    let mut fields = Vec::new();
    let mut add = |word: &str, from: &str, value: Node| {
        let mut entry = node::entry(word, value);
        entry.key.place = settings.key(from);
        fields.push(entry);
    };
    if let Some(timeout) = settings.get("requestTimeout") {
        add("timeout", "requestTimeout", timeout.to_node());
    }
    if let Some(retries) = settings.get("retries") {
        RETRIES.open(retries, reader)?;
        add("retries", "retries", retries.to_node());
    }
    if let Some(cors) = settings.get("corsPolicy") {
        add("corsPolicy", "corsPolicy", cors.to_node());
    }
    if let Some(value) = settings.get("headerManipulation") {
        let own = HEADERS.open(value, reader)?;
        let changes = |append: &str, remove: &str| {
            let words = [("add", own.get(append)), ("remove", own.get(remove))];
            let words =
                words.into_iter().filter_map(|(word, value)| Some(node::entry(word, value?.to_node())));
            let words: Vec<Entry> = words.collect();
            (!words.is_empty()).then(|| node::map(words, value.place()))
        };
        let both = [
            ("request", changes("appendRequestHeaders", "removeRequestHeaders")),
            ("response", changes("appendResponseHeaders", "removeResponseHeaders")),
        ];
        let both = both.into_iter().filter_map(|(word, value)| Some(node::entry(word, value?))).collect();
        add("headers", "headerManipulation", node::map(both, value.place()));
    }
    if let Some(value) = settings.get("faultInjection") {
        let own = FAULT.open(value, reader)?;
        let percent = own.get("percentage").map_or_else(|| node::plain("100", value.place()), Value::to_node);
        let percent =
            node::entry("percentage", node::map(vec![node::entry("value", percent)], value.place()));
        let delay =
            own.get("fixedDelay").or_else(|| own.get("delay").and_then(|delay| delay.get("fixedDelay")));
        let mut kinds = Vec::new();
        if let Some(delay) = delay {
            let words = vec![node::entry("fixedDelay", delay.to_node()), percent.clone()];
            kinds.push(node::entry("delay", node::map(words, value.place())));
        }
        if let Some(abort) = own.get("abort") {
            let mut words: Vec<Entry> = entries(abort)
                .into_iter()
                .map(|(key, value)| node::entry(key.value, value.to_node()))
                .collect();
            words.push(percent);
            kinds.push(node::entry("abort", node::map(words, abort.place())));
        }
        add("fault", "faultInjection", node::map(kinds, value.place()));
    }
    Some(fields)
}

/// `outlierDetection`, as the controllers write it into a DestinationRule: what is not said has their defaults.
pub fn outliers(value: Value<'_>, reader: &mut Reader) -> Option<Node> {
    let own = OUTLIERS.open(value, reader)?;
    let words = [
        ("consecutive5xxErrors", "consecutiveErrors", "5"),
        ("interval", "interval", "10s"),
        ("baseEjectionTime", "baseEjectionTime", "30s"),
        ("maxEjectionPercent", "maxEjectionPercent", "100"),
    ];
    let place = value.place();
    let words = words
        .into_iter()
        .map(|(word, field, default)| {
            node::entry(word, own.get(field).map_or_else(|| node::plain(default, place), Value::to_node))
        })
        .collect();
    Some(node::map(vec![node::entry("outlierDetection", node::map(words, place))], place))
}

/// Who gets copies, and of how many requests.
pub fn mirror<'t>(value: Value<'t>, reader: &mut Reader) -> Option<(Value<'t>, Node)> {
    let own = MIRROR.open(value, reader)?;
    let Some(service) = own.get("kubeService") else {
        reader.report(problems::no_destination(value.place()));
        return None;
    };
    let percent = own.get("percentage").map_or_else(|| node::plain("100", value.place()), Value::to_node);
    Some((service, percent))
}
