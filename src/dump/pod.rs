//! Pods, and what brings them where a dump has none.
//!
//! Enters: a pod, or the template of a workload. Leaves: what a trace asks of pods. Refuses to know: Services.

use std::collections::BTreeMap;

use super::object::{Condition, Container, Labels, Metadata, PodSpec, PodStatus, Template, WorkloadSpec};

/// What the sidecar's container is called.
const PROXY: &str = "istio-proxy";
/// The label, or annotation, of a pod that says whether it gets a sidecar.
const INJECT: &str = "sidecar.istio.io/inject";

/// What is kept of a pod.
#[derive(Clone, Debug, Hash)]
pub(super) struct Pod {
    pub(super) labels: Labels,
    /// Whatever brought it, without the hash of its template.
    pub(super) owner: String,
    pub(super) account: String,
    pub(super) node: Option<String>,
    pub(super) is_ready: bool,
    pub(super) has_sidecar: bool,
    /// Its proxy is no sidecar.
    pub(super) is_gateway: bool,
    /// Networks whose endpoints its proxy asks for.
    pub(super) view: Vec<String>,
    /// What its own label says of a sidecar.
    pub(super) inject: Option<bool>,
    /// Its own, where it is known.
    pub(super) addresses: Vec<String>,
    /// By name.
    pub(super) ports: BTreeMap<String, u16>,
}

/// Nothing for a pod that is no longer there.
pub(super) fn running(metadata: Metadata, spec: PodSpec, status: PodStatus) -> Option<Pod> {
    let is_over = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    if is_over || metadata.deletion_timestamp.is_some() {
        return None;
    }
    let labels = metadata.labels.unwrap_or_default();
    let owner = metadata.owner_references.unwrap_or_default().into_iter().next();
    let owner = match owner {
        Some(owner) if owner.kind == "ReplicaSet" => {
            let hash = labels.get("pod-template-hash").map(|hash| format!("-{hash}"));
            let plain = hash.as_ref().and_then(|hash| owner.name.strip_suffix(hash.as_str()));
            plain.unwrap_or(&owner.name).to_owned()
        }
        Some(owner) if owner.kind != "StatefulSet" => owner.name,
        Some(_) | None => metadata.name,
    };
    let is_ready = status.conditions.iter().flatten().any(Condition::is_ready);
    Some(Pod { is_ready, addresses: status.pod_ip.into_iter().collect(), ..of_spec(owner, labels, spec) })
}

/// The pod that a workload would bring; nothing if it brings none.
pub(super) fn to_be(name: &str, spec: WorkloadSpec) -> Option<Pod> {
    let WorkloadSpec { replicas, template } = spec;
    let Template { metadata, spec } = template?;
    if replicas == Some(0) {
        return None;
    }
    let Metadata { labels, annotations, .. } = metadata.unwrap_or_default();
    let labels = labels.unwrap_or_default();
    let inject = labels.get(INJECT).cloned().or_else(|| annotations.and_then(|said| said.inject));
    let pod = of_spec(name.to_owned(), labels, spec?);
    let inject = inject.map(|word| word == "true");
    let has_sidecar = pod.has_sidecar || inject != Some(false);
    Some(Pod { is_ready: true, inject, has_sidecar, ..pod })
}

fn of_spec(owner: String, labels: Labels, spec: PodSpec) -> Pod {
    let PodSpec { node_name, service_account_name, containers, init_containers } = spec;
    let all = || containers.iter().chain(init_containers.iter().flatten());
    let proxy = all().find(|container| container.name == PROXY);
    let has_word = |proxy: &Container| proxy.args.iter().flatten().any(|word| word == "router");
    let variable = |name: &str| {
        let variables = proxy.into_iter().flat_map(|proxy| proxy.env.iter().flatten());
        variables.filter(|some| some.name == name).find_map(|some| some.value.clone())
    };
    let view = variable("ISTIO_META_REQUESTED_NETWORK_VIEW").unwrap_or_default();
    Pod {
        owner,
        account: service_account_name.unwrap_or_else(|| "default".to_owned()),
        node: node_name,
        is_ready: false,
        inject: None,
        addresses: Vec::new(),
        has_sidecar: proxy.is_some(),
        is_gateway: proxy.is_some_and(has_word),
        view: view.split(',').filter(|network| !network.is_empty()).map(str::to_owned).collect(),
        ports: all()
            .flat_map(|container| container.ports.iter().flatten())
            .filter_map(|port| Some((port.name.clone()?, port.container_port)))
            .collect(),
        labels,
    }
}
