//! What the Topology says: which services there are, what is said on their ports, which versions they have.
//!
//! Enters: the inputs as written. Leaves: answers about services by their names. Refuses to know: objects.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::nearest;
use crate::input::cluster::Cluster;
use crate::input::service::{Service, Version};
use crate::input::{Input, Listed, Written};
use crate::model::{Protocol, RouteKind};

/// Namespace and name.
pub type Key = (String, String);

/// The Topology, by what objects name.
pub struct Known<'i> {
    services: BTreeMap<Key, &'i Service>,
    clusters: &'i Listed<Cluster>,
    /// False if some service could not be read.
    complete: bool,
    version_label: String,
    remote_suffix: String,
    domains: BTreeSet<String>,
}

/// What the name of a host stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A service of the Topology by its own name.
    Service(Key),
    /// A service of the Topology by its remote name, which may name the cluster.
    Remote(Key, Option<String>),
    /// A Service of one version beside the service of the Topology: `reviews-v2`, or by a remote name.
    View(View),
    /// Services whose full names end like this: `.shop.svc.cluster.local`; all hosts where it is empty.
    Wildcard(String),
    /// A name that Kubernetes would give a service which the Topology does not have.
    Unknown(Key),
    /// `name.namespace` or `name.namespace.svc`, which Istio does not resolve; the service that was meant.
    Half(Key),
    /// Anything else.
    Outside,
}

/// A name that stands for one version of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub key: Key,
    pub version: String,
    /// The cluster that the name says.
    pub cluster: Option<String>,
    pub is_remote: bool,
}

impl<'i> Known<'i> {
    pub fn of(input: &'i Input) -> Self {
        let text = |written: &Written<String>, default: &str| {
            written.value().cloned().unwrap_or_else(|| default.to_owned())
        };
        let own = input.clusters.entries.iter().filter_map(|cluster| cluster.cluster_domain.value().cloned());
        let mut domains: BTreeSet<String> = own.collect();
        domains.insert(text(&input.mesh.cluster_domain, "cluster.local"));
        Self {
            services: input.services.entries.iter().map(|service| (service.name.key(), service)).collect(),
            clusters: &input.clusters,
            complete: input.services.complete,
            version_label: text(&input.mesh.version_label, "version"),
            remote_suffix: text(&input.mesh.remote_suffix, "global"),
            domains,
        }
    }

    /// Whether what is not found here is not there.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    pub fn services(&self) -> impl Iterator<Item = (&Key, &'i Service)> {
        self.services.iter().map(|(key, service)| (key, *service))
    }

    pub fn service(&self, key: &Key) -> Option<&'i Service> {
        self.services.get(key).copied()
    }

    /// The clusters by name.
    pub fn clusters(&self) -> impl Iterator<Item = &'i str> + Clone {
        self.clusters.entries.iter().map(|cluster| cluster.name.value.as_str())
    }

    /// The cluster that control planes know by this name.
    pub fn registered(&self, registry: &str) -> Option<&'i str> {
        let known = |cluster: &&Cluster| cluster.registry.value().unwrap_or(&cluster.name.value) == registry;
        self.clusters.entries.iter().find(known).map(|cluster| cluster.name.value.as_str())
    }

    /// The namespace of all services, if there is only one.
    pub fn only_namespace(&self) -> Option<&str> {
        let mut namespaces: Vec<&str> =
            self.services.keys().map(|(namespace, _)| namespace.as_str()).collect();
        namespaces.dedup();
        match namespaces.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What a host means that an object of a namespace names.
    pub fn host(&self, host: &str, home: &str) -> Host {
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        if let Some(end) = host.strip_prefix('*') {
            return Host::Wildcard(end.to_owned());
        }
        let kubernetes = |name: &str, namespace: &str| {
            let key = (namespace.to_owned(), name.to_owned());
            if self.services.contains_key(&key) {
                return Host::Service(key);
            }
            self.view(&key, false).map_or(Host::Unknown(key), Host::View)
        };
        if !host.contains('.') {
            return kubernetes(host, home);
        }
        for domain in &self.domains {
            let rest = host.strip_suffix(domain.as_str()).and_then(|rest| rest.strip_suffix(".svc."));
            if let Some((name, namespace)) = rest.and_then(|rest| rest.split_once('.')) {
                return kubernetes(name, namespace);
            }
        }
        self.remote(host).or_else(|| self.half(host)).unwrap_or(Host::Outside)
    }

    fn remote(&self, host: &str) -> Option<Host> {
        let rest = host.strip_suffix(&self.remote_suffix)?.strip_suffix('.')?;
        let (name, rest) = rest.split_once('.')?;
        let (namespace, cluster) = match rest.split_once(".svc.") {
            Some((namespace, cluster)) => (namespace, Some(cluster.to_owned())),
            None => (rest, None),
        };
        let key = (namespace.to_owned(), name.to_owned());
        if self.services.contains_key(&key) {
            return Some(Host::Remote(key, cluster));
        }
        let view = self.view(&key, true)?;
        Some(Host::View(View { cluster: cluster.or(view.cluster), ..view }))
    }

    /// The version that a name stands for which no service has: `SERVICE-VERSION`, at a remote name `SERVICE-VERSION--CLUSTER`.
    fn view(&self, (namespace, name): &Key, is_remote: bool) -> Option<View> {
        let (name, cluster) = match name.split_once("--").filter(|_| is_remote) {
            Some((name, cluster)) => (name, Some(cluster.to_owned())),
            None => (name.as_str(), None),
        };
        // The longest name of a service first.
        name.rmatch_indices('-').find_map(|(at, _)| {
            let (service, rest) = (name.get(..at)?, name.get(at + 1..)?);
            let key = (namespace.clone(), service.to_owned());
            let is_called = |version: &&Version| {
                version.subset.value().is_some_and(|subset| subset == rest)
                    || version.name.value.to_ascii_lowercase().replace(['.', '_'], "-") == rest
            };
            let version = versions(self.services.get(&key)?).iter().find(is_called)?;
            let version = version.name.value.clone();
            Some(View { key, version, cluster: cluster.clone(), is_remote })
        })
    }

    fn half(&self, host: &str) -> Option<Host> {
        let (name, rest) = host.split_once('.')?;
        let key = (rest.strip_suffix(".svc").unwrap_or(rest).to_owned(), name.to_owned());
        self.services.contains_key(&key).then_some(Host::Half(key))
    }

    /// Whether a wildcard covers the full name of a service.
    pub fn covers(&self, end: &str, key: &Key) -> bool {
        self.domains.iter().any(|domain| full_name(key, domain).ends_with(end))
    }

    /// The full name of a service, as objects should name it.
    pub fn full_name(&self, key: &Key) -> String {
        full_name(key, self.domains.first().map_or("cluster.local", String::as_str))
    }

    /// The service whose name is nearest.
    pub fn nearest(&self, (namespace, name): &Key) -> Option<String> {
        if let Some((elsewhere, _)) = self.services.keys().find(|(_, known)| known == name) {
            return Some(self.full_name(&(elsewhere.clone(), name.clone())));
        }
        let here = self.services.keys().filter(|(known, _)| known == namespace);
        let near = nearest(name, here.map(|(_, known)| known.as_str()))?.to_owned();
        Some(self.full_name(&(namespace.clone(), near)))
    }

    /// The labels by which the pods of a version are known.
    pub fn labels(&self, version: &Version) -> Option<BTreeMap<String, String>> {
        match &version.labels {
            Written::Illegible => None,
            Written::Absent => Some([(self.version_label.clone(), version.name.value.clone())].into()),
            Written::As(at) => {
                let labels = at.value.entries.iter();
                Some(labels.map(|label| (label.key.value.clone(), label.value.value.clone())).collect())
            }
        }
    }
}

fn full_name((namespace, name): &Key, domain: &str) -> String {
    format!("{name}.{namespace}.svc.{domain}")
}

/// The versions of a service.
pub fn versions(service: &Service) -> &[Version] {
    service.versions.value().map_or(&[], |listed| &listed.entries)
}

/// The clusters that run a version.
pub fn runs_in(version: &Version) -> Vec<&str> {
    let listed = version.clusters.value().map(|listed| listed.entries.as_slice()).unwrap_or_default();
    listed.iter().map(|placement| placement.cluster.value.as_str()).collect()
}

/// The clusters where some of a service runs.
pub fn clusters(service: &Service) -> BTreeSet<&str> {
    let mut clusters: BTreeSet<&str> = versions(service).iter().flat_map(runs_in).collect();
    let own = service.clusters.value().map(|listed| listed.entries.as_slice()).unwrap_or_default();
    clusters.extend(own.iter().map(|placement| placement.cluster.value.as_str()));
    clusters
}

/// Whether a service runs in more than one cluster.
pub fn crosses(service: &Service) -> bool {
    clusters(service).len() > 1
}

/// The ports of a service by number, and the kind of route that each takes; nothing for a port that could not be read.
pub fn ports(service: &Service) -> Vec<(u16, Option<RouteKind>)> {
    let listed = service.ports.value().map(|listed| listed.entries.as_slice()).unwrap_or_default();
    let kind = |port: &crate::input::service::Port| {
        let protocol = match (&port.protocol, &port.name) {
            (Written::As(word), _) => Protocol::parse(&word.value),
            (Written::Absent, Some(name)) => Protocol::parse(Protocol::word_of_name(&name.value)),
            (Written::Absent, None) => Some(Protocol::Http),
            (Written::Illegible, _) => None,
        };
        protocol.and_then(Protocol::route)
    };
    listed.iter().filter_map(|port| Some((*port.number.value()?, kind(port)))).collect()
}

/// The names of a service's versions.
pub fn known_versions(service: &Service) -> Vec<&str> {
    versions(service).iter().map(|version| version.name.value.as_str()).collect()
}
