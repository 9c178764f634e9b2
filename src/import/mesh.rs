//! `mesh`, and what all services have in common.
//!
//! Enters: an inventory. Leaves: fields. Refuses to know: rules.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};

use serde_json::{Value, json};

use super::cluster::{self, is_own};
use super::draft::{Draft, Fields, Name, Part};
use super::names::{Names, list, texts};
use super::service::Taken;
use super::text::{OPEN, Remark};
use super::trial::Build;
use crate::dump::Inventory;

/// The label of versions that the language takes for granted.
const VERSION: &str = "version";

/// The pod label that tells most versions apart.
pub(super) fn version_label(services: &BTreeMap<Name, Taken>) -> String {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    let single =
        services.values().flat_map(|taken| &taken.versions).filter(|version| version.labels.len() == 1);
    for key in single.flat_map(|version| version.labels.keys()) {
        *counts.entry(key).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(key, count)| (*count, key.as_str() == VERSION));
    most.map_or_else(|| VERSION.to_owned(), |(key, _)| key.clone())
}

/// What is written of the mesh.
pub(super) fn mesh(inventory: &Inventory, names: &Names<'_>, services: &BTreeMap<Name, Taken>) -> Part {
    let mut fields = Fields::new();
    let mut remark = Remark::default();
    let (name, labels, annotations) = cluster::mesh(inventory);
    if let Some(name) = name {
        fields.insert("name".to_owned(), json!(name));
    }
    if !labels.is_empty() {
        fields.insert("labels".to_owned(), json!(labels));
    }
    if !annotations.is_empty() {
        fields.insert("annotations".to_owned(), json!(annotations));
    }
    let label = version_label(services);
    if label != VERSION {
        fields.insert("versionLabel".to_owned(), json!(label));
    }
    let sees = inventory.world.clusters.iter().filter(|cluster| !cluster.sees.is_empty()).count();
    if sees > 0 {
        fields.insert("reach".to_owned(), json!("discovery"));
        if !by_cluster(inventory) {
            remark.behind = Some("reach is guessed: control planes hold remote Secrets".to_owned());
        }
    }
    let mut suffixes: BTreeMap<(bool, String), usize> = BTreeMap::new();
    let mut without = 0;
    for name in inventory.clusters.keys() {
        for crossing in names.crossings(name) {
            if let Some(form) = form(&crossing.host, &crossing.service, inventory) {
                *suffixes.entry(form).or_default() += 1;
                let has = !list(&crossing.object.spec, "addresses").is_empty();
                without += usize::from(!has && is_own(crossing.object));
            }
        }
    }
    if let Some(((per_cluster, suffix), _)) = suffixes.into_iter().max_by_key(|(_, count)| *count) {
        fields.insert("remoteSuffix".to_owned(), json!(suffix));
        if per_cluster {
            fields.insert("remoteNames".to_owned(), json!("per-cluster"));
        }
    }
    if without > 0 {
        fields.insert("virtualIPs".to_owned(), json!("none"));
    }
    let own = inventory.clusters.values().flat_map(|found| &found.objects).filter(|object| is_own(object));
    let mut addresses =
        own.flat_map(|object| texts(&object.spec, "addresses")).filter_map(|text| text.parse().ok());
    if let Some(pool) = addresses.find_map(pool).filter(|_| without == 0) {
        fields.insert("virtualIPs".to_owned(), json!(pool));
    }
    Part { fields, remark }
}

/// The pool that an address may be drawn from; nothing for one of the usual pool.
fn pool(address: IpAddr) -> Option<String> {
    match address {
        IpAddr::V4(address) => match address.octets() {
            [240, 0, _, _] => None,
            [first, second, _, _] => Some(format!("{first}.{second}.0.0/16")),
        },
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 16 << 16;
            Some(format!("{}/112", Ipv6Addr::from_bits(network)))
        }
    }
}

/// Whether subsets choose clusters by the label of control planes.
pub(super) fn by_cluster(inventory: &Inventory) -> bool {
    let rules = inventory
        .clusters
        .values()
        .flat_map(|found| &found.objects)
        .filter(|object| object.kind == "DestinationRule");
    rules.flat_map(|rule| list(&rule.spec, "subsets")).any(|subset| {
        subset.get("labels").is_some_and(|labels| labels.get("topology.istio.io/cluster").is_some())
    })
}

/// The end of a remote name, and whether each cluster has its own.
fn form(host: &str, (namespace, name): &Name, inventory: &Inventory) -> Option<(bool, String)> {
    let rest = host
        .strip_prefix(name.as_str())?
        .strip_prefix('.')?
        .strip_prefix(namespace.as_str())?
        .strip_prefix('.')?;
    let is_plain = |domain: &str| rest.strip_prefix("svc.") == Some(domain);
    if inventory.world.clusters.iter().any(|cluster| is_plain(&cluster.domain)) {
        return None;
    }
    let of_cluster = inventory.world.clusters.iter().find_map(|cluster| {
        rest.strip_prefix("svc.")?.strip_prefix(cluster.name.as_str())?.strip_prefix('.')
    });
    Some(of_cluster.map_or_else(|| (false, rest.to_owned()), |suffix| (true, suffix.to_owned())))
}

/// What entries that somebody wrote by hand say of a service.
pub(super) fn crossed(inventory: &Inventory, names: &Names<'_>, name: &Name, taken: &Taken, part: &mut Part) {
    let mut callers: BTreeMap<&String, Option<BTreeSet<String>>> = BTreeMap::new();
    let mut addresses: BTreeSet<&str> = BTreeSet::new();
    for cluster in inventory.clusters.keys() {
        for crossing in
            names.crossings(cluster).filter(|crossing| crossing.service == *name && !is_own(crossing.object))
        {
            let seen = texts(&crossing.object.spec, "exportTo");
            let is_for_all = seen.is_empty() || seen.contains(&"*");
            let own =
                |space: &str| if space == "." { crossing.object.namespace.clone() } else { space.to_owned() };
            let spaces = (!is_for_all).then(|| seen.iter().map(|space| own(space)).collect());
            callers.insert(cluster, spaces);
            addresses.extend(list(&crossing.object.spec, "addresses").first().and_then(Value::as_str));
        }
    }
    if callers.is_empty() {
        return;
    }
    if let (Some(address), 1) = (addresses.first(), addresses.len()) {
        part.fields.insert("virtualIP".to_owned(), json!(address));
    }
    for cluster in taken.pods.keys() {
        callers.entry(cluster).or_insert(None);
    }
    let limited = callers.values().any(Option::is_some);
    if !limited && callers.len() == inventory.clusters.len() {
        return;
    }
    let clients = if limited {
        let named = callers
            .into_iter()
            .map(|(cluster, spaces)| (cluster.clone(), spaces.map_or(json!("all"), |spaces| json!(spaces))));
        Value::Object(named.collect())
    } else {
        json!(callers.keys().collect::<Vec<_>>())
    };
    part.fields.entry("clients".to_owned()).or_insert(clients);
}

/// What most services say stands once, below `mesh`.
pub(super) fn in_common(build: Build<'_>, draft: &mut Draft) {
    for field in ["reach", "acrossClusters", "plainNames"] {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for service in draft.services.values() {
            if let Some(word) = service.part.fields.get(field).and_then(Value::as_str) {
                *counts.entry(word.to_owned()).or_default() += 1;
            }
        }
        let Some((word, _)) = counts.into_iter().max_by_key(|(_, count)| *count) else { continue };
        let Ok(wanted) = build(draft.inputs(None)) else { return };
        let before = draft.clone();
        draft.mesh.fields.insert(field.to_owned(), json!(word));
        for service in draft.services.values_mut() {
            if service.part.fields.get(field) == Some(&json!(word)) {
                service.part.fields.remove(field);
            }
        }
        if build(draft.inputs(None)).ok().as_ref() != Some(&wanted) {
            *draft = before;
        }
    }
}

/// A gateway of which nothing is known but that there is one is open as a whole.
pub(super) fn open_gateways(draft: &mut Draft) {
    for part in draft.clusters.values_mut() {
        let Some(gateway) = part.fields.get("gateway").and_then(Value::as_object) else { continue };
        let is_open = gateway.get("address") == Some(&json!(OPEN));
        if !is_open || gateway.keys().any(|field| field != "address" && field != "existing") {
            continue;
        }
        if gateway.contains_key("existing") {
            part.remark
                .above
                .push("(`{address: …, existing: true}` keeps the Gateway object that is there)".to_owned());
        }
        part.fields.insert("gateway".to_owned(), json!(OPEN));
    }
}
