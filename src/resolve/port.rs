//! Ports and what is spoken on them.

use std::collections::BTreeMap;
use std::fmt;

use super::entries;
use super::name::is_dns_label;
use super::problems::routing::unknown_port;
use super::problems::topology as problems;
use super::value::{Checked, Poisoned, optional};
use crate::diagnostic::Finding;
use crate::input::{self, Written};
use crate::model::{Port, Protocol, Service, TargetPort};
use crate::source::{At, Place};

/// A CEL rule of the CRD bounds the keys of `endpoints[].ports`.
const LONGEST_NAME: usize = 62;
/// Kubernetes' own bound for the names that containers give their ports.
const LONGEST_CONTAINER_PORT: usize = 15;

/// Where sidecars take what leaves a pod and what enters it. Istio gives no other listener these numbers.
const OF_SIDECARS: [u16; 2] = [15001, 15006];

/// What gateways listen on for themselves: administration, debugging, metrics, health.
pub const OF_GATEWAYS: [u16; 5] = [15000, 15004, 15020, 15021, 15090];

/// Ports that everybody knows by another protocol than HTTP, and how they are written.
const KNOWN: [(u16, &str); 29] = [
    (21, "tcp-ftp"),
    (22, "tcp-ssh"),
    (25, "tcp-smtp"),
    (53, "tcp-dns"),
    (110, "tcp-pop3"),
    (143, "tcp-imap"),
    (389, "tcp-ldap"),
    (443, "https"),
    (465, "tcp-smtps"),
    (587, "tcp-smtp"),
    (636, "tcp-ldaps"),
    (1433, "tcp-mssql"),
    (1521, "tcp-oracle"),
    (1883, "tcp-mqtt"),
    (2181, "tcp-zookeeper"),
    (3306, "tcp-mysql"),
    (4222, "tcp-nats"),
    (5432, "tcp-postgres"),
    (5671, "tcp-amqps"),
    (5672, "tcp-amqp"),
    (6379, "tcp-redis"),
    (6650, "tcp-pulsar"),
    (7687, "tcp-bolt"),
    (9042, "tcp-cassandra"),
    (9092, "tcp-kafka"),
    (9093, "tcp-kafka"),
    (11211, "tcp-memcached"),
    (26379, "tcp-sentinel"),
    (27017, "tcp-mongo"),
];

/// Whether a port is left to others by Istio's proxy.
pub fn kept(at: &At<u16>, own: &[u16], who: &str, findings: &mut Vec<Finding>) -> Checked<()> {
    if own.contains(&at.value) {
        findings.push(problems::kept_port(at, who));
        return Err(Poisoned);
    }
    Ok(())
}

fn known_otherwise(number: u16, place: Place, findings: &mut Vec<Finding>) {
    if let Some((_, name)) = KNOWN.iter().find(|(known, _)| *known == number) {
        findings.push(problems::known_otherwise(number, place, name));
    }
}

/// The ports of a service by number; whether they are all that was written.
pub fn all(service: &input::service::Service, findings: &mut Vec<Finding>) -> (Vec<Port>, bool) {
    let (written, mut complete) = entries(&service.ports);
    if written.is_empty() && complete {
        findings.push(problems::no_ports(service));
        complete = false;
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

/// The ports of one service, for those who name one.
pub struct Ports<'s> {
    /// The service as its users name it.
    pub service: &'s dyn fmt::Display,
    /// Its key.
    pub place: Place,
    pub ports: &'s [Port],
    /// Whether these are all.
    pub complete: bool,
}

impl<'s> Ports<'s> {
    pub fn of(service: &'s Service) -> Self {
        Self { service, place: service.place, ports: &service.ports, complete: service.complete.ports }
    }

    /// A port by name, else by number. Nothing is said where some port of the service could not be read.
    pub fn find(&self, written: &At<String>, findings: &mut Vec<Finding>) -> Option<&'s Port> {
        let by_name = self.ports.iter().find(|port| port.name == written.value);
        let found =
            by_name.or_else(|| self.ports.iter().find(|port| port.number.to_string() == written.value));
        if found.is_none() && self.complete {
            findings.push(unknown_port(self, written));
        }
        found
    }
}

fn resolved(port: &input::service::Port, findings: &mut Vec<Finding>) -> Option<Port> {
    let input::service::Port { name, number, protocol, place, target } = port;
    if let Some(name) = name
        && (!is_dns_label(&name.value) || name.value.len() > LONGEST_NAME)
    {
        findings.push(problems::port_name(name));
        return None;
    }
    let target = target_port(target, findings);
    if let Some(at) = number.written() {
        kept(at, &OF_SIDECARS, "the sidecar of each pod", findings).ok()?;
    }
    let number = *number.value()?;
    if name.is_none() {
        known_otherwise(number, *place, findings);
    }
    let spoken = match (protocol.written(), name) {
        (Some(protocol), _) => written_protocol(protocol, findings)?,
        (None, _) if protocol.is_illegible() => return None,
        (None, Some(name)) => protocol_of_name(name, findings)?,
        (None, None) => Protocol::Http,
    };
    let name = name.as_ref().map_or("http", |name| name.value.as_str()).to_owned();
    Some(Port { name, number, protocol: spoken, place: *place, target: target.ok()? })
}

/// A number, or a name that the containers of the pods give one.
fn target_port(written: &Written<String>, findings: &mut Vec<Finding>) -> Checked<Option<TargetPort>> {
    optional(written, |at| {
        let text = &at.value;
        if is_container_port(text) {
            return Ok(TargetPort::Name(text.clone()));
        }
        match text.parse::<u16>() {
            Ok(number) if number > 0 && number.to_string() == *text => {
                kept(&At::new(number, at.place), &OF_SIDECARS, "the sidecar of each pod", findings)?;
                Ok(TargetPort::Number(number))
            }
            Ok(_) | Err(_) => {
                findings.push(problems::target_port(at));
                Err(Poisoned)
            }
        }
    })
}

/// Source: `IsValidPortName` in Kubernetes' apimachinery: a letter somewhere, and no two hyphens in a row.
fn is_container_port(name: &str) -> bool {
    is_dns_label(name)
        && name.len() <= LONGEST_CONTAINER_PORT
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && !name.contains("--")
}

fn written_protocol(written: &At<String>, findings: &mut Vec<Finding>) -> Option<Protocol> {
    let found = Protocol::parse(&written.value);
    if found.is_none() {
        findings.push(problems::unknown_protocol(written, Protocol::ALL.map(Protocol::istio).into_iter()));
    }
    found
}

/// By the name of the port, exactly as Istio does it.
fn protocol_of_name(name: &At<String>, findings: &mut Vec<Finding>) -> Option<Protocol> {
    let found = Protocol::parse(Protocol::word_of_name(&name.value));
    if found.is_none() {
        findings.push(problems::guessed_protocol(name));
    }
    found
}
