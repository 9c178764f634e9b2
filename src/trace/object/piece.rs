//! Single objects, each read once, and what clusters hold of them.
//!
//! Enters: the text of one object. Leaves: the object as a trace follows it, the names that it speaks of, and clusters put
//! together from such. Refuses to know: which objects belong together.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bundle::File;
use super::gateway::GatewaySpec;
use super::service::ServiceSpec;
use super::virtual_service::{HttpRoute, VirtualServiceSpec};
use super::{Object, ObjectPlace, Objects, Unreadable, header, line, read};

/// The domain of names that are written short.
const DOMAIN: &str = "cluster.local";

/// One object.
#[derive(Clone, Debug)]
pub struct Piece {
    place: ObjectPlace,
    held: Arc<Holding>,
}

/// What one cluster holds.
#[derive(Clone, Debug, Default)]
pub struct Held(Arc<Holding>);

#[derive(Clone, Debug, Default)]
pub(super) struct Holding {
    pub(super) objects: Objects,
    pub(super) services: Vec<Object<ServiceSpec>>,
}

impl Piece {
    /// Reads the text of one object; nothing for a text that holds none. `file` is for people.
    pub fn read(cluster: &str, file: &str, text: &str) -> Result<Option<Self>, Unreadable> {
        let file = File { cluster: cluster.to_owned(), name: file.to_owned(), text: String::new() };
        let Some(document) = line::documents(text).into_iter().next() else { return Ok(None) };
        let Some((identity, spec)) = header(&file, &document)? else { return Ok(None) };
        let mut holding = Holding::default();
        let place = identity.place.clone();
        if place.kind == "Service" {
            let unreadable = |reason| document.unreadable(&file.name, &reason);
            holding.services.push(read(identity, spec).map_err(unreadable)?);
        } else {
            holding.objects.add_read(&file, &document, identity, spec)?;
        }
        Ok(Some(Self { place, held: Arc::new(holding) }))
    }

    /// Kind, namespace, name.
    #[must_use]
    pub fn place(&self) -> &ObjectPlace {
        &self.place
    }

    /// The hosts of which it says something, in full; none for what is said of gateways as a whole.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<String> {
        let Holding { objects, services } = &*self.held;
        let named = objects
            .virtual_services
            .iter()
            .flat_map(|object| object.spec.hosts.iter().map(|host| self.full(host)))
            .chain(objects.destination_rules.iter().map(|object| self.full(&object.spec.host)))
            .chain(objects.service_entries.iter().flat_map(|object| object.spec.hosts.iter().cloned()))
            .chain(services.iter().map(|object| self.full(&object.place.name)));
        named.collect()
    }

    /// The hosts to which it leads, in full: destinations of routes, and who is asked for by SNI.
    #[must_use]
    pub fn leads_to(&self) -> BTreeSet<String> {
        let Objects { virtual_services, destination_rules, .. } = &self.held.objects;
        let routed = virtual_services.iter().flat_map(|object| destinations(&object.spec));
        let asked = destination_rules.iter().flat_map(|object| {
            let spec = &object.spec;
            let policies =
                spec.traffic_policy.iter().chain(spec.subsets.iter().flat_map(|some| &some.traffic_policy));
            let levels = policies.flat_map(super::destination_rule::TrafficPolicy::levels);
            levels.filter_map(|level| host_of_sni(level.tls.as_ref()?.sni.as_deref()?))
        });
        routed.map(|host| self.full(host)).chain(asked.map(str::to_owned)).collect()
    }

    /// Its routes for requests, if it has any.
    pub(in crate::trace) fn routes(&self) -> Option<&Object<VirtualServiceSpec>> {
        self.held.objects.virtual_services.first()
    }

    /// The Gateway, if it is one.
    pub(in crate::trace) fn gateway(&self) -> Option<&Object<GatewaySpec>> {
        self.held.objects.gateways.first()
    }

    /// The ports of the names that it gives.
    #[must_use]
    pub fn ports(&self) -> BTreeSet<u16> {
        let Holding { objects, services } = &*self.held;
        let entries = objects.service_entries.iter().flat_map(|object| &object.spec.ports);
        let services = services.iter().flat_map(|object| &object.spec.ports);
        entries.map(|port| port.number).chain(services.map(|port| port.port)).collect()
    }

    /// Whether its routes are for gateways where requests from outside arrive.
    #[must_use]
    pub fn is_for_gateways(&self) -> bool {
        self.routes().is_some_and(|routes| routes.spec.gateways.iter().any(|gateway| gateway != "mesh"))
    }

    /// Whether it is a Gateway that selects a workload.
    #[must_use]
    pub fn opens_ports_of(&self, gateway: &crate::trace::world::Gateway) -> bool {
        self.gateway()
            .is_some_and(|object| crate::trace::world::selects(&object.spec.selector, &gateway.labels))
    }

    /// The ports that it opens.
    #[must_use]
    pub fn open_ports(&self) -> BTreeSet<u16> {
        self.gateway()
            .into_iter()
            .flat_map(|object| &object.spec.servers)
            .map(|server| server.port.number)
            .collect()
    }

    /// A Gateway that is open for many hosts, as far as it concerns some; others as they are.
    #[must_use]
    pub fn cut_to(&self, hosts: &BTreeSet<String>) -> Self {
        let Some(gateway) = self.gateway() else { return self.clone() };
        let concerns = |said: &String| {
            let host = said.split_once('/').map_or(said.as_str(), |(_, host)| host);
            host.starts_with('*') || hosts.contains(host)
        };
        if gateway.spec.servers.iter().all(|server| server.hosts.iter().all(concerns)) {
            return self.clone();
        }
        let mut gateway = gateway.clone();
        for server in &mut gateway.spec.servers {
            server.hosts.retain(concerns);
        }
        let objects = Objects { gateways: vec![gateway], ..Objects::default() };
        Self { place: self.place.clone(), held: Arc::new(Holding { objects, services: Vec::new() }) }
    }

    fn full(&self, host: &str) -> String {
        if host.contains(['.', '*']) {
            host.to_owned()
        } else {
            format!("{host}.{}.svc.{DOMAIN}", self.place.namespace)
        }
    }
}

impl Held {
    /// Puts objects together.
    #[must_use]
    pub fn of<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> Self {
        let mut all = Holding::default();
        for piece in pieces {
            let Holding { objects, services } = &*piece.held;
            all.objects.extend(objects);
            all.services.extend(services.iter().cloned());
        }
        all.objects.arrange();
        all.services
            .sort_by(|a, b| (&a.place.name, &a.place.namespace).cmp(&(&b.place.name, &b.place.namespace)));
        Self(Arc::new(all))
    }

    pub(super) fn holding(&self) -> &Holding {
        &self.0
    }
}

/// All hosts that routes name.
fn destinations(spec: &VirtualServiceSpec) -> impl Iterator<Item = &str> {
    let of_requests = spec.http.iter().flat_map(|HttpRoute { route, mirror, mirrors, .. }| {
        let mirrors = mirror.iter().chain(mirrors.iter().map(|mirror| &mirror.destination));
        route.iter().map(|to| &to.destination).chain(mirrors)
    });
    let connections = spec.tls.iter().chain(&spec.tcp);
    let of_connections = connections.flat_map(|route| route.route.iter().map(|to| &to.destination));
    of_requests.chain(of_connections).map(|to| to.host.as_str())
}

/// `outbound_.9080_.v2_.reviews.default.svc.cluster.local` asks for the last part.
fn host_of_sni(sni: &str) -> Option<&str> {
    sni.strip_prefix("outbound_.")?.splitn(3, "_.").nth(2)
}
