//! Ingress: gateways where requests from outside arrive, and which of these a service answers.
//!
//! Enters: nothing; `resolve` builds these types. Leaves: what `plan` reads and `istio` says. Refuses to know: how a
//! gateway's workload is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cluster::ClusterId;
use super::condition::TextMatch;
use super::protocol::RouteKind;
use super::service::{Port, Service};
use crate::source::{At, Place};

/// Index into `Mesh::gateways`; in order of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IngressGatewayId(pub usize);

/// An ingress gateway.
#[derive(Clone, Debug)]
pub struct IngressGateway {
    /// A DNS label, the name of the Gateway object.
    pub name: String,
    /// Its key in the topology.
    pub place: Place,
    /// The namespace of the Gateway object.
    pub namespace: String,
    /// Where its workload may be: what it needs must be seen there.
    pub workload_namespaces: BTreeSet<String>,
    /// Where it runs; shared by all that run everywhere.
    pub clusters: Arc<BTreeSet<ClusterId>>,
    /// Labels of its workload.
    pub selector: BTreeMap<String, String>,
    /// Its open ports; empty where the Gateway exists already.
    pub servers: Vec<Server>,
    /// Whether all of them could be read, hosts included.
    pub complete: bool,
}

/// An open port.
#[derive(Clone, Debug)]
pub struct Server {
    pub name: Option<At<String>>,
    pub port: At<u16>,
    /// Unique among the ports of one gateway.
    pub port_name: String,
    /// In Istio's spelling.
    pub protocol: &'static str,
    /// At least one: `shop.example.com`, `*.example.com`, `*`, each perhaps behind `namespace/`.
    pub hosts: Vec<At<String>>,
    pub tls: Option<ServerTls>,
}

/// What speaks HTTP, without TLS.
pub const PLAIN_HTTP: [&str; 4] = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"];

impl Server {
    /// Whether callers begin with TLS, wherever it ends.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.mode.is_some())
    }

    /// Whether callers speak HTTP without TLS.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        PLAIN_HTTP.contains(&self.protocol)
    }

    /// What callers speak first.
    #[must_use]
    pub fn speaks(&self) -> &'static str {
        if self.is_tls() { "TLS" } else { self.protocol }
    }
}

/// What a server does with TLS.
#[derive(Clone, Debug, Default)]
pub struct ServerTls {
    /// Sends plain HTTP to HTTPS.
    pub https_redirect: Option<bool>,
    pub mode: Option<At<ServerTlsMode>>,
    pub credential_name: Option<String>,
    pub server_certificate: Option<String>,
    pub private_key: Option<String>,
    pub ca_certificates: Option<String>,
    pub subject_alt_names: Vec<String>,
    /// In Istio's spelling.
    pub min_protocol_version: Option<&'static str>,
    /// In Istio's spelling.
    pub max_protocol_version: Option<&'static str>,
    pub cipher_suites: Vec<String>,
}

/// Who ends TLS that arrives from outside, and who must show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerTlsMode {
    Passthrough,
    Simple,
    Mutual,
    OptionalMutual,
    IstioMutual,
}

/// Which requests from outside a service answers, under its rules.
#[derive(Clone, Debug)]
pub struct Ingress {
    /// Where they arrive.
    pub gateway: IngressGatewayId,
    /// To these hosts; at least one.
    pub hosts: Vec<At<String>>,
    /// With one of these paths; none means every request.
    pub uris: Vec<At<TextMatch>>,
    /// Where it was written: the gateway's name.
    pub place: Place,
}

impl IngressGateway {
    /// As routes name it: `default/bookinfo`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

impl Service {
    /// The port that requests from outside go to: the first that speaks HTTP.
    #[must_use]
    pub fn ingress_port(&self) -> Option<&Port> {
        self.ports.iter().find(|port| port.protocol.route() == Some(RouteKind::Http))
    }
}
