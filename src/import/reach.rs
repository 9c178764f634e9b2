//! `reach`: how callers get into other clusters, by the objects that lead there.
//!
//! Enters: meshgen's own objects. Leaves: the way of most, and where others differ. Refuses to know: what the ways demand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::cluster::is_own;
use super::draft::{Draft, Name};
use super::names::{Names, labels, list, text, texts};
use super::service::Taken;
use crate::dump::Inventory;

/// A service, a cluster that serves it, and the way in.
type Seen = (Name, String, &'static str);

/// Writes `reach` where objects of meshgen's say it.
pub(super) fn write(
    inventory: &Inventory,
    names: &Names<'_>,
    services: &BTreeMap<Name, Taken>,
    draft: &mut Draft,
) {
    let seen = seen(inventory, names, services);
    let Some(most) = most(seen.iter().map(|(_, _, way)| *way)) else { return };
    draft.mesh.fields.insert("reach".to_owned(), json!(most));
    draft.mesh.remark.behind = None;
    let mut by_cluster: BTreeMap<&String, &'static str> = BTreeMap::new();
    for (name, part) in &mut draft.clusters {
        let ways = seen.iter().filter(|(_, cluster, _)| cluster == name).map(|(_, _, way)| *way);
        let Some(way) = self::most(ways) else { continue };
        by_cluster.insert(name, way);
        if way != most {
            part.fields.insert("reach".to_owned(), json!(way));
        }
    }
    for (name, service) in &mut draft.services {
        let own = || seen.iter().filter(|(known, _, _)| known == name);
        let differs = own().any(|(_, cluster, way)| by_cluster.get(cluster).unwrap_or(&most) != way);
        let ways: BTreeSet<_> = own().map(|(_, _, way)| *way).collect();
        if let (Some(way), 1, true) = (ways.first(), ways.len(), differs) {
            service.part.fields.insert("reach".to_owned(), json!(way));
        }
    }
}

fn most(ways: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for way in ways {
        *counts.entry(way).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(way, _)| way)
}

fn seen(inventory: &Inventory, names: &Names<'_>, services: &BTreeMap<Name, Taken>) -> Vec<Seen> {
    let mut seen = Vec::new();
    for (caller, found) in &inventory.clusters {
        let own = || found.objects.iter().filter(|object| is_own(object));
        let mut entered: BTreeSet<Name> = BTreeSet::new();
        for object in own().filter(|object| object.kind == "ServiceEntry") {
            let reached = names.reached(caller, object);
            for host in texts(&object.spec, "hosts") {
                let Some(service) = names.named(caller, host, &object.namespace) else { continue };
                entered.insert(service.clone());
                if names.plain(caller, host, &object.namespace).is_some() {
                    seen.extend(reached.iter().map(|cluster| (service.clone(), cluster.clone(), "merged")));
                    continue;
                }
                let rule = own()
                    .find(|rule| rule.kind == "DestinationRule" && text(&rule.spec, &["host"]) == Some(host));
                for subset in rule.iter().flat_map(|rule| list(&rule.spec, "subsets")) {
                    let way = if subset.to_string().contains("\"sni\":") { "sni" } else { "rewrite" };
                    let said = labels(subset, "labels").remove("cluster");
                    let clusters = said.map_or_else(|| reached.clone(), |cluster| BTreeSet::from([cluster]));
                    seen.extend(clusters.into_iter().map(|cluster| (service.clone(), cluster, way)));
                }
            }
        }
        let sees = inventory.world.cluster(caller).is_some_and(|cluster| !cluster.sees.is_empty());
        for object in own().filter(|object| sees && object.kind == "VirtualService") {
            for host in texts(&object.spec, "hosts") {
                let Some(service) = names.plain(caller, host, &object.namespace) else { continue };
                if let Some(taken) = services.get(&service).filter(|_| !entered.contains(&service)) {
                    let far = taken.pods.keys().filter(|cluster| *cluster != caller);
                    seen.extend(far.map(|cluster| (service.clone(), cluster.clone(), "discovery")));
                }
            }
        }
    }
    seen
}
