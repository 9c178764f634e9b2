//! The endpoints of a remote name: gateways, what subsets tell them apart by, and how far they are.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::istio::failover::FARTHER;
use crate::istio::kind::service_entry::{Endpoint, Resolution};
use crate::istio::release::Feature;
use crate::model::name::{self, LABEL};
use crate::model::{Address, Cluster};
use crate::plan::{ClassPlan, RemoteName, RemoteSubset};

/// The label that tells clusters apart, and the subsets that use one of them.
pub const CLUSTER: &str = "cluster";

/// By cluster, one for each address of its gateway.
pub fn endpoints(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> Vec<Endpoint> {
    let whole =
        if name.subsets.iter().any(RemoteSubset::fails_over) { Some(parts(plan, name)) } else { None };
    let of_cluster = |cluster: &&Cluster| {
        let addresses = plan.dialled(cluster);
        let port = cluster.gateway.as_ref().map_or(0, |gateway| gateway.port);
        let ports: IndexMap<_, _> =
            name.service.crossing_ports().map(|known| (known.name.clone(), port)).collect();
        let labels = labels(plan, name, cluster);
        let locality = locality(plan, name, cluster);
        let weight = whole.flatten().and_then(|whole| whole.checked_div(count(addresses)));
        let endpoint = |address: &Address| Endpoint {
            address: address.to_string(),
            ports: ports.clone(),
            labels: labels.clone(),
            locality: locality.clone(),
            weight,
            ..Endpoint::default()
        };
        addresses.iter().map(endpoint).collect::<Vec<_>>()
    };
    name.clusters.iter().flat_map(of_cluster).collect()
}

/// A name among the addresses has to be looked up by the proxy.
pub fn resolution(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> Resolution {
    let mut addresses = name.clusters.iter().flat_map(|cluster| plan.dialled(cluster));
    if addresses.any(|address| matches!(address, Address::Name(_))) {
        Resolution::Dns
    } else {
        Resolution::Static
    }
}

/// What a subset selects endpoints by; nothing where it uses all.
pub fn selector(name: &RemoteName<'_>, subset: &RemoteSubset<'_>) -> BTreeMap<String, String> {
    if !name.narrows(subset) {
        return BTreeMap::new();
    }
    match subset.clusters.as_slice() {
        [only] => [(CLUSTER.to_owned(), only.name.clone())].into(),
        [] | [_, _, ..] => [serves(subset)].into(),
    }
}

/// Labels that subsets select by only where there are endpoints that some subset must not use: istioctl looks for pods
/// that carry them.
fn labels(plan: &ClassPlan<'_>, name: &RemoteName<'_>, cluster: &Cluster) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for subset in &name.subsets {
        let here = subset.clusters.iter().any(|known| known.name == cluster.name);
        if name.narrows(subset) && !subset.fails_over() {
            labels.insert(CLUSTER.to_owned(), cluster.name.clone());
        }
        if name.narrows(subset) && subset.fails_over() && here {
            labels.extend([serves(subset)]);
        }
        let ordered = plan.cluster.release.can(Feature::FailoverPriority);
        if subset.fails_over() && here && ordered && plan.farther(cluster) {
            labels.insert(FARTHER.0.to_owned(), FARTHER.1.to_owned());
        }
    }
    labels
}

/// The mark of endpoints that a subset over several clusters may use.
fn serves(subset: &RemoteSubset<'_>) -> (String, String) {
    let key = format!("serves-{}", subset.name);
    let key = if key.len() > LABEL { name::distinct(&key, &subset.name, LABEL) } else { key };
    (key, "true".to_owned())
}

/// The region, where a release goes by localities alone; a zone would count as well, and must not.
fn locality(plan: &ClassPlan<'_>, name: &RemoteName<'_>, cluster: &Cluster) -> Option<String> {
    let ordered = plan.cluster.release.can(Feature::FailoverPriority);
    let fails_over = name.subsets.iter().any(RemoteSubset::fails_over);
    let region = cluster.locality.as_ref().map(|locality| locality.region.clone());
    region.filter(|_| fails_over && !ordered)
}

/// Envoy shares requests by endpoint; clusters are to have equal shares whatever the number of their addresses. The
/// weight of a whole cluster, where the numbers differ: their least common multiple.
fn parts(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> Option<u32> {
    let mut counts: Vec<u32> = name.clusters.iter().map(|cluster| count(plan.dialled(cluster))).collect();
    counts.dedup();
    if counts.len() < 2 {
        return None;
    }
    counts.into_iter().filter(|count| *count > 0).try_fold(1, least_common_multiple)
}

fn count(addresses: &[Address]) -> u32 {
    u32::try_from(addresses.len()).unwrap_or(u32::MAX)
}

fn least_common_multiple(a: u32, b: u32) -> Option<u32> {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (a / divisor).checked_mul(b)
}
