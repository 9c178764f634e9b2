//! What answers at an address: gateways, nodes, pods, and what `EndpointSlices` list.

use std::collections::BTreeMap;

use super::{Cluster, Gateway, Workload, World};

/// The ports of a Service on every node of its cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes {
    /// Of the nodes.
    pub addresses: Vec<String>,
    /// From the port of a node to the one that the workload listens on.
    pub ports: BTreeMap<u16, u16>,
}

/// An address that an `EndpointSlice` lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// An IP address.
    pub address: String,
    /// By the name of the Service's port.
    pub ports: BTreeMap<String, u16>,
    /// Whether it answers.
    pub is_ready: bool,
}

impl World {
    /// The gateway that answers callers of one cluster at an address, and its own cluster.
    #[must_use]
    pub fn gateway_at(&self, address: &str, caller: &str) -> Option<(&Cluster, &Gateway)> {
        self.clusters.iter().find_map(|cluster| {
            let dialled = |gateway: &&Gateway| {
                let addresses = gateway.addresses_from.get(caller).unwrap_or(&gateway.addresses);
                addresses.iter().any(|known| known == address)
            };
            cluster.gateways.iter().find(dialled).map(|gateway| (cluster, gateway))
        })
    }

    /// The gateway behind a port of a node, its own cluster, and the port of its workload.
    #[must_use]
    pub fn gateway_behind(&self, address: &str, port: u16) -> Option<(&Cluster, &Gateway, u16)> {
        self.clusters.iter().find_map(|cluster| {
            cluster.gateways.iter().find_map(|gateway| {
                let Nodes { addresses, ports } = &gateway.nodes;
                let listens = ports.get(&port).filter(|_| addresses.iter().any(|known| known == address))?;
                Some((cluster, gateway, *listens))
            })
        })
    }

    /// The pod that has an address, with its cluster and namespace.
    #[must_use]
    pub fn pod_at(&self, address: &str) -> Option<(&Cluster, &str, &Workload)> {
        self.clusters.iter().find_map(|cluster| {
            cluster.services.iter().find_map(|service| {
                let mut pods = service.workloads.iter();
                let found = pods.find(|pods| pods.addresses.iter().any(|known| known == address))?;
                Some((cluster, service.namespace.as_str(), found))
            })
        })
    }
}

impl Cluster {
    /// Whether a node here has an address.
    #[must_use]
    pub fn has_node_at(&self, address: &str) -> bool {
        let mut nodes = self.gateways.iter().flat_map(|gateway| &gateway.nodes.addresses);
        nodes.any(|known| known == address)
    }

    /// Whether a gateway here has an address, for whatever callers.
    #[must_use]
    pub fn has_gateway_at(&self, address: &str) -> bool {
        let has = |addresses: &Vec<String>| addresses.iter().any(|known| known == address);
        self.gateways
            .iter()
            .any(|gateway| has(&gateway.addresses) || gateway.addresses_from.values().any(has))
    }
}
