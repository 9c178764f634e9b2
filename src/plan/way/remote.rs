//! Names for what runs in other clusters, and the subsets that tell its versions and clusters apart.

mod subset; // the parts of such a name

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Way;
use crate::model::{Callers, Cluster, ClusterId, RemoteNames, Service};
use crate::plan::common::Common;
use crate::plan::rules::target::{PickAt, Site, Target};
use crate::plan::uses::FarUse;
use crate::plan::visibility::View;

pub use subset::{Extent, RemoteSubset};

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
    /// How large each of these is beside others that it stands in for; 1 where none of them does.
    pub sizes: Vec<u32>,
    /// Whether these sizes are right for every version that fails over.
    pub is_even: bool,
    /// Versions, each at one site; by version, then site.
    pub subsets: Vec<RemoteSubset<'m>>,
    /// By which callers get to any of them: `rewrite` only if every gateway behind the name is taught it.
    pub way: Way,
}

impl RemoteName<'_> {
    /// Whether it stands for clusters whose Services end in different domains.
    #[must_use]
    pub fn has_several_domains(&self) -> bool {
        let mut domains = self.clusters.iter().map(|cluster| &cluster.cluster_domain);
        let first = domains.next();
        domains.any(|domain| Some(domain) != first)
    }
}

/// The remote names of one service that callers of a class have, and which target is found where.
#[derive(Clone, Debug, Default)]
pub struct RemoteHosts<'m> {
    /// By cluster; one where the name is shared.
    pub names: Vec<RemoteName<'m>>,
    spots: BTreeMap<Target, Spot>,
}

/// A name among those of a service, and a subset among those of the name; none for the whole name.
#[derive(Clone, Copy, Debug)]
struct Spot {
    name: usize,
    subset: Option<usize>,
}

impl<'m> RemoteHosts<'m> {
    /// The remote name and subset for a target; none for what goes by the plain name.
    #[must_use]
    pub fn find(&self, target: Target) -> Option<(&RemoteName<'m>, Option<&RemoteSubset<'m>>)> {
        let Spot { name, subset } = *self.spots.get(&target)?;
        let name = self.names.get(name)?;
        Some((name, subset.and_then(|subset| name.subsets.get(subset))))
    }

    /// The one name of the service that stands for all clusters, if callers here have it.
    #[must_use]
    pub fn shared_host(&self) -> Option<&str> {
        self.names.iter().find(|name| name.shared).map(|name| name.host.as_str())
    }
}

/// The remote names that callers ask for.
pub fn names<'m>(common: &Common<'m>, service: &'m Service, far: &FarUse) -> RemoteHosts<'m> {
    let view = common.view;
    let mut all = RemoteHosts::default();
    for wanted in by_name(view, service, far) {
        let Some(mut name) = named(common, service, far, &wanted) else { continue };
        for (at, clusters) in wanted {
            let subset = subset::of(view, service, *at, clusters, name.shared);
            let spot = Spot { name: all.names.len(), subset: subset.is_some().then_some(name.subsets.len()) };
            name.subsets.extend(subset);
            all.spots.insert(Target { service: service.id, pick: at.pick, site: at.site }, spot);
        }
        all.names.push(name);
    }
    all
}

/// What is wanted, and the clusters that it is in, by name.
type Wanted<'d> = Vec<(&'d PickAt, &'d Vec<ClusterId>)>;

/// One group for each name: all that is wanted under a shared name, what is wanted of one cluster under its own.
/// What goes by the plain name needs no other.
fn by_name<'d>(view: &View<'_>, service: &Service, far: &'d FarUse) -> Vec<Wanted<'d>> {
    let is_named = |id: &ClusterId| view.way_into(service, *id).has_remote_name();
    let wanted = far.picks.iter().filter(|(_, clusters)| clusters.iter().all(is_named));
    match view.remote_names {
        RemoteNames::Shared => vec![wanted.collect()],
        RemoteNames::PerCluster => {
            let mut groups: BTreeMap<Option<ClusterId>, Wanted<'d>> = BTreeMap::new();
            for (at, clusters) in wanted {
                groups.entry(clusters.first().copied()).or_default().push((at, clusters));
            }
            groups.into_values().collect()
        }
    }
}

/// A name for all that is wanted, without subsets yet.
fn named<'m>(
    common: &Common<'m>,
    service: &'m Service,
    far: &FarUse,
    wanted: &Wanted<'_>,
) -> Option<RemoteName<'m>> {
    let view = common.view;
    let ids: BTreeSet<ClusterId> = wanted.iter().flat_map(|(_, clusters)| *clusters).copied().collect();
    let clusters: Vec<_> = ids.iter().filter_map(|id| view.cluster(*id)).collect();
    let host = view.remote_host(service, clusters.first()?);
    // An endpoint has one weight, whatever the version: that of the first that has one there.
    let pools = || wanted.iter().filter(|(at, _)| at.site == Site::Nearest);
    let size = |id: &ClusterId| {
        let mut sizes = pools().filter(|(_, clusters)| clusters.contains(id));
        sizes.next().map_or(1, |(at, _)| service.size(at.pick, *id))
    };
    let is_even = |(at, clusters): (PickAt, &[ClusterId])| {
        let ratio = |id: &ClusterId| (u64::from(size(id)), u64::from(service.size(at.pick, *id)));
        clusters.windows(2).all(|pair| match pair {
            [one, other] => {
                let ((weight, size), (beside, also)) = (ratio(one), ratio(other));
                weight * also == beside * size
            }
            _ => true,
        })
    };
    Some(RemoteName {
        service,
        object: common.object_names.name(view, service, clusters.first()?, &host),
        address: common.addresses.get(&host).copied(),
        shared: view.remote_names == RemoteNames::Shared,
        callers: far.callers.clone(),
        is_even: pools().all(|(at, clusters)| is_even((**at, clusters))),
        sizes: ids.iter().map(size).collect(),
        subsets: Vec::new(),
        way: Way::least(ids.iter().map(|id| view.way_into(service, *id)))?,
        clusters,
        host,
    })
}
