//! `services.KEY`: ports, versions, and where these run.
//!
//! Enters: an inventory, and what its names mean. Leaves: fields, and the labels behind each version. Refuses to know: rules.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::draft::{Fields, Name, Part};
use super::names::{Labels, Names, of_version};
use super::problems;
use super::text::{OPEN, Remark};
use crate::diagnostic::Finding;
use crate::dump::Inventory;
use crate::model::{Protocol, name};
use crate::trace::world::{self, Cluster, Workload, selects};

/// Namespaces of the platform.
const PLATFORM: [&str; 5] =
    ["istio-system", "istio-gateways", "kube-system", "kube-public", "kube-node-lease"];
/// Labels of versions, the usual first.
const KEYS: [&str; 2] = ["version", "app.kubernetes.io/version"];
/// What stands for all versions, and is none.
const ANY: &str = "any";

/// A version, and what its pods carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) name: String,
    pub(super) labels: Labels,
    /// As others dial it.
    pub(super) subset: Option<String>,
    /// Pods by cluster.
    pub(super) pods: BTreeMap<String, u32>,
    /// What it says otherwise than the service.
    pub(super) policy: Option<Value>,
}

/// A service that is taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) part: Part,
    pub(super) versions: Vec<Version>,
    /// Pods by cluster.
    pub(super) pods: BTreeMap<String, u32>,
}

impl Taken {
    /// The version whose pods carry these labels, and no others that tell versions apart.
    pub(super) fn version(&self, labels: &Labels) -> Option<&Version> {
        self.versions.iter().find(|version| version.labels == *labels)
    }

    /// The version that others dial by this subset.
    pub(super) fn dialled(&self, subset: &str) -> Option<&Version> {
        let is_meant = |version: &&Version| {
            version
                .subset
                .as_deref()
                .map_or_else(|| name::subset(&version.name) == subset, |known| known == subset)
        };
        self.versions.iter().find(is_meant)
    }

    /// `versions`, with or without the sizes of today; the label is that of the mesh.
    pub(super) fn written_versions(&self, label: &str, sizes: bool) -> Value {
        let versions = self.versions.iter().map(|version| {
            let Version { name, labels, subset, pods, policy } = version;
            let clusters = places(pods, sizes);
            let usual = Labels::from([(label.to_owned(), name.clone())]);
            let subset = subset.as_ref().filter(|subset| **subset != name::subset(name));
            if *labels == usual && subset.is_none() && policy.is_none() {
                return (name.clone(), clusters);
            }
            let mut fields = Fields::new();
            fields.insert("clusters".to_owned(), clusters);
            if *labels != usual {
                fields.insert("labels".to_owned(), json!(labels));
            }
            if let Some(subset) = subset {
                fields.insert("subset".to_owned(), json!(subset));
            }
            if let Some(policy) = policy {
                fields.insert("trafficPolicy".to_owned(), policy.clone());
            }
            (name.clone(), Value::Object(fields))
        });
        Value::Object(versions.collect())
    }

    /// `clusters`
    pub(super) fn written_clusters(&self, sizes: bool) -> Value {
        places(&self.pods, sizes)
    }
}

/// Clusters, with sizes where these differ.
pub(super) fn places(pods: &BTreeMap<String, u32>, sizes: bool) -> Value {
    let divisor = pods.values().copied().fold(0, greatest);
    let differ = pods.values().any(|count| pods.values().next() != Some(count));
    match (sizes && differ, pods.len()) {
        (true, _) => {
            let sizes = pods.iter().map(|(name, count)| (name.clone(), json!(count / divisor.max(1))));
            Value::Object(sizes.collect())
        }
        (false, 1) => json!(pods.keys().next()),
        (false, _) => json!(pods.keys().collect::<Vec<_>>()),
    }
}

fn greatest(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest(b, a % b) }
}

/// All services that run somewhere, and what is to be said of those that are left out.
pub(super) fn services(inventory: &Inventory, names: &Names<'_>) -> (BTreeMap<Name, Taken>, Vec<Finding>) {
    let mut parts: BTreeMap<Name, Vec<(&Cluster, &world::Service)>> = BTreeMap::new();
    let mut findings = Vec::new();
    for cluster in &inventory.world.clusters {
        let Some(found) = inventory.clusters.get(&cluster.name) else { continue };
        for service in &cluster.services {
            let name = (service.namespace.clone(), service.name.clone());
            let is_gateway = cluster
                .gateways
                .iter()
                .any(|gateway| (&gateway.namespace, &gateway.name) == (&name.0, &name.1));
            let stands_in = found.services.get(&name).is_some_and(|facts| facts.stand_in);
            if !is_gateway && !stands_in && !PLATFORM.contains(&name.0.as_str()) {
                parts.entry(name).or_default().push((cluster, service));
            }
        }
    }
    let mut services = BTreeMap::new();
    for (name, parts) in parts {
        let running: Vec<_> =
            parts.iter().copied().filter(|(_, service)| !service.workloads.is_empty()).collect();
        if running.is_empty() {
            let there = parts.iter().map(|(cluster, _)| cluster.name.as_str());
            findings.push(problems::without_pods(&name, there));
            continue;
        }
        services.insert(name.clone(), taken(inventory, names, &name, &running, &mut findings));
    }
    (services, findings)
}

fn taken(
    inventory: &Inventory,
    names: &Names<'_>,
    name: &Name,
    running: &[(&Cluster, &world::Service)],
    findings: &mut Vec<Finding>,
) -> Taken {
    let mut fields = Fields::new();
    let mut remark = Remark::default();
    let pods = || {
        running
            .iter()
            .flat_map(|(cluster, service)| service.workloads.iter().map(|pods| (&cluster.name, pods)))
    };
    ports(inventory, name, running, &mut fields, &mut remark, findings);
    if running.iter().any(|(_, service)| service.headless) {
        fields.insert("headless".to_owned(), json!(true));
    }
    let versions = versions(inventory, names, name, &pods().collect::<Vec<_>>(), &mut remark, findings);
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for (cluster, pods) in pods() {
        *counts.entry(cluster.clone()).or_default() += pods.replicas;
    }
    let outside = pods().filter(|(_, pods)| pods.no_sidecar).map(|(cluster, _)| cluster.clone());
    let outside: BTreeSet<String> = outside.collect();
    if inventory.world.clusters.len() > 1 && !outside.is_empty() && outside.len() == counts.len() {
        fields.insert("clients".to_owned(), json!(outside));
        remark.behind = Some("no sidecar: cannot be called from elsewhere".to_owned());
    }
    Taken { part: Part { fields, remark }, versions, pods: counts }
}

/// `ports`, if all clusters agree.
fn ports(
    inventory: &Inventory,
    name: &Name,
    running: &[(&Cluster, &world::Service)],
    fields: &mut Fields,
    remark: &mut Remark,
    findings: &mut Vec<Finding>,
) {
    let mut forms: Vec<(Value, Vec<&str>, bool)> = Vec::new();
    for (cluster, service) in running {
        let facts = inventory.clusters.get(&cluster.name).and_then(|found| found.services.get(name));
        let mut written = Fields::new();
        let mut guessed = false;
        for port in &service.ports {
            let target = facts.and_then(|facts| facts.named_targets.get(&port.port));
            let target = target.map(|target| json!(target)).or(port.target_port.map(|target| json!(target)));
            let (key, value, is_guess) = self::port(port, target);
            guessed |= is_guess;
            written.insert(key, value);
        }
        let written = match written.get("http") {
            Some(number) if written.len() == 1 && number.is_number() => number.clone(),
            _ => Value::Object(written),
        };
        match forms.iter_mut().find(|(known, _, _)| same_ports(known, &written)) {
            Some((_, clusters, _)) => clusters.push(&cluster.name),
            None => forms.push((written, vec![&cluster.name], guessed)),
        }
    }
    match forms.as_slice() {
        [(only, _, guessed)] => {
            fields.insert("ports".to_owned(), only.clone());
            if *guessed {
                remark.behind = Some("guessed: no port name and no appProtocol says TCP".to_owned());
                findings.push(problems::guessed_protocol(
                    name,
                    running.iter().map(|(cluster, _)| &*cluster.name),
                ));
            }
        }
        several => {
            fields.insert("ports".to_owned(), json!(OPEN));
            remark.above.push("the clusters disagree about its ports:".to_owned());
            for (form, clusters, _) in several {
                remark.above.push(format!("  {}: {form}", clusters.join(", ")));
            }
        }
    }
}

/// Whether numbers and protocols are equal; of names those of the first count.
fn same_ports(one: &Value, other: &Value) -> bool {
    let facts = |ports: &Value| -> BTreeSet<(String, String)> {
        let Some(map) = ports.as_object() else {
            return BTreeSet::from([(ports.to_string(), "HTTP".to_owned())]);
        };
        map.iter()
            .map(|(name, port)| {
                let number = port.get("number").unwrap_or(port).to_string();
                let said = port.get("protocol").and_then(Value::as_str).map(str::to_owned);
                let by_name =
                    || Protocol::parse(Protocol::word_of_name(name)).map(|known| known.istio().to_owned());
                (number, said.or_else(by_name).unwrap_or_default())
            })
            .collect()
    };
    facts(one) == facts(other)
}

/// Name and value of a port, and whether its protocol is a guess.
fn port(port: &world::Port, target: Option<Value>) -> (String, Value, bool) {
    let by_name = Protocol::parse(Protocol::word_of_name(&port.name));
    let said = port.app_protocol.as_deref().map(|word| word.rsplit('/').next().unwrap_or(word));
    let said = said.map(|word| if word == "h2c" { "http2" } else { word }).and_then(Protocol::parse);
    let protocol = said.or(by_name);
    let name = match (port.name.is_empty(), protocol) {
        (false, _) => port.name.clone(),
        (true, Some(protocol)) => protocol.istio().to_ascii_lowercase(),
        (true, None) => "tcp".to_owned(),
    };
    let shows = Protocol::parse(Protocol::word_of_name(&name));
    if target.is_none() && protocol == shows && protocol.is_some() {
        return (name, json!(port.port), false);
    }
    let mut fields = Fields::new();
    fields.insert("number".to_owned(), json!(port.port));
    if protocol != shows || protocol.is_none() {
        fields.insert("protocol".to_owned(), json!(protocol.map_or("TCP", Protocol::istio)));
    }
    if let Some(target) = target {
        fields.insert("targetPort".to_owned(), target);
    }
    (name, Value::Object(fields), protocol.is_none())
}

/// Versions by the labels of subsets, and by those of pods that no subset selects.
fn versions(
    inventory: &Inventory,
    names: &Names<'_>,
    name: &Name,
    pods: &[(&String, &Workload)],
    remark: &mut Remark,
    findings: &mut Vec<Finding>,
) -> Vec<Version> {
    let mut sets: Vec<(Labels, Option<String>)> = Vec::new();
    let mut policies: BTreeMap<Labels, Value> = BTreeMap::new();
    for cluster in &inventory.world.clusters {
        for (subset, all) in names.subsets(&cluster.name, name) {
            let labels = of_version(&all);
            if let Some(policy) = names.policy(&cluster.name, name, subset) {
                policies.entry(labels.clone()).or_insert(policy);
            }
            let here = |(_, end): &(&str, &str)| inventory.world.cluster(end).is_some();
            if !labels.is_empty() && !sets.iter().any(|(known, _)| *known == labels) {
                // Subsets of one cluster alone are named after it.
                let of_cluster = subset.rsplit_once("--").filter(|_| labels.len() < all.len()).filter(here);
                let subset = of_cluster.map_or(subset, |(version, _)| version);
                sets.push((labels, Some(subset.to_owned())));
            }
        }
    }
    let shared = |key: &&String| sets.iter().all(|(labels, _)| labels.contains_key(*key));
    let by_subsets = sets.first().and_then(|(labels, _)| labels.keys().find(shared)).cloned();
    let has = |key: &str| pods.iter().any(|(_, pods)| pods.labels.contains_key(key));
    let usual = KEYS.into_iter().find(|key| has(key)).map(str::to_owned);
    let usual =
        usual.filter(|key| by_subsets.is_none() || sets.iter().any(|(labels, _)| labels.contains_key(key)));
    let Some(key) = usual.or(by_subsets) else { return Vec::new() };
    let covered = |pods: &Workload| sets.iter().any(|(labels, _)| selects(labels, &pods.labels));
    let mut values: BTreeSet<String> = BTreeSet::new();
    let mut without = 0;
    for (_, pods) in pods.iter().filter(|(_, pods)| !covered(pods)) {
        match pods.labels.get(&key) {
            Some(value) => {
                values.insert(value.clone());
            }
            None => without += pods.replicas,
        }
    }
    sets.extend(values.into_iter().map(|value| (Labels::from([(key.clone(), value)]), None)));
    let mut versions: Vec<Version> = Vec::new();
    for (labels, subset) in sets {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for (cluster, pods) in pods.iter().filter(|(_, pods)| selects(&labels, &pods.labels)) {
            *counts.entry((*cluster).clone()).or_default() += pods.replicas;
        }
        let value = labels.values().next().filter(|_| labels.len() == 1).cloned();
        let name = value.or_else(|| subset.clone()).unwrap_or_default();
        if !counts.is_empty() && name != ANY && !versions.iter().any(|known| known.name == name) {
            let policy = policies.get(&labels).cloned();
            versions.push(Version { name, labels, subset, pods: counts, policy });
        }
    }
    if without > 0 && !versions.is_empty() {
        findings.push(problems::of_no_version(name, &key, without));
        remark.above.push(format!("pods without the label {key}: they are reached only by `any`"));
    }
    versions.sort_by(|a, b| a.name.cmp(&b.name));
    versions
}
