//! What must each cluster know?
//!
//! Enters: the mesh as meant. Leaves: for each cluster what it serves, how others enter it, which remote names
//! its callers need, and how their requests are split. Refuses to know: Istio's kinds and fields, releases, YAML.

pub mod distance; // which clusters serve a caller
pub mod pool; // clusters that stand in for each other
pub mod share; // whole percents
pub mod demand; // what the callers of each cluster ask for
pub mod discovered; // what they find because control planes see each other's endpoints
pub mod serving; // what is said of services where they run, or are found
mod united; // one control plane, one set of rules
mod networks; // whether such clusters can be told apart
mod condition; // which rules are for a caller at all
pub mod route; // the rules of a service, as one caller meets them
mod shadow; // what earlier rules have answered
mod survey; // what all this shows about the rules
pub mod subset; // the parts of such a name
pub mod joined; // far pods under the plain name
pub mod ingress; // what is let in from outside
mod listener; // which servers share a port
mod affinity; // who stays with whom across clusters
pub mod remote; // names for what runs in other clusters
pub mod rewrite; // what gateways must be taught
mod joining; // whether they can
mod domain; // one name for clusters of different domains
pub mod virtual_ip; // addresses for those names
mod problems;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::diagnostic::Outcome;
use crate::model::service::PlainNames;
use crate::model::{
    Address, Callers, Cluster, ClusterId, Gateway, IngressGateway, Mesh, Pick, Service, ServiceId,
};
use crate::source::Limits;

pub use demand::{Demands, TooMany};
pub use discovered::SeenSubset;
pub use ingress::{Ingress, IngressRoute};
pub use joined::{Joined, JoinedEntry, Part};
pub use remote::{RemoteName, RemoteNames};
pub use rewrite::Translation;
pub use route::{Answer, Copy, Route, ServiceRoutes, Share, Target};
pub use serving::{Serving, StandsIn};
pub use subset::RemoteSubset;

/// What one cluster must know.
#[derive(Clone, Debug)]
pub struct ClusterPlan<'m> {
    /// The whole mesh, for what is common to all.
    pub mesh: &'m Mesh,
    /// The cluster as the mesh knows it.
    pub id: ClusterId,
    /// Whose plan it is.
    pub cluster: &'m Cluster,
    /// Every service that runs here.
    pub runs: Vec<&'m Service>,
    /// Services whose versions must be told apart here, for callers near and far, and those that have a policy.
    pub serve: Vec<Serving<'m>>,
    /// How others enter, if any do.
    pub entrance: Option<Entrance<'m>>,
    /// The other cluster whose control plane configures this one: whatever is for Istio is in that one's plan.
    pub configured_by: Option<&'m Cluster>,
    /// Other clusters that are configured from here, and how others enter them.
    pub configures: Vec<(&'m Cluster, Option<Entrance<'m>>)>,
    /// Other clusters where callers here find something by discovery, by name.
    pub discovers: Vec<&'m Cluster>,
    /// Those whose callers find something here.
    pub found_by: Vec<&'m Cluster>,
    /// Names for what callers here use in other clusters.
    pub remote: RemoteNames<'m>,
    /// Services whose far pods join those that are here, by namespace and name.
    pub joined: Vec<Joined<'m>>,
    /// Plain names that callers here use and nothing here answers to.
    pub plain_names: Vec<PlainName<'m>>,
    /// Where requests of callers here go.
    pub routes: Vec<ServiceRoutes<'m>>,
    /// Services of which some port is left to Istio, which finds them elsewhere too.
    pub left_alone: Vec<&'m Service>,
    /// Where requests from outside arrive.
    pub ingress_gateways: Vec<&'m IngressGateway>,
    /// Where requests from outside go.
    pub ingress: Vec<Ingress<'m>>,
}

/// The gateway of a cluster that others enter.
#[derive(Clone, Debug)]
pub struct Entrance<'m> {
    /// As declared.
    pub gateway: &'m Gateway,
    /// Who enters, by name.
    pub callers: Vec<&'m Cluster>,
    /// What they come for; each runs here.
    pub services: Vec<&'m Service>,
    /// Names that callers say and nothing here has; by name and subset.
    pub translations: Vec<Translation<'m>>,
}

/// A plain name that nothing in the cluster answers to by itself.
#[derive(Clone, Debug)]
pub struct PlainName<'m> {
    /// The service it names.
    pub service: &'m Service,
    /// How the name is made to work.
    pub made: PlainNames,
    /// Its own address, where it is made by an entry and addresses are given out.
    pub address: Option<IpAddr>,
    /// Who sees an entry.
    pub callers: Callers,
    /// Whether control planes know the name already, by discovery; then only DNS does not.
    pub known: bool,
}

/// Where callers of one cluster find a target.
#[derive(Clone, Copy, Debug)]
pub struct Found<'p> {
    /// The remote name; none for the plain name of the service here.
    pub remote: Option<&'p RemoteName<'p>>,
    /// The subset; none for any version.
    pub subset: Option<&'p str>,
}

impl<'m> ClusterPlan<'m> {
    /// How callers here dial the gateway of another cluster; nothing if it has none.
    #[must_use]
    pub fn dialled(&self, far: &'m Cluster) -> &'m [Address] {
        far.gateway.as_ref().map_or(&[], |gateway| gateway.dialled_from(self.id))
    }

    /// Whether a cluster lies outside the region of callers here; never if they have none.
    #[must_use]
    pub fn farther(&self, cluster: &Cluster) -> bool {
        distance::farther(self.mesh, self.id, cluster)
    }

    /// The clusters that a target is in.
    #[must_use]
    pub fn clusters(&self, target: Target) -> Vec<&'m Cluster> {
        demand::clusters(self.mesh, target, self.id)
            .into_iter()
            .filter_map(|id| self.mesh.cluster(id))
            .collect()
    }

    /// The other clusters in which callers here find a target by discovery.
    #[must_use]
    pub fn discovered(&self, target: Target) -> Vec<&'m Cluster> {
        if discovered::said(self.mesh, target, self.id).is_none() {
            return Vec::new();
        }
        let clusters = demand::clusters(self.mesh, target, self.id).into_iter();
        clusters.filter(|id| *id != self.id).filter_map(|id| self.mesh.cluster(id)).collect()
    }

    /// Under which name and subset callers here find a target.
    #[must_use]
    pub fn find(&self, target: Target) -> Option<Found<'_>> {
        if let Some(found) = self.remote.find(target) {
            return Some(found);
        }
        if let Some(said) = discovered::said(self.mesh, target, self.id) {
            let serving = self.serve.binary_search_by_key(&target.service, |serving| serving.id).ok();
            let seen = serving.and_then(|index| self.serve.get(index)).map(|serving| &serving.seen);
            let subset = seen.into_iter().flatten().find(|subset| subset.is(said));
            return Some(Found { remote: None, subset: subset.map(|subset| subset.name.as_str()) });
        }
        let clusters = demand::clusters(self.mesh, target, self.id);
        let joined = self.joined.binary_search_by_key(&target.service, |joined| joined.id).ok();
        let joined = joined.and_then(|index| self.joined.get(index));
        if let Some(found) = joined.and_then(|joined| joined.find(target.pick, &clusters)) {
            return Some(found);
        }
        let service = self.mesh.services.get(target.service.0)?;
        let subset = match target.pick {
            Pick::Any => None,
            Pick::Version(id) => Some(service.version(id)?.subset.as_str()),
        };
        Some(Found { remote: None, subset })
    }
}

/// Plans every cluster, in order of name.
///
/// Findings: clusters that callers must enter and cannot, shares that round to nothing, rules that are never
/// reached or leave a gap, a pool of addresses that is too small. Nothing is planned where callers ask for more than the
/// limit.
#[must_use]
pub fn plan<'m>(mesh: &'m Mesh, limits: &Limits) -> Outcome<Vec<ClusterPlan<'m>>> {
    let mut findings = Vec::new();
    let addresses = virtual_ip::assign(mesh, &mut findings);
    let object_names = remote::ObjectNames::of(mesh);
    let mut demands = match demand::of(mesh, limits.destinations, &mut findings) {
        Ok(demands) => demands,
        Err(TooMany { at, what }) => {
            findings.push(problems::too_many_destinations(at, what, limits.destinations));
            return Outcome { value: None, findings };
        }
    };
    united::unite(mesh, &mut demands, &mut findings);
    findings.extend(networks::check(mesh, &demands));
    let demands = demands;
    let crossings: BTreeSet<(ClusterId, ClusterId)> =
        demands.discovered.values().flat_map(|found| found.crossings.iter().copied()).collect();
    let remote_names: Vec<_> = (0..mesh.clusters.len())
        .map(|index| match demands.by_caller.get(&ClusterId(index)) {
            Some(demand) => remote::names(mesh, demand, &addresses, &object_names),
            None => RemoteNames::default(),
        })
        .collect();
    affinity::check(mesh, &demands, &mut findings);
    findings.extend(listener::check(mesh));
    let mut translations = rewrite::translations(mesh, remote_names.iter().flat_map(|remote| &remote.names));
    let plans: Vec<_> = mesh
        .clusters
        .iter()
        .enumerate()
        .zip(remote_names)
        .map(|((index, cluster), remote)| {
            let id = ClusterId(index);
            let demand = demands.by_caller.get(&id);
            let routes = demand.map(|demand| demand.routes.clone()).unwrap_or_default();
            let configured: Vec<_> = mesh.configured_by(id).filter(|other| *other != id).collect();
            ClusterPlan {
                mesh,
                id,
                cluster,
                runs: mesh.services.iter().filter(|service| service.runs.contains_key(&id)).collect(),
                serve: mesh
                    .services
                    .iter()
                    .enumerate()
                    .filter_map(|(index, service)| serving::of(mesh, &demands, ServiceId(index), service, id))
                    .collect(),
                configured_by: cluster.control_plane.as_ref().and_then(|head| mesh.cluster(head.value)),
                configures: configured
                    .iter()
                    .filter_map(|other| Some((mesh.cluster(*other)?, entrance(mesh, *other, &demands, None))))
                    .collect(),
                entrance: entrance(mesh, id, &demands, translations.remove(cluster.name.as_str())),
                discovers: crossings
                    .iter()
                    .filter(|(near, _)| *near == id)
                    .filter_map(|(_, far)| mesh.cluster(*far))
                    .collect(),
                found_by: crossings
                    .iter()
                    .filter(|(_, far)| *far == id)
                    .filter_map(|(near, _)| mesh.cluster(*near))
                    .collect(),
                plain_names: routes
                    .iter()
                    .chain(demand.into_iter().flat_map(|demand| &demand.unrouted))
                    .filter_map(|routes| plain_name(mesh, routes, cluster, id, &addresses))
                    .collect(),
                joined: demand.map(|demand| joined::of(mesh, demand, id)).unwrap_or_default(),
                remote,
                left_alone: demand
                    .into_iter()
                    .flat_map(|demand| &demand.left_alone)
                    .filter_map(|service| mesh.service(*service))
                    .collect(),
                routes,
                ingress_gateways: mesh
                    .gateways
                    .iter()
                    .filter(|gateway| {
                        gateway.clusters.contains(&id)
                            || configured.iter().any(|other| gateway.clusters.contains(other))
                    })
                    .collect(),
                ingress: demand.map(|demand| ingress::plan(mesh, &demand.ingress)).unwrap_or_default(),
            }
        })
        .collect::<Vec<_>>();
    findings.extend(virtual_ip::missing(&plans));
    findings.extend(domain::check(&plans));
    findings.extend(joining::check(&plans));
    Outcome::new(plans, findings)
}

fn entrance<'m>(
    mesh: &'m Mesh,
    cluster: ClusterId,
    demands: &Demands<'m>,
    translations: Option<Vec<Translation<'m>>>,
) -> Option<Entrance<'m>> {
    let gateway = mesh.cluster(cluster)?.gateway.as_ref()?;
    let (callers, services) = demands.entering.get(&cluster)?;
    Some(Entrance {
        gateway,
        callers: callers.iter().filter_map(|caller| mesh.cluster(*caller)).collect(),
        services: services.iter().filter_map(|service| mesh.service(*service)).collect(),
        translations: translations.unwrap_or_default(),
    })
}

fn plain_name<'m>(
    mesh: &Mesh,
    routes: &ServiceRoutes<'m>,
    cluster: &Cluster,
    id: ClusterId,
    addresses: &BTreeMap<String, IpAddr>,
) -> Option<PlainName<'m>> {
    let service = routes.service;
    if service.runs.contains_key(&id) {
        return None;
    }
    let address = addresses.get(&service.plain_host(cluster)).copied();
    let known = !mesh.visible(service, Pick::Any, id).is_empty();
    Some(PlainName { service, made: service.plain_names, address, callers: routes.callers.clone(), known })
}
