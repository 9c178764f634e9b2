//! `gateways.NAME`: an ingress gateway, where requests from outside arrive.
//!
//! Enters: the tree of one gateway. Leaves: [`IngressGateway`]. Refuses to know: whether the clusters it names exist, and
//! what a server can be.

mod server;

pub use server::{Server, ServerPort, ServerTls};

use super::reader::{Reader, form};
use super::tree::Value;
use super::{Keyed, Listed, Written};
use crate::source::At;

/// `gateways.NAME`. If its value could not be read, its name is here and every field is illegible.
#[derive(Clone, Debug)]
pub struct IngressGateway {
    /// The key.
    pub name: At<String>,
    /// `namespace` of the document.
    pub document_namespace: Written<String>,
    pub namespace: Written<String>,
    /// Where it runs; absent is everywhere.
    pub clusters: Written<Listed<At<String>>>,
    pub selector: Written<Listed<Keyed<At<String>>>>,
    /// Absent where the Gateway exists already.
    pub servers: Written<Listed<Server>>,
}

form! {
    struct GatewayFields: "an ingress gateway", "bookinfo: {servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]}" {
        clusters: "clusters",
        namespace: "namespace",
        selector: "selector",
        servers: "servers",
    }
}

impl IngressGateway {
    /// Reads `gateways.NAME`.
    pub fn read(
        name: At<String>,
        document_namespace: Written<String>,
        value: Value<'_>,
        reader: &mut Reader,
    ) -> Self {
        let GatewayFields { clusters, namespace, selector, servers } = reader.fields_or_illegible(value);
        Self {
            name,
            document_namespace,
            namespace: namespace.read(reader, Reader::text),
            clusters: clusters.read(reader, Reader::texts),
            selector: selector.read(reader, Reader::labels),
            servers: servers.read(reader, |reader, value| reader.list(value, Server::read)),
        }
    }
}
