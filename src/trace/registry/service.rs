//! A name that can be called, in one cluster.
//!
//! Enters: a Service of the world, a stand-in, a ServiceEntry. Leaves: one form for all of them. Refuses to know: rules.

use crate::trace::object::service::ServiceSpec;
use crate::trace::object::service_entry::{Location, ServiceEntrySpec};
use crate::trace::object::{Object, ObjectPlace};
use crate::trace::request::Speaks;
use crate::trace::world::{self, Cluster};

/// A name that can be called.
#[derive(Clone, Debug)]
pub(in crate::trace) struct Service<'a> {
    /// In full.
    pub(in crate::trace) host: String,
    /// Of the Service or ServiceEntry.
    pub(in crate::trace) namespace: &'a str,
    /// At least one.
    pub(in crate::trace) ports: Vec<Port<'a>>,
    /// Names stand for pods, of which the app picks one itself.
    pub(in crate::trace) headless: bool,
    /// Who answers.
    pub(in crate::trace) backing: Backing<'a>,
    /// The object that gives the name, if a bundle has it.
    pub(in crate::trace) place: Option<&'a ObjectPlace>,
}

/// A port of a service.
#[derive(Clone, Copy, Debug)]
pub(in crate::trace) struct Port<'a> {
    /// What callers dial.
    pub(in crate::trace) number: u16,
    /// The key of endpoints' ports.
    pub(in crate::trace) name: &'a str,
    /// Which routes it obeys.
    pub(in crate::trace) list: List,
}

/// The list of a VirtualService's routes that a port obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trace) enum List {
    /// For requests.
    Http,
    /// For connections, by SNI.
    Tls,
    /// For connections, by their ends.
    Tcp,
    /// For requests where HTTP is spoken, else by the ends: nobody said what the port is for.
    Either,
}

/// Who answers for a name.
#[derive(Clone, Debug)]
pub(in crate::trace) enum Backing<'a> {
    /// Pods in one cluster or several; none behind a stand-in.
    Pods(Vec<Shard<'a>>),
    /// Endpoints that `ServiceEntry`s of one namespace list. The oldest of them decides about everything else.
    Entry(&'a Object<ServiceEntrySpec>, Vec<&'a Object<ServiceEntrySpec>>),
}

/// The part of a Service that one cluster has.
#[derive(Clone, Copy, Debug)]
pub(in crate::trace) struct Shard<'a> {
    pub(in crate::trace) cluster: &'a Cluster,
    pub(in crate::trace) service: &'a world::Service,
}

impl Service<'_> {
    /// Another cluster has one of the same name, or another entry in the namespace.
    pub(super) fn join(&mut self, other: Self) {
        match (&mut self.backing, other.backing) {
            (Backing::Pods(own), Backing::Pods(others)) => own.extend(others),
            (Backing::Entry(_, own), Backing::Entry(first, _)) => own.push(first),
            (Backing::Pods(_), Backing::Entry(..)) | (Backing::Entry(..), Backing::Pods(_)) => {}
        }
    }

    /// Whether both are entries of one namespace for one name: their endpoints are in one heap.
    pub(super) fn is_one_with(&self, other: &Self) -> bool {
        let both = matches!((&self.backing, &other.backing), (Backing::Entry(..), Backing::Entry(..)));
        both && self.host == other.host && self.namespace == other.namespace
    }

    /// The port of this number.
    #[must_use]
    pub(in crate::trace) fn port(&self, number: u16) -> Option<&Port<'_>> {
        self.ports.iter().find(|port| port.number == number)
    }

    /// Whether its workloads are outside the mesh.
    #[must_use]
    pub(in crate::trace) fn is_external(&self) -> bool {
        match &self.backing {
            Backing::Pods(_) => false,
            Backing::Entry(entry, _) => entry.spec.location == Location::MeshExternal,
        }
    }

    pub(super) fn is_seen_from(&self, namespace: &str) -> bool {
        match &self.backing {
            Backing::Pods(_) => true,
            Backing::Entry(entry, _) => is_exported(&entry.spec.export_to, self.namespace, namespace),
        }
    }

    pub(super) fn has_address(&self, address: &str) -> bool {
        match &self.backing {
            Backing::Pods(_) => false,
            Backing::Entry(entry, others) => {
                let mut entries = [*entry].into_iter().chain(others.iter().copied());
                entries.any(|entry| entry.spec.addresses.iter().any(|known| known == address))
            }
        }
    }
}

/// Whether an object of the namespace `home` is for proxies of another.
pub(in crate::trace) fn is_exported(export_to: &[String], home: &str, namespace: &str) -> bool {
    export_to.is_empty()
        || export_to.iter().any(|to| match to.as_str() {
            "*" => true,
            "." => home == namespace,
            to => to == namespace,
        })
}

/// A Service of a cluster.
pub(super) fn of_world<'a>(cluster: &'a Cluster, service: &'a world::Service, domain: &str) -> Service<'a> {
    let ports = service.ports.iter().map(|port| Port {
        number: port.port,
        name: &port.name,
        list: List::of(port.app_protocol.as_deref().unwrap_or(&port.name)),
    });
    Service {
        host: format!("{}.{}.svc.{domain}", service.name, service.namespace),
        namespace: &service.namespace,
        ports: ports.collect(),
        headless: service.headless,
        backing: Backing::Pods(vec![Shard { cluster, service }]),
        place: None,
    }
}

/// A Service of the bundle.
pub(super) fn of_stand_in<'a>(object: &'a Object<ServiceSpec>, domain: &str) -> Service<'a> {
    let ObjectPlace { kind: _, namespace, name, cluster: _, file: _, line: _ } = &object.place;
    let ports = object.spec.ports.iter().map(|port| Port {
        number: port.port,
        name: &port.name,
        list: List::of(port.app_protocol.as_deref().unwrap_or(&port.name)),
    });
    Service {
        host: format!("{name}.{namespace}.svc.{domain}"),
        namespace,
        ports: ports.collect(),
        headless: false,
        backing: Backing::Pods(Vec::new()),
        place: Some(&object.place),
    }
}

/// One of the names of a ServiceEntry.
pub(super) fn of_entry<'a>(host: &str, object: &'a Object<ServiceEntrySpec>) -> Service<'a> {
    let ports = object.spec.ports.iter().map(|port| Port {
        number: port.number,
        name: &port.name,
        list: List::of(port.protocol.as_deref().unwrap_or(&port.name)),
    });
    Service {
        host: host.to_owned(),
        namespace: &object.place.namespace,
        ports: ports.collect(),
        headless: false,
        backing: Backing::Entry(object, Vec::new()),
        place: Some(&object.place),
    }
}

impl List {
    /// What is obeyed by a connection that speaks something.
    pub(in crate::trace) fn obeyed(self, speaks: &Speaks) -> Self {
        match (self, speaks) {
            (Self::Either, Speaks::Http) => Self::Http,
            (Self::Either, Speaks::Tls { .. } | Speaks::Bytes) => Self::Tcp,
            (Self::Http | Self::Tls | Self::Tcp, _) => self,
        }
    }

    /// By a protocol, or the port whose name begins with one. What Istio does not know it looks into. Source: `Parse` in
    /// Istio's `pkg/config/protocol/instance.go`.
    pub(in crate::trace) fn of(word: &str) -> Self {
        match word.split('-').next().unwrap_or(word).to_ascii_lowercase().as_str() {
            "tls" | "https" => Self::Tls,
            "tcp" | "mongo" | "mysql" | "redis" | "udp" => Self::Tcp,
            "http" | "http2" | "grpc" | "kubernetes.io/h2c" | "kubernetes.io/ws" => Self::Http,
            _ => Self::Either,
        }
    }
}
