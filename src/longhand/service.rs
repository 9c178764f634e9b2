//! `services.KEY`: ports, versions, where these run, who calls them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use super::traffic_policy::traffic_policy;
use super::{cluster_name, reach};
use crate::model::service::{AcrossClusters, PlainNames};
use crate::model::service_account::ServiceAccount;
use crate::model::{self, Callers, ClusterId, Mesh};

/// `services.KEY`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service<'m> {
    ports: BTreeMap<&'m str, Port<'m>>,
    #[serde(flatten)]
    runs: Runs<'m>,
    clients: BTreeMap<&'m str, Namespaces<'m>>,
    across_clusters: &'static str,
    plain_names: &'static str,
    #[serde(rename = "virtualIP", skip_serializing_if = "Option::is_none")]
    virtual_ip: Option<IpAddr>,
    headless: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic_policy: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    service_accounts: Vec<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'static str>,
}

/// `services.KEY.ports.NAME`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Port<'m> {
    number: u16,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_port: Option<TargetPort<'m>>,
}

/// A number or a name.
#[derive(Serialize)]
#[serde(untagged)]
enum TargetPort<'m> {
    Number(u16),
    Name(&'m str),
}

/// One of `versions` and `clusters`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Runs<'m> {
    Versions(BTreeMap<&'m str, Version<'m>>),
    Clusters(Sizes<'m>),
}

/// `services.KEY.versions.V`
#[derive(Serialize)]
struct Version<'m> {
    clusters: Sizes<'m>,
    labels: &'m BTreeMap<String, String>,
    subset: &'m str,
    #[serde(rename = "trafficPolicy", skip_serializing_if = "Option::is_none")]
    policy: Option<Value>,
}

/// Relative sizes by the cluster's name.
type Sizes<'m> = BTreeMap<&'m str, u32>;

/// `services.KEY.clients.NAME`
#[derive(Serialize)]
#[serde(untagged)]
enum Namespaces<'m> {
    All(&'static str),
    Named(&'m BTreeSet<String>),
}

impl<'m> Service<'m> {
    pub fn of(mesh: &'m Mesh, service: &'m model::Service) -> Self {
        let model::Service {
            id: _,
            // The key.
            namespace: _,
            name: _,
            place: _,
            ports,
            versions,
            runs,
            clients,
            across_clusters,
            plain_names,
            // Follows from the rules.
            own_failover: _,
            virtual_ip,
            traffic_policy: policy,
            service_accounts,
            reach,
            // In the other document.
            rules: _,
            ingress: _,
            // What could not be read is an error, and then nothing is written.
            complete: _,
            headless,
        } = service;
        Self {
            ports: ports.iter().map(port).collect(),
            runs: if versions.is_empty() {
                Runs::Clusters(sizes(mesh, runs))
            } else {
                Runs::Versions(versions.iter().map(|known| version(mesh, known)).collect())
            },
            clients: clients
                .iter()
                .map(|(id, callers)| (cluster_name(mesh, *id), Namespaces::of(callers)))
                .collect(),
            across_clusters: match across_clusters {
                AcrossClusters::Local => "local",
                AcrossClusters::Spread => "spread",
                AcrossClusters::Failover => "failover",
            },
            plain_names: match plain_names {
                PlainNames::Service => "service",
                PlainNames::Entry => "entry",
                PlainNames::None => "none",
            },
            virtual_ip: virtual_ip.as_ref().map(|pinned| pinned.value),
            headless: headless.is_some(),
            traffic_policy: policy.as_deref().map(traffic_policy),
            service_accounts: service_accounts
                .iter()
                .map(|account| match account {
                    ServiceAccount::Named(text) | ServiceAccount::Identity(text) => text.as_str(),
                })
                .collect(),
            reach: reach::written(reach.as_ref()),
        }
    }
}

fn port(port: &model::Port) -> (&str, Port<'_>) {
    let model::Port { name, number, protocol, place: _, target } = port;
    let target_port = target.as_ref().map(|target| match target {
        model::TargetPort::Number(number) => TargetPort::Number(*number),
        model::TargetPort::Name(name) => TargetPort::Name(name),
    });
    (name, Port { number: *number, protocol: protocol.istio(), target_port })
}

fn version<'m>(mesh: &'m Mesh, version: &'m model::Version) -> (&'m str, Version<'m>) {
    let model::Version { name, subset, labels, clusters, traffic_policy: policy, place: _ } = version;
    let policy = policy.as_deref().map(traffic_policy);
    (name, Version { clusters: sizes(mesh, clusters), labels, subset, policy })
}

fn sizes<'m>(mesh: &'m Mesh, sizes: &BTreeMap<ClusterId, u32>) -> Sizes<'m> {
    sizes.iter().map(|(id, size)| (cluster_name(mesh, *id), *size)).collect()
}

impl<'m> Namespaces<'m> {
    fn of(callers: &'m Callers) -> Self {
        match callers {
            Callers::All => Self::All("all"),
            Callers::Namespaces(named) => Self::Named(named),
        }
    }
}
