//! What the control plane of one cluster knows by name.
//!
//! Enters: the parts of the world that it reads, and the objects of its bundle. Leaves: services by host, and the rules that
//! speak of a host, for those who may see them. Refuses to know: requests.

mod authentication;
mod routes;
mod scope;
mod service;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::enter::Chains;
use super::network::Networks;
use super::object::destination_rule::DestinationRuleSpec;
use super::object::service::ServiceSpec;
use super::object::service_entry::ServiceEntrySpec;
use super::object::virtual_service::VirtualServiceSpec;
use super::object::{Object, Objects, Routing, Unreadable, covers};
use super::world::{Cluster, Gateway, World};
use service::{of_entry, of_stand_in, of_world};

pub(super) use service::{Backing, List, Port, Service, Shard, is_exported};

/// The first release, of 1, in which a gateway takes entries for a Service for one with it.
const MERGES: u8 = 22;
/// The namespace whose rules are for all others.
const ROOT: &str = "istio-system";

/// Namespace, name and port of a gateway.
type GatewayPort<'a> = (&'a str, &'a str, u16);

/// What the proxies of one cluster are told.
#[derive(Debug)]
pub(super) struct Registry<'a> {
    /// Where the proxies are.
    pub(super) cluster: &'a Cluster,
    /// Whose control plane configures them.
    pub(super) control_plane: &'a Cluster,
    /// The clusters that the control plane reads, its own first.
    read: Vec<&'a Cluster>,
    /// What is applied there.
    pub(super) objects: &'a Objects,
    /// The networks of endpoints, and the ways into those that are not the proxies' own.
    pub(super) networks: Networks<'a>,
    services: BTreeMap<String, Vec<Service<'a>>>,
    /// Entries for a Service that is there, by host: their endpoints join its pods.
    joined: BTreeMap<String, Vec<&'a Object<ServiceEntrySpec>>>,
    /// By namespace, then host.
    rules: BTreeMap<&'a str, BTreeMap<String, Vec<&'a Object<DestinationRuleSpec>>>>,
    routes: BTreeMap<String, Vec<&'a Object<VirtualServiceSpec>>>,
    /// What gateways know, found when a request first comes by.
    chains: Mutex<BTreeMap<GatewayPort<'a>, Arc<Chains<'a>>>>,
}

impl<'a> Registry<'a> {
    /// Names of the clusters that the control plane reads first, its own before the others, then those that its bundle
    /// adds. The first Service of a name decides about the ports.
    pub(super) fn new(
        world: &'a World,
        routing: &'a Routing,
        cluster: &'a Cluster,
    ) -> Result<Self, Unreadable> {
        let control_plane = world.control_plane(cluster);
        let objects = routing.objects(&control_plane.name)?;
        let mut registry = Self {
            cluster,
            control_plane,
            read: world.read_by(control_plane).collect(),
            objects,
            networks: Networks::new(world, control_plane),
            services: BTreeMap::new(),
            joined: BTreeMap::new(),
            rules: BTreeMap::new(),
            routes: BTreeMap::new(),
            chains: Mutex::default(),
        };
        for read in world.read_by(control_plane) {
            registry.read(read, routing.services(&read.name)?);
        }
        for entry in &objects.service_entries {
            for host in &entry.spec.hosts {
                let known = registry.services.get(host).is_some_and(|known| {
                    known.iter().any(|service| matches!(service.backing, Backing::Pods(_)))
                });
                if known && control_plane.release >= MERGES {
                    registry.joined.entry(host.clone()).or_default().push(entry);
                    continue;
                }
                let service = of_entry(host, entry);
                let known = registry.services.get_mut(host).into_iter().flatten();
                match known.into_iter().find(|known| known.is_one_with(&service)) {
                    Some(known) => known.join(service),
                    None => registry.add(service),
                }
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
        registry.attach(objects, routing.services(&control_plane.name)?);
        Ok(registry)
    }

    /// The Services of a cluster; stand-ins are created, never applied over what is there.
    fn read(&mut self, cluster: &'a Cluster, stand_ins: &'a [Object<ServiceSpec>]) {
        let domain = &self.control_plane.domain;
        let own: BTreeSet<(&str, &str)> =
            cluster.services.iter().map(|service| (&*service.namespace, &*service.name)).collect();
        let services = cluster.services.iter().map(|service| of_world(cluster, service, domain));
        let stand_ins = stand_ins
            .iter()
            .filter(|stand_in| !own.contains(&(&*stand_in.place.namespace, &*stand_in.place.name)))
            .map(|stand_in| of_stand_in(stand_in, domain));
        for service in services.chain(stand_ins).collect::<Vec<_>>() {
            match self.services.get_mut(&service.host).and_then(|known| known.first_mut()) {
                Some(known) => known.join(service),
                None => self.add(service),
            }
        }
    }

    fn add(&mut self, service: Service<'a>) {
        self.services.entry(service.host.clone()).or_default().push(service);
    }

    /// What a port of a gateway here knows.
    pub(super) fn chains(
        &self,
        gateway: &'a Gateway,
        port: u16,
        find: impl FnOnce() -> Chains<'a>,
    ) -> Arc<Chains<'a>> {
        let Ok(mut known) = self.chains.lock() else { return Arc::new(find()) };
        let key = (gateway.namespace.as_str(), gateway.name.as_str(), port);
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(find())))
    }

    /// Every service that a namespace sees.
    pub(super) fn services(&self, namespace: &str) -> impl Iterator<Item = &Service<'a>> {
        self.services.values().flatten().filter(move |service| service.is_seen_from(namespace))
    }

    /// Every service there is.
    pub(super) fn all_services(&self) -> impl Iterator<Item = &Service<'a>> {
        self.services.values().flatten()
    }

    /// All names.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// Names of Services of Kubernetes.
    pub(super) fn hosts_of_pods(&self) -> impl Iterator<Item = &str> {
        let all = self.all_services().filter(|service| matches!(service.backing, Backing::Pods(_)));
        all.map(|service| service.host.as_str())
    }

    /// Whether somebody has a name, or one that a pattern covers.
    pub(super) fn is_known(&self, host: &str) -> bool {
        match host.strip_prefix('*') {
            Some(end) => self.services.keys().any(|known| known.ends_with(end)),
            None => self.services.contains_key(host),
        }
    }

    /// The namespaces of who has a name.
    pub(super) fn namespaces_of(&self, host: &str) -> Vec<&'a str> {
        self.services.get(host).into_iter().flatten().map(|service| service.namespace).collect()
    }

    /// Whether some object of a namespace is known.
    pub(super) fn has_objects_in(&self, namespace: &str) -> bool {
        let Objects { virtual_services, destination_rules, service_entries, .. } = self.objects;
        virtual_services.iter().any(|object| object.place.namespace == namespace)
            || destination_rules.iter().any(|object| object.place.namespace == namespace)
            || service_entries.iter().any(|object| object.place.namespace == namespace)
    }

    /// Whether entries for a host have endpoints in other networks without an address, which are not followed.
    pub(super) fn has_endpoints_without_address(&self, host: &str) -> bool {
        let entries = self.objects.service_entries.iter();
        let mut entries = entries.filter(|entry| entry.spec.hosts.iter().any(|known| known == host));
        entries.any(|entry| entry.spec.endpoints.iter().any(|endpoint| endpoint.address.is_empty()))
    }

    /// Whether entries join the pods of a Service.
    pub(super) fn joins(&self, host: &str) -> bool {
        !self.joined(host).is_empty()
    }

    /// Whether routes are for a host, itself or by a pattern.
    pub(super) fn has_routes(&self, host: &str) -> bool {
        by_host(&self.routes, host).is_some()
    }

    /// The `VirtualService`s that name a host itself, those first that count first.
    pub(super) fn rivals(&self, host: &str) -> impl Iterator<Item = &'a Object<VirtualServiceSpec>> {
        self.routes.get(host).into_iter().flatten().copied()
    }

    /// Whether an object of a namespace means a host, itself or by a pattern.
    pub(super) fn means(&self, said: &str, home: &str, host: &str) -> bool {
        covers(&self.full(said, home), host)
    }

    /// Namespaces whose own objects are for a host, or that objects for it name.
    pub(super) fn namespaces_with_rules_for(&self, host: &str) -> BTreeSet<String> {
        let mut namespaces = BTreeSet::new();
        for (home, rules) in &self.rules {
            for rule in by_host(rules, host).into_iter().flatten() {
                namespaces.insert((*home).to_owned());
                namespaces.extend(named(&rule.spec.export_to));
            }
        }
        for routes in by_host(&self.routes, host).into_iter().flatten() {
            namespaces.insert(routes.place.namespace.clone());
            namespaces.extend(named(&routes.spec.export_to));
        }
        for service in self.services.get(host).into_iter().flatten() {
            namespaces.insert(service.namespace.to_owned());
        }
        namespaces
    }

    /// A namespace with Services of applications that is none of those.
    pub(super) fn outsider(&self, namespaces: &BTreeSet<String>) -> Option<String> {
        let all = self.cluster.services.iter().map(|service| &service.namespace);
        all.filter(|namespace| !namespaces.contains(*namespace) && !namespace.starts_with("kube-"))
            .find(|namespace| *namespace != ROOT)
            .cloned()
    }

    /// The service of a full name, as a namespace sees it: its own before the oldest.
    #[must_use]
    pub(super) fn service(&self, host: &str, namespace: &str) -> Option<&Service<'a>> {
        let seen =
            || self.services.get(host).into_iter().flatten().filter(|known| known.is_seen_from(namespace));
        seen().find(|service| service.namespace == namespace).or_else(|| seen().next())
    }

    /// The full name that an object means by a host: a name without dots is one of its own namespace.
    #[must_use]
    pub(super) fn full(&self, host: &str, namespace: &str) -> String {
        if host.contains(['.', '*']) {
            host.to_owned()
        } else {
            format!("{host}.{namespace}.svc.{}", self.control_plane.domain)
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
        let routes = self.routes_of(name, namespace, None).into_iter().next()?;
        let carries = |host: &String| {
            let host = self.full(host, &routes.place.namespace);
            self.service(&host, namespace)?
                .port(port)
                .map(|port| matches!(port.list, List::Http | List::Either))
        };
        routes.spec.hosts.iter().filter_map(carries).any(|is_http| is_http).then_some(routes)
    }

    /// A name as Kubernetes' DNS, and Istio's virtual hosts, complete it.
    fn completed(&self, name: &str, namespace: &str) -> String {
        let domain = &self.control_plane.domain;
        match (name.matches('.').count(), name.rsplit('.').next()) {
            (0, _) => format!("{name}.{namespace}.svc.{domain}"),
            (1, _) => format!("{name}.svc.{domain}"),
            (_, Some("svc")) => format!("{name}.{domain}"),
            (_, Some(_) | None) => name.to_owned(),
        }
    }

    /// The `VirtualService`s that a namespace sees, in order of name.
    pub(super) fn routes_for(&self, namespace: &str) -> impl Iterator<Item = &'a Object<VirtualServiceSpec>> {
        let objects = &self.objects.virtual_services;
        objects
            .iter()
            .filter(move |object| is_exported(&object.spec.export_to, &object.place.namespace, namespace))
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

/// Namespaces that are named one by one.
fn named(export_to: &[String]) -> impl Iterator<Item = String> {
    export_to.iter().filter(|to| !["*", ".", "~"].contains(&to.as_str())).cloned()
}

/// What is said of a host: of the host itself, else of the longest wildcard that covers it.
fn by_host<'m, T>(objects: &'m BTreeMap<String, Vec<T>>, host: &str) -> Option<&'m Vec<T>> {
    objects.get(host).or_else(|| {
        let ends = host.char_indices().filter(|(_, mark)| *mark == '.').map(|(at, _)| at);
        let wildcards = ends.filter_map(|at| host.get(at..)).map(|end| format!("*{end}"));
        wildcards.chain(["*".to_owned()]).find_map(|wildcard| objects.get(&wildcard))
    })
}
