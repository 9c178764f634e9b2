//! `gateways.NAME`, and `ingress` of routes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cluster_name;
use super::condition::Comparison;
use crate::model::ingress::{Server as Meant, ServerTls as MeantTls, ServerTlsMode};
use crate::model::{self, Mesh, Service};

/// `gateways.NAME`
#[derive(Serialize)]
pub struct IngressGateway<'m> {
    clusters: Vec<&'m str>,
    namespace: &'m str,
    selector: &'m BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    servers: Vec<Server<'m>>,
}

#[derive(Serialize)]
struct Server<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'m str>,
    port: ServerPort<'m>,
    hosts: Vec<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<ServerTls<'m>>,
}

#[derive(Serialize)]
struct ServerPort<'m> {
    number: u16,
    name: &'m str,
    protocol: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServerTls<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    https_redirect: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_name: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_certificate: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_certificates: Option<&'m str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    subject_alt_names: &'m [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    min_protocol_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_protocol_version: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cipher_suites: &'m [String],
}

/// One entry of `ingress`.
#[derive(Serialize)]
pub struct Ingress<'m> {
    hosts: Vec<&'m str>,
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    paths: Vec<Path<'m>>,
}

#[derive(Serialize)]
struct Path<'m> {
    uri: Comparison<'m>,
}

impl<'m> IngressGateway<'m> {
    pub fn of(mesh: &'m Mesh, gateway: &'m model::IngressGateway) -> Self {
        let model::IngressGateway {
            // The key.
            name: _,
            place: _,
            namespace,
            // Follows from the namespace and the selector.
            workload_namespaces: _,
            clusters,
            selector,
            servers,
            // What could not be read is an error, and then nothing is written.
            complete: _,
        } = gateway;
        Self {
            clusters: clusters.iter().map(|id| cluster_name(mesh, *id)).collect(),
            namespace,
            selector,
            servers: servers.iter().map(Server::of).collect(),
        }
    }
}

impl<'m> Server<'m> {
    fn of(server: &'m Meant) -> Self {
        let Meant { name, port: number, port_name, protocol, hosts, tls } = server;
        Self {
            name: name.as_ref().map(|name| name.value.as_str()),
            port: ServerPort { number: number.value, name: port_name, protocol },
            hosts: hosts.iter().map(|host| host.value.as_str()).collect(),
            tls: tls.as_ref().map(ServerTls::of),
        }
    }
}

impl<'m> ServerTls<'m> {
    fn of(tls: &'m MeantTls) -> Self {
        let MeantTls {
            https_redirect,
            mode,
            credential_name,
            server_certificate,
            private_key,
            ca_certificates,
            subject_alt_names,
            min_protocol_version,
            max_protocol_version,
            cipher_suites,
        } = tls;
        Self {
            https_redirect: *https_redirect,
            mode: mode.as_ref().map(|mode| match mode.value {
                ServerTlsMode::Passthrough => "PASSTHROUGH",
                ServerTlsMode::Simple => "SIMPLE",
                ServerTlsMode::Mutual => "MUTUAL",
                ServerTlsMode::OptionalMutual => "OPTIONAL_MUTUAL",
                ServerTlsMode::IstioMutual => "ISTIO_MUTUAL",
            }),
            credential_name: credential_name.as_deref(),
            server_certificate: server_certificate.as_deref(),
            private_key: private_key.as_deref(),
            ca_certificates: ca_certificates.as_deref(),
            subject_alt_names,
            min_protocol_version: *min_protocol_version,
            max_protocol_version: *max_protocol_version,
            cipher_suites,
        }
    }
}

/// What a service lets in, by the gateway's name.
pub fn ingress<'m>(mesh: &'m Mesh, service: &'m Service) -> BTreeMap<&'m str, Ingress<'m>> {
    let entry = |ingress: &'m model::ingress::Ingress| {
        let model::ingress::Ingress { gateway, hosts, uris, place: _ } = ingress;
        let name = mesh.gateways.get(gateway.0)?.name.as_str();
        let hosts = hosts.iter().map(|host| host.value.as_str()).collect();
        let paths = uris.iter().map(|uri| Path { uri: Comparison::of(&uri.value) }).collect();
        Some((name, Ingress { hosts, paths }))
    };
    service.ingress.iter().filter_map(entry).collect()
}
