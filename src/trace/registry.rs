//! What the control plane of one cluster knows by name.
//!
//! Enters: the cluster's part of the world, and the objects of its bundle. Leaves: services by host, and the rules that
//! speak of a host, for those who may see them. Refuses to know: requests.

mod service;

use std::collections::BTreeMap;

use super::object::destination_rule::DestinationRuleSpec;
use super::object::service_entry::ServiceEntrySpec;
use super::object::virtual_service::VirtualServiceSpec;
use super::object::{Object, Objects};
use super::world::Cluster;
use service::{is_exported, of_entry, of_stand_in, of_world};

pub(super) use service::{Backing, List, Port, Service};

/// The first release, of 1, in which a gateway takes entries for a Service for one with it.
const MERGES: u8 = 22;
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
    /// Entries for a Service that is there, by host: their endpoints join its pods.
    joined: BTreeMap<String, Vec<&'a Object<ServiceEntrySpec>>>,
    /// By namespace, then host.
    rules: BTreeMap<&'a str, BTreeMap<String, Vec<&'a Object<DestinationRuleSpec>>>>,
    routes: BTreeMap<String, Vec<&'a Object<VirtualServiceSpec>>>,
}

impl<'a> Registry<'a> {
    /// Names of the cluster itself first, then those that its bundle adds.
    #[must_use]
    pub(super) fn new(cluster: &'a Cluster, objects: &'a Objects) -> Self {
        let mut registry = Self {
            cluster,
            objects,
            services: BTreeMap::new(),
            joined: BTreeMap::new(),
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
                let known = registry.services.get(host).is_some_and(|known| {
                    known.iter().any(|service| matches!(service.backing, Backing::Pods(_)))
                });
                if known && cluster.release >= MERGES {
                    registry.joined.entry(host.clone()).or_default().push(entry);
                    continue;
                }
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

    /// The service that a route of a namespace means: its own are known there even if they are for others only.
    #[must_use]
    pub(super) fn destination(&self, host: &str, namespace: &str) -> Option<&Service<'a>> {
        let own = || self.services.get(host)?.iter().find(|service| service.namespace == namespace);
        self.service(host, namespace).or_else(own)
    }

    /// What joins the pods of a Service.
    #[must_use]
    pub(super) fn joined(&self, host: &str) -> &[&'a Object<ServiceEntrySpec>] {
        self.joined.get(host).map_or(&[], Vec::as_slice)
    }

    /// The service that a caller means by a name.
    #[must_use]
    pub(super) fn called(&self, name: &str, namespace: &str) -> Option<&Service<'a>> {
        let name = name.to_ascii_lowercase();
        self.service(&self.completed(&name, namespace), namespace)
            .or_else(|| self.service(&name, namespace))
            .or_else(|| self.services(namespace).find(|service| service.has_address(&name)))
    }

    /// The routes of a name that has no service with this port, but stands beside one that has: Istio gives it a virtual
    /// host too, though only by its full name.
    #[must_use]
    pub(super) fn beside(
        &self,
        name: &str,
        namespace: &str,
        port: u16,
    ) -> Option<&'a Object<VirtualServiceSpec>> {
        let routes = self.virtual_service(name, namespace)?;
        let carries = |host: &String| {
            let host = self.full(host, &routes.place.namespace);
            self.service(&host, namespace)?.port(port).map(|port| port.list == List::Http)
        };
        routes.spec.hosts.iter().filter_map(carries).any(|is_http| is_http).then_some(routes)
    }

    /// A name as Kubernetes' DNS, and Istio's virtual hosts, complete it.
    fn completed(&self, name: &str, namespace: &str) -> String {
        let domain = &self.cluster.domain;
        match (name.matches('.').count(), name.rsplit('.').next()) {
            (0, _) => format!("{name}.{namespace}.svc.{domain}"),
            (1, _) => format!("{name}.svc.{domain}"),
            (_, Some("svc")) => format!("{name}.{domain}"),
            (_, Some(_) | None) => name.to_owned(),
        }
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
