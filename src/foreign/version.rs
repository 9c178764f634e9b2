//! Which version of a service some labels mean.
//!
//! Enters: the labels of a subset. Leaves: a version, and the cluster if they name one. Refuses to know: who asks.

use std::collections::BTreeMap;

use super::known::{Known, versions};
use crate::input::service::Service;

/// The label that istiod gives the endpoints of each cluster that it sees.
const CLUSTER: &str = "topology.istio.io/cluster";

/// What labels mean.
pub enum Meaning {
    /// A version, and its cluster.
    Version(String, Option<String>),
    /// Every version, in this cluster if there is one.
    Any(Option<String>),
    /// A cluster that is not in the Topology.
    NoCluster(String),
    /// Labels that no version has exactly, or two have.
    None,
}

/// The version whose pods have exactly these labels.
pub fn meaning(labels: &BTreeMap<String, String>, service: &Service, known: &Known<'_>) -> Meaning {
    let cluster = match labels.get(CLUSTER) {
        None => None,
        Some(registry) => match known.registered(registry) {
            Some(cluster) => Some(cluster.to_owned()),
            None => return Meaning::NoCluster(registry.clone()),
        },
    };
    let rest: BTreeMap<_, _> = labels
        .iter()
        .filter(|(key, _)| *key != CLUSTER)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if rest.is_empty() {
        return Meaning::Any(cluster);
    }
    let mut found = versions(service).iter().filter(|version| known.labels(version).as_ref() == Some(&rest));
    match (found.next(), found.next()) {
        (Some(version), None) => Meaning::Version(version.name.value.clone(), cluster),
        (Some(_), Some(_)) | (None, _) => Meaning::None,
    }
}
