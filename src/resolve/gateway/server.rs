//! Open ports of an ingress gateway, checked as Istio's `validateServer` and `validateTLSOptions` do.

use std::collections::BTreeMap;

use super::problems;
use crate::diagnostic::Finding;
use crate::input::gateway as written;
use crate::input::{Listed, Written};
use crate::model::ingress::{PLAIN_HTTP, Server, ServerTls, ServerTlsMode};
use crate::resolve::name::{dns_label, is_dns_label, is_dns_name};
use crate::resolve::value::{Checked, Poisoned, each, http, optional, placed, plain};
use crate::resolve::{entries, host, port as ports};
use crate::source::{At, Place};

/// Istio's spelling, and whether TLS is spoken.
const PROTOCOLS: [(&str, bool); 10] = [
    ("HTTP", false),
    ("HTTPS", true),
    ("HTTP2", false),
    ("GRPC", false),
    ("GRPC-WEB", false),
    ("TLS", true),
    ("TCP", false),
    ("MONGO", false),
    ("MYSQL", false),
    ("REDIS", false),
];

/// What is spoken where requests are told apart.
const SPEAK_HTTP: [&str; 5] = ["HTTP", "HTTPS", "HTTP2", "GRPC", "GRPC-WEB"];

const MODES: [(&str, Option<ServerTlsMode>); 6] = [
    ("SIMPLE", Some(ServerTlsMode::Simple)),
    ("MUTUAL", Some(ServerTlsMode::Mutual)),
    ("OPTIONAL_MUTUAL", Some(ServerTlsMode::OptionalMutual)),
    ("ISTIO_MUTUAL", Some(ServerTlsMode::IstioMutual)),
    ("PASSTHROUGH", Some(ServerTlsMode::Passthrough)),
    ("AUTO_PASSTHROUGH", None),
];

const VERSIONS: [(&str, &str); 5] = [
    ("TLS_AUTO", "TLS_AUTO"),
    ("TLSV1_0", "TLSV1_0"),
    ("TLSV1_1", "TLSV1_1"),
    ("TLSV1_2", "TLSV1_2"),
    ("TLSV1_3", "TLSV1_3"),
];

/// The sound ones.
pub fn all(servers: &Written<Listed<written::Server>>, findings: &mut Vec<Finding>) -> Vec<Server> {
    let (listed, complete) = entries(servers);
    if let Some(place) = servers.place()
        && listed.is_empty()
        && complete
    {
        findings.push(problems::no_servers(place));
    }
    let mut names: BTreeMap<&str, Place> = BTreeMap::new();
    for server in listed {
        let name = &server.port.name;
        if let Some(first) = names.insert(&name.value, name.place) {
            findings.push(problems::port_name_twice(name, first));
        }
    }
    listed.iter().filter_map(|server| resolved(server, findings).ok()).collect()
}

fn resolved(server: &written::Server, findings: &mut Vec<Finding>) -> Checked<Server> {
    let written::Server { place, name, port, hosts: named, tls: secured } = server;
    let written::ServerPort { number, name: port_name, protocol } = port;
    dns_label("port", port_name, findings);
    let sound_number = ports::kept(number, &ports::OF_GATEWAYS, "the gateway", findings);
    let protocol = known_protocol(protocol, findings);
    let (texts, complete) = (&named.value.entries, named.value.complete);
    if texts.is_empty() && complete {
        findings.push(problems::no_hosts(named.place));
    }
    let hosts: Vec<_> = texts.iter().filter(|host| is_server_host(host, findings)).collect();
    let tls = optional(secured, |at| tls(at, findings))?;
    let (protocol, secure) = protocol?;
    fits(*place, protocol, secure, secured.place(), tls.as_ref(), findings)?;
    sound_number?;
    let ends_tls =
        |tls: &ServerTls| tls.mode.as_ref().is_none_or(|mode| mode.value != ServerTlsMode::Passthrough);
    if !SPEAK_HTTP.contains(&protocol) || !tls.as_ref().is_none_or(ends_tls) {
        findings.push(problems::no_route_attaches(*place));
    }
    Ok(Server {
        name: placed(name)?,
        port: number.clone(),
        port_name: port_name.value.clone(),
        protocol,
        hosts: hosts.into_iter().cloned().collect(),
        tls,
    })
}

fn known_protocol(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<(&'static str, bool)> {
    let known = PROTOCOLS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&at.value));
    known.ok_or_else(|| {
        findings.push(problems::unknown_protocol(at, &PROTOCOLS.map(|(name, _)| name)));
        Poisoned
    })
}

/// `namespace/host`, where the namespace may also be `*` or `.`.
fn is_server_host(at: &At<String>, findings: &mut Vec<Finding>) -> bool {
    let (namespace, name) = match at.value.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, at.value.as_str()),
    };
    let sound = namespace.is_none_or(|name| matches!(name, "*" | ".") || is_dns_label(name))
        && host::is_pattern(name)
        && (name.contains('.') || name == "*");
    if !sound {
        findings.push(problems::not_a_host(at, is_dns_name(name)));
    }
    sound
}

/// TLS where TLS is spoken, and nowhere else but for the word that sends callers there.
fn fits(
    server: Place,
    protocol: &str,
    secure: bool,
    place: Option<Place>,
    tls: Option<&ServerTls>,
    findings: &mut Vec<Finding>,
) -> Checked<()> {
    let Some((tls, place)) = tls.zip(place) else {
        if secure {
            findings.push(problems::no_tls(server, protocol));
            return Err(Poisoned);
        }
        return Ok(());
    };
    let redirects_only = tls.mode.is_none() && !has_certificates(tls);
    let fits = match (secure, tls.mode.is_some()) {
        (true, with_mode) => with_mode,
        (false, _) => redirects_only && PLAIN_HTTP.contains(&protocol),
    };
    if fits {
        return Ok(());
    }
    findings.push(if secure { problems::no_mode(place) } else { problems::tls_on_plain(place, protocol) });
    Err(Poisoned)
}

fn has_certificates(tls: &ServerTls) -> bool {
    let own = [&tls.credential_name, &tls.server_certificate, &tls.private_key, &tls.ca_certificates];
    own.into_iter().any(Option::is_some)
}

fn tls(at: &At<written::ServerTls>, findings: &mut Vec<Finding>) -> Checked<ServerTls> {
    let written::ServerTls {
        https_redirect,
        mode: who,
        credential_name,
        server_certificate,
        private_key,
        ca_certificates,
        subject_alt_names,
        min_protocol_version,
        max_protocol_version,
        cipher_suites,
    } = &at.value;
    let mode = optional(who, |at| mode(at, findings));
    let min = optional(min_protocol_version, |at| {
        http::one_of(at, "minProtocolVersion", &VERSIONS, findings).map(|at| at.value)
    });
    let max = optional(max_protocol_version, |at| {
        http::one_of(at, "maxProtocolVersion", &VERSIONS, findings).map(|at| at.value)
    });
    let texts = |written: &Written<Listed<At<String>>>| each(written, |at: &At<String>| Ok(at.value.clone()));
    let tls = ServerTls {
        https_redirect: plain(https_redirect)?,
        mode: mode?,
        credential_name: plain(credential_name)?,
        server_certificate: plain(server_certificate)?,
        private_key: plain(private_key)?,
        ca_certificates: plain(ca_certificates)?,
        subject_alt_names: texts(subject_alt_names)?,
        min_protocol_version: min?,
        max_protocol_version: max?,
        cipher_suites: texts(cipher_suites)?,
    };
    match certificates(&tls) {
        Ok(()) => Ok(tls),
        Err(help) => {
            findings.push(problems::certificates(who.place().unwrap_or(at.place), help));
            Err(Poisoned)
        }
    }
}

fn mode(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<At<ServerTlsMode>> {
    let known = http::one_of(at, "mode", &MODES, findings)?;
    known.value.map(|mode| At::new(mode, at.place)).ok_or_else(|| {
        findings.push(problems::auto_passthrough(at.place));
        Poisoned
    })
}

/// Whether the certificates are there that the mode needs, and no others.
fn certificates(tls: &ServerTls) -> Result<(), &'static str> {
    let pair = (tls.server_certificate.is_some(), tls.private_key.is_some());
    let named = tls.credential_name.is_some();
    let Some(mode) = tls.mode.as_ref().map(|at| at.value) else { return Ok(()) };
    match mode {
        ServerTlsMode::IstioMutual | ServerTlsMode::Passthrough if has_certificates(tls) => {
            Err("this mode uses no certificates of the gateway's own: leave them out")
        }
        ServerTlsMode::IstioMutual | ServerTlsMode::Passthrough => Ok(()),
        ServerTlsMode::Simple | ServerTlsMode::Mutual | ServerTlsMode::OptionalMutual => {
            let asks = mode != ServerTlsMode::Simple;
            match (named, pair) {
                (true, (false, false)) => Ok(()),
                (true, _) => Err("write `credentialName`, or `serverCertificate` and `privateKey`, not both"),
                (false, (true, true)) if asks && tls.ca_certificates.is_none() => {
                    Err("write `caCertificates`, by which certificates of callers are checked")
                }
                (false, (true, true)) => Ok(()),
                (false, _) => Err("write `credentialName`, the secret that holds the certificate"),
            }
        }
    }
}
