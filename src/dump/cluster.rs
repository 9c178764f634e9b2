//! The objects of one cluster, as its dumps hold them.
//!
//! Enters: objects, one at a time. Leaves: those that a trace follows, each once. Refuses to know: what they mean together.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use serde::Serialize;
use serde_yaml::Value;

use super::item::Item;
use super::mesh::Installation;
use super::object::{
    ConfigMap, Container, Header, Istios, Labels, List, Metadata, PodSpec, PodStatus, ServiceSpec,
    ServiceStatus, Whole,
};
use super::{HELP, Unreadable};
use crate::diagnostic::escape;
use crate::trace::object::{BundleText, Routing};

/// Where Istio's control plane is.
pub(super) const ROOT: &str = "istio-system";
/// What the sidecar's container is called.
const PROXY: &str = "istio-proxy";
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
    seen: BTreeMap<(String, Name), (u64, String)>,
    unread: BTreeMap<String, usize>,
    routes: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) labels: Labels,
    pub(super) spec: ServiceSpec,
    pub(super) status: ServiceStatus,
}

/// What is kept of a pod.
#[derive(Debug, Hash)]
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
    /// By name.
    pub(super) ports: BTreeMap<String, u16>,
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
    pub(super) fn take(&mut self, file: &str, item: &Item<'_>) -> Result<(), Unreadable> {
        let Ok(header) = item.parse::<Header>() else { return Err(no_object(file, item)) };
        let Header { api_version, kind, metadata } = header;
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let title = escape::line(&format!("{kind} {}", metadata.name)).into_owned();
        let wrong = || {
            Unreadable::new(format!("{file}: {} is no sound {title}", item.path))
                .help("the API server would not have it; get the dump again")
        };
        if metadata.name.is_empty() && kind.ends_with("List") {
            return refuse_one_line(file, item);
        }
        if metadata.name.is_empty() {
            return Err(no_object(file, item));
        }
        if [&metadata.name, metadata.namespace.as_ref().unwrap_or(&metadata.name)]
            .iter()
            .any(|name| name.contains(['{', '}', '$', '<', '(']))
        {
            return Err(template(file, item));
        }
        match (group, kind.as_str()) {
            ("", "Service") => {
                let Whole::<ServiceSpec, ServiceStatus> { spec, status } =
                    item.parse().map_err(|_| wrong())?;
                let status = status.unwrap_or_default();
                let labels = metadata.labels.clone().unwrap_or_default();
                let name = name(file, &kind, &metadata)?;
                if self.is_new(file, &kind, &name, &(&labels, &spec, &status))? {
                    self.services.insert(name, Service { labels, spec, status });
                }
            }
            ("", "Pod") => {
                let Whole::<PodSpec, PodStatus> { spec, status } = item.parse().map_err(|_| wrong())?;
                let name = name(file, &kind, &metadata)?;
                self.installation.runs(&spec.containers);
                let Some(pod) = pod(metadata, spec, &status.unwrap_or_default()) else { return Ok(()) };
                if self.is_new(file, &kind, &name, &pod)? {
                    self.pods.insert(name, pod);
                }
            }
            ("", "Node") => {
                if let Some(place) = metadata.labels.as_ref().and_then(place) {
                    self.nodes.insert(metadata.name, place);
                }
            }
            ("", "Namespace") => {
                if metadata.name == ROOT {
                    let labels = metadata.labels.unwrap_or_default();
                    self.installation.network = labels.get(NETWORK).cloned();
                }
            }
            ("", "ConfigMap") if metadata.namespace.as_deref() == Some(ROOT) && metadata.name == "istio" => {
                let ConfigMap { data } = item.parse().map_err(|_| wrong())?;
                self.installation.configure(data).ok_or_else(wrong)?;
            }
            // Its values are not even looked at.
            ("", "Secret") => self.installation.opens(&metadata, REMOTE),
            ("networking.istio.io" | "security.istio.io", followed) if FOLLOWED.contains(&followed) => {
                let Istios { spec } = item.parse().map_err(|_| wrong())?;
                let spec = spec.unwrap_or_default();
                let (namespace, name) = name(file, &kind, &metadata)?;
                if kind != "EnvoyFilter" && is_template(&spec) {
                    return Err(template(file, item));
                }
                let document = Document {
                    api_version: &api_version,
                    kind: &kind,
                    metadata: Kept {
                        name: &name,
                        namespace: &namespace,
                        creation_timestamp: metadata.creation_timestamp.as_deref(),
                    },
                    spec: &spec,
                };
                let text = serde_yaml::to_string(&document).map_err(|_| wrong())?;
                let sound = Routing::read(&[BundleText { cluster: "", file: "", text: &text }]);
                sound.map_err(|reason| {
                    let reason = reason.to_string();
                    let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
                    let reason = escape::line(reason).into_owned();
                    Unreadable::new(format!("{file}: cannot follow {title} ({}): {reason}", item.path))
                        .help("leave it out of the dump if the request has nothing to do with it")
                })?;
                if self.is_new(file, &kind, &(namespace, name), &spec)? {
                    if kind == "Gateway" {
                        self.gateway_selectors.extend(selector(&spec));
                    }
                    self.routing.push_str("---\n");
                    self.routing.push_str(&text);
                }
            }
            (_, other) => {
                let which = if ROUTING.contains(&other) { &mut self.routes } else { &mut self.unread };
                *which.entry(kind).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Whether an object is there for the first time. Twice with the same content counts once.
    fn is_new(
        &mut self,
        file: &str,
        kind: &str,
        name: &Name,
        content: &impl Hash,
    ) -> Result<bool, Unreadable> {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let content = hasher.finish();
        let Some((known, before)) = self.seen.get(&(kind.to_owned(), name.clone())) else {
            self.seen.insert((kind.to_owned(), name.clone()), (content, file.to_owned()));
            return Ok(true);
        };
        if *known == content {
            return Ok(false);
        }
        let place = if before == file { format!("{file} has") } else { format!("{before} and {file} have") };
        let title = escape::line(&format!("{kind} {}/{}", name.0, name.1)).into_owned();
        Err(Unreadable::new(format!("{place} {title} twice, with different contents"))
            .help("name the dump that is right; each cluster has its own: `cluster1=… cluster2=…`"))
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

fn name(file: &str, kind: &str, metadata: &Metadata) -> Result<Name, Unreadable> {
    let name = metadata.name.clone();
    let title = || escape::line(&format!("{kind} {name}")).into_owned();
    match metadata.namespace.clone() {
        Some(namespace) => Ok((namespace, name)),
        None => Err(Unreadable::new(format!("{file}: {} names no namespace", title())).help(
            "what a cluster prints names it; a manifest is taken for none, for nobody knows where it goes",
        )),
    }
}

/// Nothing for a pod that is no longer there.
fn pod(metadata: Metadata, spec: PodSpec, status: &PodStatus) -> Option<Pod> {
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
    let PodSpec { node_name, service_account_name, containers, init_containers } = spec;
    let all = || containers.iter().chain(init_containers.iter().flatten());
    let proxy = all().find(|container| container.name == PROXY);
    let has_word = |proxy: &Container| proxy.args.iter().flatten().any(|word| word == "router");
    let variable = |name: &str| {
        let variables = proxy.into_iter().flat_map(|proxy| proxy.env.iter().flatten());
        variables.filter(|some| some.name == name).find_map(|some| some.value.clone())
    };
    let view = variable("ISTIO_META_REQUESTED_NETWORK_VIEW").unwrap_or_default();
    let ready =
        |condition: &super::object::Condition| condition.form == "Ready" && condition.status == "True";
    Some(Pod {
        owner,
        account: service_account_name.unwrap_or_else(|| "default".to_owned()),
        node: node_name,
        is_ready: status.conditions.iter().flatten().any(ready),
        has_sidecar: proxy.is_some(),
        is_gateway: proxy.is_some_and(has_word),
        view: view.split(',').filter(|network| !network.is_empty()).map(str::to_owned).collect(),
        ports: all()
            .flat_map(|container| container.ports.iter().flatten())
            .filter_map(|port| Some((port.name.clone()?, port.container_port)))
            .collect(),
        labels,
    })
}

/// `region/zone`
fn place(labels: &Labels) -> Option<String> {
    let region = labels.get("topology.kubernetes.io/region")?;
    let below = ["topology.kubernetes.io/zone", "topology.istio.io/subzone"];
    let below = below.iter().map_while(|label| labels.get(*label));
    Some([region].into_iter().chain(below).map(String::as_str).collect::<Vec<_>>().join("/"))
}

/// Of an Istio Gateway; one that selects nobody selects all.
fn selector(spec: &Value) -> Option<Labels> {
    serde_yaml::from_value(spec.get("selector")?.clone()).ok()
}

/// Whether some text waits to be filled in.
fn is_template(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.contains("{{") || text.contains("${") || (text.starts_with('<') && text.ends_with('>'))
        }
        Value::Sequence(values) => values.iter().any(is_template),
        Value::Mapping(values) => values.iter().any(|(key, value)| is_template(key) || is_template(value)),
        Value::Tagged(tagged) => is_template(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn template(file: &str, item: &Item<'_>) -> Unreadable {
    Unreadable::new(format!("{file}: {} is a template", item.path)).help(
        "render it first, as `helm template …` or `kustomize build …` do, or take the dump of a cluster",
    )
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

fn no_object(file: &str, item: &Item<'_>) -> Unreadable {
    if item.text.contains("{{") {
        return template(file, item);
    }
    Unreadable::new(format!("{file}: {} is no object of Kubernetes", item.path)).help(HELP)
}
