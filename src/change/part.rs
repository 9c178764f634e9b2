//! Parts of a mesh that can be judged alone: the services whose objects speak of each other.
//!
//! Enters: states and the world. Leaves: for each group of hosts its objects in each cluster, and its Services. Refuses to
//! know: requests. A request sees only the objects that name its service, and what is said of gateways.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document::Document;
use super::state::State;
use crate::trace::world::{Cluster, World};

/// Hosts that belong together.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// All names, in full.
    pub hosts: BTreeSet<String>,
    /// The Services among them: namespace and name.
    pub services: BTreeSet<(String, String)>,
}

/// All parts, and to which of them things belong.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// In order of their first hosts.
    pub parts: Vec<Part>,
    by_host: BTreeMap<String, usize>,
}

/// Hosts in groups.
#[derive(Default)]
struct Groups {
    ids: BTreeMap<String, usize>,
    above: Vec<usize>,
}

impl Groups {
    fn id(&mut self, host: &str) -> usize {
        if let Some(id) = self.ids.get(host) {
            return *id;
        }
        let id = self.above.len();
        self.above.push(id);
        self.ids.insert(host.to_owned(), id);
        id
    }

    fn top(&self, mut id: usize) -> usize {
        while let Some(above) = self.above.get(id).filter(|above| **above != id) {
            id = *above;
        }
        id
    }

    fn join<'h>(&mut self, hosts: impl IntoIterator<Item = &'h String>) {
        let mut first = None;
        for host in hosts {
            let id = self.id(host);
            let top = self.top(id);
            match first {
                None => first = Some(top),
                Some(first) => {
                    if let Some(above) = self.above.get_mut(top) {
                        *above = first;
                    }
                }
            }
        }
    }
}

impl Parts {
    /// Divides what some states say, and the Services of worlds.
    #[must_use]
    pub fn of(states: &[&State], worlds: &[&World]) -> Self {
        let mut groups = Groups::default();
        let mut seen: BTreeSet<*const Document> = BTreeSet::new();
        for document in states.iter().flat_map(|state| state.clusters.values()).flat_map(|c| &c.objects) {
            if seen.insert(Arc::as_ptr(document)) {
                let (named, led) = (document.piece.hosts(), document.piece.leads_to());
                groups.join(named.iter().chain(&led));
            }
        }
        let mut names: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        let clusters: Vec<&Cluster> = worlds.iter().flat_map(|world| &world.clusters).collect();
        for service in clusters.iter().flat_map(|cluster| &cluster.services) {
            let hosts = names.entry((service.namespace.clone(), service.name.clone())).or_default();
            hosts.extend(clusters.iter().map(|cluster| cluster.host(service)));
        }
        for hosts in names.values() {
            groups.join(hosts);
        }
        let mut parts = Self::default();
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        for (host, id) in &groups.ids {
            let number = *numbers.entry(groups.top(*id)).or_insert_with(|| {
                parts.parts.push(Part::default());
                parts.parts.len() - 1
            });
            if let Some(part) = parts.parts.get_mut(number) {
                part.hosts.insert(host.clone());
            }
            parts.by_host.insert(host.clone(), number);
        }
        for (service, hosts) in names {
            let number = hosts.first().and_then(|host| parts.by_host.get(host));
            if let Some(part) = number.and_then(|number| parts.parts.get_mut(*number)) {
                part.services.insert(service);
            }
        }
        parts
    }

    /// The part of an object; nothing for what is said of gateways as a whole.
    #[must_use]
    pub fn of_document(&self, document: &Document) -> Option<usize> {
        self.by_host.get(document.piece.hosts().first()?).copied()
    }

    /// The Services of each part in a world, cluster by cluster.
    #[must_use]
    pub fn worlds(&self, world: &World) -> Vec<World> {
        let bare = World {
            flat: Some(world.is_flat()),
            clusters: world
                .clusters
                .iter()
                .map(|cluster| Cluster { services: Vec::new(), ..bare(cluster) })
                .collect(),
            is_open: world.is_open,
        };
        let mut worlds = vec![bare; self.parts.len()];
        for (index, cluster) in world.clusters.iter().enumerate() {
            for service in &cluster.services {
                let number = self.by_host.get(&cluster.host(service));
                let own = number.and_then(|number| worlds.get_mut(*number));
                if let Some(own) = own.and_then(|own| own.clusters.get_mut(index)) {
                    own.services.push(service.clone());
                }
            }
        }
        worlds
    }
}

fn bare(cluster: &Cluster) -> Cluster {
    let mut bare = Cluster::new(&cluster.name);
    bare.network.clone_from(&cluster.network);
    bare.no_network_labels = cluster.no_network_labels;
    bare.sees.clone_from(&cluster.sees);
    bare.control_plane.clone_from(&cluster.control_plane);
    bare.mesh_config.clone_from(&cluster.mesh_config);
    bare.mesh_networks.clone_from(&cluster.mesh_networks);
    bare.gateways.clone_from(&cluster.gateways);
    bare.registry.clone_from(&cluster.registry);
    bare.locality.clone_from(&cluster.locality);
    bare.domain.clone_from(&cluster.domain);
    bare.release = cluster.release;
    bare
}
