//! `gateways.NAME.servers`: open ports, in the words of Istio's `Gateway`.
//!
//! Enters: the tree of one server. Leaves: [`Server`]. Refuses to know: which protocols and modes there are.

use super::super::reader::{Reader, form};
use super::super::tree::Value;
use super::super::{Listed, Written};
use crate::source::{At, Place};

/// One element of `servers`.
#[derive(Clone, Debug)]
pub struct Server {
    pub place: Place,
    pub name: Written<String>,
    pub port: ServerPort,
    /// Unchecked.
    pub hosts: At<Listed<At<String>>>,
    pub tls: Written<ServerTls>,
}

/// `servers[].port`
#[derive(Clone, Debug)]
pub struct ServerPort {
    pub number: At<u16>,
    pub name: At<String>,
    /// Unchecked.
    pub protocol: At<String>,
}

/// `servers[].tls`; words unchecked.
#[derive(Clone, Debug)]
pub struct ServerTls {
    pub https_redirect: Written<bool>,
    pub mode: Written<String>,
    pub credential_name: Written<String>,
    pub server_certificate: Written<String>,
    pub private_key: Written<String>,
    pub ca_certificates: Written<String>,
    pub subject_alt_names: Written<Listed<At<String>>>,
    pub min_protocol_version: Written<String>,
    pub max_protocol_version: Written<String>,
    pub cipher_suites: Written<Listed<At<String>>>,
}

form! {
    struct ServerFields: "a server", "{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}" {
        port: "port",
        hosts: "hosts",
        tls: "tls",
        name: "name",
    }
}

form! {
    struct PortFields: "a port of a server", "port: {number: 80, name: http, protocol: HTTP}" {
        number: "number",
        name: "name",
        protocol: "protocol",
    }
}

form! {
    struct TlsFields: "the tls of a server", "tls: {mode: SIMPLE, credentialName: shop-certificate}" {
        https_redirect: "httpsRedirect",
        mode: "mode",
        credential_name: "credentialName",
        server_certificate: "serverCertificate",
        private_key: "privateKey",
        ca_certificates: "caCertificates",
        subject_alt_names: "subjectAltNames",
        min_protocol_version: "minProtocolVersion",
        max_protocol_version: "maxProtocolVersion",
        cipher_suites: "cipherSuites",
    }
}

impl Server {
    /// Reads one server.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let ServerFields { port, hosts, tls, name } = reader.fields(value)?;
        let port = port.required::<_, ServerFields>("port", value, reader, ServerPort::read);
        let hosts = hosts.required::<_, ServerFields>("hosts", value, reader, Reader::texts);
        let tls = tls.read(reader, ServerTls::read);
        let name = name.read(reader, Reader::text);
        Some(Self { place: value.place(), name, port: port?.value, hosts: hosts?, tls })
    }
}

impl ServerPort {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let PortFields { number, name, protocol } = reader.fields(value)?;
        let number = number.required::<_, PortFields>("number", value, reader, |reader, value| {
            reader.number(value, "port", 1..=65535)
        });
        let name = name.required::<_, PortFields>("name", value, reader, Reader::text);
        let protocol = protocol.required::<_, PortFields>("protocol", value, reader, Reader::text);
        Some(At::new(Self { number: number?, name: name?, protocol: protocol? }, value.place()))
    }
}

impl ServerTls {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let TlsFields {
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
        } = reader.fields(value)?;
        let tls = Self {
            https_redirect: https_redirect.read(reader, Reader::boolean),
            mode: mode.read(reader, Reader::text),
            credential_name: credential_name.read(reader, Reader::text),
            server_certificate: server_certificate.read(reader, Reader::text),
            private_key: private_key.read(reader, Reader::text),
            ca_certificates: ca_certificates.read(reader, Reader::text),
            subject_alt_names: subject_alt_names.read(reader, Reader::texts),
            min_protocol_version: min_protocol_version.read(reader, Reader::text),
            max_protocol_version: max_protocol_version.read(reader, Reader::text),
            cipher_suites: cipher_suites.read(reader, Reader::texts),
        };
        Some(At::new(tls, value.place()))
    }
}
