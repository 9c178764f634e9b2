//! Where requests from outside arrive: gateways that run, listen, and find their certificates.

use std::collections::BTreeSet;

use super::need::{Need, kubectl};
use crate::diagnostic::join;
use crate::model::{Cluster, IngressGateway};
use crate::plan::ClusterPlan;

/// What the ingress gateways of a cluster need.
pub fn needs(plan: &ClusterPlan<'_>) -> Vec<Need> {
    plan.ingress_gateways.iter().flat_map(|gateway| of(plan.cluster, gateway)).collect()
}

fn of(cluster: &Cluster, gateway: &IngressGateway) -> Vec<Need> {
    let IngressGateway { name, namespace, selector, servers, workload_namespaces, .. } = gateway;
    let labels = join(selector.iter().map(|(key, value)| format!("`{key}: {value}`")), "and");
    let namespaces = join(workload_namespaces.iter().map(|name| format!("`{name}`")), "or");
    let ports: BTreeSet<u16> = servers.iter().map(|server| server.port.value).collect();
    let numbers = join(ports.iter().map(u16::to_string), "and");
    let open = match ports.len() {
        0 => String::new(),
        1 => format!(" with port {numbers}"),
        _ => format!(" with ports {numbers}"),
    };
    let selected: Vec<String> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let everywhere = ["get", "service,pods", "--all-namespaces", "--selector", &selected.join(",")];
    let workload = Need::new(
        "ingress",
        format!(
            "an ingress gateway for `{name}`: pods with {labels} in {namespaces}, behind a Service{open}"
        ),
        "requests from outside are not let in",
    )
    .seen_by(kubectl(cluster, &everywhere));
    let object = servers.is_empty().then(|| {
        Need::new(
            "ingress-object",
            format!("the Gateway `{namespace}/{name}` is there, and open for the hosts of its routes"),
            "requests from outside get 404",
        )
        .seen_by(kubectl(
            cluster,
            &["get", "gateways.networking.istio.io", name, "--namespace", namespace, "--output", "yaml"],
        ))
    });
    let secrets: BTreeSet<&str> =
        servers.iter().filter_map(|server| server.tls.as_ref()?.credential_name.as_deref()).collect();
    let certificates = secrets.into_iter().map(|secret| {
        workload_namespaces.iter().fold(
            Need::new(
                "certificate",
                format!("the Secret `{secret}` with a certificate, where the pods of `{name}` are: in {namespaces}"),
                "the port does not answer TLS",
            ),
            |need, namespace| need.seen_by(kubectl(cluster, &["get", "secret", secret, "--namespace", namespace])),
        )
    });
    [Some(workload), object].into_iter().flatten().chain(certificates).collect()
}
