//! What the compiler makes of a draft, beside what is there.
//!
//! Enters: drafts, and the compiler as a function. Leaves: texts of bundles, and how many objects differ. Refuses to know: how
//! a draft could be better.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cluster::is_own;
use super::draft::{Draft, Name};
use super::ingress::lets_in;
use super::names::{self, text};
use crate::dump::Inventory;

/// The compiler: inputs → the text of each cluster's bundle, stand-ins behind it; or what is wrong.
pub type Build<'b> = &'b dyn Fn(String) -> Result<Texts, Vec<String>>;
/// By cluster.
pub type Texts = BTreeMap<String, String>;

/// Kind, namespace and name.
pub(super) type Key = (String, String, String);
/// By cluster: what objects say.
pub(super) type Objects = BTreeMap<String, BTreeMap<Key, Value>>;

/// What differs more than anything.
pub(super) const FAILED: usize = usize::MAX;

/// The objects that meshgen wrote.
pub(super) fn own(inventory: &Inventory) -> Objects {
    let clusters = inventory.clusters.iter().map(|(cluster, found)| {
        let own = found.objects.iter().filter(|object| is_own(object)).map(|object| {
            let key = (object.kind.clone(), object.namespace.clone(), object.name.clone());
            (key, object.spec.clone())
        });
        let stand_ins = found.services.iter().filter(|(_, facts)| facts.stand_in);
        let stand_ins = stand_ins.map(|((namespace, name), _)| (stand_in(namespace, name), Value::Null));
        (cluster.clone(), own.chain(stand_ins).collect())
    });
    clusters.collect()
}

/// A Service that only gives a name to what runs elsewhere; what it says is no matter.
fn stand_in(namespace: &str, name: &str) -> Key {
    ("Service".to_owned(), namespace.to_owned(), name.to_owned())
}

/// Whether an object is about a service: it names one of its hosts, or stands in for it.
pub(super) fn is_about((namespace, name): &Name, key: &Key, spec: &Value) -> bool {
    if key.0 == "Service" {
        return key.1 == *namespace && key.2 == *name;
    }
    let host = text(spec, &["host"]).or_else(|| spec.get("hosts")?.as_array()?.first()?.as_str());
    let rest = host.and_then(|host| host.strip_prefix(name.as_str())?.strip_prefix('.'));
    rest.is_some_and(|rest| rest.strip_prefix(namespace.as_str()).is_some_and(|rest| rest.starts_with('.')))
}

/// The objects of bundles: all, or those that may be about a service.
pub(super) fn objects(texts: &Texts, about: Option<&Name>) -> Objects {
    let host = about.map(|(namespace, name)| format!("{name}.{namespace}."));
    let may_be_meant = |document: &&str| {
        host.as_ref()
            .is_none_or(|host| document.contains(host.as_str()) || document.contains("kind: Service\n"))
    };
    let clusters = texts.iter().map(|(cluster, text)| {
        let documents = text.split("---\n").filter(may_be_meant);
        let objects = documents.filter_map(|document| {
            let object: Value = serde_yaml::from_str(document).ok()?;
            let name = |field: &str| names::text(&object, &["metadata", field]).map(str::to_owned);
            let kind = names::text(&object, &["kind"])?.to_owned();
            let key = (kind, name("namespace")?, name("name")?);
            let spec = object.get("spec").filter(|_| key.0 != "Service").cloned();
            Some((key, spec.unwrap_or_default()))
        });
        (cluster.clone(), objects.collect())
    });
    clusters.collect()
}

/// How many objects are not what they should be: all, or those about a service.
pub(super) fn differences(built: &Objects, wanted: &Objects, about: Option<&Name>) -> usize {
    let is_meant = |key: &Key, spec: &Value| {
        about.is_none_or(|service| is_about(service, key, spec) || lets_in(service, spec))
    };
    let nothing = BTreeMap::new();
    let clusters: BTreeSet<&String> = built.keys().chain(wanted.keys()).collect();
    let mut count = 0;
    for cluster in clusters {
        let [built, wanted] = [built, wanted].map(|all| all.get(cluster).unwrap_or(&nothing));
        count +=
            wanted.iter().filter(|(key, spec)| is_meant(key, spec) && built.get(*key) != Some(*spec)).count();
        count += built.iter().filter(|(key, spec)| is_meant(key, spec) && !wanted.contains_key(*key)).count();
    }
    count
}

/// How far a draft is from what is wanted of a service.
pub(super) fn distance(
    build: Build<'_>,
    draft: &Draft,
    only: &BTreeSet<Name>,
    wanted: &Objects,
    service: &Name,
) -> usize {
    match build(draft.inputs(Some(only))) {
        Ok(texts) => differences(&objects(&texts, Some(service)), wanted, Some(service)),
        Err(_) => FAILED,
    }
}
