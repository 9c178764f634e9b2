//! What hosts and subsets mean in a cluster: a service, a version, and perhaps the cluster that answers.
//!
//! Enters: an inventory. Leaves: meanings. Refuses to know: rules, and what a topology says of services.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::draft::Name;
use super::policy::policy;
use crate::dump::{Inventory, Object};
use crate::trace::world::World;

/// Labels, or a selector.
pub(super) type Labels = BTreeMap<String, String>;

/// A text below a path of keys.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

/// The elements below a key; none if it is no list.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts below a key.
pub(super) fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    list(value, key).iter().filter_map(Value::as_str).collect()
}

/// The labels below a key.
pub(super) fn labels(value: &Value, key: &str) -> Labels {
    let map = value.get(key).and_then(Value::as_object);
    let texts =
        map.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    texts.collect()
}

/// Names of all clusters.
#[derive(Debug)]
pub(super) struct Names<'i> {
    world: &'i World,
    clusters: BTreeMap<&'i str, ClusterNames<'i>>,
    /// Services that run somewhere, or that somebody wants to.
    services: BTreeSet<Name>,
}

#[derive(Debug, Default)]
struct ClusterNames<'i> {
    /// By host.
    rules: BTreeMap<String, BTreeMap<&'i str, &'i Value>>,
    /// By host.
    entries: BTreeMap<String, Crossing<'i>>,
}

/// A ServiceEntry that leads into other clusters.
#[derive(Clone, Debug)]
pub(super) struct Crossing<'i> {
    pub(super) object: &'i Object,
    pub(super) host: String,
    /// The service over there.
    pub(super) service: Name,
    /// Where its endpoints are.
    pub(super) clusters: BTreeSet<String>,
}

/// What a destination means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) service: Name,
    /// What the pods carry; empty for any.
    pub(super) labels: Labels,
    /// The subset over there, where its labels are not known.
    pub(super) subset: Option<String>,
    /// Nothing where it is not said.
    pub(super) cluster: Option<String>,
    /// It stands for clusters that follow each other.
    pub(super) fails_over: bool,
}

/// An SNI of Istio's: `outbound_.9080_.v2_.reviews.default.svc.cluster.local`.
fn of_sni(sni: &str) -> Option<(&str, &str)> {
    let mut parts = sni.strip_prefix("outbound_.")?.splitn(3, "_.");
    let (_, subset, host) = (parts.next()?, parts.next()?, parts.next()?);
    Some((subset, host))
}

/// Labels that say where pods are, and not which.
fn is_place(key: &str) -> bool {
    key == "cluster"
        || key.starts_with("topology.istio.io/")
        || key.starts_with("serves-")
        || key.starts_with("meshgen-")
}

/// Without those that say where pods are.
pub(super) fn of_version(labels: &Labels) -> Labels {
    labels.iter().filter(|(key, _)| !is_place(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

impl<'i> Names<'i> {
    pub(super) fn of(inventory: &'i Inventory) -> Self {
        let world = &inventory.world;
        let running = world
            .clusters
            .iter()
            .flat_map(|cluster| cluster.services.iter().filter(|service| !service.workloads.is_empty()));
        let services = running.map(|service| (service.namespace.clone(), service.name.clone())).collect();
        let mut names = Self { world, clusters: BTreeMap::new(), services };
        for (cluster, found) in &inventory.clusters {
            let mut known = ClusterNames::default();
            for object in found.objects.iter().filter(|object| object.kind == "DestinationRule") {
                let Some(host) = text(&object.spec, &["host"]) else { continue };
                let host = names.full(cluster, host, &object.namespace);
                let subsets = known.rules.entry(host).or_default();
                for subset in list(&object.spec, "subsets") {
                    if let Some(name) = text(subset, &["name"]) {
                        subsets.entry(name).or_insert(subset);
                    }
                }
                // What holds for all of the host has no name.
                subsets.entry("").or_insert(&object.spec);
            }
            names.clusters.insert(cluster, known);
        }
        for (cluster, found) in &inventory.clusters {
            let entries = found.objects.iter().filter(|object| object.kind == "ServiceEntry");
            let crossings: Vec<_> = entries.flat_map(|object| names.crossings_of(cluster, object)).collect();
            if let Some(known) = names.clusters.get_mut(cluster.as_str()) {
                for crossing in crossings {
                    known.entries.entry(crossing.host.clone()).or_insert(crossing);
                }
            }
        }
        names
    }

    /// A host in full: a name without dots is one of the namespace.
    fn full(&self, cluster: &str, host: &str, namespace: &str) -> String {
        if host.contains('.') {
            return host.to_owned();
        }
        let domain = self.world.cluster(cluster).map_or("cluster.local", |cluster| &cluster.domain);
        format!("{host}.{namespace}.svc.{domain}")
    }

    /// The service of a host that ends as hosts of this cluster do.
    pub(super) fn plain(&self, cluster: &str, host: &str, namespace: &str) -> Option<Name> {
        let host = self.full(cluster, host, namespace);
        let domain = &self.world.cluster(cluster)?.domain;
        let short = host.strip_suffix(domain.as_str())?.strip_suffix(".svc.")?;
        let (name, namespace) = short.split_once('.')?;
        (!namespace.contains('.')).then(|| (namespace.to_owned(), name.to_owned()))
    }

    /// The service of a host, plain or remote.
    pub(super) fn named(&self, cluster: &str, host: &str, namespace: &str) -> Option<Name> {
        let crossing = || Some(self.clusters.get(cluster)?.entries.get(host)?.service.clone());
        self.plain(cluster, host, namespace).or_else(crossing)
    }

    /// What crosses by the hosts of an entry.
    fn crossings_of(&self, cluster: &str, object: &'i Object) -> Vec<Crossing<'i>> {
        let clusters = self.reached(cluster, object);
        let hosts = texts(&object.spec, "hosts").into_iter();
        hosts
            .filter_map(|host| {
                let by_sni = || {
                    let rules = &self.clusters.get(cluster)?.rules;
                    let parts = rules.get(host)?.values().find_map(|part| sni(part))?;
                    let (_, far) = of_sni(parts)?;
                    let (name, rest) = far.split_once('.')?;
                    Some((rest.split_once('.')?.0.to_owned(), name.to_owned()))
                };
                let by_name = || {
                    let mut words = host.split('.');
                    let (name, namespace) = (words.next()?.to_owned(), words.next()?.to_owned());
                    Some((namespace, name)).filter(|service| self.services.contains(service))
                };
                let service = by_sni().or_else(by_name)?;
                let is_far = !clusters.is_empty()
                    || host.ends_with(".global")
                    || host.ends_with(".clusterset.local")
                    || list(&object.spec, "endpoints").iter().any(dials_gateway);
                is_far.then(|| Crossing {
                    object,
                    host: host.to_owned(),
                    service,
                    clusters: clusters.clone(),
                })
            })
            .collect()
    }

    /// The clusters whose gateways an entry dials.
    pub(super) fn reached(&self, caller: &str, object: &Object) -> BTreeSet<String> {
        let endpoints = list(&object.spec, "endpoints").iter();
        endpoints
            .filter_map(|endpoint| {
                let address = text(endpoint, &["address"])?;
                if let Some((cluster, _)) = self.world.gateway_at(address, caller) {
                    return (cluster.name != caller).then(|| cluster.name.clone());
                }
                let said =
                    text(endpoint, &["labels", "cluster"]).filter(|name| self.world.cluster(name).is_some());
                let network = text(endpoint, &["network"]);
                let of_network = || {
                    let mut named =
                        self.world.clusters.iter().filter(|cluster| cluster.network.as_deref() == network);
                    named.next().filter(|cluster| network.is_some() && cluster.name != caller)
                };
                said.map(str::to_owned).or_else(|| of_network().map(|cluster| cluster.name.clone()))
            })
            .collect()
    }

    /// All that leads from a cluster into others.
    pub(super) fn crossings(&self, cluster: &str) -> impl Iterator<Item = &Crossing<'i>> {
        self.clusters.get(cluster).into_iter().flat_map(|known| known.entries.values())
    }

    /// Subsets of a service by its plain name in a cluster, with their labels.
    pub(super) fn subsets(&self, cluster: &str, service: &Name) -> Vec<(&'i str, Labels)> {
        let host = self.full(cluster, &service.1, &service.0);
        let subsets = self.clusters.get(cluster).and_then(|known| known.rules.get(&host));
        let named = subsets.into_iter().flatten().filter(|(name, _)| !name.is_empty());
        named.map(|(name, subset)| (*name, labels(subset, "labels"))).collect()
    }

    /// What a subset of the plain name says otherwise than the whole.
    pub(super) fn policy(&self, cluster: &str, service: &Name, subset: &str) -> Option<Value> {
        let host = self.full(cluster, &service.1, &service.0);
        let subsets = self.clusters.get(cluster)?.rules.get(&host)?;
        let whole = subsets.get("").and_then(|whole| policy(whole)).unwrap_or_default();
        let mut own = policy(subsets.get(subset)?)?;
        if let Some(own) = own.as_object_mut() {
            own.retain(|field, value| whole.get(field) != Some(value));
        }
        own.as_object().is_some_and(|own| !own.is_empty()).then_some(own)
    }

    /// What a destination in a cluster means; nothing for a host that is none of the mesh's.
    pub(super) fn meaning(
        &self,
        cluster: &str,
        host: &str,
        subset: Option<&str>,
        namespace: &str,
    ) -> Option<Meaning> {
        let known = self.clusters.get(cluster)?;
        let host = self.full(cluster, host, namespace);
        let part = known.rules.get(&host).and_then(|subsets| subsets.get(subset?)).copied();
        let selected = part.map(|part| labels(part, "labels")).unwrap_or_default();
        let fails_over = selected.keys().any(|key| key.starts_with("serves-"));
        if let Some(service) = self.plain(cluster, &host, namespace) {
            let place = selected.iter().find_map(|(key, value)| match key.as_str() {
                "topology.istio.io/cluster" => self
                    .world
                    .clusters
                    .iter()
                    .find(|known| known.id() == value)
                    .map(|known| known.name.clone()),
                "topology.istio.io/network" => Some(cluster.to_owned()),
                "cluster" => Some(value.clone()),
                _ => None,
            });
            let unknown = subset.filter(|_| part.is_none()).map(str::to_owned);
            return Some(Meaning {
                service,
                labels: of_version(&selected),
                subset: unknown,
                cluster: place,
                fails_over,
            });
        }
        let crossing = known.entries.get(&host)?;
        let place = selected.get("cluster").filter(|name| self.world.cluster(name).is_some()).cloned();
        let only = || crossing.clusters.iter().next().filter(|_| crossing.clusters.len() == 1).cloned();
        let place = place.or_else(only);
        // What the far gateway is told: by the SNI, else by the name of the subset.
        let whole = known.rules.get(&host).and_then(|subsets| subsets.get("")).copied();
        let said = part
            .or(whole.filter(|_| subset.is_none()))
            .and_then(sni)
            .and_then(of_sni)
            .map(|(subset, _)| subset.to_owned());
        let named = || {
            let suffix = place.as_ref().map(|place| format!("--{place}"));
            let name = subset?;
            Some(suffix.and_then(|suffix| name.strip_suffix(&suffix)).unwrap_or(name).to_owned())
        };
        let far = said.or_else(named).filter(|far| far != "_" && far != "any" && !far.is_empty());
        let there = place.iter().chain(&crossing.clusters);
        let labels = far.as_ref().and_then(|far| {
            let mut subsets = there.flat_map(|there| self.subsets(there, &crossing.service));
            subsets.find(|(name, _)| name == far).map(|(_, labels)| of_version(&labels))
        });
        Some(Meaning {
            service: crossing.service.clone(),
            subset: far.filter(|_| labels.is_none()),
            labels: labels.unwrap_or_default(),
            cluster: place.filter(|_| !fails_over),
            fails_over,
        })
    }
}

/// The SNI of a subset, or of a whole rule.
fn sni(part: &Value) -> Option<&str> {
    let policy = part.get("trafficPolicy")?;
    let by_port = || list(policy, "portLevelSettings").iter().find_map(|port| text(port, &["tls", "sni"]));
    text(policy, &["tls", "sni"]).or_else(by_port)
}

/// Whether an endpoint is dialled at the port of gateways.
pub(super) fn dials_gateway(endpoint: &Value) -> bool {
    let ports = endpoint.get("ports").and_then(Value::as_object);
    ports.into_iter().flatten().any(|(_, port)| port.as_u64() == Some(15443))
}
