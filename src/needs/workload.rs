//! What calls and what is called: namespaces that are there, sidecars, and mutual TLS that nobody turned off.

use std::collections::BTreeSet;

use super::need::{ISTIO, Need, kubectl};
use crate::diagnostic::join;
use crate::istio::release::Feature;
use crate::model::Cluster;
use crate::plan::ClusterPlan;

/// Namespaces that Kubernetes and Istio bring along.
const EVERYWHERE: [&str; 2] = ["default", ISTIO];

/// What the workloads of a cluster need to call others, or to be called from there.
pub fn needs(plan: &ClusterPlan<'_>) -> Vec<Need> {
    let cluster = plan.cluster;
    let namespaces = written(plan);
    let namespaces = (!namespaces.is_empty()).then(|| {
        let need = Need::new(
            "namespaces",
            format!("the {} of what is written here: {}", noun(&namespaces), quoted(&namespaces)),
            "kubectl refuses their objects",
        );
        namespaces.iter().fold(need, |need, name| need.by(kubectl(cluster, &["create", "namespace", name])))
    });
    let called: BTreeSet<&str> = plan
        .entrance
        .iter()
        .flat_map(|entrance| entrance.services.iter().copied())
        .chain(plan.found_here.iter().copied())
        .map(|service| service.namespace.as_str())
        .collect();
    [namespaces, sidecars(cluster, &called, plan.calling.as_ref()), mutual_tls(cluster, &called)]
        .into_iter()
        .flatten()
        .collect()
}

/// Namespaces that objects of the cluster's bundle lie in, but for those that every cluster has, and the
/// gateway's.
fn written<'p>(plan: &ClusterPlan<'p>) -> BTreeSet<&'p str> {
    let gateways = plan.ingress_gateways.iter().filter(|gateway| !gateway.servers.is_empty());
    let gateways = gateways.map(|gateway| gateway.namespace.as_str());
    let namespaces = plan.namespaces.iter().copied().chain(gateways);
    namespaces.filter(|name| !EVERYWHERE.contains(name)).collect()
}

fn sidecars(cluster: &Cluster, called: &BTreeSet<&str>, calling: Option<&BTreeSet<&str>>) -> Option<Need> {
    let pods = (!called.is_empty()).then(|| format!("the pods in {} that others call", quoted(called)));
    let callers = match calling {
        None => Some("every workload that calls other clusters".to_owned()),
        Some(calling) if calling.is_empty() => None,
        Some(calling) => Some(format!("the callers in {}", quoted(calling))),
    };
    if pods.is_none() && callers.is_none() {
        return None;
    }
    let who = join(callers.into_iter().chain(pods), "and");
    let need = Need::new(
        "sidecars",
        format!("sidecars in {who}"),
        "callers send plain text, or pods cannot answer mutual TLS: 503",
    );
    let named: BTreeSet<&str> = called.union(calling.unwrap_or(&BTreeSet::new())).copied().collect();
    Some(named.iter().fold(need, |need, name| {
        need.by(kubectl(cluster, &["label", "namespace", name, "istio-injection=enabled", "--overwrite"]))
    }))
}

fn mutual_tls(cluster: &Cluster, called: &BTreeSet<&str>) -> Option<Need> {
    if called.is_empty() {
        return None;
    }
    let kinds = if cluster.release.can(Feature::AutoMutualTls) {
        "peerauthentications"
    } else {
        "meshpolicies,policies.authentication.istio.io"
    };
    let need = Need::new(
        "mutual-tls",
        format!("mutual TLS is not turned off (mode `DISABLE`) for pods in {}", quoted(called)),
        "the gateway leaves these pods out: 503",
    );
    Some(need.seen_by(kubectl(cluster, &["get", kinds, "--all-namespaces"])))
}

fn noun(names: &BTreeSet<&str>) -> &'static str {
    if names.len() == 1 { "namespace" } else { "namespaces" }
}

fn quoted(names: &BTreeSet<&str>) -> String {
    join(names.iter().map(|name| format!("`{name}`")), "and")
}
