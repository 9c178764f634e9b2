//! Who answers for a name: pods, and the addresses that entries list, in one form.
//!
//! Enters: a service, as a control plane knows it. Leaves: its endpoints on one port. Refuses to know: which of them a
//! proxy is given.

use std::collections::BTreeMap;

use super::network::LABEL as NETWORK;
use super::object::Object;
use super::object::destination_rule::OutlierDetection;
use super::object::peer_authentication::MutualTlsMode;
use super::object::service_entry::{self, Resolution, ServiceEntrySpec};
use super::policy::Policy;
use super::pool::{Member, Traits};
use super::registry::{Backing, Port, Registry, Service, Shard};
use super::world::{Cluster, Workload, selects};

/// The first release, of 1, whose control planes tell of pods that are not ready, as such.
const SENDS_UNREADY: u8 = 31;
/// The label by which Istio knows the cluster of every endpoint.
const CLUSTER: &str = "topology.istio.io/cluster";
/// The labels by which Istio knows where an endpoint is, widest first.
const PLACES: [&str; 3] =
    ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];
/// The label of what understands the mesh's TLS.
const TLS_MODE: (&str, &str) = ("security.istio.io/tlsMode", "istio");

/// One endpoint, or several pods alike.
#[derive(Clone, Debug)]
pub(super) struct Endpoint<'e> {
    pub(super) at: At<'e>,
    /// Which is dialled.
    pub(super) port: u16,
    /// Its own, and what Istio adds.
    pub(super) labels: BTreeMap<String, String>,
    /// Region and zone; empty if nobody said.
    pub(super) locality: String,
    pub(super) network: Option<&'e str>,
    /// What control planes call its cluster.
    pub(super) cluster: &'e str,
    /// Of all together.
    pub(super) weight: f64,
    /// How many there are.
    pub(super) all: u32,
    /// How many of these answer.
    pub(super) up: u32,
    /// Whether there is a proxy of the mesh.
    pub(super) has_proxy: bool,
    /// Whether the control plane takes it for one that understands the mesh's TLS.
    pub(super) speaks_mesh_tls: bool,
}

/// Where an endpoint is.
#[derive(Clone, Copy, Debug)]
pub(super) enum At<'e> {
    /// Pods.
    Pods { cluster: &'e Cluster, workload: &'e Workload, namespace: &'e str },
    /// An address that an entry lists.
    Listed { address: &'e str },
    /// The gateway of another network.
    NetworkGateway { address: &'e str },
}

impl Endpoint<'_> {
    /// As one of several to choose from.
    pub(super) fn member(&self) -> Member<'_> {
        let address = match self.at {
            At::Pods { .. } => None,
            At::Listed { address } | At::NetworkGateway { address } => Some((address, self.port)),
        };
        let traits = Traits { labels: &self.labels, locality: &self.locality };
        Member { traits, address, weight: self.weight, all: self.all, up: self.up }
    }

    /// Whether there is anything to dial.
    pub(super) fn has_address(&self) -> bool {
        match self.at {
            At::Pods { .. } => true,
            At::Listed { address } | At::NetworkGateway { address } => !address.is_empty(),
        }
    }

    /// Whether it carries all of these labels.
    pub(super) fn carries(&self, wanted: Option<&BTreeMap<String, String>>) -> bool {
        wanted.is_none_or(|wanted| selects(wanted, &self.labels))
    }
}

/// Labels with those that Istio adds.
pub(super) fn augmented(
    labels: &BTreeMap<String, String>,
    cluster: &str,
    locality: &str,
    network: &str,
) -> BTreeMap<String, String> {
    let mut labels = labels.clone();
    let added =
        PLACES.into_iter().zip(locality.splitn(3, '/')).chain([(CLUSTER, cluster), (NETWORK, network)]);
    labels.extend(
        added.filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    labels
}

/// Everything that answers for a service on a port: pods of every cluster that has such a port, by name, and what joins
/// them.
pub(super) fn of_service<'a>(
    registry: &Registry<'a>,
    service: &Service<'a>,
    port: &Port<'_>,
    policy: &Policy<'_>,
) -> Vec<Endpoint<'a>> {
    match &service.backing {
        Backing::Pods(shards) => {
            let keeps_local = registry.control_plane.keeps_local(&service.host);
            let shards =
                shards.iter().filter(|shard| !keeps_local || shard.cluster.name == registry.cluster.name);
            let pods = shards.flat_map(|shard| of_shard(registry, shard, port, policy));
            let joined = registry.joined(&service.host).iter();
            // Istio hands no name to a proxy that is given addresses.
            let joined = joined.filter(|entry| {
                entry.place.namespace == service.namespace && entry.spec.resolution == Resolution::Static
            });
            pods.chain(joined.flat_map(|entry| of_entry(registry, entry, &service.host, port))).collect()
        }
        Backing::Entry(entry, others) => [*entry]
            .into_iter()
            .chain(others.iter().copied())
            .flat_map(|entry| of_entry(registry, entry, &service.host, port))
            .collect(),
    }
}

fn of_shard<'a>(
    registry: &Registry<'a>,
    shard: &Shard<'a>,
    port: &Port<'_>,
    policy: &Policy<'_>,
) -> Vec<Endpoint<'a>> {
    let hides_unready =
        policy.release < SENDS_UNREADY || policy.ejects.is_some_and(OutlierDetection::hides_unready);
    let Shard { cluster, service } = *shard;
    let Some(known) = service.ports.iter().find(|known| known.name == port.name) else { return Vec::new() };
    let number = known.target_port.unwrap_or(known.port);
    let endpoint = |workload: &'a Workload| {
        of_pods(registry, cluster, (&service.namespace, workload), number, hides_unready)
    };
    // Where there is a control plane, Services select `WorkloadEntries` as they do pods.
    let selector = service
        .selector
        .as_ref()
        .filter(|selector| !selector.is_empty() && cluster.name == registry.control_plane.name);
    let entries = selector.into_iter().flat_map(|selector| {
        let all = registry.workload_entries(&service.namespace, selector);
        // No proxy that is given addresses is given a name.
        all.filter(|entry| entry.spec.address.parse::<std::net::IpAddr>().is_ok())
            .map(|entry| of_listed(registry, &service.namespace, &entry.spec, port.name, number))
    });
    let pods = service.workloads.iter().map(endpoint);
    let listed = service.listed.iter().filter(|listed| listed.is_ready);
    let by_hand = listed.filter_map(|listed| {
        Some(Endpoint {
            at: At::Listed { address: &listed.address },
            port: *listed.ports.get(port.name)?,
            labels: augmented(&BTreeMap::new(), cluster.id(), "", ""),
            locality: String::new(),
            network: None,
            cluster: cluster.id(),
            weight: 1.0,
            all: 1,
            up: 1,
            has_proxy: false,
            speaks_mesh_tls: false,
        })
    });
    pods.filter(|endpoint| endpoint.all > 0).chain(entries).chain(by_hand).collect()
}

fn of_pods<'a>(
    registry: &Registry<'a>,
    cluster: &'a Cluster,
    (namespace, workload): (&'a str, &'a Workload),
    port: u16,
    hides_unready: bool,
) -> Endpoint<'a> {
    let network = registry.networks.of_pods(cluster, workload);
    let locality = workload.locality.clone().unwrap_or_default();
    let mode = registry.mutual_tls(namespace, &workload.labels, port);
    let all = if hides_unready { workload.ready() } else { workload.replicas };
    Endpoint {
        at: At::Pods { cluster, workload, namespace },
        port,
        labels: augmented(&workload.labels, cluster.id(), &locality, network.unwrap_or_default()),
        locality,
        network,
        cluster: cluster.id(),
        weight: f64::from(all),
        all,
        up: workload.ready(),
        has_proxy: !workload.no_sidecar,
        speaks_mesh_tls: !workload.no_sidecar && mode != MutualTlsMode::Disable,
    }
}

/// An address of an entry of a namespace, for a port of this name, and this number if the address has none of its own.
fn of_listed<'a>(
    registry: &Registry<'a>,
    home: &str,
    listed: &'a service_entry::Endpoint,
    name: &str,
    number: u16,
) -> Endpoint<'a> {
    let own = registry.control_plane.id();
    let weight = listed.weight.unwrap_or(1).max(1);
    let locality = listed.locality.clone().unwrap_or_default();
    let network = listed.network.as_deref();
    let port = listed.ports.get(name).copied().unwrap_or(number);
    let is_of_mesh = match listed.labels.get(TLS_MODE.0) {
        Some(mode) => mode == TLS_MODE.1,
        None => listed.service_account.as_ref().is_some_and(|account| !account.is_empty()),
    };
    let mode = registry.mutual_tls(home, &listed.labels, port);
    Endpoint {
        at: At::Listed { address: &listed.address },
        port,
        labels: augmented(&listed.labels, own, &locality, network.unwrap_or_default()),
        locality,
        network,
        cluster: own,
        weight: f64::from(weight),
        all: 1,
        up: 1,
        has_proxy: is_of_mesh,
        speaks_mesh_tls: is_of_mesh && mode != MutualTlsMode::Disable,
    }
}

fn of_entry<'a>(
    registry: &Registry<'a>,
    entry: &'a Object<ServiceEntrySpec>,
    host: &str,
    port: &Port<'_>,
) -> Vec<Endpoint<'a>> {
    let Some(known) = entry.spec.ports.iter().find(|known| known.name == port.name) else {
        return Vec::new();
    };
    let number = known.target_port.unwrap_or(known.number);
    let own = registry.control_plane.id();
    let home = &entry.place.namespace;
    let one = |listed| of_listed(registry, home, listed, &known.name, number);
    let mut endpoints: Vec<_> = registry.listed(entry).into_iter().map(one).collect();
    if let Some(selector) = &entry.spec.workload_selector {
        let pods = registry.pods(home, &selector.labels).into_iter();
        endpoints.extend(
            pods.map(|(cluster, namespace, pods)| {
                of_pods(registry, cluster, (namespace, pods), number, true)
            }),
        );
        endpoints.retain(|endpoint| endpoint.all > 0);
        return endpoints;
    }
    let asks_for_host = endpoints.is_empty() && entry.spec.resolution.asks_dns();
    let named = entry.spec.hosts.iter().find(|known| asks_for_host && *known == host);
    if let Some(address) = named {
        endpoints.push(Endpoint {
            at: At::Listed { address },
            port: number,
            labels: BTreeMap::new(),
            locality: String::new(),
            network: None,
            cluster: own,
            weight: 1.0,
            all: 1,
            up: 1,
            has_proxy: false,
            speaks_mesh_tls: false,
        });
    }
    endpoints
}
