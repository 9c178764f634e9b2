//! `trafficPolicy` as meant, of a service and of its versions.
//!
//! Enters: policies as written, and the service they are of. Leaves: the same with every value checked as Istio's
//! schema and webhook would. Refuses to know: at which levels of which objects they are said.

mod connection_pool;
mod load_balancer;
mod outlier_detection;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::entries;
use super::port::Ports;
use super::problems::traffic_policy as problems;
use super::value::{Checked, Poisoned, optional};
use crate::diagnostic::Finding;
use crate::input::Written;
use crate::input::traffic_policy as written;
use crate::model::traffic_policy::{Settings, TrafficPolicy};
use crate::source::{At, Place};

/// Nothing if there is none, or if a word is illegible or has a value that cannot be.
pub(super) fn of(
    ports: &Ports<'_>,
    from: &Written<Box<written::TrafficPolicy>>,
    findings: &mut Vec<Finding>,
) -> Option<Box<TrafficPolicy>> {
    optional(from, |at| policy(ports, at, findings).map(Box::new)).ok().flatten()
}

fn policy(
    known: &Ports<'_>,
    at: &At<Box<written::TrafficPolicy>>,
    findings: &mut Vec<Finding>,
) -> Checked<TrafficPolicy> {
    let written::TrafficPolicy { settings: general, ports, refused } = &*at.value;
    let allowed = allowed(refused, findings);
    let sound = settings(general, findings);
    let (listed, complete) = entries(ports);
    let by_port: Vec<_> = listed.iter().map(|port| port_settings(known, port, findings)).collect();
    if refused.is_empty() && listed.is_empty() && complete && nothing(general) {
        findings.push(problems::says_nothing(at.place, "trafficPolicy", &WORDS));
        return Err(Poisoned);
    }
    let mut places: BTreeMap<u16, Place> = BTreeMap::new();
    let mut policy = TrafficPolicy { settings: sound?, ports: BTreeMap::new() };
    for (port, entry) in by_port.into_iter().zip(listed) {
        let (number, settings) = port?;
        if let Some(first) = places.insert(number, entry.port.place) {
            findings.push(problems::port_twice(&entry.port, first));
            return Err(Poisoned);
        }
        policy.ports.insert(number, settings);
    }
    allowed?;
    if complete { Ok(policy) } else { Err(Poisoned) }
}

const WORDS: [&str; 3] = ["connectionPool", "loadBalancer", "outlierDetection"];

fn port_settings(
    ports: &Ports<'_>,
    from: &written::PortSettings,
    findings: &mut Vec<Finding>,
) -> Checked<(u16, Settings)> {
    let written::PortSettings { place, port, settings: own, refused } = from;
    let known = ports.find(port, findings).map(|port| port.number);
    let allowed = allowed(refused, findings);
    let sound = settings(own, findings);
    if refused.is_empty() && nothing(own) {
        findings.push(problems::says_nothing(*place, "portLevelSettings", &WORDS));
        return Err(Poisoned);
    }
    allowed?;
    Ok((known.ok_or(Poisoned)?, sound?))
}

/// Whether no word of `DestinationRule` is used that would break what crosses clusters.
fn allowed(refused: &[At<&'static str>], findings: &mut Vec<Finding>) -> Checked<()> {
    findings.extend(refused.iter().map(problems::not_the_users));
    if refused.is_empty() { Ok(()) } else { Err(Poisoned) }
}

fn settings(from: &written::Settings, findings: &mut Vec<Finding>) -> Checked<Settings> {
    let written::Settings { connection_pool: pool, load_balancer: balancer, outlier_detection: outliers } =
        from;
    let connection_pool = optional(pool, |at| connection_pool::connection_pool(at, findings));
    let outlier_detection = optional(outliers, |at| outlier_detection::outlier_detection(at, findings));
    let load_balancer = optional(balancer, |at| load_balancer::load_balancer(at, outliers, findings));
    Ok(Settings {
        connection_pool: connection_pool?,
        load_balancer: load_balancer?,
        outlier_detection: outlier_detection?,
    })
}

fn nothing(settings: &written::Settings) -> bool {
    let written::Settings { connection_pool, load_balancer, outlier_detection } = settings;
    connection_pool.is_absent() && load_balancer.is_absent() && outlier_detection.is_absent()
}

/// A map of settings that is there says something; `words` are some that it could say.
fn says_something(
    place: Place,
    word: &str,
    absent: &[bool],
    words: &[&str],
    findings: &mut Vec<Finding>,
) -> Checked<()> {
    if absent.iter().any(|absent| !absent) {
        return Ok(());
    }
    findings.push(problems::says_nothing(place, word, words));
    Err(Poisoned)
}
