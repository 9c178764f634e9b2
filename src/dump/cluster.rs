//! The objects of one cluster, as its dumps hold them.
//!
//! Enters: objects, one at a time. Leaves: those that a trace follows, each once. Refuses to know: what they mean together.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_yaml::Value;

use super::identity::{Seen, Standing};
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
use crate::diagnostic::{Code, Finding, escape};
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
/// Kinds that route, and that a trace does not know.
const ROUTING: [&str; 5] = ["GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "TrafficPolicy"];

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
    /// What is listed by hand for Services.
    pub(super) listed: BTreeMap<Name, Vec<Listed>>,
    /// Addresses of nodes.
    pub(super) node_addresses: Vec<String>,
    /// Pods as workloads would bring them, for dumps without any.
    pub(super) templates: BTreeMap<(Name, String), Pod>,
    /// Namespaces where pods get no sidecar.
    pub(super) not_injected: BTreeSet<String>,
    /// What is wrong, though it can be read.
    pub(super) findings: Vec<Finding>,
    /// Whose Istio's objects are.
    pub(super) marks: Vec<Marks>,
    seen: Seen,
    unread: BTreeMap<String, usize>,
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
                    return self.unsound(file, item, &kind, &metadata.name);
                };
                let status = status.unwrap_or_default();
                let labels = metadata.labels.clone().unwrap_or_default();
                let Some(name) = self.name(origin, &kind, &metadata) else { return Ok(()) };
                if self.is_new(file, &kind, &name, &(&labels, &spec, &status)) {
                    self.services.insert(name, Service { labels, spec, status });
                }
            }
            ("", "Pod") => {
                let Ok(Whole::<PodSpec, PodStatus> { spec, status }) = item.parse() else {
                    return self.unsound(file, item, &kind, &metadata.name);
                };
                let Some(name) = self.name(origin, &kind, &metadata) else { return Ok(()) };
                self.installation.runs(&spec.containers);
                let Some(pod) = pod::running(metadata, spec, status.unwrap_or_default()) else {
                    return Ok(());
                };
                if self.is_new(file, &kind, &name, &pod) {
                    self.pods.insert(name, pod);
                }
            }
            ("apps" | "argoproj.io", "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout") => {
                let Ok(Whole::<WorkloadSpec, IgnoredAny> { spec, status: _ }) = item.parse() else {
                    return self.unsound(file, item, &kind, &metadata.name);
                };
                let Some(name) = self.name(origin, &kind, &metadata) else { return Ok(()) };
                let Some(pod) = pod::to_be(&metadata.name, spec) else { return Ok(()) };
                if self.is_new(file, &kind, &name, &pod) {
                    self.templates.insert((name, kind), pod);
                }
            }
            // Its values are not even looked at.
            ("", "Secret") => self.installation.opens(&metadata, REMOTE),
            ("networking.istio.io" | "security.istio.io", followed) if FOLLOWED.contains(&followed) => {
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
        let file = &*origin.file();
        match (group, kind) {
            ("discovery.k8s.io", "EndpointSlice") => {
                let Ok(slice) = item.parse::<EndpointSlice>() else {
                    return self.unsound(file, item, kind, &metadata.name);
                };
                let Some(name) = self.name(origin, kind, &metadata) else { return Ok(()) };
                let Some(service) = slice::service_of(&metadata) else { return Ok(()) };
                if self.is_new(file, kind, &name, &slice) {
                    self.list((name.0, service), slice.listed());
                }
            }
            ("", "Endpoints") => {
                let Ok(endpoints) = item.parse::<Endpoints>() else {
                    return self.unsound(file, item, kind, &metadata.name);
                };
                let Some(name) = self.name(origin, kind, &metadata) else { return Ok(()) };
                if self.is_new(file, kind, &name, &endpoints) {
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
                    return self.unsound(file, item, kind, &metadata.name);
                };
                if self.installation.configure(data).is_none() {
                    return self.unsound(file, item, kind, &metadata.name);
                }
            }
            (_, other) => {
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
            },
            spec: &spec,
        };
        let text = serde_yaml::to_string(&document).map_err(|_| wrong("it is no sound object"))?;
        let sound = Routing::read(&[BundleText { cluster: "", file: "", text: &text }]);
        if let Err(reason) = sound {
            let reason = reason.to_string();
            let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
            return Err(wrong(&escape::line(reason)));
        }
        if self.is_new(file, kind, &name, &spec) {
            if kind == "Gateway" {
                self.gateway_selectors.extend(selector(&spec));
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

    /// Whether an object is there for the first time. Twice with the same content counts once; of several contents the first
    /// is kept, and that is said.
    fn is_new(&mut self, file: &str, kind: &str, name: &Name, content: &impl Hash) -> bool {
        match self.seen.add(file, &(kind, name), content) {
            Standing::New => true,
            Standing::Known => false,
            Standing::Other(before) => {
                let before = escape::line(before);
                let place =
                    if before == file { format!("{file} has") } else { format!("{before} and {file} have") };
                let title = escape::line(&format!("{kind} {}/{}", name.0, name.1)).into_owned();
                let message = format!("{place} {title} twice, with different contents");
                let help = "name the files that are applied: stages, overlays and other clusters have states of their own";
                self.findings.push(Finding::new(Code::MG0703, message).help(help));
                false
            }
        }
    }

    /// A text that is not filled in: said once a file.
    fn unfilled(&mut self, file: &str, path: &str) {
        let message = format!("{file}: {path} is a template");
        let help = "render it first, as `helm template …`, `kustomize build …` or `envsubst` do, or take the dump of a cluster";
        let start = format!("{file}: ");
        let is_known = |known: &Finding| known.code == Code::MG0702 && known.message.starts_with(&start);
        if !self.findings.iter().any(is_known) {
            self.findings.push(Finding::new(Code::MG0702, message).help(help));
        }
    }

    /// Namespace and name; where nobody says the namespace, that is said once a file.
    fn name(&mut self, origin: &Origin<'_>, kind: &str, metadata: &Metadata) -> Option<Name> {
        let namespace = metadata.namespace.as_deref().filter(|namespace| !namespace.is_empty());
        if let Some(namespace) = namespace.or(origin.namespace) {
            return Some((namespace.to_owned(), metadata.name.clone()));
        }
        let file = origin.file();
        let title = escape::line(&format!("{kind} {}", metadata.name)).into_owned();
        let start = format!("{file}: ");
        let is_known = |known: &Finding| known.code == Code::MG0705 && known.message.starts_with(&start);
        if !self.findings.iter().any(is_known) {
            let message = format!("{file}: {title} names no namespace");
            let help = format!(
                "what a cluster prints names it; for manifests say where they are applied: `{}/NAMESPACE={file}`",
                origin.cluster
            );
            self.findings.push(Finding::new(Code::MG0705, message).help(help));
        }
        None
    }

    /// What is not sound may be a template, too.
    fn unsound(&mut self, file: &str, item: &Item<'_>, kind: &str, name: &str) -> Result<(), Unreadable> {
        if template::is_source(item.text) {
            self.unfilled(file, item.path);
            return Ok(());
        }
        let title = escape::line(&format!("{kind} {name}")).into_owned();
        Err(Unreadable::new(format!("{file}: {} is no sound {title}", item.path))
            .help("the API server would not have it; get the dump again"))
    }

    /// What is no object: not a word for it in a directory, where anything may lie.
    fn no_object(&mut self, origin: &Origin<'_>, item: &Item<'_>) -> Result<(), Unreadable> {
        let file = origin.file();
        if template::is_source(item.text) {
            self.unfilled(&file, item.path);
            return Ok(());
        }
        if !origin.is_named() {
            *self.unread.entry("no objects of Kubernetes".to_owned()).or_default() += 1;
            return Ok(());
        }
        Err(Unreadable::new(format!("{file}: {} is no object of Kubernetes", item.path)).help(HELP))
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

/// Of an Istio Gateway; one that selects nobody selects all.
fn selector(spec: &Value) -> Option<Labels> {
    serde_yaml::from_value(spec.get("selector")?.clone()).ok()
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
