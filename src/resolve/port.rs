//! Ports and what is spoken on them.

use std::collections::BTreeMap;

use super::entries;
use super::name::is_dns_label;
use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::model::{Port, Protocol};
use crate::source::{At, Place};
use crate::spec;

/// Protocols that Istio knows and this release of meshgen does not carry across.
const LATER: [&str; 8] = ["HTTPS", "TLS", "TCP", "UDP", "MONGO", "MYSQL", "REDIS", "HTTP_PROXY"];
/// A CEL rule of the CRD bounds the keys of `endpoints[].ports`.
const LONGEST_NAME: usize = 62;

/// The ports of a service by number; whether they are all that was written.
pub fn all(service: &spec::service::Service, findings: &mut Vec<Finding>) -> (Vec<Port>, bool) {
    let (written, mut complete) = entries(&service.ports);
    if written.is_empty() && complete {
        findings.push(problems::no_ports(service));
    }
    let mut ports: BTreeMap<u16, Port> = BTreeMap::new();
    for port in written {
        let Some(port) = resolved(port, findings) else {
            complete = false;
            continue;
        };
        match ports.get(&port.number) {
            Some(first) => findings.push(problems::port_twice(&port, first.place)),
            None => {
                ports.insert(port.number, port);
            }
        }
    }
    (ports.into_values().collect(), complete)
}

fn resolved(port: &spec::service::Port, findings: &mut Vec<Finding>) -> Option<Port> {
    let spec::service::Port { name, number, protocol, place } = port;
    if let Some(name) = name
        && (!is_dns_label(&name.value) || name.value.len() > LONGEST_NAME)
    {
        findings.push(problems::port_name(name));
        return None;
    }
    let number = *number.value()?;
    let spoken = match (protocol.written(), name) {
        (Some(protocol), _) => written_protocol(protocol, findings)?,
        (None, _) if protocol.is_illegible() => return None,
        (None, Some(name)) => protocol_of_name(name, *place, findings)?,
        (None, None) => Protocol::Http,
    };
    let name = name.as_ref().map_or("http", |name| name.value.as_str()).to_owned();
    Some(Port { name, number, protocol: spoken, place: *place })
}

fn written_protocol(written: &At<String>, findings: &mut Vec<Finding>) -> Option<Protocol> {
    let found = Protocol::parse(&written.value);
    if found.is_none() {
        findings.push(match later(&written.value) {
            Some(protocol) => problems::protocol_later(protocol, written.place),
            None => problems::unknown_protocol(
                written,
                Protocol::ALL.map(Protocol::istio).into_iter().chain(LATER),
            ),
        });
    }
    found
}

/// By the name of the port, exactly as Istio does it.
fn protocol_of_name(name: &At<String>, place: Place, findings: &mut Vec<Finding>) -> Option<Protocol> {
    let word = Protocol::word_of_name(&name.value);
    let found = Protocol::parse(word);
    if found.is_none() {
        findings.push(match later(word) {
            Some(protocol) => problems::protocol_later(protocol, place),
            None => problems::guessed_protocol(name),
        });
    }
    found
}

fn later(word: &str) -> Option<&'static str> {
    LATER.into_iter().find(|protocol| protocol.eq_ignore_ascii_case(word))
}
