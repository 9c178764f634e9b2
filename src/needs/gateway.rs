//! The way in, and the ways out: gateways that are there, listen, pass TLS on, and can be dialled.

use std::collections::BTreeSet;

use super::discovery;
use super::need::{ISTIO, Need, kubectl};
use crate::diagnostic::join;
use crate::istio::Form;
use crate::istio::release::SniRouting;
use crate::model::{Cluster, Gateway, Release};
use crate::plan::{ClusterPlan, Entrance};

/// Ports that Kubernetes gives to Services of type `NodePort`.
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30000..=32767;

/// What a cluster needs for its gateway to be entered, and for those of others to be reached.
pub fn needs(plan: &ClusterPlan<'_>) -> Vec<Need> {
    let own = plan.entrance.as_ref().map(|entrance| own(plan, entrance)).unwrap_or_default();
    let far = plan.dials.iter().filter_map(|far| dialled(plan, far));
    own.into_iter().chain(own_view(plan)).chain(far).collect()
}

fn own(plan: &ClusterPlan<'_>, entrance: &Entrance<'_>) -> Vec<Need> {
    let (cluster, gateway) = (plan.cluster, entrance.gateway);
    let selector = selector(gateway);
    let workload = Need::new(
        "gateway",
        format!(
            "an east-west gateway: pods with {} in `{}` that listen on port {}, and a Service that leads there \
             from {}",
            labels(gateway),
            gateway.namespace,
            gateway.server_port,
            join(gateway.addresses.iter().map(|address| format!("{address} port {}", gateway.port)), "and"),
        ),
        "callers in other clusters get 503: connection refused, or no answer",
    )
    .seen_by(kubectl(
        cluster,
        &["get", "service,pods", "--namespace", &gateway.namespace, "--selector", &selector, "--output", "wide"],
    ));
    let workload =
        if cluster.release.brings_gateway() { workload } else { workload.by(chart(cluster, gateway)) };
    let router_mode = told_to_route(cluster.release).map(|unless| {
        Need::new(
            "router-mode",
            format!("the gateway is told to pass TLS on by SNI{unless}"),
            "the port is open, and every connection is reset",
        )
        .by(kubectl(
            cluster,
            &[
                "set",
                "env",
                "deployment",
                "--namespace",
                &gateway.namespace,
                "--selector",
                &selector,
                "ISTIO_META_ROUTER_MODE=sni-dnat",
            ],
        ))
    });
    let opened = gateway.existing.then(|| opened(plan, gateway));
    [Some(workload), router_mode, opened]
        .into_iter()
        .flatten()
        .chain(has_translations(plan).then(|| alone(plan, gateway)))
        .collect()
}

/// The Gateway object that others have written.
fn opened(plan: &ClusterPlan<'_>, gateway: &Gateway) -> Need {
    let domain = plan.cluster.cluster_domain.rsplit('.').next().unwrap_or_default();
    let mut hosts = vec![format!("`*.{domain}`")];
    if changes_ends(plan) {
        hosts.push(format!("`*.{}`", plan.view.remote_suffix));
    }
    Need::new(
        "gateway-object",
        format!(
            "a Gateway object for these pods opens port {} for {}, protocol `TLS`, mode `AUTO_PASSTHROUGH`",
            gateway.server_port,
            join(hosts, "and")
        ),
        "nothing listens on the port",
    )
    .seen_by(kubectl(
        plan.cluster,
        &["get", "gateways.networking.istio.io", "--all-namespaces", "--output", "yaml"],
    ))
}

/// Who is taught names must not be taught them by another too.
fn alone(plan: &ClusterPlan<'_>, gateway: &Gateway) -> Need {
    let suffix = &plan.view.remote_suffix;
    if changes_ends(plan) {
        return Need::new(
            "own-filter",
            format!(
                "Istio's own filter for names in `.{suffix}` is off (`global.multiCluster.enabled=false`, from 1.8 on \
                 also `global.multiCluster.includeEnvoyFilter=false`)"
            ),
            "it changes the names too, and some of them wrongly",
        )
        .seen_by(kubectl(plan.cluster, &["get", "envoyfilters", "--namespace", &gateway.namespace]))
        .by(kubectl(
            plan.cluster,
            &[
                "delete",
                "envoyfilter",
                "istio-multicluster-ingressgateway",
                "--namespace",
                &gateway.namespace,
                "--ignore-not-found",
            ],
        ));
    }
    Need::new(
        "own-names",
        format!(
            "no Gateway object opens `*.{suffix}` on port {}, and no other EnvoyFilter teaches the gateway these names",
            gateway.server_port
        ),
        "a name in two filter chains makes Envoy refuse the whole port",
    )
    .seen_by(kubectl(
        plan.cluster,
        &["get", "gateways.networking.istio.io,envoyfilters", "--all-namespaces", "--output", "yaml"],
    ))
}

/// Where far pods join services, or control planes see them, the network of every endpoint must be known, and
/// gateways must see their own alone.
fn own_view(plan: &ClusterPlan<'_>) -> Vec<Need> {
    let concerned = plan.has_pool || discovery::concerned(plan);
    let Some(network) = plan.cluster.network.as_ref().filter(|_| concerned) else { return Vec::new() };
    let label = format!("topology.istio.io/network={network}");
    let known = Need::new(
        "network",
        format!("Istio knows `{network}` as the network of this cluster and its pods (`global.network`)"),
        "pods of other networks are dialled as if they were here",
    )
    .seen_by(kubectl(plan.cluster, &["get", "namespace", ISTIO, "--show-labels"]))
    .by(kubectl(plan.cluster, &["label", "--overwrite", "namespace", ISTIO, &label]));
    let entered = plan.entrance.is_some() || plan.has_pool;
    let Some(gateway) = plan.cluster.gateway.as_ref().filter(|_| entered) else { return vec![known] };
    let selector = selector(gateway);
    let variable = format!("ISTIO_META_REQUESTED_NETWORK_VIEW={network}");
    let view = Need::new(
        "network-view",
        format!("the gateway sees the endpoints of `{network}` alone"),
        "part of what arrives goes back to other clusters, in circles",
    )
    .by(kubectl(
        plan.cluster,
        &["set", "env", "deployment", "--namespace", &gateway.namespace, "--selector", &selector, &variable],
    ));
    vec![known, view]
}

/// A gateway of another cluster that callers here dial.
fn dialled(plan: &ClusterPlan<'_>, far: &Cluster) -> Option<Need> {
    let gateway = far.gateway.as_ref()?;
    let port = gateway.port.to_string();
    let addresses: BTreeSet<String> = plan.dialled(far).iter().map(ToString::to_string).collect();
    let need = Need::new(
        "reachable",
        format!(
            "pods can open connections to {} port {port}, the gateway of {}",
            join(addresses.iter().cloned(), "and"),
            far.name
        ),
        "requests wait for the connection, and get 503",
    );
    Some(
        addresses
            .iter()
            .fold(need, |need, address| need.seen_by(["nc", "-vz", address.as_str(), port.as_str()])),
    )
}

/// Istio's own chart for gateways.
fn chart(cluster: &Cluster, gateway: &Gateway) -> Vec<String> {
    let Gateway { port, server_port, namespace, selector, .. } = gateway;
    let node_port = NODE_PORTS.contains(port);
    let ports = if node_port {
        format!(r#"[{{"name":"tls","port":{server_port},"targetPort":{server_port},"nodePort":{port}}}]"#)
    } else {
        format!(r#"[{{"name":"tls","port":{port},"targetPort":{server_port}}}]"#)
    };
    let mut words: Vec<String> = ["helm", "--kube-context", cluster.context.as_str()]
        .into_iter()
        .chain(["upgrade", "--install", "istio-eastwestgateway", "istio/gateway", "--namespace", namespace])
        .map(str::to_owned)
        .collect();
    for (key, value) in selector {
        words.extend(["--set-string".to_owned(), format!("labels.{}={value}", key.replace('.', "\\."))]);
    }
    words.extend(["--set-json".to_owned(), format!("service.ports={ports}")]);
    if node_port {
        words.extend(["--set".to_owned(), "service.type=NodePort".to_owned()]);
    }
    words
}

fn selector(gateway: &Gateway) -> String {
    let labels: Vec<String> = gateway.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    labels.join(",")
}

fn labels(gateway: &Gateway) -> String {
    join(gateway.selector.iter().map(|(key, value)| format!("`{key}: {value}`")), "and")
}

/// How a release's gateways come to pass on TLS.
fn told_to_route(release: Release) -> Option<&'static str> {
    match release.sni_routing() {
        SniRouting::Always => None,
        SniRouting::UnlessByHelm => Some(" if Helm installed it"),
        SniRouting::OnlyIfTold => Some(""),
    }
}

/// Whether callers say remote names to the cluster's gateway, and it is taught by another end of these names.
fn changes_ends(plan: &ClusterPlan<'_>) -> bool {
    has_translations(plan) && matches!(Form::of(plan.cluster.release), Some(Form::ChangedEnd { typed: _ }))
}

fn has_translations(plan: &ClusterPlan<'_>) -> bool {
    plan.entrance.as_ref().is_some_and(|entrance| !entrance.translations.is_empty())
}
