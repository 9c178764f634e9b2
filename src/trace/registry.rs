//! What the control plane of one cluster knows by name.
//!
//! Enters: the cluster's part of the world, and the objects of its bundle. Leaves: services by host, and the rules that
//! speak of a host, for those who may see them. Refuses to know: requests.

use std::collections::BTreeMap;

use super::object::destination_rule::DestinationRuleSpec;
use super::object::service::ServiceSpec;
use super::object::service_entry::{Location, ServiceEntrySpec};
use super::object::virtual_service::VirtualServiceSpec;
use super::object::{Object, ObjectPlace, Objects};
use super::world::{self, Cluster, Workload};

/// The namespace whose rules are for all others.
const ROOT: &str = "istio-system";

/// One cluster as its control plane sees it.
#[derive(Debug)]
pub(super) struct Registry<'a> {
    /// The cluster.
    pub(super) cluster: &'a Cluster,
    /// What is applied to it.
    pub(super) objects: &'a Objects,
    services: BTreeMap<String, Vec<Service<'a>>>,
    /// By namespace, then host.
    rules: BTreeMap<&'a str, BTreeMap<String, Vec<&'a Object<DestinationRuleSpec>>>>,
    routes: BTreeMap<String, Vec<&'a Object<VirtualServiceSpec>>>,
}

/// A name that can be called.
#[derive(Clone, Debug)]
pub(super) struct Service<'a> {
    /// In full.
    pub(super) host: String,
    /// Of the Service or ServiceEntry.
    pub(super) namespace: &'a str,
    /// At least one.
    pub(super) ports: Vec<Port<'a>>,
    /// Who answers.
    pub(super) backing: Backing<'a>,
    /// The object that gives the name, if a bundle has it.
    pub(super) place: Option<&'a ObjectPlace>,
}

/// A port of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port<'a> {
    /// What callers dial.
    pub(super) number: u16,
    /// The key of endpoints' ports.
    pub(super) name: &'a str,
    /// Whether requests on it are routed one by one.
    pub(super) is_http: bool,
}

/// Who answers for a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Backing<'a> {
    /// Pods in this cluster; none behind a stand-in.
    Pods(&'a [Workload]),
    /// Endpoints that a ServiceEntry lists.
    Entry(&'a ServiceEntrySpec),
}

impl<'a> Registry<'a> {
    /// Names of the cluster itself first, then those that its bundle adds.
    #[must_use]
    pub(super) fn new(cluster: &'a Cluster, objects: &'a Objects) -> Self {
        let mut registry = Self {
            cluster,
            objects,
            services: BTreeMap::new(),
            rules: BTreeMap::new(),
            routes: BTreeMap::new(),
        };
        for service in &cluster.services {
            registry.add(of_world(cluster, service));
        }
        for stand_in in &objects.services {
            let service = of_stand_in(cluster, stand_in);
            // Created, never applied over what is there.
            if !registry.services.contains_key(&service.host) {
                registry.add(service);
            }
        }
        for entry in &objects.service_entries {
            for host in &entry.spec.hosts {
                registry.add(of_entry(host, entry));
            }
        }
        for rule in objects.destination_rules.iter().filter(|rule| !rule.spec.is_for_some_workloads()) {
            let host = registry.full(&rule.spec.host, &rule.place.namespace);
            registry.rules.entry(&rule.place.namespace).or_default().entry(host).or_default().push(rule);
        }
        for routes in &objects.virtual_services {
            for host in &routes.spec.hosts {
                let host = registry.full(host, &routes.place.namespace);
                registry.routes.entry(host).or_default().push(routes);
            }
        }
        registry
    }

    fn add(&mut self, service: Service<'a>) {
        self.services.entry(service.host.clone()).or_default().push(service);
    }

    /// Every service that a namespace sees.
    pub(super) fn services(&self, namespace: &str) -> impl Iterator<Item = &Service<'a>> {
        self.services.values().flatten().filter(move |service| service.is_seen_from(namespace))
    }

    /// The service of a full name, as a namespace sees it.
    #[must_use]
    pub(super) fn service(&self, host: &str, namespace: &str) -> Option<&Service<'a>> {
        self.services.get(host)?.iter().find(|service| service.is_seen_from(namespace))
    }

    /// The full name that an object means by a host: a name without dots is one of its own namespace.
    #[must_use]
    pub(super) fn full(&self, host: &str, namespace: &str) -> String {
        if host.contains(['.', '*']) {
            host.to_owned()
        } else {
            format!("{host}.{namespace}.svc.{}", self.cluster.domain)
        }
    }

    /// The service that a caller means by a name: Kubernetes' DNS completes it, and so do the names of Istio's virtual
    /// hosts.
    #[must_use]
    pub(super) fn called(&self, name: &str, namespace: &str) -> Option<&Service<'a>> {
        let domain = &self.cluster.domain;
        let name = name.to_ascii_lowercase();
        let completed = match name.matches('.').count() {
            0 => format!("{name}.{namespace}.svc.{domain}"),
            1 => format!("{name}.svc.{domain}"),
            _ => match name.rsplit('.').next() {
                Some("svc") => format!("{name}.{domain}"),
                Some(_) | None => name.clone(),
            },
        };
        self.service(&completed, namespace)
            .or_else(|| self.service(&name, namespace))
            .or_else(|| self.services(namespace).find(|service| service.has_address(&name)))
    }

    /// The VirtualService that routes a host for sidecars of a namespace: the first by name, of those that name the host
    /// itself, else of those with the longest wildcard.
    #[must_use]
    pub(super) fn virtual_service(
        &self,
        host: &str,
        namespace: &str,
    ) -> Option<&'a Object<VirtualServiceSpec>> {
        by_host(&self.routes, host).into_iter().flatten().copied().find(|object| {
            let spec = &object.spec;
            is_exported(&spec.export_to, &object.place.namespace, namespace)
                && (spec.gateways.is_empty() || spec.gateways.iter().any(|gateway| gateway == "mesh"))
        })
    }

    /// The rules of a host that count for proxies of a namespace, which Istio takes for one: those in that
    /// namespace, else in the service's, else in the root namespace.
    #[must_use]
    pub(super) fn destination_rules(
        &self,
        service: &Service<'_>,
        namespace: &str,
    ) -> Vec<&'a Object<DestinationRuleSpec>> {
        let seen_in = |home: &str| -> Vec<_> {
            let rules = self.rules.get(home).and_then(|rules| by_host(rules, &service.host));
            let seen = rules.into_iter().flatten().copied();
            seen.filter(|rule| is_exported(&rule.spec.export_to, home, namespace)).collect()
        };
        let own = if namespace == ROOT { Vec::new() } else { seen_in(namespace) };
        [own, seen_in(service.namespace), seen_in(ROOT)]
            .into_iter()
            .find(|rules| !rules.is_empty())
            .map(one_of)
            .unwrap_or_default()
    }
}

/// Istio takes rules of one host for one only if they are for the same namespaces; of others the last counts.
fn one_of(mut rules: Vec<&Object<DestinationRuleSpec>>) -> Vec<&Object<DestinationRuleSpec>> {
    let namespaces = rules.last().map(|rule| rule.spec.export_to.clone());
    rules.retain(|rule| Some(&rule.spec.export_to) == namespaces.as_ref());
    rules
}

impl Service<'_> {
    /// The port of this number.
    #[must_use]
    pub(super) fn port(&self, number: u16) -> Option<&Port<'_>> {
        self.ports.iter().find(|port| port.number == number)
    }

    /// Whether its workloads are outside the mesh.
    #[must_use]
    pub(super) fn is_external(&self) -> bool {
        match self.backing {
            Backing::Pods(_) => false,
            Backing::Entry(entry) => entry.location == Location::MeshExternal,
        }
    }

    fn is_seen_from(&self, namespace: &str) -> bool {
        match self.backing {
            Backing::Pods(_) => true,
            Backing::Entry(entry) => is_exported(&entry.export_to, self.namespace, namespace),
        }
    }

    fn has_address(&self, address: &str) -> bool {
        match self.backing {
            Backing::Pods(_) => false,
            Backing::Entry(entry) => entry.addresses.iter().any(|known| known == address),
        }
    }
}

/// Whether an object of the namespace `home` is for proxies of another.
fn is_exported(export_to: &[String], home: &str, namespace: &str) -> bool {
    export_to.is_empty()
        || export_to.iter().any(|to| match to.as_str() {
            "*" => true,
            "." => home == namespace,
            to => to == namespace,
        })
}

/// What is said of a host: of the host itself, else of the longest wildcard that covers it.
fn by_host<'m, T>(objects: &'m BTreeMap<String, Vec<T>>, host: &str) -> Option<&'m Vec<T>> {
    objects.get(host).or_else(|| {
        let ends = host.char_indices().filter(|(_, mark)| *mark == '.').map(|(at, _)| at);
        let wildcards = ends.filter_map(|at| host.get(at..)).map(|end| format!("*{end}"));
        wildcards.chain(["*".to_owned()]).find_map(|wildcard| objects.get(&wildcard))
    })
}

/// Whether a host is one of those that a pattern means: `*`, `*.local`, or itself.
#[must_use]
pub(super) fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => host.ends_with(end),
        None => pattern == host,
    }
}

fn of_world<'a>(cluster: &Cluster, service: &'a world::Service) -> Service<'a> {
    let ports = service.ports.iter().map(|port| Port {
        number: port.port,
        name: &port.name,
        is_http: is_http(port.app_protocol.as_deref().unwrap_or(&port.name)),
    });
    Service {
        host: cluster.host(service),
        namespace: &service.namespace,
        ports: ports.collect(),
        backing: Backing::Pods(&service.workloads),
        place: None,
    }
}

fn of_stand_in<'a>(cluster: &Cluster, object: &'a Object<ServiceSpec>) -> Service<'a> {
    let ObjectPlace { kind: _, namespace, name, file: _, line: _ } = &object.place;
    let ports = object.spec.ports.iter().map(|port| Port {
        number: port.port,
        name: &port.name,
        is_http: is_http(port.app_protocol.as_deref().unwrap_or(&port.name)),
    });
    Service {
        host: format!("{name}.{namespace}.svc.{}", cluster.domain),
        namespace,
        ports: ports.collect(),
        backing: Backing::Pods(&[]),
        place: Some(&object.place),
    }
}

fn of_entry<'a>(host: &str, object: &'a Object<ServiceEntrySpec>) -> Service<'a> {
    let ports = object.spec.ports.iter().map(|port| Port {
        number: port.number,
        name: &port.name,
        is_http: is_http(port.protocol.as_deref().unwrap_or(&port.name)),
    });
    Service {
        host: host.to_owned(),
        namespace: &object.place.namespace,
        ports: ports.collect(),
        backing: Backing::Entry(&object.spec),
        place: Some(&object.place),
    }
}

/// Whether a protocol, or the port whose name begins with one, carries HTTP. What Istio does not know it looks into, and
/// finds HTTP where there is HTTP.
fn is_http(word: &str) -> bool {
    let word = word.split('-').next().unwrap_or(word).to_ascii_lowercase();
    !["tcp", "tls", "https", "mongo", "mysql", "redis", "udp"].contains(&word.as_str())
}
