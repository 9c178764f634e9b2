//! Names of the objects that make remote names.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::name::{self, SUBDOMAIN};
use crate::model::{Cluster, Mesh, RemoteNames, Service};

/// Names of objects that are taken already: by a service, or by two remote names at once.
#[derive(Debug)]
pub struct ObjectNames {
    uses: BTreeMap<(String, String), usize>,
}

impl ObjectNames {
    /// Counts the names that objects of a mesh could have, whether a route uses them or not.
    #[must_use]
    pub fn of(mesh: &Mesh) -> Self {
        let mut uses: BTreeMap<(String, String), usize> = BTreeMap::new();
        for service in &mesh.services {
            let serving = service.runs.keys().filter_map(|cluster| mesh.cluster(*cluster));
            let remote: BTreeSet<String> =
                serving.map(|cluster| object_name(mesh, service, cluster)).collect();
            for name in remote.into_iter().chain([service.name.clone()]) {
                *uses.entry((service.namespace.clone(), name)).or_default() += 1;
            }
        }
        Self { uses }
    }

    /// The name of the objects that make a remote name of a service in a cluster.
    pub fn name(&self, mesh: &Mesh, service: &Service, cluster: &Cluster, host: &str) -> String {
        let name = object_name(mesh, service, cluster);
        let key = (service.namespace.clone(), name);
        let taken = self.uses.get(&key).is_some_and(|uses| *uses > 1);
        let (_, name) = key;
        if taken || name.len() > SUBDOMAIN { name::distinct(&name, host, SUBDOMAIN) } else { name }
    }
}

/// Ends as the remote name does: another end is then another object, beside the one that callers still use.
fn object_name(mesh: &Mesh, service: &Service, cluster: &Cluster) -> String {
    let end = mesh.remote_suffix.replace('.', "-");
    match mesh.remote_names {
        RemoteNames::Shared => format!("{}-{end}", service.name),
        RemoteNames::PerCluster => format!("{}-{}-{end}", service.name, cluster.name),
    }
}
