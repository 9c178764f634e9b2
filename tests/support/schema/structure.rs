//! The keywords that structural schemas use, and nothing else: an unknown one is a fault of the test, not of nobody.
//!
//! Enters: a schema and a value. Leaves: faults with their paths.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Map, Value};

use super::rules::Rules;

/// Holds a value against a schema, and its fields against those the schema knows.
pub fn check(schema: &Value, value: &Value, rules: &Rules, path: &str, faults: &mut Vec<String>) {
    let before = faults.len();
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    for (keyword, wanted) in schema.as_object().unwrap() {
        if !holds(keyword, wanted, schema, value) {
            faults.push(format!("{path}: {value} breaks `{keyword}: {wanted}`"));
        }
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                match child(schema, name) {
                    Child::Known(schema) => check(schema, value, rules, &path, faults),
                    Child::Free => {}
                    Child::Unknown => faults.push(format!("{path}: unknown field")),
                }
            }
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return };
            for (at, item) in items.iter().enumerate() {
                check(schema, item, rules, &format!("{path}[{at}]"), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    // As on the API server: rules may take for granted what the schema says.
    if faults.len() == before {
        for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
            if let Err(fault) = rules.hold(rule, value) {
                faults.push(format!("{path}: {fault}"));
            }
        }
    }
}

enum Child<'a> {
    Known(&'a Value),
    Free,
    Unknown,
}

fn child<'a>(schema: &'a Value, name: &str) -> Child<'a> {
    if let Some(known) = schema.get("properties").and_then(|properties| properties.get(name)) {
        return Child::Known(known);
    }
    match schema.get("additionalProperties") {
        Some(schema @ Value::Object(_)) => Child::Known(schema),
        Some(Value::Bool(true)) => Child::Free,
        _ if schema["x-kubernetes-preserve-unknown-fields"] == true => Child::Free,
        // What Istio to 1.9 says of a patch's value: its CRDs were not pruned, and so took anything there.
        None if schema.as_object().is_some_and(|keywords| keywords.keys().eq(["type"])) => Child::Free,
        _ => Child::Unknown,
    }
}

/// Whether one keyword holds for a value, its fields and items left aside.
fn holds(keyword: &str, wanted: &Value, schema: &Value, value: &Value) -> bool {
    let number = value.as_f64();
    let length = value.as_str().map(|text| text.chars().count());
    let limit = || usize::try_from(wanted.as_u64().unwrap()).unwrap();
    let items = value.as_array();
    match keyword {
        "type" => is_of_type(wanted.as_str().unwrap(), value),
        "format" => match wanted.as_str().unwrap() {
            "int32" => value.as_i64().is_none_or(|number| i32::try_from(number).is_ok()),
            // The API server has no check for the first four; a date stands only in `status`, which is not written.
            "string" | "double" | "binary" | "byte" | "date-time" => true,
            unknown => panic!("a format this test does not know: {unknown}"),
        },
        "enum" => wanted.as_array().unwrap().contains(value),
        "minimum" => number.is_none_or(|number| number >= wanted.as_f64().unwrap()),
        "maximum" => number.is_none_or(|number| number <= wanted.as_f64().unwrap()),
        "minLength" => length.is_none_or(|length| length >= limit()),
        "maxLength" => length.is_none_or(|length| length <= limit()),
        "minItems" => items.is_none_or(|items| items.len() >= limit()),
        "maxItems" => items.is_none_or(|items| items.len() <= limit()),
        "maxProperties" => value.as_object().is_none_or(|fields| fields.len() <= limit()),
        "pattern" => {
            value.as_str().is_none_or(|text| Regex::new(wanted.as_str().unwrap()).unwrap().is_match(text))
        }
        "required" => value.as_object().is_none_or(|fields| requires(wanted, fields)),
        "oneOf" => wanted.as_array().unwrap().iter().filter(|branch| accepts(branch, value)).count() == 1,
        "anyOf" => wanted.as_array().unwrap().iter().any(|branch| accepts(branch, value)),
        "allOf" => wanted.as_array().unwrap().iter().all(|branch| accepts(branch, value)),
        "not" => !accepts(wanted, value),
        "x-kubernetes-int-or-string" => value.is_string() || value.is_i64() || value.is_u64(),
        "x-kubernetes-list-map-keys" => items.is_none_or(|items| are_distinct(wanted, items)),
        "x-kubernetes-list-type" => {
            matches!(wanted.as_str(), Some("map" | "atomic")) && schema["items"].is_object()
        }
        // Looked at with the fields and items.
        "properties"
        | "additionalProperties"
        | "items"
        | "nullable"
        | "x-kubernetes-preserve-unknown-fields"
        | "x-kubernetes-validations" => true,
        unknown => panic!("a keyword this test does not know: {unknown}"),
    }
}

/// Whether a branch of `oneOf` and its like holds. It narrows what the structure around it has defined, so that it
/// names few fields and forbids none.
fn accepts(branch: &Value, value: &Value) -> bool {
    let fields = || branch.get("properties").and_then(Value::as_object).into_iter().flatten();
    branch.as_object().unwrap().iter().all(|(keyword, wanted)| holds(keyword, wanted, branch, value))
        && fields().all(|(name, schema)| value.get(name).is_none_or(|value| accepts(schema, value)))
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        unknown => panic!("a type this test does not know: {unknown}"),
    }
}

fn requires(names: &Value, fields: &Map<String, Value>) -> bool {
    names.as_array().unwrap().iter().all(|name| fields.contains_key(name.as_str().unwrap()))
}

fn are_distinct(keys: &Value, items: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    items.iter().all(|item| {
        let key = keys.as_array().unwrap().iter().map(|key| item[key.as_str().unwrap()].to_string());
        seen.insert(key.collect::<Vec<_>>())
    })
}
