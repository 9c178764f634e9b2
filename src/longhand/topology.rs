//! The Topology: the mesh, its clusters, its services.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cluster::Cluster;
use super::gateway::IngressGateway;
use super::reach;
use super::service::Service;
use super::service_name;
use crate::diagnostic::allow::Allowance;
use crate::model::{self, Reach, RemoteNames, VirtualIps};

/// What a Topology says behind `kind`.
#[derive(Serialize)]
pub struct Topology<'m> {
    mesh: Mesh<'m>,
    clusters: BTreeMap<&'m str, Cluster<'m>>,
    services: BTreeMap<String, Service<'m>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    gateways: BTreeMap<&'m str, IngressGateway<'m>>,
}

/// `mesh`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mesh<'m> {
    name: &'m str,
    reach: &'static str,
    remote_names: &'static str,
    remote_suffix: &'m str,
    #[serde(rename = "virtualIPs")]
    virtual_ips: String,
    version_label: &'m str,
    labels: &'m BTreeMap<String, String>,
    annotations: &'m BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow: Vec<Allowed<'m>>,
}

/// One entry of `mesh.allow`.
#[derive(Serialize)]
struct Allowed<'m> {
    code: &'static str,
    reason: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'m str>,
}

impl<'m> Topology<'m> {
    pub fn of(mesh: &'m model::Mesh) -> Self {
        let model::Mesh {
            name,
            reach,
            remote_names,
            remote_suffix,
            remote_suffix_place: _,
            virtual_ips,
            version_label,
            labels,
            annotations,
            clusters,
            services,
            gateways,
            allow,
        } = mesh;
        Self {
            mesh: Mesh {
                name,
                reach: reach::written(reach.as_ref()).unwrap_or(reach::word(Reach::default())),
                remote_names: match remote_names {
                    RemoteNames::Shared => "shared",
                    RemoteNames::PerCluster => "per-cluster",
                },
                remote_suffix,
                virtual_ips: match virtual_ips {
                    Some(VirtualIps { pool, place: _ }) => pool.to_string(),
                    None => "none".to_owned(),
                },
                version_label,
                labels,
                annotations,
                allow: allow
                    .iter()
                    .map(|Allowance { code, reason, at, place: _ }| Allowed {
                        code: code.name(),
                        reason,
                        at: at.as_ref().map(|at| at.name.as_str()),
                    })
                    .collect(),
            },
            clusters: clusters
                .iter()
                .map(|cluster| (cluster.name.as_str(), Cluster::of(mesh, cluster)))
                .collect(),
            services: services
                .iter()
                .map(|service| (service_name(service), Service::of(mesh, service)))
                .collect(),
            gateways: gateways
                .iter()
                .map(|gateway| (gateway.name.as_str(), IngressGateway::of(mesh, gateway)))
                .collect(),
        }
    }
}
