//! What Kubernetes demands of names, labels and annotations, and the few fields of `metadata` that are ours to write.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

static LABEL: LazyLock<Regex> = LazyLock::new(|| expression("[a-z0-9]([-a-z0-9]*[a-z0-9])?"));
static SUBDOMAIN: LazyLock<Regex> =
    LazyLock::new(|| expression(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"));
static QUALIFIED: LazyLock<Regex> = LazyLock::new(|| expression("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"));

/// All annotations of an object together.
const ANNOTATIONS: usize = 256 << 10;

fn expression(text: &str) -> Regex {
    Regex::new(&format!("^(?:{text})$")).unwrap()
}

/// All that is wrong with the metadata of an object.
pub fn faults(object: &Value) -> Vec<String> {
    let Some(metadata) = object.get("metadata").and_then(Value::as_object) else {
        return vec!["metadata is missing".to_owned()];
    };
    let mut faults: Vec<String> = ["name", "namespace"]
        .into_iter()
        .filter(|field| !metadata.contains_key(*field))
        .map(|field| format!("metadata.{field} is missing"))
        .collect();
    for (field, value) in metadata {
        let fits = match (field.as_str(), value) {
            ("name", Value::String(name)) if object["kind"] == "Service" => {
                is_label(name) && !name.starts_with(|first: char| first.is_ascii_digit())
            }
            ("name", Value::String(name)) => name.len() <= 253 && SUBDOMAIN.is_match(name),
            ("namespace", Value::String(name)) => is_label(name),
            ("labels", Value::Object(labels)) => {
                labels.iter().all(|(key, value)| is_key(key) && is_label_value(value))
            }
            ("annotations", Value::Object(annotations)) => are_annotations(annotations),
            _ => false,
        };
        if !fits {
            faults.push(format!("metadata.{field} is not legal: {value}"));
        }
    }
    faults
}

fn is_label(name: &str) -> bool {
    name.len() <= 63 && LABEL.is_match(name)
}

fn is_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').unwrap_or(("a", key));
    prefix.len() <= 253 && SUBDOMAIN.is_match(prefix) && name.len() <= 63 && QUALIFIED.is_match(name)
}

fn is_label_value(value: &Value) -> bool {
    value.as_str().is_some_and(|value| value.len() <= 63 && (value.is_empty() || QUALIFIED.is_match(value)))
}

fn are_annotations(annotations: &Map<String, Value>) -> bool {
    let size = |(key, value): (&String, &Value)| value.as_str().map(|value| key.len() + value.len());
    annotations.keys().all(|key| is_key(&key.to_lowercase()))
        && annotations.iter().map(size).sum::<Option<usize>>().is_some_and(|size| size <= ANNOTATIONS)
}
