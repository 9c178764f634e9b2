//! Networks: which endpoints a proxy dials, and which it reaches through a gateway of their network.
//!
//! Enters: the world, and who reads it. Leaves: the endpoints that a proxy is given. Refuses to know: rules.
//!
//! Source: `EndpointsByNetworkFilter` in Istio's `pilot/pkg/xds/endpoints`, and the `networkManager` of its Kubernetes
//! registry.

use std::collections::BTreeMap;

use super::endpoint::{At, Endpoint, augmented};
use super::proxy::{Proxy, Role};
use super::world::{Cluster, Gateway, MeshNetworks, Workload, World};

/// By which Istio knows the network of namespaces, pods and gateways.
pub(super) const LABEL: &str = "topology.istio.io/network";
/// By which the Service of a gateway says what to dial.
const PORT_LABEL: &str = "networking.istio.io/gatewayPort";
/// The first release, of 1, in which a proxy without a network takes the gateway of a named one.
const NOWHERE_IS_FAR: u8 = 30;
/// What is dialled where nobody says.
const USUAL_PORT: u16 = 15443;

/// What a control plane knows of networks.
#[derive(Debug)]
pub(super) struct Networks<'a> {
    told: Option<&'a MeshNetworks>,
    ways: Vec<Way<'a>>,
    /// Of the control plane, of 1.
    release: u8,
}

/// A way into a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way<'a> {
    network: &'a str,
    /// Of the gateway, if that is known.
    cluster: Option<&'a str>,
    address: &'a str,
    port: u16,
}

impl<'a> Networks<'a> {
    /// By the labels of gateways in the clusters that are read, and by what the installation says.
    pub(super) fn new(world: &'a World, control_plane: &'a Cluster) -> Self {
        let told = control_plane.mesh_networks.as_ref();
        let mut ways: Vec<Way<'a>> = Vec::new();
        for cluster in world.read_by(control_plane) {
            for gateway in &cluster.gateways {
                let (labelled, named) =
                    (by_label(cluster, gateway), told.and_then(|told| by_name(told, cluster, gateway)));
                let Some((network, port)) = labelled.or(named) else { continue };
                ways.extend(gateway.addresses.iter().map(|address| Way {
                    network,
                    cluster: Some(cluster.id()),
                    address,
                    port,
                }));
            }
        }
        for (network, known) in told.into_iter().flat_map(|told| &told.networks) {
            let addresses =
                known.gateways.iter().filter_map(|gateway| Some((gateway.address.as_deref()?, gateway.port)));
            ways.extend(addresses.map(|(address, port)| Way { network, cluster: None, address, port }));
        }
        ways.sort_unstable();
        ways.dedup();
        Self { told, ways, release: control_plane.release }
    }

    /// The network of pods; nothing where nobody said.
    pub(super) fn of_pods(&self, cluster: &'a Cluster, workload: &'a Workload) -> Option<&'a str> {
        let labelled = workload.network.as_ref().or(cluster.network.as_ref());
        match labelled.filter(|_| !cluster.no_network_labels) {
            Some(network) => Some(network),
            None => self.told.and_then(|told| told_of(told, cluster)).map(|(network, _)| network),
        }
    }

    /// The ways into a network: those of the endpoint's own cluster, else all.
    fn ways_to(&self, network: &str, cluster: &str) -> Vec<Way<'a>> {
        let all: Vec<_> = self.ways.iter().filter(|way| way.network == network).copied().collect();
        let own: Vec<_> = all.iter().filter(|way| way.cluster == Some(cluster)).copied().collect();
        if own.is_empty() { all } else { own }
    }

    /// The endpoints as a proxy is given them: those that it may see, and a gateway for those that it cannot dial. The
    /// gateway stands in each locality of its endpoints, as often as there are of them.
    pub(super) fn seen_by<'e>(&self, proxy: &Proxy, endpoints: Vec<Endpoint<'e>>) -> Vec<Endpoint<'e>>
    where
        'a: 'e,
    {
        let mut seen = Vec::new();
        let mut crossing: BTreeMap<(String, Way<'a>), f64> = BTreeMap::new();
        for endpoint in endpoints {
            let is_lost = proxy.role == Role::Passing && !endpoint.speaks_mesh_tls;
            let network = endpoint.network.unwrap_or_default();
            if is_lost || !proxy.may_see(network) {
                continue;
            }
            let is_near = proxy.is_in(network)
                && (self.release < NOWHERE_IS_FAR || proxy.has_network() || network.is_empty());
            let ways = if is_near { Vec::new() } else { self.ways_to(network, endpoint.cluster) };
            if ways.is_empty() {
                seen.extend([endpoint].into_iter().filter(Endpoint::has_address));
            } else if endpoint.speaks_mesh_tls {
                let part = endpoint.weight / f64::from(u32::try_from(ways.len()).unwrap_or(u32::MAX));
                for way in ways {
                    *crossing.entry((endpoint.locality.clone(), way)).or_default() += part;
                }
            }
        }
        seen.extend(crossing.into_iter().map(|((locality, way), weight)| Endpoint {
            at: At::NetworkGateway { address: way.address },
            port: way.port,
            labels: augmented(&BTreeMap::new(), way.cluster.unwrap_or_default(), "", way.network),
            locality,
            network: Some(way.network),
            cluster: way.cluster.unwrap_or_default(),
            weight,
            all: 1,
            up: 1,
            has_proxy: true,
            speaks_mesh_tls: true,
        }));
        seen
    }
}

/// The network that the label of a gateway's Service names, and the port.
fn by_label<'a>(cluster: &'a Cluster, gateway: &'a Gateway) -> Option<(&'a str, u16)> {
    let own = gateway.network.as_ref().or(cluster.network.as_ref()).filter(|_| !cluster.no_network_labels);
    let network = gateway.service_labels.get(LABEL).or(own).filter(|network| !network.is_empty())?;
    let port = gateway.service_labels.get(PORT_LABEL).and_then(|port| port.parse().ok());
    Some((network, port.unwrap_or(USUAL_PORT)))
}

/// The network whose gateways the installation gives by the name of their Service, if it is this one's.
fn by_name<'a>(told: &'a MeshNetworks, cluster: &'a Cluster, gateway: &Gateway) -> Option<(&'a str, u16)> {
    let (network, known) = told_of(told, cluster)?;
    let own = cluster.host_of(&gateway.name, &gateway.namespace);
    let named = known.gateways.iter().find(|known| known.registry_service_name.as_ref() == Some(&own))?;
    Some((network, named.port))
}

/// The network to which the installation counts all of a cluster.
fn told_of<'a>(
    told: &'a MeshNetworks,
    cluster: &Cluster,
) -> Option<(&'a str, &'a super::world::MeshNetwork)> {
    let (network, known) = told.networks.iter().find(|(_, network)| {
        network.endpoints.iter().any(|some| some.from_registry.as_deref() == Some(cluster.id()))
    })?;
    Some((network, known))
}
