//! Who calls a service.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{ClusterNames, each_once, name};
use crate::diagnostic::Finding;
use crate::input;
use crate::input::service::{Clients, Namespaces};
use crate::model::{Callers, ClusterId};

/// By cluster, which of its workloads call; shared by all services that say the same by saying nothing.
pub type CallersByCluster = Arc<BTreeMap<ClusterId, Callers>>;

/// `mesh.clients`, for services that do not say.
pub fn default_of(
    mesh: &input::mesh::Mesh,
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> CallersByCluster {
    match mesh.clients.value() {
        Some(clients) => resolved(clients, names, findings),
        None => Arc::clone(&names.everyone),
    }
}

/// `clients` as written.
pub fn resolved(
    clients: &Clients,
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> CallersByCluster {
    let listed = match clients {
        Clients::All => return Arc::clone(&names.everyone),
        Clients::Clusters(listed) => listed,
    };
    let mut callers = BTreeMap::new();
    let named: Vec<_> = listed.entries.iter().map(|client| client.cluster.clone()).collect();
    each_once(&named, findings);
    for input::service::Client { cluster, namespaces } in &listed.entries {
        let Some(id) = names.find(cluster) else { continue };
        let from = match namespaces.value() {
            Some(Namespaces::Named(listed)) => {
                each_once(&listed.entries, findings);
                listed.entries.iter().for_each(|namespace| name::dns_label("namespace", namespace, findings));
                let named: BTreeSet<String> =
                    listed.entries.iter().map(|namespace| namespace.value.clone()).collect();
                if named.is_empty() {
                    continue;
                }
                Callers::Namespaces(named)
            }
            Some(Namespaces::All) | None => Callers::All,
        };
        callers.insert(id, from);
    }
    Arc::new(callers)
}
