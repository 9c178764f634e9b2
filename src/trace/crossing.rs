//! What is silently broken between clusters: every crossing is asked for at once, and what never acts is looked up as Istio does.
//!
//! Enters: a world and its routing, as dumps give them. Leaves: findings, each with the objects of both clusters and the cure, and
//! how many crossings there are. Refuses to know: topologies, and how dumps are read.
//!
//! No finding where real Istio delivers: whatever could not be followed on the way to a dead end makes a question of it.

mod attached; // routes of the Gateway API that do not act
mod ask; // what becomes of the requests for a destination
mod cure; // the DestinationRule that is missing
mod enumerate; // which names lead into other clusters
mod far; // who is meant over there
mod explain; // a dead end, by the objects on the way
mod entries; // entries that say too much, or too little
mod gateways; // what gateways refuse
mod policies; // DestinationRules that do not act
mod routes; // VirtualServices that do not act
mod sidecars; // what callers are not told of
mod spot; // objects as findings name them

use std::collections::{BTreeMap, BTreeSet};

use super::Tracer;
use super::object::{Routing, Unreadable};
use super::registry::Registry;
use super::world::World;
use crate::diagnostic::{Code, Finding};
use ask::{Asked, Fate};

/// What was found.
#[derive(Debug)]
pub struct Verdict {
    /// In no order.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub account: Account,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Clusters that have a dump.
    pub clusters: usize,
    /// Services of applications, each once.
    pub services: usize,
    /// Names that lead from one cluster into another.
    pub crossings: usize,
    /// Those of which some requests reach nobody.
    pub dead: usize,
    /// Those of which the dumps do not say it.
    pub unknown: usize,
}

/// Namespaces of what Kubernetes and Istio bring along.
const SYSTEM: [&str; 4] = ["istio-system", "kube-node-lease", "kube-public", "kube-system"];

/// Judges all crossings.
pub fn judge(world: &World, routing: &Routing) -> Result<Verdict, Unreadable> {
    let tracer = Tracer::new(world, routing);
    let mut findings = Vec::new();
    let mut account = Account { clusters: world.clusters.len(), ..Account::default() };
    account.services = services(world);
    let mut dead = Vec::new();
    for cluster in &world.clusters {
        let Some(registry) = tracer.registry(&cluster.name) else { continue };
        let registry = registry.map_err(Clone::clone)?;
        findings.extend(routes::findings(world, registry));
        findings.extend(attached::findings(registry));
        findings.extend(policies::findings(world, registry));
        findings.extend(sidecars::findings(world, registry));
        findings.extend(entries::findings(world, registry));
        findings.extend(gateways::findings(registry));
        let mut fates: BTreeMap<String, Fate> = BTreeMap::new();
        for question in enumerate::questions(world, registry) {
            let asked = ask::ask(&tracer, registry, &question)?;
            if question.crosses || asked.crosses {
                let fate = fates.entry(question.target.host.clone()).or_insert(Fate::Delivers);
                *fate = (*fate).max(asked.fate());
            }
            if asked.fate() != Fate::Delivers {
                dead.push((question, asked));
            }
        }
        account.crossings += fates.len();
        account.dead += fates.values().filter(|fate| **fate == Fate::Dead).count();
        account.unknown += fates.values().filter(|fate| **fate == Fate::Unknown).count();
    }
    findings.extend(explain::findings(world, routing, &tracer, dead)?);
    Ok(Verdict { findings: without_consequences(findings), account })
}

/// Of several findings that name one object for one reason, those that explain the dead end stay.
fn without_consequences(findings: Vec<Finding>) -> Vec<Finding> {
    let explained: BTreeSet<(String, String)> = findings
        .iter()
        .filter(|finding| finding.code == Code::MG0729 || finding.code == Code::MG0728)
        .flat_map(|finding| finding.spots.iter().map(|spot| (spot.cluster.clone(), spot.object.clone())))
        .collect();
    let is_said = |finding: &Finding| {
        let own = finding.spots.first().map(|spot| (spot.cluster.clone(), spot.object.clone()));
        finding.code == Code::MG0729
            && finding.spots.len() == 1
            && own.is_some_and(|own| {
                explained.contains(&own)
                    && findings.iter().any(|other| {
                        other.code == Code::MG0729
                            && other.spots.len() > 1
                            && other
                                .spots
                                .iter()
                                .any(|spot| (&spot.cluster, &spot.object) == (&own.0, &own.1))
                    })
            })
    };
    let keep: Vec<bool> = findings.iter().map(|finding| !is_said(finding)).collect();
    findings.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(finding, _)| finding).collect()
}

/// Services of applications, each once, wherever they are.
fn services(world: &World) -> usize {
    let mut names = BTreeSet::new();
    for cluster in &world.clusters {
        for service in &cluster.services {
            let is_gateway = cluster
                .gateways
                .iter()
                .any(|gateway| gateway.name == service.name && gateway.namespace == service.namespace);
            if !is_gateway && !SYSTEM.contains(&service.namespace.as_str()) {
                names.insert((&service.namespace, &service.name));
            }
        }
    }
    names.len()
}

/// Whether a name that nobody has would be in the cluster's dump: a dump may be of some namespaces alone.
fn would_know(registry: &Registry<'_>, host: &str) -> bool {
    let services = &registry.cluster.services;
    let end = format!(".svc.{}", registry.control_plane.domain);
    let Some((_, namespace)) = host.strip_suffix(end.as_str()).and_then(|name| name.split_once('.')) else {
        return !services.is_empty();
    };
    let is_whole =
        |service: &super::world::Service| service.namespace == "default" && service.name == "kubernetes";
    let has_services = services.iter().any(|service| service.namespace == namespace || is_whole(service));
    has_services || (!services.is_empty() && registry.has_objects_in(namespace))
}

/// Whether a cluster's dump has pods at all.
fn knows_pods(cluster: &super::world::Cluster) -> bool {
    cluster.services.iter().any(|service| !service.workloads.is_empty()) || !cluster.gateways.is_empty()
}

/// A question and its answer.
type Answered<'a> = (enumerate::Question<'a>, Asked);
