//! Names for what runs in other clusters, and the subsets that tell its versions and clusters apart.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Found;
use super::demand::{Demand, FarUse};
use super::route::Target;
use crate::model::name::{self, LABEL, SUBDOMAIN};
use crate::model::{
    Callers, Cluster, ClusterId, Mesh, Pick, Reach, RemoteNames as Naming, Service, ServiceId,
};

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
    /// Versions, each in one cluster; by version, then cluster.
    pub subsets: Vec<RemoteSubset<'m>>,
    /// Whether every gateway behind it is taught the name, so that callers may say it as it is.
    pub translated: bool,
}

/// A version, or any, in one cluster.
#[derive(Clone, Debug)]
pub struct RemoteSubset<'m> {
    /// A DNS label, unlike any other of its name.
    pub name: String,
    /// The subset that the far cluster knows; none for any version.
    pub far: Option<&'m str>,
    /// The version, or any.
    pub pick: Pick,
    /// The version as its users name it; none for any.
    pub version: Option<&'m str>,
    /// Where it runs.
    pub cluster: &'m Cluster,
    /// Whether the gateway there is taught the name, so that callers may say it as it is.
    pub translated: bool,
}

impl RemoteName<'_> {
    /// Whether the name has endpoints that some subset must not use.
    #[must_use]
    pub fn labelled(&self) -> bool {
        self.clusters.len() > 1
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
        for picks in by_name(mesh, &far.picks) {
            let Some(name) = named(mesh, service, far, &picks, addresses, objects) else { continue };
            let index = all.names.len();
            let subset = |pick: Pick, cluster: &Cluster| {
                let version = version_of(service, pick);
                name.subsets
                    .iter()
                    .position(|subset| subset.cluster.name == cluster.name && subset.version == version)
            };
            for (pick, cluster) in picks {
                let found = mesh.cluster(cluster).and_then(|cluster| subset(pick, cluster));
                all.spots.insert(Target { service: *id, pick, cluster }, (index, found));
            }
            if name.shared {
                all.shared.insert(*id, index);
            }
            all.names.push(name);
        }
    }
    all
}

/// One group for each name: all picks under a shared name, those of one cluster under its own.
fn by_name(mesh: &Mesh, picks: &BTreeSet<(Pick, ClusterId)>) -> Vec<Vec<(Pick, ClusterId)>> {
    match mesh.remote_names {
        Naming::Shared => vec![picks.iter().copied().collect()],
        Naming::PerCluster => {
            let mut groups: BTreeMap<ClusterId, Vec<(Pick, ClusterId)>> = BTreeMap::new();
            for (pick, cluster) in picks {
                groups.entry(*cluster).or_default().push((*pick, *cluster));
            }
            groups.into_values().collect()
        }
    }
}

fn named<'m>(
    mesh: &'m Mesh,
    service: &'m Service,
    far: &FarUse,
    picks: &[(Pick, ClusterId)],
    addresses: &BTreeMap<String, IpAddr>,
    objects: &ObjectNames,
) -> Option<RemoteName<'m>> {
    let ids: BTreeSet<ClusterId> = picks.iter().map(|(_, cluster)| *cluster).collect();
    let clusters: Vec<_> = ids.iter().filter_map(|id| mesh.cluster(*id)).collect();
    let host = mesh.remote_host(service, clusters.first()?);
    Some(RemoteName {
        service,
        object: objects.name(service, clusters.first()?, mesh.remote_names, &host),
        address: addresses.get(&host).copied(),
        shared: mesh.remote_names == Naming::Shared,
        callers: far.callers.clone(),
        subsets: subsets(mesh, service, picks, clusters.len() > 1),
        translated: clusters.iter().all(|cluster| translated(mesh, service, cluster)),
        clusters,
        host,
    })
}

/// A version in one cluster goes by its own subset name, one in several by one a cluster; any needs a subset only
/// where the name has other endpoints too.
fn subsets<'m>(
    mesh: &'m Mesh,
    service: &'m Service,
    picks: &[(Pick, ClusterId)],
    several: bool,
) -> Vec<RemoteSubset<'m>> {
    let mut clusters_of: BTreeMap<Pick, usize> = BTreeMap::new();
    for (pick, _) in picks {
        *clusters_of.entry(*pick).or_default() += 1;
    }
    let plain: BTreeSet<&str> = service.versions.iter().map(|version| version.subset.as_str()).collect();
    let subset = |(pick, cluster): &(Pick, ClusterId)| {
        let cluster = mesh.cluster(*cluster)?;
        let alone = clusters_of.get(pick) == Some(&1);
        let far = match pick {
            Pick::Any if several => None,
            Pick::Any => return None,
            Pick::Version(id) => Some(service.version(*id)?.subset.as_str()),
        };
        let name = match far {
            Some(subset) if alone => subset.to_owned(),
            Some(subset) => at_cluster(subset, cluster, &plain),
            None => at_cluster("any", cluster, &plain),
        };
        let translated = translated(mesh, service, cluster);
        let version = version_of(service, *pick);
        Some(RemoteSubset { name, far, pick: *pick, version, cluster, translated })
    };
    picks.iter().filter_map(subset).collect()
}

fn translated(mesh: &Mesh, service: &Service, cluster: &Cluster) -> bool {
    mesh.reach(service, cluster) == Reach::Rewrite
}

/// `v2--cluster2`, or what is left of it with a hash where that is too long or the name of a version.
fn at_cluster(subset: &str, cluster: &Cluster, taken: &BTreeSet<&str>) -> String {
    let name = format!("{subset}--{}", cluster.name);
    if name.len() > LABEL || taken.contains(name.as_str()) {
        name::distinct(&name, &name, LABEL)
    } else {
        name
    }
}

fn version_of(service: &Service, pick: Pick) -> Option<&str> {
    match pick {
        Pick::Any => None,
        Pick::Version(id) => service.version(id).map(|version| version.name.as_str()),
    }
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
