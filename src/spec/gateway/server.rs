//! `gateways.NAME.servers`: open ports, in the words of Istio's `Gateway`.
//!
//! Enters: the tree of one server. Leaves: [`Server`]. Refuses to know: which protocols and modes there are.

use super::super::reader::{Form, Reader};
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

const SERVER: Form<4> = Form {
    what: "a server",
    example: "{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}",
    fields: ["port", "hosts", "tls", "name"],
};

const PORT: Form<3> = Form {
    what: "a port of a server",
    example: "port: {number: 80, name: http, protocol: HTTP}",
    fields: ["number", "name", "protocol"],
};

const TLS: Form<10> = Form {
    what: "the tls of a server",
    example: "tls: {mode: SIMPLE, credentialName: shop-certificate}",
    fields: [
        "httpsRedirect",
        "mode",
        "credentialName",
        "serverCertificate",
        "privateKey",
        "caCertificates",
        "subjectAltNames",
        "minProtocolVersion",
        "maxProtocolVersion",
        "cipherSuites",
    ],
};

impl Server {
    /// Reads one server.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let [port, hosts, tls, name] = reader.fields(value, &SERVER)?;
        let port = port.required("port", &SERVER, value, reader, ServerPort::read);
        let hosts = hosts.required("hosts", &SERVER, value, reader, Reader::texts);
        let tls = tls.read(reader, ServerTls::read);
        let name = name.read(reader, Reader::text);
        Some(Self { place: value.place(), name, port: port?.value, hosts: hosts?, tls })
    }
}

impl ServerPort {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [number, name, protocol] = reader.fields(value, &PORT)?;
        let number = number.required("number", &PORT, value, reader, |reader, value| {
            reader.number(value, "port", 1..=65535)
        });
        let name = name.required("name", &PORT, value, reader, Reader::text);
        let protocol = protocol.required("protocol", &PORT, value, reader, Reader::text);
        Some(At::new(Self { number: number?, name: name?, protocol: protocol? }, value.place()))
    }
}

impl ServerTls {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [
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
        ] = reader.fields(value, &TLS)?;
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
