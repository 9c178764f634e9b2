//! Merged services: far pods join the endpoints of a service that is there already, under its own name.
//!
//! Entries need what Istio knows of pods: the labels that subsets select by, that they speak mutual TLS, and the network
//! that they are in. From the last it also knows which endpoints a gateway must not pass on to.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, PortSelector, Settings, Subset, TrafficPolicy,
};
use super::dialect::Dialect;
use super::failover::{self, FAR, FARTHER};
use super::mark::{list, object, suppress};
use super::object::{Object, Spec};
use super::release::Feature;
use super::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec, ServicePort};
use super::sni::sni;
use crate::model::name::{self, SUBDOMAIN};
use crate::model::{Address, Port, Version};
use crate::plan::{ClusterPlan, Joined, JoinedEntry, Part};

/// The label that tells clusters apart, where a subset uses one of several.
const CLUSTER: &str = "cluster";
/// What Istio knows every endpoint's network by.
pub const NETWORK: &str = "topology.istio.io/network";
/// What Istio knows of pods with a sidecar, and takes nobody for one without.
pub const TLS_MODE: (&str, &str) = ("security.istio.io/tlsMode", "istio");

/// One entry for each far version and cluster.
pub(super) fn entries(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    for joined in &plan.joined {
        let ways =
            joined.entries.iter().filter_map(|entry| plan.mesh.written_reach(joined.service, entry.cluster));
        let place = joined.service.own_failover.or(ways.map(|way| way.place).next());
        dialect.can(Feature::MergedServices, place.unwrap_or(joined.service.place));
    }
    let entries =
        plan.joined.iter().flat_map(|joined| joined.entries.iter().map(move |entry| (joined, entry)));
    entries.map(|(joined, entry)| service_entry(plan, joined, entry)).collect()
}

/// What runs here and what joins it, told apart; one rule for both, for a host has only one.
pub(super) fn destination_rule(plan: &ClusterPlan<'_>, joined: &Joined<'_>) -> Object {
    let Joined { id: _, service, callers: _, entries, versions, parts, fails_over, .. } = joined;
    let settings = if *fails_over {
        failover::settings(&[FARTHER, FAR], plan.cluster.release)
    } else {
        Settings::default()
    };
    let policy = TrafficPolicy { settings, ..TrafficPolicy::default() };
    let whole = versions.iter().map(|version| Subset {
        name: version.subset.clone(),
        labels: version.labels.clone(),
        traffic_policy: None,
    });
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy: Some(policy).filter(|policy| *policy != TrafficPolicy::default()),
        subsets: whole.chain(parts.iter().map(|part| subset(plan, joined, part))).collect(),
    };
    let clusters = list(
        entries.iter().map(|entry| entry.cluster.name.as_str()).collect::<std::collections::BTreeSet<_>>(),
    );
    let why = format!("Tells apart what runs here of {service}, and what joins it from {clusters}.");
    let mut object = object(plan, &service.name, &service.namespace, why, Spec::DestinationRule(spec));
    // istioctl looks for pods that carry the labels; it does not look at the endpoints of a ServiceEntry.
    suppress(&mut object, "IST0173");
    object
}

/// A far part says its SNI outright, for the far gateway does not know the part's own name. The callers' own pods are
/// told by their network, and connections to them are Istio's to make.
fn subset(plan: &ClusterPlan<'_>, joined: &Joined<'_>, part: &Part<'_>) -> Subset {
    let mut labels = part.version.map(|version| version.labels.clone()).unwrap_or_default();
    let Some(far) = part.far else {
        labels.extend(plan.cluster.network.iter().map(|network| (NETWORK.to_owned(), network.clone())));
        return Subset { name: part.name.clone(), labels, traffic_policy: None };
    };
    labels.insert(CLUSTER.to_owned(), far.name.clone());
    let host = joined.service.plain_host(far);
    let known = part.version.map(|version| version.subset.as_str());
    let tls = |port: &Port| ClientTls {
        mode: ClientTlsMode::IstioMutual,
        sni: Some(sni(port.number, known, &host)),
    };
    let policy = match joined.service.ports.as_slice() {
        [only] => TrafficPolicy { tls: Some(tls(only)), ..TrafficPolicy::default() },
        several => TrafficPolicy {
            port_level_settings: several
                .iter()
                .map(|port| PortPolicy {
                    port: PortSelector { number: port.number },
                    settings: Settings::default(),
                    tls: Some(tls(port)),
                })
                .collect(),
            ..TrafficPolicy::default()
        },
    };
    Subset { name: part.name.clone(), labels, traffic_policy: Some(policy) }
}

fn service_entry(plan: &ClusterPlan<'_>, joined: &Joined<'_>, entry: &JoinedEntry<'_>) -> Object {
    let service = joined.service;
    let JoinedEntry { version, cluster } = entry;
    let port = cluster.gateway.as_ref().map_or(0, |gateway| gateway.port);
    let ports: IndexMap<_, _> = service.ports.iter().map(|known| (known.name.clone(), port)).collect();
    let labels = labels(plan, joined, entry);
    let endpoint = |address: &Address| Endpoint {
        address: address.to_string(),
        ports: ports.clone(),
        labels: labels.clone(),
        network: cluster.network.clone(),
        ..Endpoint::default()
    };
    let service_port = |port: &Port| ServicePort {
        name: port.name.clone(),
        number: port.number,
        protocol: port.protocol.istio(),
    };
    let spec = ServiceEntrySpec {
        hosts: vec![service.plain_host(plan.cluster)],
        addresses: Vec::new(),
        export_to: Vec::new(),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: service.ports.iter().map(service_port).collect(),
        endpoints: plan.dialled(cluster).iter().map(endpoint).collect(),
    };
    let what =
        version.map_or_else(|| service.to_string(), |version| format!("{} of {service}", version.name));
    let why = format!("{what} in {} joins the service here, through the gateway there.", cluster.name);
    object(
        plan,
        &entry_name(joined, *version, &cluster.name),
        &service.namespace,
        why,
        Spec::ServiceEntry(spec),
    )
}

/// `reviews-v2-cluster2-merged`
fn entry_name(joined: &Joined<'_>, version: Option<&Version>, cluster: &str) -> String {
    let subset = version.map_or("any", |version| version.subset.as_str());
    let name = format!("{}-{subset}-{cluster}-merged", joined.service.name);
    if name.len() > SUBDOMAIN { name::distinct(&name, &name, SUBDOMAIN) } else { name }
}

fn labels(plan: &ClusterPlan<'_>, joined: &Joined<'_>, entry: &JoinedEntry<'_>) -> BTreeMap<String, String> {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let mut labels = entry.version.map(|version| version.labels.clone()).unwrap_or_default();
    labels.extend([owned(TLS_MODE)]);
    if joined.parts.iter().any(|part| part.far.is_some()) {
        labels.insert(CLUSTER.to_owned(), entry.cluster.name.clone());
    }
    if joined.fails_over {
        labels.extend([owned(FAR)]);
        labels.extend(plan.farther(entry.cluster).then_some(owned(FARTHER)));
    }
    labels
}
