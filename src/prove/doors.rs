//! Which cluster callers get into by dialling an address.

use std::collections::{BTreeMap, BTreeSet};

use crate::istio::bundle::GroundGateway;

/// The gateways of all clusters, by how they are dialled.
#[derive(Debug, Default)]
pub struct Doors {
    /// By address and port.
    everyone: BTreeMap<(String, u16), String>,
    /// By caller, address and port.
    some: BTreeMap<(String, String, u16), String>,
    /// Cluster and caller, where that caller dials none of the addresses that all others do.
    apart: BTreeSet<(String, String)>,
}

impl Doors {
    /// Adds the gateway of a cluster.
    pub fn add(&mut self, cluster: &str, gateway: &GroundGateway) {
        for address in &gateway.addresses {
            self.everyone.insert((address.clone(), gateway.port), cluster.to_owned());
        }
        for (caller, addresses) in &gateway.addresses_from {
            self.apart.insert((cluster.to_owned(), caller.clone()));
            for address in addresses {
                self.some.insert((caller.clone(), address.clone(), gateway.port), cluster.to_owned());
            }
        }
    }

    /// The cluster behind an address, for callers in one cluster.
    pub fn behind(&self, caller: &str, address: &str, port: u16) -> Option<&str> {
        let own = self.some.get(&(caller.to_owned(), address.to_owned(), port));
        let common = || {
            let cluster = self.everyone.get(&(address.to_owned(), port))?;
            let apart = self.apart.contains(&(cluster.clone(), caller.to_owned()));
            if apart { None } else { Some(cluster) }
        };
        own.or_else(common).map(String::as_str)
    }
}
