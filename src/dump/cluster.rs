//! The objects of one cluster, as its dumps hold them.
//!
//! Enters: objects, one at a time. Leaves: those that a trace follows, each once. Refuses to know: what they mean together.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_yaml::Value;

use super::identity::Seen;
use super::inventory::Marks;
use super::item::Item;
use super::mesh::Installation;
use super::object::{
    ConfigMap, Header, Istios, Labels, List, Metadata, NodeStatus, PodSpec, PodStatus, ServiceSpec,
    ServiceStatus, Statused, Whole, WorkloadSpec,
};
use super::origin::Origin;
use super::pod::{self, Pod};
use super::slice::{self, EndpointSlice, Endpoints};
use super::{HELP, Unreadable, mesh, template};
use crate::diagnostic::{Finding, escape};
use crate::trace::object::{BundleText, Routing};
use crate::trace::world::Listed;

/// Where Istio's control plane is.
pub(super) const ROOT: &str = "istio-system";
/// By which a control plane finds the Secrets that open other clusters.
const REMOTE: &str = "istio/multiCluster";
/// Kinds of Istio that a trace follows, or says that it does not.
const FOLLOWED: [&str; 8] = [
    "DestinationRule",
    "EnvoyFilter",
    "Gateway",
    "PeerAuthentication",
    "ServiceEntry",
    "Sidecar",
    "VirtualService",
    "WorkloadEntry",
];
/// Where the kinds of the Gateway API are.
const GATEWAY_API: &str = "gateway.networking.k8s.io";
/// Kinds of the Gateway API that a trace follows.
const ROUTES: [&str; 4] = ["GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute"];
/// Kinds that route, and that a trace does not know.
const ROUTING: [&str; 1] = ["TrafficPolicy"];

/// Namespace and name.
pub(super) type Name = (String, String);

/// What is kept of one cluster.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) services: BTreeMap<Name, Service>,
    pub(super) pods: BTreeMap<Name, Pod>,
    /// Region and zone of nodes.
    pub(super) nodes: BTreeMap<String, String>,
    pub(super) installation: Installation,
    /// Documents of Istio's objects.
    pub(super) routing: String,
    /// Selectors of Istio's Gateways.
    pub(super) gateway_selectors: Vec<Labels>,
    /// Namespaces and selectors of entries.
    pub(super) entry_selectors: Vec<(String, Labels)>,
    /// What is listed by hand for Services.
    pub(super) listed: BTreeMap<Name, Vec<Listed>>,
    /// Addresses of nodes.
    pub(super) node_addresses: Vec<String>,
    /// Pods as workloads would bring them, for dumps without any.
    pub(super) templates: BTreeMap<(Name, String), Pod>,
    /// Namespaces where pods get no sidecar.
    pub(super) not_injected: BTreeSet<String>,
    /// Gateways of the Gateway API.
    pub(super) has_other_gateways: bool,
    /// What is wrong, though it can be read.
    pub(super) findings: Vec<Finding>,
    /// Whose Istio's objects are.
    pub(super) marks: Vec<Marks>,
    pub(super) seen: Seen,
    pub(super) unread: BTreeMap<String, usize>,
    routes: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) labels: Labels,
    pub(super) spec: ServiceSpec,
    pub(super) status: ServiceStatus,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "apiVersion")]
    api_version: &'a str,
    kind: &'a str,
    metadata: Kept<'a>,
    spec: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept<'a> {
    name: &'a str,
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_timestamp: Option<&'a str>,
    /// Of what selectors find.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a Labels>,
}

impl Objects {
    /// Keeps an object if a trace follows it.
    pub(super) fn take(&mut self, origin: &Origin<'_>, item: &Item<'_>) -> Result<(), Unreadable> {
        let file = &*origin.file();
        let Ok(header) = item.parse::<Header>() else { return self.no_object(origin, item) };
        let Header { api_version, kind, metadata } = header;
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        if metadata.name.is_empty() && kind.ends_with("List") {
            return refuse_one_line(file, item);
        }
        if metadata.name.is_empty() {
            return self.no_object(origin, item);
        }
        if [&metadata.name, metadata.namespace.as_ref().unwrap_or(&metadata.name)]
            .iter()
            .any(|name| template::is_name(name))
        {
            self.unfilled(file, item.path);
            return Ok(());
        }
        match (group, kind.as_str()) {
            ("", "Service") => {
                let Ok(Whole::<ServiceSpec, ServiceStatus> { spec, status }) = item.parse() else {
                    return self.unsound(origin, item, &kind, &metadata.name);
                };
                let status = status.unwrap_or_default();
                let labels = metadata.labels.clone().unwrap_or_default();
                let Some(name) = self.name(origin, &kind, &metadata) else { return Ok(()) };
                if self.is_new(origin, &kind, &name, &(&labels, &spec, &status)) {
                    self.services.insert(name, Service { labels, spec, status });
                }
            }
            ("", "Pod") => {
                let Ok(Whole::<PodSpec, PodStatus> { spec, status }) = item.parse() else {
                    return self.unsound(origin, item, &kind, &metadata.name);
                };
                let Some(name) = self.name(origin, &kind, &metadata) else { return Ok(()) };
                self.installation.runs(&spec.containers);
                let Some(pod) = pod::running(metadata, spec, status.unwrap_or_default()) else {
                    return Ok(());
                };
                if self.is_new(origin, &kind, &name, &pod) {
                    self.pods.insert(name, pod);
                }
            }
            ("apps" | "argoproj.io", "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout") => {
                let Ok(Whole::<WorkloadSpec, IgnoredAny> { spec, status: _ }) = item.parse() else {
                    return self.unsound(origin, item, &kind, &metadata.name);
                };
                let Some(name) = self.name(origin, &kind, &metadata) else { return Ok(()) };
                let Some(pod) = pod::to_be(&metadata.name, spec) else { return Ok(()) };
                if self.is_new(origin, &kind, &name, &pod) {
                    self.templates.insert((name, kind), pod);
                }
            }
            // Its values are not even looked at.
            ("", "Secret") => self.installation.opens(&metadata, REMOTE),
            ("networking.istio.io" | "security.istio.io", followed) if FOLLOWED.contains(&followed) => {
                return self.take_routing(origin, item, &api_version, &kind, &metadata);
            }
            (GATEWAY_API, route) if ROUTES.contains(&route) => {
                return self.take_routing(origin, item, &api_version, &kind, &metadata);
            }
            _ => return self.take_surroundings(origin, item, group, &kind, metadata),
        }
        Ok(())
    }

    /// What stands around Services and pods; other kinds are counted.
    fn take_surroundings(
        &mut self,
        origin: &Origin<'_>,
        item: &Item<'_>,
        group: &str,
        kind: &str,
        metadata: Metadata,
    ) -> Result<(), Unreadable> {
        match (group, kind) {
            ("discovery.k8s.io", "EndpointSlice") => {
                let Ok(slice) = item.parse::<EndpointSlice>() else {
                    return self.unsound(origin, item, kind, &metadata.name);
                };
                let Some(name) = self.name(origin, kind, &metadata) else { return Ok(()) };
                let Some(service) = slice::service_of(&metadata) else { return Ok(()) };
                if self.is_new(origin, kind, &name, &slice) {
                    self.list((name.0, service), slice.listed());
                }
            }
            ("", "Endpoints") => {
                let Ok(endpoints) = item.parse::<Endpoints>() else {
                    return self.unsound(origin, item, kind, &metadata.name);
                };
                let Some(name) = self.name(origin, kind, &metadata) else { return Ok(()) };
                if self.is_new(origin, kind, &name, &endpoints) {
                    self.list(name, endpoints.listed());
                }
            }
            ("", "Node") => {
                let status = item.parse::<Statused<NodeStatus>>().ok().and_then(|node| node.status);
                let addresses = status.into_iter().flat_map(NodeStatus::dialled);
                self.node_addresses.extend(addresses);
                if let Some(place) = metadata.labels.as_ref().and_then(mesh::place) {
                    self.nodes.insert(metadata.name, place);
                }
            }
            ("", "Namespace") => {
                let labels = metadata.labels.unwrap_or_default();
                if metadata.name == ROOT {
                    self.installation.network = labels.get(NETWORK).cloned();
                }
                if labels.get("istio-injection").is_some_and(|word| word == "disabled") {
                    self.not_injected.insert(metadata.name);
                }
            }
            ("", "ConfigMap") if metadata.namespace.as_deref() == Some(ROOT) && metadata.name == "istio" => {
                let Ok(ConfigMap { data }) = item.parse() else {
                    return self.unsound(origin, item, kind, &metadata.name);
                };
                if self.installation.configure(data).is_none() {
                    return self.unsound(origin, item, kind, &metadata.name);
                }
            }
            (_, other) => {
                self.has_other_gateways |= group == GATEWAY_API && other == "Gateway";
                let which = if ROUTING.contains(&other) { &mut self.routes } else { &mut self.unread };
                *which.entry(kind.to_owned()).or_default() += 1;
            }
        }
        Ok(())
    }

    /// An object of Istio, as text in the form of bundles.
    fn take_routing(
        &mut self,
        origin: &Origin<'_>,
        item: &Item<'_>,
        api_version: &str,
        kind: &str,
        metadata: &Metadata,
    ) -> Result<(), Unreadable> {
        let file = &*origin.file();
        let title = escape::line(&format!("{kind} {}", metadata.name)).into_owned();
        let wrong = |reason: &str| {
            Unreadable::new(format!("{file}: cannot follow {title} ({}): {reason}", item.path))
                .help("leave it out of the dump if the request has nothing to do with it")
        };
        let Ok(Istios { spec }) = item.parse() else { return self.no_object(origin, item) };
        let spec = spec.unwrap_or_default();
        if kind != "EnvoyFilter" && template::is_unfilled(&spec) {
            self.unfilled(file, item.path);
            return Ok(());
        }
        let Some(name) = self.name(origin, kind, metadata) else { return Ok(()) };
        let document = Document {
            api_version,
            kind,
            metadata: Kept {
                name: &name.1,
                namespace: &name.0,
                creation_timestamp: metadata.creation_timestamp.as_deref(),
                labels: metadata.labels.as_ref().filter(|_| kind == "WorkloadEntry"),
            },
            spec: &spec,
        };
        let text = serde_yaml::to_string(&document).map_err(|_| wrong("it is no sound object"))?;
        let sound = Routing::read(&[BundleText { cluster: "", file: "", text: &text }]);
        if let Err(reason) = sound {
            if template::is_source(item.text) {
                self.unfilled(file, item.path);
                return Ok(());
            }
            if !origin.is_named() {
                return self.no_object(origin, item);
            }
            let reason = reason.to_string();
            let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
            return Err(wrong(&escape::line(reason)));
        }
        if self.is_new(origin, kind, &name, &spec) {
            if kind == "Gateway" {
                self.gateway_selectors.extend(selector(&spec, "selector"));
            }
            if let ("ServiceEntry", Some(labels)) = (kind, spec.get("workloadSelector")) {
                let labels = selector(labels, "labels").unwrap_or_default();
                self.entry_selectors.push((name.0.clone(), labels));
            }
            self.keep(kind, &name, metadata, item, &text);
        }
        Ok(())
    }

    /// Both kinds may list the same.
    fn list(&mut self, service: Name, listed: Vec<Listed>) {
        let known = self.listed.entry(service).or_default();
        for some in listed {
            if !known.contains(&some) {
                known.push(some);
            }
        }
    }

    /// What was not read, in a sentence or two.
    pub(super) fn unread(&self, cluster: &str) -> Vec<String> {
        let counted = |kinds: &BTreeMap<String, usize>| {
            let kinds: Vec<_> = kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
            kinds.join(", ")
        };
        let routes = (!self.routes.is_empty())
            .then(|| format!("{cluster}: these route, and are not followed: {}", counted(&self.routes)));
        let others = (!self.unread.is_empty())
            .then(|| format!("{cluster}: objects of other kinds are not read: {}", counted(&self.unread)));
        routes.into_iter().chain(others).collect()
    }
}

/// By which Istio knows the network of namespaces, pods and gateways.
pub(super) const NETWORK: &str = "topology.istio.io/network";

/// Labels in a field.
fn selector(spec: &Value, field: &str) -> Option<Labels> {
    serde_yaml::from_value(spec.get(field)?.clone()).ok()
}

/// A list whose items do not stand on lines of their own may be empty, and nothing else.
fn refuse_one_line(file: &str, item: &Item<'_>) -> Result<(), Unreadable> {
    match item.parse::<List>() {
        Ok(List { items }) if items.as_ref().is_none_or(Vec::is_empty) => Ok(()),
        Ok(_) | Err(_) => Err(Unreadable::new(format!(
            "{file}: the items at {} do not stand on lines of their own",
            item.path
        ))
        .help(HELP)),
    }
}
