//! What is to be deleted once the bundles are applied, and in which order.
//!
//! Enters: objects whose meaning was taken, and what the compiler makes. Leaves: a line for each. Refuses to know: what they
//! meant.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::is_own;
use super::draft::Name;
use super::names::texts;
use super::trial::Objects;
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
                lines.push(line(cluster, object));
            }
        }
    }
    (lines, foreign, by_meaning)
}

fn line(cluster: &str, object: &Object) -> String {
    let Object { kind, namespace, name, labels: _, annotations: _, owner, created: _, spec: _ } = object;
    if let Some(owner) = owner {
        return format!("{cluster}: {kind} {namespace}/{name}, at its source: {owner} would write it again");
    }
    let when = match kind.as_str() {
        "VirtualService" => "after the apply: it is older, and rules alone",
        "ServiceEntry" => "after the apply; before it, if its address is dead: both share the requests",
        _ => "after the apply: its subsets and policy mix with the new ones",
    };
    format!("kubectl --context {cluster} -n {namespace} delete {} {name}    {when}", kind.to_lowercase())
}
