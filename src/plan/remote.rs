//! Names for what runs in other clusters, and the subsets that tell its versions and clusters apart.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::demand::{Demand, FarUse};
use super::route::Target;
use super::subset::{self, RemoteSubset, Wanted};
use super::{Found, joined};
use crate::model::name::{self, SUBDOMAIN};
use crate::model::{Callers, Cluster, ClusterId, Mesh, Reach, RemoteNames as Naming, Service, ServiceId};

/// A name for a service in other clusters.
#[derive(Clone, Debug)]
pub struct RemoteName<'m> {
    /// The service.
    pub service: &'m Service,
    /// The name: `reviews.default.global`.
    pub host: String,
    /// The name of the objects that make it.
    pub object: String,
    /// Its own address, where addresses are given out.
    pub address: Option<IpAddr>,
    /// Whether it stands for all clusters, and so obeys the service's rules.
    pub shared: bool,
    /// Who uses it.
    pub callers: Callers,
    /// The clusters that callers here are sent to; never empty.
    pub clusters: Vec<&'m Cluster>,
    /// Versions, each at one site; by version, then site.
    pub subsets: Vec<RemoteSubset<'m>>,
    /// Whether every gateway behind it is taught the name, so that callers may say it as it is.
    pub translated: bool,
}

impl RemoteName<'_> {
    /// Whether the name has endpoints that a subset must not use.
    #[must_use]
    pub fn narrows(&self, subset: &RemoteSubset<'_>) -> bool {
        subset.clusters.len() < self.clusters.len()
    }
}

/// All remote names of one caller's cluster, and which target is found where.
#[derive(Clone, Debug, Default)]
pub struct RemoteNames<'m> {
    /// By namespace and name of service, then cluster.
    pub names: Vec<RemoteName<'m>>,
    spots: BTreeMap<Target, (usize, Option<usize>)>,
    shared: BTreeMap<ServiceId, usize>,
}

impl RemoteNames<'_> {
    /// The remote name and subset for a target; none for what is in the caller's own cluster.
    #[must_use]
    pub fn find(&self, target: Target) -> Option<Found<'_>> {
        let (index, subset) = self.spots.get(&target)?;
        let name = self.names.get(*index)?;
        let subset = subset.and_then(|subset| name.subsets.get(subset));
        Some(Found { remote: Some(name), subset: subset.map(|subset| subset.name.as_str()) })
    }

    /// The one name of a service that stands for all clusters, if callers here have it.
    #[must_use]
    pub fn shared_host(&self, service: ServiceId) -> Option<&str> {
        self.names.get(*self.shared.get(&service)?).map(|name| name.host.as_str())
    }
}

/// The remote names that callers ask for.
pub fn names<'m>(
    mesh: &'m Mesh,
    demand: &Demand<'m>,
    addresses: &BTreeMap<String, IpAddr>,
    objects: &ObjectNames,
) -> RemoteNames<'m> {
    let mut all = RemoteNames::default();
    for (id, far) in &demand.far {
        let Some(service) = mesh.service(*id) else { continue };
        for wanted in by_name(mesh, service, far) {
            let Some((name, places)) = named(mesh, service, far, &wanted, addresses, objects) else {
                continue;
            };
            let index = all.names.len();
            for (Wanted { pick, site, clusters: _ }, subset) in wanted.iter().zip(places) {
                all.spots.insert(Target { service: *id, pick: *pick, site: *site }, (index, subset));
            }
            if name.shared {
                all.shared.insert(*id, index);
            }
            all.names.push(name);
        }
    }
    all
}

/// One group for each name: all that is wanted under a shared name, what is wanted of one cluster under its own.
/// What joins the plain name needs no other.
fn by_name<'d>(mesh: &Mesh, service: &Service, far: &'d FarUse) -> Vec<Vec<Wanted<'d>>> {
    let joins =
        |id: &ClusterId| mesh.cluster(*id).is_some_and(|cluster| joined::joins(mesh, service, cluster));
    let wanted = far.picks.iter().filter(|(_, clusters)| !clusters.iter().any(joins));
    let wanted = wanted.map(|((pick, site), clusters)| Wanted { pick: *pick, site: *site, clusters });
    match mesh.remote_names {
        Naming::Shared => vec![wanted.collect()],
        Naming::PerCluster => {
            let mut groups: BTreeMap<Option<ClusterId>, Vec<Wanted<'d>>> = BTreeMap::new();
            for wanted in wanted {
                groups.entry(wanted.clusters.first().copied()).or_default().push(wanted);
            }
            groups.into_values().collect()
        }
    }
}

/// A name, and which of its subsets stands for each thing wanted.
fn named<'m>(
    mesh: &'m Mesh,
    service: &'m Service,
    far: &FarUse,
    wanted: &[Wanted<'_>],
    addresses: &BTreeMap<String, IpAddr>,
    objects: &ObjectNames,
) -> Option<(RemoteName<'m>, Vec<Option<usize>>)> {
    let ids: BTreeSet<ClusterId> = wanted.iter().flat_map(|wanted| wanted.clusters).copied().collect();
    let clusters: Vec<_> = ids.iter().filter_map(|id| mesh.cluster(*id)).collect();
    let host = mesh.remote_host(service, clusters.first()?);
    let mut subsets = Vec::new();
    let places = subset::of(mesh, service, wanted, clusters.len() > 1)
        .into_iter()
        .map(|subset| {
            subsets.push(subset?);
            Some(subsets.len() - 1)
        })
        .collect();
    let name = RemoteName {
        service,
        object: objects.name(service, clusters.first()?, mesh.remote_names, &host),
        address: addresses.get(&host).copied(),
        shared: mesh.remote_names == Naming::Shared,
        callers: far.callers.clone(),
        subsets,
        translated: clusters.iter().all(|cluster| mesh.reach(service, cluster) == Reach::Rewrite),
        clusters,
        host,
    };
    Some((name, places))
}

/// Names of objects that are taken already: by a service, or by two remote names at once.
pub struct ObjectNames {
    uses: BTreeMap<(String, String), usize>,
}

impl ObjectNames {
    /// Counts the names that objects of a mesh could have, whether a route uses them or not.
    #[must_use]
    pub fn of(mesh: &Mesh) -> Self {
        let mut uses: BTreeMap<(String, String), usize> = BTreeMap::new();
        for service in &mesh.services {
            let serving = service.runs.keys().filter_map(|cluster| mesh.cluster(*cluster));
            let remote: BTreeSet<String> =
                serving.map(|cluster| object_name(service, cluster, mesh.remote_names)).collect();
            for name in remote.into_iter().chain([service.name.clone()]) {
                *uses.entry((service.namespace.clone(), name)).or_default() += 1;
            }
        }
        Self { uses }
    }

    fn name(&self, service: &Service, cluster: &Cluster, naming: Naming, host: &str) -> String {
        let name = object_name(service, cluster, naming);
        let key = (service.namespace.clone(), name);
        let taken = self.uses.get(&key).is_some_and(|uses| *uses > 1);
        let (_, name) = key;
        if taken || name.len() > SUBDOMAIN { name::distinct(&name, host, SUBDOMAIN) } else { name }
    }
}

fn object_name(service: &Service, cluster: &Cluster, naming: Naming) -> String {
    match naming {
        Naming::Shared => format!("{}-global", service.name),
        Naming::PerCluster => format!("{}-{}-global", service.name, cluster.name),
    }
}
