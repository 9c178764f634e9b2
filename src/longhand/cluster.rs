//! `clusters.NAME` and its gateway.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reach;
use crate::model;
use crate::model::cluster::{Expose, Locality};

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
    context: &'m str,
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
}

impl<'m> Cluster<'m> {
    pub fn of(cluster: &'m model::Cluster) -> Self {
        let model::Cluster {
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
            context,
            reach,
        } = cluster;
        Self {
            gateway: gateway.as_ref().map(Gateway::of),
            istio: release.to_string(),
            cluster_domain,
            trust_domain,
            locality: locality.as_ref().map(|Locality { region, zone }| match zone {
                Some(zone) => format!("{region}/{zone}"),
                None => region.clone(),
            }),
            network: network.as_deref(),
            context,
            reach: reach::written(reach.as_ref()),
        }
    }
}

impl<'m> Gateway<'m> {
    fn of(gateway: &'m model::Gateway) -> Self {
        let model::Gateway { place: _, addresses, port, server_port, namespace, selector, expose, existing } =
            gateway;
        Self {
            address: addresses.iter().map(ToString::to_string).collect(),
            port: *port,
            server_port: *server_port,
            namespace,
            selector,
            expose: match expose {
                Expose::All => "all",
                Expose::Used => "used",
            },
            existing: *existing,
        }
    }
}
