//! What clusters hold once bundles are applied: what is there, and meshgen's objects beside it or in its place.
//!
//! Enters: an inventory, the text of bundles. Leaves: a routing to follow requests in. Refuses to know: how either came about.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::names::text;
use super::trial::{Key, Texts};
use crate::dump::{Inventory, Object};
use crate::trace::object::{BundleText, Routing};

/// When objects are made that are not there yet.
const LAST: &str = "9999-12-31T23:59:59Z";

/// The routing once the bundles are applied; what `keeps` refuses is deleted.
#[must_use]
pub fn routing(inventory: &Inventory, bundles: &Texts, keeps: &dyn Fn(&str, &Object) -> bool) -> Routing {
    let texts: BTreeMap<&String, String> = inventory
        .clusters
        .iter()
        .map(|(cluster, found)| {
            let ages: BTreeMap<Key, Option<&String>> =
                found.objects.iter().map(|object| (key(object), object.created.as_ref())).collect();
            let mut text = String::new();
            let mut applied: BTreeSet<Key> = BTreeSet::new();
            for document in
                bundles.get(cluster).iter().flat_map(|text| serde_yaml::Deserializer::from_str(text))
            {
                let Ok(mut object) = Value::deserialize(document) else { continue };
                let Some(key) = key_of(&object) else { continue };
                let created = ages.get(&key).map_or(Some(LAST), |known| known.map(String::as_str));
                if let (Some(created), Some(metadata)) = (created, object.get_mut("metadata")) {
                    metadata["creationTimestamp"] = json!(created);
                }
                push(&object, &mut text);
                applied.insert(key);
            }
            let others = found.objects.iter().filter(|object| !applied.contains(&key(object)));
            for object in others.filter(|object| keeps(cluster, object)) {
                push(&document(object), &mut text);
            }
            (cluster, text)
        })
        .collect();
    let texts: Vec<_> = texts.iter().map(|(cluster, text)| BundleText { cluster, file: "", text }).collect();
    Routing::of(&texts)
}

fn push(object: &Value, text: &mut String) {
    // What was read as YAML can be written.
    text.push_str("---\n");
    text.push_str(&serde_yaml::to_string(object).unwrap_or_default());
}

fn document(object: &Object) -> Value {
    let Object { kind, namespace, name, labels: _, annotations: _, owner: _, created, spec } = object;
    let group = if kind == "PeerAuthentication" { "security" } else { "networking" };
    json!({
        "apiVersion": format!("{group}.istio.io/v1"),
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": created},
        "spec": spec,
    })
}

fn key(object: &Object) -> Key {
    (object.kind.clone(), object.namespace.clone(), object.name.clone())
}

fn key_of(object: &Value) -> Option<Key> {
    let of = |path: &[&str]| text(object, path).map(str::to_owned);
    Some((of(&["kind"])?, of(&["metadata", "namespace"])?, of(&["metadata", "name"])?))
}
