//! Far pods that were promised to join a service: do they?

use std::collections::BTreeMap;

use super::doors::Doors;
use super::index::Index;
use super::subset::selects;
use crate::istio::Bundle;
use crate::istio::bundle::Joining;
use crate::istio::kind::service_entry::Endpoint;

/// What was promised to the callers of each cluster, and what joins.
#[derive(Debug, Default)]
pub struct Promises {
    promised: Vec<(String, Joining)>,
    /// By caller and host: how far pods are dialled, and their labels.
    joining: BTreeMap<(String, String), Vec<Dialled>>,
}

/// An address with its port, and the labels of the pods behind it.
type Dialled = (String, u16, BTreeMap<String, String>);

impl Promises {
    /// Keeps what one bundle promises, and what joins there.
    pub fn add(&mut self, bundle: &Bundle, index: &Index<'_>) {
        let caller = &bundle.cluster;
        self.promised.extend(bundle.ground.joins.iter().map(|joining| (caller.clone(), joining.clone())));
        for (host, entries) in &index.joined {
            let dialled = self.joining.entry((caller.clone(), (*host).to_owned())).or_default();
            for endpoint in entries.iter().flat_map(|(_, entry)| &entry.endpoints) {
                let Endpoint { address, ports, labels, .. } = endpoint;
                dialled.extend(ports.values().map(|port| (address.clone(), *port, labels.clone())));
            }
        }
    }

    /// The promises that are not kept, by caller.
    pub fn broken(&self, doors: &Doors) -> Vec<(String, String)> {
        let joins = |caller: &String, joining: &Joining| {
            let dialled = self.joining.get(&(caller.clone(), joining.host.clone()));
            dialled.into_iter().flatten().any(|(address, port, labels)| {
                doors.behind(caller, address, *port) == Some(joining.cluster.as_str())
                    && selects(&joining.labels, labels)
            })
        };
        let unkept = self.promised.iter().filter(|(caller, joining)| !joins(caller, joining));
        unkept
            .map(|(caller, Joining { host, cluster, labels: _ })| {
                (caller.clone(), format!("pods of `{host}` in `{cluster}` do not join those here"))
            })
            .collect()
    }
}
