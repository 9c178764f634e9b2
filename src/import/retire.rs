//! What is to be deleted once the bundles are applied, and in which order.
//!
//! Enters: objects whose meaning was taken, and what the compiler makes. Leaves: a line for each. Refuses to know: what they
//! meant.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::is_own;
use super::draft::Name;
use super::names::{list, text, texts};
use super::trial::{Key, Objects};
use crate::dump::{Inventory, Object};

/// Cluster, kind, namespace and name.
type Place = (String, String, String, String);

/// Objects by what became of them.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// With the services that they are about.
    taken: BTreeMap<Place, BTreeSet<Name>>,
    /// They do nothing.
    idle: BTreeSet<Place>,
    /// Services of which something could not be said.
    refused: BTreeSet<Name>,
}

fn place(cluster: &str, object: &Object) -> Place {
    (cluster.to_owned(), object.kind.clone(), object.namespace.clone(), object.name.clone())
}

impl Taken {
    /// The meaning of an object was taken.
    pub(super) fn take(&mut self, cluster: &str, object: &Object, service: &Name) {
        self.taken.entry(place(cluster, object)).or_default().insert(service.clone());
    }

    /// An object does nothing.
    pub(super) fn idle(&mut self, cluster: &str, object: &Object) {
        self.idle.insert(place(cluster, object));
    }

    /// Something of a service could not be said.
    pub(super) fn refuse(&mut self, service: &Name) {
        self.refused.insert(service.clone());
    }
}

/// The lines, how many foreign objects there are, and of how many the meaning was taken.
pub(super) fn lines(inventory: &Inventory, taken: &Taken, built: &Objects) -> (Vec<String>, usize, usize) {
    let (mut lines, mut foreign, mut by_meaning) = (Vec::new(), 0, 0);
    // The younger of two would rule once the older is gone: first what does nothing.
    let mut first = Vec::new();
    for (cluster, found) in &inventory.clusters {
        for object in found.objects.iter().filter(|object| !is_own(object)) {
            let routes =
                ["VirtualService", "DestinationRule", "ServiceEntry"].contains(&object.kind.as_str());
            let gateways = texts(&object.spec, "gateways");
            if !routes || !(gateways.is_empty() || gateways.contains(&"mesh")) {
                continue;
            }
            let place = place(cluster, object);
            let services = taken.taken.get(&place);
            if object.kind == "ServiceEntry" && services.is_none() {
                continue;
            }
            foreign += 1;
            let is_idle = taken.idle.contains(&place);
            let is_taken =
                services.is_some_and(|services| services.iter().all(|name| !taken.refused.contains(name)));
            by_meaning += usize::from(is_taken || is_idle);
            let key = (object.kind.clone(), object.namespace.clone(), object.name.clone());
            let is_replaced = built.get(cluster).is_some_and(|objects| objects.contains_key(&key));
            if (is_taken || is_idle) && !is_replaced {
                let all = if is_idle { &mut first } else { &mut lines };
                let changed = built.get(cluster).and_then(|built| changed(object, &found.objects, built));
                all.push(line(cluster, object, is_idle, changed));
            }
        }
    }
    first.append(&mut lines);
    (first, foreign, by_meaning)
}

/// The DestinationRule that a VirtualService leads to, if the apply puts another in its place that says otherwise of what is named.
fn changed<'o>(
    routes: &Object,
    objects: &'o [Object],
    built: &BTreeMap<Key, serde_json::Value>,
) -> Option<&'o Object> {
    let lists = ["http", "tls", "tcp"].into_iter().flat_map(|kind| list(&routes.spec, kind));
    let destinations = lists.flat_map(|route| list(route, "route")).filter_map(|to| to.get("destination"));
    let full = |host: &str, namespace: &str| match host.split_once('.') {
        Some(_) => host.to_owned(),
        None => format!("{host}.{namespace}.svc.cluster.local"),
    };
    let said = |spec: &serde_json::Value, subset: Option<&str>| match subset {
        Some(name) => {
            list(spec, "subsets").iter().find(|known| text(known, &["name"]) == Some(name)).cloned()
        }
        None => spec.get("trafficPolicy").cloned(),
    };
    destinations.into_iter().find_map(|destination| {
        let host = full(text(destination, &["host"])?, &routes.namespace);
        let subset = text(destination, &["subset"]);
        objects.iter().filter(|object| object.kind == "DestinationRule" && !is_own(object)).find(|rule| {
            let is_meant =
                text(&rule.spec, &["host"]).is_some_and(|known| full(known, &rule.namespace) == host);
            let key = (rule.kind.clone(), rule.namespace.clone(), rule.name.clone());
            let new = built.get(&key).filter(|_| is_meant);
            new.is_some_and(|new| said(new, subset) != said(&rule.spec, subset))
        })
    })
}

fn line(cluster: &str, object: &Object, is_idle: bool, changed: Option<&Object>) -> String {
    let Object { kind, namespace, name, labels: _, annotations: _, owner, created: _, spec: _ } = object;
    if let Some(owner) = owner {
        return format!("{cluster}: {kind} {namespace}/{name}, at its source: {owner} would write it again");
    }
    let when = match (kind.as_str(), changed) {
        ("VirtualService", Some(rule)) if !is_idle => {
            let rule = &rule.name;
            return format!(
                "kubectl --context {cluster} -n {namespace} delete virtualservice {name}    right after the apply, which replaces \
                 DestinationRule {rule} that it leads to: until then requests may reach other versions"
            );
        }
        ("VirtualService", _) if is_idle => "before the older one, which rules alone: this one does nothing",
        ("VirtualService", _) => "after the apply: it is older, and rules alone",
        ("ServiceEntry", _) => "after the apply; before it, if its address is dead: both share the requests",
        _ => "after the apply: its subsets and policy mix with the new ones",
    };
    format!("kubectl --context {cluster} -n {namespace} delete {} {name}    {when}", kind.to_lowercase())
}
