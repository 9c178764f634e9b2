//! One clause of `match`, out of Istio's words.
//!
//! Enters: a clause of a VirtualService. Leaves: the same in the words of the language. Refuses to know: destinations.

use serde_json::{Value, json};

use super::draft::Fields;
use super::problems;
use crate::diagnostic::Finding;

/// A clause; `names_all` says that its names for TLS are those of the service itself.
pub(super) fn clause(written: &Value, names_all: bool) -> Result<Fields, Finding> {
    let mut clause = Fields::new();
    for (word, value) in written.as_object().into_iter().flatten() {
        let value = match word.as_str() {
            "uri" | "scheme" | "method" | "authority" => comparison(value),
            "headers" | "withoutHeaders" | "queryParams" => {
                let entries = value.as_object().into_iter().flatten();
                Value::Object(entries.map(|(name, value)| (name.clone(), comparison(value))).collect())
            }
            "port" | "ignoreUriCase" | "sourceLabels" | "sourceNamespace" => value.clone(),
            "sniHosts" if names_all => continue,
            "destinationSubnets" | "sniHosts" => one(value),
            "gateways" if value.as_array().is_some_and(|all| all.iter().any(|name| name == "mesh")) => {
                continue;
            }
            other => return Err(problems::unsayable(&format!("match.{other}"))),
        };
        clause.insert(word.clone(), value);
    }
    Ok(clause)
}

/// A scalar for what must be equal, `{present: true}` for what must be there.
pub(super) fn comparison(value: &Value) -> Value {
    match value.as_object() {
        Some(map) if map.is_empty() => json!({"present": true}),
        Some(map) if map.len() == 1 => match map.iter().next() {
            Some((how, says)) if how == "exact" => says.clone(),
            Some(_) | None => value.clone(),
        },
        Some(_) => value.clone(),
        None => json!({"present": true}),
    }
}

/// One element for a list of one.
fn one(value: &Value) -> Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => only.clone(),
        Some(_) | None => value.clone(),
    }
}
