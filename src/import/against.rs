//! A topology beside what runs: does it still hold, what would defeat its bundles, and are they applied.
//!
//! Enters: the world that the topology means, its bundles, an inventory of dumps. Leaves: differences under three headings.
//! Refuses to know: how the bundles came about.

use std::collections::{BTreeMap, BTreeSet};

use super::applied;
use super::cluster::is_own;
use super::names::{Labels, labels, list, text, texts};
use super::trial::{self, Key, Texts};
use crate::diagnostic::{Code, Finding, Severity};
use crate::dump::{Found, Inventory, Object};
use crate::trace::crossing;
use crate::trace::world::{Cluster, World, selects};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    /// Whether clusters are as the topology says.
    Holds,
    /// What other objects take from meshgen's.
    Defeats,
    /// Whether meshgen's objects are there.
    Applied,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What it answers.
    pub heading: Heading,
    /// Requests are lost, go elsewhere, or would once the bundles are applied.
    pub grave: bool,
    /// Where.
    pub cluster: String,
    /// The fact, and what to do.
    pub what: String,
}

struct Differences<'c> {
    cluster: &'c str,
    all: Vec<Difference>,
}

impl Differences<'_> {
    fn add(&mut self, heading: Heading, grave: bool, what: String) {
        self.all.push(Difference { heading, grave, cluster: self.cluster.to_owned(), what });
    }
}

/// Compares the clusters of which there are dumps.
#[must_use]
pub fn compare(world: &World, bundles: &Texts, inventory: &Inventory) -> Vec<Difference> {
    let built = trial::objects(bundles, None);
    let nothing = BTreeMap::new();
    let mut all = Vec::new();
    for (name, found) in &inventory.clusters {
        let (Some(meant), Some(there)) = (world.cluster(name), inventory.world.cluster(name)) else {
            continue;
        };
        let built = built.get(name).unwrap_or(&nothing);
        let mut differences = Differences { cluster: name, all: Vec::new() };
        holds(meant, there, built, &mut differences);
        defeats(there, found, built, &mut differences);
        is_applied(found, built, &mut differences);
        all.extend(differences.all);
    }
    all.extend(broken(bundles, &built, inventory));
    all.sort();
    all.dedup();
    all
}

type Built = BTreeMap<Key, serde_json::Value>;

/// What is asked otherwise: who has a host, which pods are ready, which ports there are.
const ASKED: [Code; 6] = [Code::MG0732, Code::MG0733, Code::MG0734, Code::MG0735, Code::MG0736, Code::MG0740];

/// What becomes of requests on their way between clusters once the bundles are applied: whoever breaks one that meshgen's objects
/// send, though its host is theirs alone.
fn broken(bundles: &Texts, built: &trial::Objects, inventory: &Inventory) -> Vec<Difference> {
    let routing = applied::routing(inventory, bundles, &|_, _| true);
    // Objects that the API server refuses are nobody's routing.
    let Ok(verdict) = crossing::judge(&inventory.world, &routing) else { return Vec::new() };
    let is_built = |cluster: &str, object: &str| {
        let objects = built.get(cluster).into_iter().flat_map(BTreeMap::keys);
        objects.into_iter().any(|(kind, namespace, name)| *object == format!("{kind} {namespace}/{name}"))
    };
    let lost = verdict.findings.into_iter().filter(|finding| {
        !ASKED.contains(&finding.code)
            && finding.severity() != Severity::Note
            && finding.spots.iter().any(|spot| is_built(&spot.cluster, &spot.object))
    });
    let difference = |finding: Finding| {
        let others = finding.spots.iter().filter(|spot| !is_built(&spot.cluster, &spot.object));
        let others: Vec<_> = others.map(|spot| format!("{} in {}", spot.object, spot.cluster)).collect();
        let by = if others.is_empty() { String::new() } else { format!(", by {}", others.join(", ")) };
        let cluster = finding.spots.first().map(|spot| spot.cluster.clone()).unwrap_or_default();
        let what = format!("{}{by} ({})", finding.message, finding.code.name());
        Difference { heading: Heading::Defeats, grave: finding.severity() == Severity::Error, cluster, what }
    };
    lost.map(difference).collect()
}

fn holds(meant: &Cluster, there: &Cluster, built: &Built, differences: &mut Differences<'_>) {
    for service in meant.services.iter().filter(|service| !service.workloads.is_empty()) {
        let title = format!("{}/{}", service.namespace, service.name);
        let same = |known: &&crate::trace::world::Service| {
            known.namespace == service.namespace && known.name == service.name
        };
        let Some(known) = there.services.iter().find(same) else {
            differences.add(Heading::Holds, true, format!("there is no Service {title}"));
            continue;
        };
        for port in
            service.ports.iter().filter(|port| known.ports.iter().all(|known| known.port != port.port))
        {
            differences.add(Heading::Holds, true, format!("Service {title} has no port {}", port.port));
        }
        if known.workloads.iter().all(|pods| pods.ready() == 0) {
            differences.add(Heading::Holds, true, format!("no pod of Service {title} is ready"));
        } else if known.workloads.iter().all(|pods| pods.no_sidecar) {
            differences.add(
                Heading::Holds,
                true,
                format!("no pod of Service {title} has a sidecar: nobody elsewhere reaches it"),
            );
        }
        let rule =
            built.get(&("DestinationRule".to_owned(), service.namespace.clone(), service.name.clone()));
        for subset in rule.iter().flat_map(|rule| list(rule, "subsets")) {
            let wanted: Labels = labels(subset, "labels");
            let is_here = wanted.keys().all(|key| key != "cluster" && !key.starts_with("topology.istio.io/"));
            let has = known.workloads.iter().any(|pods| pods.ready() > 0 && selects(&wanted, &pods.labels));
            if is_here && !wanted.is_empty() && !has {
                let name = text(subset, &["name"]).unwrap_or_default();
                differences.add(
                    Heading::Holds,
                    false,
                    format!("no ready pod of Service {title} is in subset {name}"),
                );
            }
        }
    }
    if let (Some(meant), Some(there)) = (&meant.network, &there.network)
        && meant != there
    {
        differences.add(Heading::Holds, true, format!("its network is {there}, and not {meant}"));
    }
    if meant.release != there.release {
        let than = if there.release < meant.release { "older" } else { "newer" };
        let what = format!(
            "it runs Istio 1.{}, {than} than the 1.{} that the bundle is for: write `istio: \"1.{}\"`",
            there.release, meant.release, there.release
        );
        differences.add(Heading::Holds, false, what);
    }
    let dialled: BTreeSet<&String> = meant.gateways.iter().flat_map(|gateway| &gateway.addresses).collect();
    let known: BTreeSet<&String> = there.gateways.iter().flat_map(|gateway| &gateway.addresses).collect();
    for address in dialled.difference(&known).filter(|_| !known.is_empty()) {
        differences.add(
            Heading::Holds,
            false,
            format!("no gateway has the address {address}, unless another balancer does"),
        );
    }
}

fn defeats(there: &Cluster, found: &Found, built: &Built, differences: &mut Differences<'_>) {
    let full = |host: &str, namespace: &str| {
        if host.contains('.') { host.to_owned() } else { there.host_of(host, namespace) }
    };
    let mut taken: BTreeMap<(&str, String), &Key> = BTreeMap::new();
    for (key, spec) in built.iter().filter(|(key, _)| key.0 != "Gateway") {
        for host in text(spec, &["host"]).into_iter().chain(texts(spec, "hosts")) {
            taken.insert((&key.0, host.to_owned()), key);
        }
    }
    let own: BTreeMap<Key, &Object> =
        found.objects.iter().filter(|object| is_own(object)).map(|object| (key(object), object)).collect();
    for object in found.objects.iter().filter(|object| !is_own(object) && !built.contains_key(&key(object))) {
        let gateways = texts(&object.spec, "gateways");
        let seen = texts(&object.spec, "exportTo");
        let is_public = seen.is_empty() || seen.contains(&"*");
        if !(gateways.is_empty() || gateways.contains(&"mesh")) || !is_public {
            continue;
        }
        let said: Vec<&str> =
            text(&object.spec, &["host"]).into_iter().chain(texts(&object.spec, "hosts")).collect();
        for host in said.into_iter().map(|host| full(host, &object.namespace)) {
            let Some(ours) = taken.get(&(object.kind.as_str(), host.clone())) else { continue };
            let title = format!("{} {}/{}", object.kind, object.namespace, object.name);
            let older = own.get(*ours).is_none_or(|ours| ours.created > object.created);
            match object.kind.as_str() {
                "VirtualService" if older => differences.add(
                    Heading::Defeats,
                    true,
                    format!("{title} is older, and rules alone for {host}: delete it once the bundle is applied"),
                ),
                "ServiceEntry" => differences.add(
                    Heading::Defeats,
                    true,
                    format!("{title} has the host {host}, too: its endpoints take a part of the requests; delete it"),
                ),
                "DestinationRule" if ours.1 == object.namespace => differences.add(
                    Heading::Defeats,
                    false,
                    format!("{title} is for {host}, too: subsets of one name and the policy are those of the older"),
                ),
                _ => {}
            }
        }
    }
}

fn is_applied(found: &Found, built: &Built, differences: &mut Differences<'_>) {
    let own: BTreeMap<Key, &Object> =
        found.objects.iter().filter(|object| is_own(object)).map(|object| (key(object), object)).collect();
    let wanted: BTreeMap<&Key, _> = built.iter().filter(|(key, _)| key.0 != "Service").collect();
    if own.is_empty() && !wanted.is_empty() {
        differences.add(
            Heading::Applied,
            false,
            format!("nothing is applied yet, of {} objects", wanted.len()),
        );
        return;
    }
    for (key, spec) in &wanted {
        let (kind, namespace, name) = key;
        match own.get(*key) {
            None => differences.add(Heading::Applied, true, format!("{kind} {namespace}/{name} is missing")),
            Some(object) if object.spec != **spec => {
                let what = format!(
                    "{kind} {namespace}/{name} is not what the inputs give: edited, or not applied again"
                );
                differences.add(Heading::Applied, true, what);
            }
            Some(_) => {}
        }
    }
    for (kind, namespace, name) in own.keys().filter(|key| !wanted.contains_key(key)) {
        differences.add(Heading::Applied, false, format!("{kind} {namespace}/{name} is left over"));
    }
}

fn key(object: &Object) -> Key {
    (object.kind.clone(), object.namespace.clone(), object.name.clone())
}
