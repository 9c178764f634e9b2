//! The endpoints of a remote name: gateways, what subsets tell them apart by, and how far they are.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::istio::failover::{FARTHER, Order};
use crate::istio::kind::service_entry::{Endpoint, Resolution};
use crate::istio::release::Feature;
use crate::model::name::{self, LABEL};
use crate::model::{Address, Cluster};
use crate::plan::{ClassPlan, Extent, RemoteName, RemoteSubset};

/// The label that tells clusters apart.
pub const CLUSTER: &str = "cluster";

/// By cluster, one for each address of its gateway.
pub fn endpoints(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> Vec<Endpoint> {
    let pooled = name.subsets.iter().any(RemoteSubset::fails_over);
    let counts = || name.clusters.iter().map(|cluster| count(plan.dialled(cluster)));
    let weigh = Weigh::of(counts().zip(name.sizes.iter().copied()).filter(|_| pooled));
    let of_cluster = |(cluster, size): (&&Cluster, &u32)| {
        let addresses = plan.dialled(cluster);
        let port = cluster.gateway.as_ref().map_or(0, |gateway| gateway.port);
        let ports: IndexMap<_, _> =
            name.service.crossing_ports().map(|known| (known.name.clone(), port)).collect();
        let labels = labels(plan, name, cluster);
        let locality = locality(plan, name, cluster);
        let weight = weigh.weight(*size, addresses);
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
    name.clusters.iter().zip(&name.sizes).flat_map(of_cluster).collect()
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
pub fn selector(subset: &RemoteSubset<'_>) -> BTreeMap<String, String> {
    match subset.extent {
        Extent::Whole => BTreeMap::new(),
        Extent::Cluster => subset.clusters.first().map(|only| of(only)).into_iter().collect(),
        Extent::Pool => [serves(subset)].into(),
    }
}

/// What tells the cluster apart, whether a subset asks for it or not, and the pools that it is in.
fn labels(plan: &ClassPlan<'_>, name: &RemoteName<'_>, cluster: &Cluster) -> BTreeMap<String, String> {
    let mut labels: BTreeMap<_, _> = name.shared.then(|| of(cluster)).into_iter().collect();
    let has = |subset: &&RemoteSubset<'_>| subset.clusters.iter().any(|known| known.id == cluster.id);
    for pool in name.subsets.iter().filter(|subset| subset.extent == Extent::Pool).filter(has) {
        labels.extend([serves(pool)]);
        if has_order_by_labels(plan, name) && plan.farther(cluster) {
            labels.insert(FARTHER.0.to_owned(), FARTHER.1.to_owned());
        }
    }
    labels
}

/// The mark of the endpoints of a cluster.
fn of(cluster: &Cluster) -> (String, String) {
    (CLUSTER.to_owned(), cluster.name.clone())
}

/// The mark of endpoints that stand in for each other.
fn serves(subset: &RemoteSubset<'_>) -> (String, String) {
    let key = format!("serves-{}", subset.name);
    let key = if key.len() > LABEL { name::distinct(&key, &subset.name, LABEL) } else { key };
    (key, "true".to_owned())
}

/// In which order endpoints that stand in for each other are tried.
pub fn order(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> Order<'static> {
    Order::of(if has_order_by_labels(plan, name) { &[FARTHER.0] } else { &[] })
}

/// Istio looks at the labels of addresses, and in a subset never at those of names; there it goes by places.
fn has_order_by_labels(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> bool {
    plan.cluster.release.can(Feature::FailoverPriority) && resolution(plan, name) == Resolution::Static
}

/// The region, where it gives the order to callers that have one; a zone would count as well, and must not.
fn locality(plan: &ClassPlan<'_>, name: &RemoteName<'_>, cluster: &Cluster) -> Option<String> {
    let pools = name.subsets.iter().any(|subset| subset.extent == Extent::Pool);
    let counts = pools && plan.cluster.locality.is_some() && !has_order_by_labels(plan, name);
    let region = cluster.locality.as_ref().map(|locality| locality.region.clone());
    region.filter(|_| counts)
}

/// Envoy shares requests by endpoint; clusters are to have shares by size, whatever the number of their addresses.
#[derive(Clone, Copy, Debug)]
pub struct Weigh {
    /// The weight of a whole cluster of size 1; none where all endpoints are alike.
    whole: Option<u32>,
}

impl Weigh {
    /// Clusters that stand in for each other: how many addresses each has, and its size.
    pub fn of(clusters: impl Iterator<Item = (u32, u32)>) -> Self {
        let clusters: BTreeSet<(u32, u32)> = clusters.filter(|(count, _)| *count > 0).collect();
        let alike = clusters.len() < 2;
        let whole = clusters.iter().map(|(count, _)| *count).try_fold(1, least_common_multiple);
        Self { whole: whole.filter(|_| !alike) }
    }

    /// The weight of each endpoint of a cluster.
    pub fn weight(self, size: u32, addresses: &[Address]) -> Option<u32> {
        self.whole?.checked_div(count(addresses))?.checked_mul(size)
    }
}

/// How many addresses there are.
pub fn count(addresses: &[Address]) -> u32 {
    u32::try_from(addresses.len()).unwrap_or(u32::MAX)
}

fn least_common_multiple(a: u32, b: u32) -> Option<u32> {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (a / divisor).checked_mul(b)
}
