//! `merged`: far pods join the endpoints of a service that is there already, under its own name.
//!
//! Entries need what Istio knows of pods: the labels that subsets select by, that they speak mutual TLS, and the
//! network that they are in. From the last it also knows which endpoints a gateway must not pass on to.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::discovery;
use super::endpoint::{CLUSTER, Weigh, count};
use crate::istio::contract::Contract;
use crate::istio::dialect::Dialect;
use crate::istio::failover::{self, FAR, FARTHER, Order};
use crate::istio::kind::destination_rule::{
    DestinationRuleSpec, PortPolicy, Settings, Subset, TrafficPolicy,
};
use crate::istio::kind::object::{Object, Spec};
use crate::istio::kind::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec};
use crate::istio::mark::{entry_port, list, object, suppress};
use crate::istio::near::near;
use crate::istio::release::Feature;
use crate::model::name::{self, SUBDOMAIN};
use crate::model::service_account::ServiceAccount;
use crate::model::{Address, Version};
use crate::plan::{ClassPlan, Joining, Part, Pool, Way};

/// What Istio knows every endpoint's network by.
pub const NETWORK: &str = "topology.istio.io/network";
/// What Istio knows of pods with a sidecar, and takes nobody for one without.
pub const TLS_MODE: (&str, &str) = ("security.istio.io/tlsMode", "istio");

/// One entry for each far version and cluster.
pub fn entries(plan: &ClassPlan<'_>, pool: &Pool<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    dialect.can(Feature::MergedServices, pool.place);
    pool.entries.iter().map(|entry| service_entry(plan, pool, entry)).collect()
}

/// Tells apart what runs here and what joins it. One rule does both, because a host has only one.
pub fn destination_rule(plan: &ClassPlan<'_>, pool: &Pool<'_>, dialect: &mut Dialect<'_>) -> Object {
    let service = pool.service;
    let mut subsets: Vec<Subset> = Vec::new();
    for version in &pool.versions {
        let own = version.traffic_policy.as_ref().map(|policy| near(policy, dialect));
        subsets.push(Subset {
            name: version.subset.clone(),
            labels: version.labels.clone(),
            traffic_policy: own.map(|policy| stood_in(pool, policy, dialect)),
        });
    }
    subsets.extend(pool.parts.iter().map(|part| subset(plan, pool, part, dialect)));
    // What control planes show is said under the same name.
    let shown: Vec<_> = plan.serve.iter().flat_map(|serving| discovery::subsets(serving, dialect)).collect();
    for subset in shown {
        if subsets.iter().all(|known| known.name != subset.name) {
            subsets.push(subset);
        }
    }
    let said = service.traffic_policy.as_ref().map(|policy| near(policy, dialect)).unwrap_or_default();
    let whole = stood_in(pool, said, dialect);
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy: Some(whole).filter(|policy| *policy != TrafficPolicy::default()),
        subsets,
    };
    let clusters: BTreeSet<_> = pool.entries.iter().map(|entry| entry.cluster.name.as_str()).collect();
    let why = format!("Tells apart what runs here of {service}, and what joins it from {}.", list(clusters));
    let mut object = object(
        (plan.view, plan.cluster.release),
        &service.name,
        &service.namespace,
        why,
        Spec::DestinationRule(spec),
    );
    // istioctl looks for pods that carry the labels; it does not look at the endpoints of a ServiceEntry.
    suppress(&mut object, "IST0173");
    object
}

/// What makes a pool fail over, at every level that inherits nothing.
fn stood_in(pool: &Pool<'_>, said: TrafficPolicy, dialect: &Dialect<'_>) -> TrafficPolicy {
    if !pool.fails_over {
        return said;
    }
    let added = |said: Settings| failover::added(said, Order::of(&[FARTHER.0, FAR.0]), dialect.release());
    let TrafficPolicy { settings, tls, port_level_settings } = said;
    let port_level_settings = port_level_settings
        .into_iter()
        .map(|PortPolicy { port, settings, tls }| PortPolicy { port, settings: added(settings), tls });
    TrafficPolicy { settings: added(settings), tls, port_level_settings: port_level_settings.collect() }
}

/// What the rule says of the whole pool, at the ports of a subset, which inherit nothing.
fn at_every_port(pool: &Pool<'_>, said: TrafficPolicy, dialect: &Dialect<'_>) -> TrafficPolicy {
    let TrafficPolicy { settings, tls, port_level_settings } = said;
    let ports = TrafficPolicy { port_level_settings, ..TrafficPolicy::default() };
    let TrafficPolicy { port_level_settings, .. } = stood_in(pool, ports, dialect);
    TrafficPolicy { settings, tls, port_level_settings }
}

/// A far part says its SNI outright, because the far gateway does not know the part's own name. The callers' own
/// pods are told by their network, and Istio makes connections to them as always.
fn subset(plan: &ClassPlan<'_>, pool: &Pool<'_>, part: &Part<'_>, dialect: &mut Dialect<'_>) -> Subset {
    let service = pool.service;
    let mut labels = part.version.map(|version| version.labels.clone()).unwrap_or_default();
    let Some(far) = part.far else {
        labels.extend(plan.cluster.network.iter().map(|network| (NETWORK.to_owned(), network.clone())));
        let own = service.own_policy(part.pick).map(|policy| near(policy, dialect));
        return Subset { name: part.name.clone(), labels, traffic_policy: own };
    };
    labels.insert(CLUSTER.to_owned(), far.name.clone());
    let contract = Contract {
        service,
        cluster: far,
        serving: &[far],
        subset: part.version.map(|version| version.subset.as_str()),
        way: Way::Merged,
    };
    let policy = at_every_port(pool, contract.policy(part.pick, None, dialect), dialect);
    Subset { name: part.name.clone(), labels, traffic_policy: Some(policy) }
}

fn service_entry(plan: &ClassPlan<'_>, pool: &Pool<'_>, entry: &Joining<'_>) -> Object {
    let service = pool.service;
    let Joining { version, cluster, size } = entry;
    let clusters = pool.entries.iter().map(|entry| (count(plan.dialled(entry.cluster)), entry.size));
    let weight = Weigh::of(clusters.filter(|_| pool.fails_over)).weight(*size, plan.dialled(cluster));
    let port = cluster.gateway.as_ref().map_or(0, |gateway| gateway.port);
    let ports: IndexMap<_, _> = service.crossing_ports().map(|known| (known.name.clone(), port)).collect();
    let labels = labels(plan, pool, entry);
    // An endpoint has one account. That there is no second one has been checked.
    let account = service.service_accounts.iter().find_map(|account| match account {
        ServiceAccount::Named(name) => Some(name.clone()),
        ServiceAccount::Identity(_) => None,
    });
    let endpoint = |address: &Address| Endpoint {
        address: address.to_string(),
        ports: ports.clone(),
        labels: labels.clone(),
        network: cluster.network.clone(),
        service_account: account.clone(),
        weight,
        ..Endpoint::default()
    };
    let spec = ServiceEntrySpec {
        hosts: vec![service.plain_host(plan.cluster)],
        addresses: Vec::new(),
        export_to: Vec::new(),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: service.crossing_ports().map(entry_port).collect(),
        endpoints: plan.dialled(cluster).iter().map(endpoint).collect(),
    };
    let what =
        version.map_or_else(|| service.to_string(), |version| format!("{} of {service}", version.name));
    let why = format!("{what} in {} joins the service here, through the gateway there.", cluster.name);
    object(
        (plan.view, plan.cluster.release),
        &entry_name(pool, *version, &cluster.name),
        &service.namespace,
        why,
        Spec::ServiceEntry(spec),
    )
}

/// `reviews-v2-cluster2-merged`
fn entry_name(pool: &Pool<'_>, version: Option<&Version>, cluster: &str) -> String {
    let subset = version.map_or("any", |version| version.subset.as_str());
    let name = format!("{}-{subset}-{cluster}-merged", pool.service.name);
    if name.len() > SUBDOMAIN { name::distinct(&name, &name, SUBDOMAIN) } else { name }
}

fn labels(plan: &ClassPlan<'_>, pool: &Pool<'_>, entry: &Joining<'_>) -> BTreeMap<String, String> {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let mut labels = entry.version.map(|version| version.labels.clone()).unwrap_or_default();
    labels.extend([owned(TLS_MODE)]);
    if pool.parts.iter().any(|part| part.far.is_some()) {
        labels.insert(CLUSTER.to_owned(), entry.cluster.name.clone());
    }
    if pool.fails_over {
        labels.extend([owned(FAR)]);
        labels.extend(plan.farther(entry.cluster).then_some(owned(FARTHER)));
    }
    labels
}
