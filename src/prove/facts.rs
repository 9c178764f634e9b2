//! What is there before anything is applied: pods and their labels, gateways and how they are dialled, who sees
//! whom.
//!
//! Facts of the mesh; nothing that was decided about ways or names.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Cluster, ClusterId, Gateway, Pick, Service, VersionId};
use crate::plan::View;

/// What Istio labels every endpoint with: the id of its cluster.
const CLUSTER: &str = "topology.istio.io/cluster";
/// And its network.
const NETWORK: &str = "topology.istio.io/network";

/// A mesh as it is.
#[derive(Debug)]
pub struct Facts<'m> {
    pub view: &'m View<'m>,
    /// Who is behind an address and port, for all callers that have no addresses of their own.
    everyone: BTreeMap<String, Vec<(u16, ClusterId)>>,
    /// By address, port and caller.
    some: BTreeMap<String, Vec<(u16, ClusterId, ClusterId)>>,
}

/// Pods of one version in one cluster, or all of a service without versions.
#[derive(Clone, Copy, Debug)]
pub struct Pods<'m> {
    pub version: Option<VersionId>,
    labels: Option<&'m BTreeMap<String, String>>,
}

impl<'m> Facts<'m> {
    /// The facts of a mesh.
    pub fn of(view: &'m View<'m>) -> Self {
        let mut everyone: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let mut some: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let gateways =
            view.mesh().clusters.iter().filter_map(|cluster| Some((cluster.id, cluster.gateway.as_ref()?)));
        for (id, Gateway { addresses, addresses_from, port, .. }) in gateways {
            for address in addresses {
                everyone.entry(address.to_string()).or_default().push((*port, id));
            }
            for (caller, from) in addresses_from {
                for address in &from.addresses {
                    some.entry(address.to_string()).or_default().push((*port, *caller, id));
                }
            }
        }
        Self { view, everyone, some }
    }

    /// The cluster behind an address, for callers in one cluster.
    pub fn behind(&self, caller: ClusterId, address: &str, port: u16) -> Option<ClusterId> {
        let own = self.some.get(address).into_iter().flatten();
        let mut own = own.filter(|(at, whose, _)| *at == port && *whose == caller).map(|(_, _, id)| *id);
        let common = || {
            let known = self.everyone.get(address)?;
            let (_, id) = known.iter().rfind(|(at, _)| *at == port)?;
            let gateway = self.view.cluster(*id)?.gateway.as_ref()?;
            // Callers with addresses of their own dial none of the others.
            (!gateway.addresses_from.contains_key(&caller)).then_some(*id)
        };
        own.next_back().or_else(common)
    }

    /// The pods of a service in a cluster, by version; none where it does not run.
    fn pods(service: &'m Service, cluster: ClusterId) -> Vec<Pods<'m>> {
        if !service.runs.contains_key(&cluster) {
            return Vec::new();
        }
        if service.versions.is_empty() {
            return vec![Pods { version: None, labels: None }];
        }
        let versions = service.versions.iter().enumerate();
        let here = versions.filter(|(_, version)| version.clusters.contains_key(&cluster));
        here.map(|(index, version)| Pods { version: Some(VersionId(index)), labels: Some(&version.labels) })
            .collect()
    }

    /// Which of the pods in a cluster carry all these labels.
    pub fn selected(
        &self,
        service: &'m Service,
        cluster: ClusterId,
        labels: &BTreeMap<String, String>,
    ) -> BTreeSet<Option<VersionId>> {
        let Some(home) = self.view.cluster(cluster) else { return BTreeSet::new() };
        let pods = Self::pods(service, cluster).into_iter();
        pods.filter(|pods| pods.carry(labels, home)).map(|pods| pods.version).collect()
    }

    /// The pods of a pick in a cluster.
    pub fn meant(service: &'m Service, cluster: ClusterId, pick: Pick) -> BTreeSet<Option<VersionId>> {
        let pods = Self::pods(service, cluster).into_iter().map(|pods| pods.version);
        pods.filter(|version| match pick {
            Pick::Any => true,
            Pick::Version(id) => *version == Some(id),
        })
        .collect()
    }

    /// How far a cluster is from callers: their own, one of their region (all others, if they have none), any
    /// other.
    pub fn distance(&self, caller: ClusterId, cluster: ClusterId) -> u8 {
        let region = |id: ClusterId| {
            self.view
                .cluster(id)
                .and_then(|cluster| cluster.locality.as_ref())
                .map(|place| place.region.as_str())
        };
        if caller == cluster {
            0
        } else if region(caller).is_none_or(|own| region(cluster) == Some(own)) {
            1
        } else {
            2
        }
    }
}

impl Pods<'_> {
    /// Whether they carry all these labels; each endpoint carries those of its cluster, too.
    fn carry(&self, labels: &BTreeMap<String, String>, home: &Cluster) -> bool {
        let carries = |(key, value): (&String, &String)| match key.as_str() {
            CLUSTER => value == home.registry_id(),
            NETWORK => Some(value) == home.network.as_ref(),
            _ => self.labels.is_some_and(|own| own.get(key) == Some(value)),
        };
        labels.iter().all(carries)
    }
}

/// Whether a selector picks something with these labels.
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}
