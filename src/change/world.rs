//! The world in which a change happens: pods, gateways and addresses of before and after.
//!
//! Enters: two worlds. Leaves: their union, once with the old and once with the new where both cannot be. Refuses to know:
//! objects.

use std::collections::{BTreeMap, BTreeSet};

use crate::trace::world::{Cluster, Gateway, MeshConfig, Service, World};

/// Everything of two worlds. What cannot be both at once (whom an address leads to, whose certificates pods carry) is as of
/// old in one, and as wanted in the other.
#[derive(Clone, Debug)]
pub struct Joint {
    /// Before that changes.
    pub first: World,
    /// After it.
    pub last: World,
    /// What that is, in words, by cluster.
    pub moves: Vec<Move>,
}

/// Something that nobody but people can change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// Where.
    pub cluster: String,
    /// What.
    pub what: Moved,
}

/// What moves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// An address, from pods with some labels to pods with others.
    Address {
        /// The address.
        address: String,
        /// Who answers afterwards.
        to: String,
    },
    /// The trust domain of certificates.
    TrustDomain {
        /// As wanted.
        to: String,
    },
    /// The identities in the certificates of a service's pods.
    Identities {
        /// As people name it.
        service: String,
    },
}

/// Which side wins where both cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wins {
    Old,
    New,
}

impl Joint {
    /// Puts two worlds together.
    #[must_use]
    pub fn of(old: &World, new: &World) -> Self {
        let mut moves = BTreeSet::new();
        let first = joined(old, new, Wins::Old, &mut moves);
        let last = joined(old, new, Wins::New, &mut moves);
        Self { first, last, moves: moves.into_iter().collect() }
    }
}

fn joined(old: &World, new: &World, wins: Wins, moves: &mut BTreeSet<Move>) -> World {
    let names: BTreeSet<&String> =
        [old, new].iter().flat_map(|world| &world.clusters).map(|c| &c.name).collect();
    let clusters = names.into_iter().filter_map(|name| match (old.cluster(name), new.cluster(name)) {
        (Some(old), Some(new)) => Some(cluster(old, new, wins, moves)),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    });
    let clusters = clusters.collect();
    let flat = match wins {
        Wins::Old => old.flat,
        Wins::New => new.flat,
    };
    World { flat, clusters, is_open: old.is_open || new.is_open }
}

fn cluster(old: &Cluster, new: &Cluster, wins: Wins, moves: &mut BTreeSet<Move>) -> Cluster {
    let mut joint = match wins {
        Wins::Old => old.clone(),
        Wins::New => new.clone(),
    };
    joint.sees = union(&old.sees, &new.sees);
    joint.mesh_config = mesh_config(old, new, wins, moves);
    joint.gateways = gateways(old, new, wins, moves);
    joint.services = services(old, new, wins, moves);
    joint
}

/// Certificates of both are taken by then: that is prepared before.
fn mesh_config(old: &Cluster, new: &Cluster, wins: Wins, moves: &mut BTreeSet<Move>) -> Option<MeshConfig> {
    if old.mesh_config == new.mesh_config {
        return old.mesh_config.clone();
    }
    if old.trust_domain() != new.trust_domain() {
        let to = new.trust_domain().to_owned();
        moves.insert(Move { cluster: new.name.clone(), what: Moved::TrustDomain { to } });
    }
    let all = union(&old.trusted_domains(), &new.trusted_domains());
    let own = match wins {
        Wins::Old => old.trust_domain(),
        Wins::New => new.trust_domain(),
    };
    let settings = |cluster: &Cluster| {
        cluster.mesh_config.iter().flat_map(|config| config.service_settings.clone()).collect::<Vec<_>>()
    };
    Some(MeshConfig {
        trust_domain: own.to_owned(),
        trust_domain_aliases: all.into_iter().filter(|domain| domain != own).collect(),
        service_settings: match wins {
            Wins::Old => settings(old),
            Wins::New => settings(new),
        },
    })
}

fn gateways(old: &Cluster, new: &Cluster, wins: Wins, moves: &mut BTreeSet<Move>) -> Vec<Gateway> {
    let mut joint = Vec::new();
    for known in &old.gateways {
        let Some(wanted) = same(known, &new.gateways) else {
            joint.push(known.clone());
            continue;
        };
        if known.labels == wanted.labels {
            joint.push(gateway(known, wanted));
            continue;
        }
        let (mut before, mut after) = (known.clone(), wanted.clone());
        after.name = format!("{}--next", after.name);
        for address in known.addresses.iter().filter(|address| wanted.addresses.contains(*address)) {
            let labels: Vec<String> =
                after.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let what = Moved::Address { address: address.clone(), to: labels.join(",") };
            moves.insert(Move { cluster: new.name.clone(), what });
        }
        let (loses, keeps) = match wins {
            Wins::Old => (&mut after, &before),
            Wins::New => (&mut before, &after),
        };
        loses.addresses.retain(|address| !keeps.addresses.contains(address));
        for (caller, addresses) in &mut loses.addresses_from {
            let kept = keeps.addresses_from.get(caller).unwrap_or(&keeps.addresses);
            addresses.retain(|address| !kept.contains(address));
        }
        joint.extend([before, after]);
    }
    let added = new.gateways.iter().filter(|wanted| same(wanted, &old.gateways).is_none());
    joint.extend(added.cloned());
    joint
}

fn same<'g>(gateway: &Gateway, others: &'g [Gateway]) -> Option<&'g Gateway> {
    others.iter().find(|other| other.name == gateway.name && other.namespace == gateway.namespace)
}

/// One workload under the addresses of both. The ports of its Service are as wanted before anything is applied.
fn gateway(old: &Gateway, new: &Gateway) -> Gateway {
    let mut joint = new.clone();
    joint.addresses = union(&old.addresses, &new.addresses);
    let callers: BTreeSet<&String> = old.addresses_from.keys().chain(new.addresses_from.keys()).collect();
    joint.addresses_from = callers
        .into_iter()
        .map(|caller| {
            let said =
                |gateway: &Gateway| gateway.addresses_from.get(caller).unwrap_or(&gateway.addresses).clone();
            (caller.clone(), union(&said(old), &said(new)))
        })
        .collect();
    joint.ports = old.ports.iter().chain(&new.ports).map(|(dialled, listens)| (*dialled, *listens)).collect();
    joint.requested_network_view =
        if old.requested_network_view.is_empty() || new.requested_network_view.is_empty() {
            Vec::new()
        } else {
            union(&old.requested_network_view, &new.requested_network_view)
        };
    let added = old.existing.iter().filter(|server| !new.existing.contains(server));
    joint.existing.extend(added.cloned());
    joint
}

fn services(old: &Cluster, new: &Cluster, wins: Wins, moves: &mut BTreeSet<Move>) -> Vec<Service> {
    let mut joint: BTreeMap<(String, String), Service> = BTreeMap::new();
    let key = |service: &Service| (service.namespace.clone(), service.name.clone());
    for service in &old.services {
        joint.insert(key(service), service.clone());
    }
    for service in &new.services {
        let Some(known) = joint.get_mut(&key(service)) else {
            joint.insert(key(service), service.clone());
            continue;
        };
        let added =
            service.ports.iter().filter(|port| known.ports.iter().all(|other| other.port != port.port));
        let added: Vec<_> = added.cloned().collect();
        known.ports.extend(added);
        known.headless = service.headless;
        for pods in &service.workloads {
            let alike = known
                .workloads
                .iter_mut()
                .find(|other| other.name == pods.name && other.labels == pods.labels);
            match alike {
                Some(other) if other.identities != pods.identities => {
                    let name = people(service);
                    moves.insert(Move {
                        cluster: new.name.clone(),
                        what: Moved::Identities { service: name },
                    });
                    match wins {
                        // Each pod has one of them, and no rule tells which.
                        Wins::Old => {
                            let also = pods.clone();
                            known.workloads.push(also);
                        }
                        Wins::New => *other = pods.clone(),
                    }
                }
                Some(other) => *other = pods.clone(),
                None => known.workloads.push(pods.clone()),
            }
        }
    }
    joint.into_values().collect()
}

/// A service as people name it.
#[must_use]
pub fn people(service: &Service) -> String {
    named(&service.namespace, &service.name)
}

/// `reviews`, or `shop/reviews` outside the default namespace.
#[must_use]
pub fn named(namespace: &str, name: &str) -> String {
    if namespace == "default" { name.to_owned() } else { format!("{namespace}/{name}") }
}

fn union(one: &[String], other: &[String]) -> Vec<String> {
    let added = other.iter().filter(|item| !one.contains(item));
    one.iter().chain(added).cloned().collect()
}
