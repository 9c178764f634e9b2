//! The requests that a change is judged by.
//!
//! Enters: the objects and Services of one part, before and after. Leaves: one request for whatever rules tell apart, by every
//! caller, name and port. Refuses to know: what becomes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document::Document;
use super::part::Part;
use crate::trace::overview;
use crate::trace::probe::Probe;
use crate::trace::request::{Caller, Request};
use crate::trace::world::{Cluster, World};

/// One request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The service, as people name it.
    pub service: String,
    /// The name that is called, if it is not the plain one.
    pub name: Option<String>,
    /// The request.
    pub request: Request,
    /// What rules look at, in words; empty for the plainest request.
    pub words: Vec<String>,
    /// Whether it is asked for its own sake. Others count only if they turn out to be told apart.
    pub is_own: bool,
}

/// The objects of a part in each cluster, in some states.
pub type Objects<'a> = [&'a BTreeMap<String, Vec<Arc<Document>>>];

/// All of them.
#[must_use]
pub fn all(part: &Part, world: &World, states: &Objects<'_>) -> Vec<Ask> {
    let mut asks = Vec::new();
    for cluster in &world.clusters {
        let objects = objects_of(world.control_plane(cluster), states);
        asks.extend(plain(part, world, cluster, &objects));
        asks.extend(remote(part, world, cluster, &objects));
        asks.extend(from_outside(cluster, &objects));
    }
    asks
}

fn objects_of(cluster: &Cluster, states: &Objects<'_>) -> Vec<Arc<Document>> {
    let mut seen = BTreeSet::new();
    let all = states.iter().filter_map(|state| state.get(&cluster.name)).flatten();
    all.filter(|document| seen.insert(Arc::as_ptr(document))).cloned().collect()
}

/// By their plain names, from their own namespaces.
fn plain(part: &Part, world: &World, cluster: &Cluster, objects: &[Arc<Document>]) -> Vec<Ask> {
    let mut asks = Vec::new();
    for (namespace, name) in &part.services {
        let host = format!("{name}.{namespace}");
        let ports: BTreeSet<u16> = services(world, namespace, name).map(|(number, _)| number).collect();
        let full = cluster.host_of(name, namespace);
        for port in ports {
            let service = super::world::named(namespace, name);
            let request = request(world, cluster, (namespace, name), &host, port);
            asks.extend(told_apart(
                &Ask { service, name: None, request, words: Vec::new(), is_own: true },
                &[&full],
                objects,
            ));
        }
    }
    asks
}

/// By the names that entries give.
fn remote(part: &Part, world: &World, cluster: &Cluster, objects: &[Arc<Document>]) -> Vec<Ask> {
    let own: BTreeSet<String> =
        part.services.iter().map(|(namespace, name)| cluster.host_of(name, namespace)).collect();
    let mut named: BTreeMap<(String, String), BTreeSet<u16>> = BTreeMap::new();
    for document in objects.iter().filter(|document| document.id.kind == "ServiceEntry") {
        for host in document.piece.hosts().into_iter().filter(|host| !own.contains(host)) {
            let ports = named.entry((document.id.namespace.clone(), host)).or_default();
            ports.extend(document.piece.ports());
        }
    }
    let mut asks = Vec::new();
    for ((namespace, host), ports) in named {
        let name = host.split('.').next().unwrap_or(&host).to_owned();
        for port in ports {
            let service = super::world::named(&namespace, &name);
            let request = request(world, cluster, (&namespace, &name), &host, port);
            let ask = Ask { service, name: Some(host.clone()), request, words: Vec::new(), is_own: true };
            let full = cluster.host_of(&name, &namespace);
            asks.extend(told_apart(&ask, &[&host, &full], objects));
        }
    }
    asks
}

/// At gateways where requests from outside arrive.
fn from_outside(cluster: &Cluster, objects: &[Arc<Document>]) -> Vec<Ask> {
    let mut asks = Vec::new();
    for gateway in cluster.gateways.iter().filter(|gateway| gateway.addresses.is_empty()) {
        let of_object = |document: &&Arc<Document>| document.piece.opens_ports_of(gateway);
        let mut ports: BTreeSet<u16> =
            objects.iter().filter(of_object).flat_map(|document| document.piece.open_ports()).collect();
        if !gateway.existing.is_empty() {
            ports.insert(80);
        }
        for document in objects.iter().filter(|document| document.piece.is_for_gateways()) {
            for (host, port) in
                document.piece.hosts().iter().flat_map(|host| ports.iter().map(move |port| (host, port)))
            {
                let host = host.replace('*', "any");
                let caller = Caller {
                    cluster: cluster.name.clone(),
                    namespace: gateway.namespace.clone(),
                    gateway: Some(gateway.name.clone()),
                    ..Caller::default()
                };
                let name = Some(format!("{host} at {}", gateway.name));
                let request = Request {
                    caller,
                    host,
                    port: *port,
                    method: "GET".to_owned(),
                    path: "/".to_owned(),
                    ..Request::default()
                };
                let service = led_to(document).unwrap_or_else(|| document.id.name.clone());
                let service = super::world::named(&document.id.namespace, &service);
                asks.extend(variants(
                    &Ask { service, name, request, words: Vec::new(), is_own: true },
                    &[document],
                ));
            }
        }
    }
    asks
}

/// The service to which routes lead first.
fn led_to(routes: &Document) -> Option<String> {
    let host = routes.piece.leads_to().into_iter().next()?;
    host.split('.').next().map(str::to_owned)
}

/// Ports of a Service, in any cluster.
fn services<'w>(
    world: &'w World,
    namespace: &'w str,
    name: &'w str,
) -> impl Iterator<Item = (u16, &'w crate::trace::world::Port)> {
    let all = world.clusters.iter().flat_map(|cluster| &cluster.services);
    let same = all.filter(move |service| service.name == name && service.namespace == namespace);
    same.flat_map(|service| service.ports.iter().map(|port| (port.port, port)))
}

fn request(
    world: &World,
    cluster: &Cluster,
    (namespace, name): (&str, &str),
    host: &str,
    port: u16,
) -> Request {
    let known = services(world, namespace, name).find(|(number, _)| *number == port);
    let caller =
        Caller { cluster: cluster.name.clone(), namespace: namespace.to_owned(), ..Caller::default() };
    Request {
        caller,
        port,
        method: "GET".to_owned(),
        path: "/".to_owned(),
        speaks: known.map(|(_, port)| overview::spoken(port, host)).unwrap_or_default(),
        host: host.to_owned(),
        ..Request::default()
    }
}

/// One request for all that the rules of some names of a service tell apart.
fn told_apart(plain: &Ask, names: &[&String], objects: &[Arc<Document>]) -> Vec<Ask> {
    let is_named = |document: &Document| names.iter().any(|name| document.piece.hosts().contains(*name));
    let routes: Vec<&Arc<Document>> = objects
        .iter()
        .filter(|document| document.id.kind == "VirtualService" && is_named(document))
        .collect();
    variants(plain, &routes)
}

fn variants(plain: &Ask, routes: &[&Arc<Document>]) -> Vec<Ask> {
    let mut asks = Vec::new();
    let mut seen: BTreeSet<Probe> = BTreeSet::new();
    let fits = |probe: &Probe| probe.port.is_none_or(|port| port == plain.request.port);
    let mut add = |probe: &Probe, is_own: bool| {
        let key = Probe { words: Vec::new(), port: None, ..probe.clone() };
        if fits(probe) && seen.insert(key) {
            asks.push(Ask {
                request: probe.asked(plain.request.clone()),
                words: probe.words.clone(),
                is_own,
                ..plain.clone()
            });
        }
    };
    let met: Vec<Probe> = routes.iter().flat_map(|document| document.piece.met()).collect();
    for probe in &met {
        add(probe, true);
    }
    add(&Probe::default(), true);
    routes.iter().flat_map(|document| document.piece.missed()).for_each(|probe| add(&probe, false));
    // Where rules change, which of two comes first may change too.
    if routes.len() > 1 && met.len() <= PAIRED {
        for (index, one) in met.iter().enumerate() {
            met.iter()
                .skip(index + 1)
                .filter_map(|other| one.with(other))
                .for_each(|probe| add(&probe, false));
        }
    }
    asks
}

/// More conditions are not asked two at a time.
const PAIRED: usize = 40;
