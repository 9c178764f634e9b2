//! Addresses that `EndpointSlices` list for Services that select no pods.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::object::Metadata;
use crate::trace::world::Listed;

/// By which a slice says whose it is.
const SERVICE: &str = "kubernetes.io/service-name";

/// An `EndpointSlice`, as far as it is kept.
#[derive(Debug, Deserialize, Hash)]
pub(super) struct EndpointSlice {
    #[serde(default)]
    endpoints: Option<Vec<Endpoint>>,
    #[serde(default)]
    ports: Option<Vec<Port>>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    conditions: Conditions,
    /// Of a pod, which is found by the Service's selector.
    target_ref: Option<Target>,
}

#[derive(Debug, Default, Deserialize, Hash)]
struct Conditions {
    ready: Option<bool>,
}

#[derive(Debug, Deserialize, Hash)]
struct Target {
    #[serde(default)]
    kind: String,
}

#[derive(Debug, Deserialize, Hash)]
struct Port {
    #[serde(default)]
    name: Option<String>,
    port: Option<u16>,
}

/// The same as it was written before there were slices.
#[derive(Debug, Deserialize, Hash)]
pub(super) struct Endpoints {
    #[serde(default)]
    subsets: Option<Vec<Subset>>,
}

#[derive(Debug, Deserialize, Hash)]
struct Subset {
    #[serde(default)]
    addresses: Option<Vec<Address>>,
    #[serde(default)]
    ports: Option<Vec<Port>>,
}

#[derive(Debug, Deserialize, Hash)]
#[serde(rename_all = "camelCase")]
struct Address {
    #[serde(default)]
    ip: String,
    target_ref: Option<Target>,
}

/// The Service that a slice is of.
pub(super) fn service_of(metadata: &Metadata) -> Option<String> {
    metadata.labels.as_ref()?.get(SERVICE).cloned()
}

fn by_name(ports: Option<Vec<Port>>) -> BTreeMap<String, u16> {
    let ports = ports.into_iter().flatten();
    ports.filter_map(|port| Some((port.name.unwrap_or_default(), port.port?))).collect()
}

fn is_by_hand(target: Option<&Target>) -> bool {
    target.is_none_or(|of| of.kind != "Pod")
}

impl Endpoints {
    /// What it lists beside pods.
    pub(super) fn listed(self) -> Vec<Listed> {
        let subsets = self.subsets.into_iter().flatten();
        let listed = subsets.flat_map(|Subset { addresses, ports }| {
            let ports = by_name(ports);
            let addresses = addresses.into_iter().flatten();
            let by_hand = addresses.filter(|address| is_by_hand(address.target_ref.as_ref()));
            by_hand
                .map(|address| Listed { address: address.ip, ports: ports.clone(), is_ready: true })
                .collect::<Vec<_>>()
        });
        listed.collect()
    }
}

impl EndpointSlice {
    /// What it lists beside pods.
    pub(super) fn listed(self) -> Vec<Listed> {
        let ports = by_name(self.ports);
        let endpoints = self.endpoints.into_iter().flatten();
        let by_hand = endpoints.filter(|endpoint| is_by_hand(endpoint.target_ref.as_ref()));
        let listed = by_hand.flat_map(|Endpoint { addresses, conditions, target_ref: _ }| {
            let is_ready = conditions.ready.unwrap_or(true);
            addresses.into_iter().map(move |address| (address, is_ready))
        });
        listed.map(|(address, is_ready)| Listed { address, ports: ports.clone(), is_ready }).collect()
    }
}
