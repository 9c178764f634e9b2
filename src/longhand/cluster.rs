//! `clusters.NAME` and its gateway.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{cluster_name, reach};
use crate::model;
use crate::model::Mesh;
use crate::model::cluster::{Address, Expose, Locality};

/// `clusters.NAME`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<Gateway<'m>>,
    istio: String,
    cluster_domain: &'m str,
    trust_domain: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry: Option<&'m str>,
    control_plane: &'m str,
    context: &'m str,
    drain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'static str>,
}

/// `clusters.NAME.gateway`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gateway<'m> {
    address: Vec<String>,
    port: u16,
    server_port: u16,
    namespace: &'m str,
    selector: &'m BTreeMap<String, String>,
    expose: &'static str,
    existing: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    address_from: BTreeMap<&'m str, Vec<String>>,
}

impl<'m> Cluster<'m> {
    pub fn of(mesh: &'m Mesh, cluster: &'m model::Cluster) -> Self {
        let model::Cluster {
            id: _,
            // The key.
            name: _,
            place: _,
            release,
            release_place: _,
            cluster_domain,
            trust_domain,
            gateway,
            locality,
            network,
            registry,
            control_plane,
            // What the others say.
            context,
            drain,
            reach,
        } = cluster;
        Self {
            gateway: gateway.as_ref().map(|gateway| Gateway::of(mesh, gateway)),
            istio: release.to_string(),
            cluster_domain,
            trust_domain,
            locality: locality.as_ref().map(|Locality { region, zone }| match zone {
                Some(zone) => format!("{region}/{zone}"),
                None => region.clone(),
            }),
            network: network.as_deref(),
            // It goes for a sign that others see the cluster, so that it must not stand where none was.
            registry: registry.as_ref().map(|registry| registry.value.as_str()),
            control_plane: control_plane
                .as_ref()
                .map_or(&cluster.name, |head| cluster_name(mesh, head.value)),
            context,
            drain: drain.is_some(),
            reach: reach::written(reach.as_ref()),
        }
    }
}

impl<'m> Gateway<'m> {
    fn of(mesh: &'m Mesh, gateway: &'m model::Gateway) -> Self {
        let model::Gateway {
            place: _,
            addresses,
            addresses_from,
            port,
            server_port,
            namespace,
            selector,
            expose,
            existing,
        } = gateway;
        let texts = |addresses: &[Address]| addresses.iter().map(ToString::to_string).collect();
        Self {
            address: texts(addresses),
            port: *port,
            server_port: *server_port,
            namespace,
            selector,
            expose: match expose {
                Expose::All => "all",
                Expose::Used => "used",
            },
            existing: *existing,
            address_from: addresses_from
                .iter()
                .map(|(caller, from)| (cluster_name(mesh, *caller), texts(&from.addresses)))
                .collect(),
        }
    }
}
