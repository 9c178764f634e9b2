//! What control planes must see of each other. None of it is in the bundles, and no tool reports what is missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::need::{ISTIO, Need, istiod_says, kubectl};
use crate::diagnostic::join;
use crate::model::{Address, Cluster};
use crate::plan::ClusterPlan;

/// The port by which Istio takes a Service for the gateway of a network, unless a label names another.
const PORT: u16 = 15443;

/// What clusters have in common whose endpoints are visible elsewhere.
pub struct Sights<'p> {
    /// By the cluster of the control plane: what it must see.
    visible: BTreeMap<&'p str, BTreeMap<&'p str, &'p Cluster>>,
    /// All that see others, or are visible.
    concerned: Vec<&'p Cluster>,
}

impl<'p> Sights<'p> {
    /// What the callers of all clusters go for.
    pub fn of(plans: &[ClusterPlan<'p>]) -> Self {
        let mut visible: BTreeMap<&str, BTreeMap<&str, &Cluster>> = BTreeMap::new();
        for plan in plans {
            let head = plan.configured_by.unwrap_or(plan.cluster);
            let own = visible.entry(&head.name).or_default();
            let remotes = plan.configures.iter().map(|(cluster, _)| *cluster);
            let all = plan.discovers.iter().copied().chain(remotes);
            own.extend(all.filter(|far| far.name != head.name).map(|far| (far.name.as_str(), far)));
        }
        Self {
            visible,
            concerned: plans.iter().filter(|plan| concerned(plan)).map(|plan| plan.cluster).collect(),
        }
    }
}

/// Whether callers here find something elsewhere by discovery, or others here.
pub fn concerned(plan: &ClusterPlan<'_>) -> bool {
    !plan.discovers.is_empty()
        || !plan.found_by.is_empty()
        || plan.configured_by.is_some()
        || !plan.configures.is_empty()
}

/// What a cluster needs to see others, and to be visible.
pub fn needs(plan: &ClusterPlan<'_>, sights: &Sights<'_>) -> Vec<Need> {
    if !concerned(plan) {
        return Vec::new();
    }
    let cluster = plan.cluster;
    let plane = match plan.configured_by {
        Some(head) => vec![configured(cluster, head)],
        None => [Some(registry(cluster)), secrets(cluster, sights), Some(not_local(cluster))]
            .into_iter()
            .flatten()
            .collect(),
    };
    let beside = beside(plan);
    let labelled = labelled(plan);
    let networks = networks(plan, &sights.concerned).filter(|_| plan.configured_by.is_none());
    let networks = networks.map(|networks| by_installation(plan, sights, &networks));
    plane.into_iter().chain(labelled).chain(networks).chain(beside).chain(callers(plan)).collect()
}

fn configured(cluster: &Cluster, head: &Cluster) -> Need {
    Need::new(
        "control-plane",
        format!(
            "the istiod of `{}` configures the proxies here, which call this cluster `{}` \
             (`global.remotePilotAddress`, `global.multiCluster.clusterName`)",
            head.name,
            cluster.registry_id()
        ),
        "the rules, which lie in the other cluster alone, reach no proxy here",
    )
    .seen_by(["istioctl", "--context", head.context.as_str(), "proxy-status"])
}

fn registry(cluster: &Cluster) -> Need {
    Need::new(
        "registry",
        format!(
            "istiod runs as `{}`, the id of this cluster (`global.multiCluster.clusterName`)",
            cluster.registry_id()
        ),
        "subsets of one cluster select nothing: 503",
    )
    .seen_by(istiod_says(cluster, "CLUSTER_ID"))
}

fn secrets(cluster: &Cluster, sights: &Sights<'_>) -> Option<Need> {
    let visible = sights.visible.get(cluster.name.as_str()).filter(|visible| !visible.is_empty())?;
    let names = join(visible.values().map(|far| format!("`{}` as `{}`", far.name, far.registry_id())), "and");
    let need = Need::new(
        "remote-secrets",
        format!("istiod sees the Services and pods of {names}: a remote secret for each"),
        "callers find nothing but what runs here",
    )
    .seen_by(kubectl(
        cluster,
        &["get", "secrets", "--namespace", ISTIO, "--selector", "istio/multiCluster=true"],
    ));
    Some(visible.values().fold(need, |need, far| {
        let made = format!(
            "istioctl create-remote-secret --context={} --name={} | kubectl --context={} apply -f -",
            quoted(&far.context),
            far.registry_id(),
            quoted(&cluster.context)
        );
        need.by(["sh", "-c", made.as_str()])
    }))
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn not_local(cluster: &Cluster) -> Need {
    Need::new(
        "cluster-local",
        "no setting keeps these services in their cluster (`clusterLocal` in `meshConfig.serviceSettings`)",
        "callers find nothing but what runs here",
    )
    .seen_by(kubectl(
        cluster,
        &["get", "configmap", "istio", "--namespace", ISTIO, "--output", "jsonpath={.data.mesh}"],
    ))
}

/// Between networks: the Service of the gateway tells istiod the way in.
fn labelled(plan: &ClusterPlan<'_>) -> Option<Need> {
    let network = plan.cluster.network.as_ref()?;
    let gateway =
        plan.entrance.as_ref().map(|entrance| entrance.gateway).filter(|_| !plan.found_by.is_empty())?;
    let mut labels = vec![format!("topology.istio.io/network={network}")];
    if gateway.port != PORT {
        labels.push(format!("networking.istio.io/gatewayPort={}", gateway.port));
    }
    let selector: Vec<String> =
        gateway.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let selector = selector.join(",");
    let mut words =
        vec!["label", "--overwrite", "service", "--namespace", &gateway.namespace, "--selector", &selector];
    words.extend(labels.iter().map(String::as_str));
    Some(
        Need::new(
            "network-gateway",
            format!(
                "the Service of the gateway carries {}, no other Service does, and its address is the one that others \
                 dial",
                join(labels.iter().map(|label| format!("`{label}`")), "and")
            ),
            "callers in other networks dial pods that they cannot reach, or part of their requests goes astray",
        )
        .seen_by(kubectl(
            plan.cluster,
            &["get", "services", "--all-namespaces", "--selector", "topology.istio.io/network", "--output", "wide"],
        ))
        .by(kubectl(plan.cluster, &words)),
    )
}

/// The same, where the installation tells istiod, for all networks at once.
fn by_installation(plan: &ClusterPlan<'_>, sights: &Sights<'_>, networks: &Value) -> Need {
    let cluster = plan.cluster;
    let own_way = |far: &&Cluster| {
        far.gateway.as_ref().is_some_and(|gateway| gateway.addresses_from.contains_key(&plan.cluster.id))
    };
    let need = if sights.concerned.iter().any(own_way) {
        Need::new(
            "mesh-networks",
            "callers here dial gateways at addresses of their own (`addressFrom`), which no label can say: \
             `global.meshNetworks` of istiod, and `ISTIO_META_NETWORK` in every proxy",
            "callers dial the addresses that all others do",
        )
    } else {
        Need::new(
            "mesh-networks",
            "the label of each gateway's Service says all this; or, instead, `global.meshNetworks` of istiod does, \
             and `ISTIO_META_NETWORK` in every proxy",
            "nothing: one of the two is enough",
        )
    };
    need.by([
        "helm",
        "--kube-context",
        cluster.context.as_str(),
        "upgrade",
        "istiod",
        "istio/istiod",
        "--namespace",
        ISTIO,
        "--reuse-values",
        "--set-json",
        format!("global.meshNetworks={networks}").as_str(),
    ])
}

/// `{network2: {endpoints: [{fromRegistry: cluster2}], gateways: [{address: 203.0.113.20, port: 15443}]}}`
fn networks(plan: &ClusterPlan<'_>, clusters: &[&Cluster]) -> Option<Value> {
    let mut known: BTreeMap<&str, (Vec<Value>, Vec<Value>)> = BTreeMap::new();
    for cluster in clusters {
        let Some(network) = &cluster.network else { continue };
        let (endpoints, gateways) = known.entry(network).or_default();
        endpoints.push(json!({"fromRegistry": cluster.registry_id()}));
        if let Some(gateway) = &cluster.gateway {
            let way = |address: &Address| json!({"address": address.to_string(), "port": gateway.port});
            gateways.extend(gateway.dialled_from(plan.cluster.id).iter().map(way));
        }
    }
    let all: Map<String, Value> = known
        .into_iter()
        .map(|(network, (endpoints, gateways))| {
            (network.to_owned(), json!({"endpoints": endpoints, "gateways": gateways}))
        })
        .collect();
    (all.len() > 1).then_some(Value::Object(all))
}

/// Within a network, pods reach each other.
fn beside(plan: &ClusterPlan<'_>) -> Option<Need> {
    let near = plan.discovers.iter().filter(|far| plan.cluster.shares_network(far));
    let near: BTreeSet<String> = near.map(|far| format!("`{}`", far.name)).collect();
    (!near.is_empty()).then(|| {
        Need::new(
            "one-network",
            format!("pods can open connections to pods in {}, by their addresses", join(near, "and")),
            "requests wait for the connection, and get 503",
        )
    })
}

/// These callers lose what is elsewhere where they turn mutual TLS off for themselves. Callers that say an SNI
/// outright do not.
fn callers(plan: &ClusterPlan<'_>) -> Option<Need> {
    (!plan.discovers.is_empty()).then(|| {
        Need::new(
            "mutual-tls-of-callers",
            "mutual TLS is not turned off (mode `DISABLE`) here, for callers either",
            "callers do not see what is behind gateways",
        )
        .seen_by(kubectl(plan.cluster, &["get", "peerauthentications", "--all-namespaces"]))
    })
}
