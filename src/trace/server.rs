//! The open ports of a gateway's workload.
//!
//! Enters: a workload, and the Gateway objects that its control plane obeys. Leaves: the servers that apply to one of its
//! ports. Refuses to know: what arrives there.

use super::object::gateway::Server;
use super::object::{ObjectPlace, covers};
use super::registry::Registry;
use super::world::{Gateway, selects};

/// A server of a Gateway object that applies to a workload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened<'a> {
    /// Of the Gateway object.
    pub(super) namespace: &'a str,
    /// Of the Gateway object.
    pub(super) name: &'a str,
    /// The object, if a bundle has it.
    pub(super) place: Option<&'a ObjectPlace>,
    /// The server, if a bundle has it.
    pub(super) server: Option<&'a Server>,
    /// As the Gateway object numbers it.
    pub(super) port: u16,
    hosts: &'a [String],
    pub(super) kind: ServerKind,
}

/// What a server does with what arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerKind {
    /// TLS, passed on by SNI to whom the SNI names.
    PassesOn,
    /// Plain HTTP, perhaps sent to HTTPS.
    Http { redirects: bool },
    /// HTTP in TLS that ends here.
    Https,
    /// HTTP in either: the object is in no bundle.
    Unknown,
    /// Something else.
    Other,
}

impl ServerKind {
    /// For people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PassesOn => "the mesh's TLS",
            Self::Http { .. } => "HTTP",
            Self::Https => "HTTPS",
            Self::Unknown => "HTTP or HTTPS",
            Self::Other => "TLS or connections",
        }
    }
}

/// The servers on a port that a workload listens on. A number that is a port of its Service means the port behind that,
/// any other the workload's own.
pub(super) fn opened<'a>(
    registry: &Registry<'a>,
    gateway: &'a Gateway,
    port: u16,
) -> impl Iterator<Item = Opened<'a>> {
    let listens = move |number: u16| gateway.ports.get(&number).copied().unwrap_or(number);
    let objects = &registry.objects.gateways;
    let selected = objects.iter().filter(|object| selects(&object.spec.selector, &gateway.labels));
    let written = selected.flat_map(|object| {
        object.spec.servers.iter().map(move |server| Opened {
            namespace: &object.place.namespace,
            name: &object.place.name,
            place: Some(&object.place),
            server: Some(server),
            port: server.port.number,
            hosts: &server.hosts,
            kind: kind(server),
        })
    });
    let is_written = |namespace: &str, name: &str| {
        objects.iter().any(|object| object.place.namespace == namespace && object.place.name == name)
    };
    let existing = gateway.existing.iter().filter(move |known| !is_written(&known.namespace, &known.name));
    let existing = existing.map(move |known| Opened {
        namespace: &known.namespace,
        name: &known.name,
        place: None,
        server: None,
        port: known.port.unwrap_or(port),
        hosts: &known.hosts,
        kind: if known.passes_on { ServerKind::PassesOn } else { ServerKind::Unknown },
    });
    written.chain(existing).filter(move |opened| listens(opened.port) == port)
}

fn kind(server: &Server) -> ServerKind {
    let ends_tls = server.tls.as_ref().and_then(|tls| tls.mode.as_deref());
    match server.port.protocol.to_ascii_uppercase().as_str() {
        _ if ends_tls == Some("AUTO_PASSTHROUGH") => ServerKind::PassesOn,
        "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" => {
            ServerKind::Http { redirects: server.tls.as_ref().is_some_and(|tls| tls.https_redirect) }
        }
        "HTTPS" if ends_tls != Some("PASSTHROUGH") => ServerKind::Https,
        _ => ServerKind::Other,
    }
}

impl<'a> Opened<'a> {
    /// Whether it is open for a name of the mesh. The namespace before a host's name restricts nothing here.
    pub(super) fn opens(&self, name: &str) -> bool {
        self.hosts.iter().any(|open| covers(split(open).1, name))
    }

    /// Its hosts as they are written.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &'a str> {
        self.hosts.iter().map(String::as_str)
    }

    /// The hosts that it is open for, as far as routes of a namespace are meant.
    pub(super) fn hosts_for(&self, namespace: &str) -> impl Iterator<Item = &'a str> {
        let own = self.namespace;
        let hosts = self.hosts.iter().map(|host| split(host));
        hosts
            .filter(move |(wanted, _)| match wanted {
                None | Some("*") => true,
                Some(".") => own == namespace,
                Some(wanted) => *wanted == namespace,
            })
            .map(|(_, host)| host)
    }

    /// As a `VirtualService` names it.
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// The namespace before a host, if any, and the host.
fn split(host: &str) -> (Option<&str>, &str) {
    host.split_once('/').map_or((None, host), |(namespace, host)| (Some(namespace), host))
}
