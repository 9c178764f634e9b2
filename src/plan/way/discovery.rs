//! `discovery`: what callers find under the plain name of a service because control planes see each other's
//! endpoints.
//!
//! A version under that name is the pods of all clusters that are seen, split by their number. So whatever is
//! meant to be in one cluster among several is a part of its own.

mod networks; // whether such clusters can be told apart

use std::collections::{BTreeMap, BTreeSet};

use super::subset_name::at_cluster;
use crate::diagnostic::Finding;
use crate::model::{Cluster, ClusterId, Pick, Service, Version};
use crate::plan::distance;
use crate::plan::problems::discovery as problems;
use crate::plan::rules::target::Target;
use crate::plan::visibility::View;
use crate::source::Place;

pub use networks::{domains, nameless};

/// What is said under the plain name for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// Which version.
    pub pick: Pick,
    /// In which cluster; none for all that are seen.
    pub cluster: Option<ClusterId>,
}

/// What callers everywhere say of one service.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// All that is said, each with the first place that makes it so.
    pub said: BTreeMap<Said, Place>,
    /// Who says it.
    pub callers: BTreeSet<ClusterId>,
    /// Which callers go into which other clusters, by caller.
    pub crossings: BTreeSet<(ClusterId, ClusterId)>,
    /// Clusters whose gateways they pass.
    pub entered: BTreeSet<ClusterId>,
    /// Where clusters stand in for each other, if they do.
    pub stands_in: Option<Place>,
}

/// A part of what the plain name stands for.
#[derive(Clone, Debug)]
pub struct DiscoverySubset<'m> {
    /// A DNS label: `v2`, `v2--cluster2`, `any--cluster2`. The SNI bears it into other networks.
    pub name: String,
    /// None for any.
    pub version: Option<&'m Version>,
    /// None for all clusters.
    pub cluster: Option<&'m Cluster>,
    /// Where it is asked for.
    pub place: Place,
}

/// What callers say for a target under the plain name of its service. Nothing where they find it by another name,
/// or in their own cluster as if there were no others. `clusters` are those that the target is in.
#[must_use]
pub fn said(view: &View<'_>, target: Target, caller: ClusterId, clusters: &[ClusterId]) -> Option<Said> {
    let service = view.service(target.service)?;
    let found = |id: &ClusterId| view.discovers(service, *id);
    if clusters.is_empty() || clusters.iter().any(|id| *id != caller && !found(id)) {
        return None;
    }
    let any_found = service.runs.keys().any(found);
    let everything = view.visible(service, target.pick, caller) == clusters;
    let said = |cluster| Some(Said { pick: target.pick, cluster });
    match clusters {
        _ if everything && view.discovers_all(service) => said(None),
        _ if everything && !any_found => None,
        // Where it is served, the version's subset is this cluster's alone.
        [own] if !found(own) && target.pick != Pick::Any => None,
        [only] => said(Some(*only)),
        // That they cannot be meant together has been reported.
        _ => said(None),
    }
}

/// Whether a port without rules is left to Istio, which spreads requests over all clusters that it sees.
#[must_use]
pub fn left_alone(view: &View<'_>, service: &Service, caller: ClusterId) -> bool {
    if service.runs.contains_key(&caller) {
        view.discovers(service, caller)
    } else {
        view.discovers_all(service)
    }
}

/// Whether a cluster that runs a service without discovery sees pods of it elsewhere.
#[must_use]
pub fn must_pin(view: &View<'_>, service: &Service, here: ClusterId) -> bool {
    service.runs.contains_key(&here)
        && !view.discovers(service, here)
        && view.visible(service, Pick::Any, here) != [here]
}

/// The subset by which that is said: `v2`, `v2--cluster2`, `any--cluster2`; none for all that has the name.
#[must_use]
pub fn name(view: &View<'_>, service: &Service, said: Said) -> Option<String> {
    let Said { pick, cluster } = said;
    match (cluster.and_then(|id| view.cluster(id)), pick) {
        (Some(cluster), _) => Some(at_cluster(service, pick, cluster)),
        (None, Pick::Version(id)) => service.version(id).map(|version| version.subset.clone()),
        (None, Pick::Any) => None,
    }
}

impl Discovery {
    /// Whether nobody finds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    /// The subsets for all that is said, by version and cluster. Whatever a cluster has for itself alone is left
    /// out elsewhere.
    #[must_use]
    pub fn subsets<'m>(
        &self,
        view: &View<'m>,
        service: &'m Service,
        here: ClusterId,
    ) -> Vec<DiscoverySubset<'m>> {
        let subset = |(said, place): (&Said, &Place)| {
            if said.cluster.is_some_and(|cluster| cluster != here && !view.discovers(service, cluster)) {
                return None;
            }
            let version = match said.pick {
                Pick::Any => None,
                Pick::Version(id) => Some(service.version(id)?),
            };
            let name = name(view, service, *said)?;
            let cluster = said.cluster.and_then(|id| view.cluster(id));
            Some(DiscoverySubset { name, version, cluster, place: *place })
        };
        self.said.iter().filter_map(subset).collect()
    }

    /// Whether the control plane of a cluster must know them: for callers that it configures, for pods there, or
    /// for a gateway that they pass.
    #[must_use]
    pub fn concerns(&self, view: &View<'_>, service: &Service, head: ClusterId) -> bool {
        let concerned = |id: &ClusterId| {
            service.runs.contains_key(id) || self.callers.contains(id) || self.entered.contains(id)
        };
        concerned(&head) || view.configured_by(head).any(|id| concerned(&id))
    }

    /// For callers of each region the one other region that runs it. More than one would be tried in an order that
    /// nobody asked for; but where there are regions at all Istio looks at them only if some pair is named.
    #[must_use]
    pub fn regions(&self, view: &View<'_>, service: &Service) -> Vec<(String, String)> {
        let region = |id: &ClusterId| {
            view.cluster(*id).and_then(|cluster| cluster.locality.as_ref()).map(|place| place.region.as_str())
        };
        let serving: BTreeSet<Option<&str>> = service.runs.keys().map(region).collect();
        let callers: BTreeSet<&str> = self.callers.iter().filter_map(region).collect();
        if !regions_count(view, service) || !count_for(view, service, self.callers.iter()) {
            return Vec::new();
        }
        let Some(first) =
            serving.iter().flatten().next().filter(|_| serving.len() > 1 && !callers.is_empty())
        else {
            return Vec::new();
        };
        let pair = |from: &&str| {
            let mut others = serving.iter().filter(|to| **to != Some(*from));
            match (others.next(), others.next()) {
                (Some(Some(to)), None) => Some(((*from).to_owned(), (*to).to_owned())),
                (None | Some(None | Some(_)), _) => None,
            }
        };
        let pairs: Vec<_> = callers.iter().filter_map(pair).collect();
        if pairs.is_empty() { vec![(NO_REGION.to_owned(), (*first).to_owned())] } else { pairs }
    }
}

/// No region of anybody's.
const NO_REGION: &str = "no-region";

/// Whether regions may count among clusters that stand in for each other. Istio takes clusters without one for one
/// region, and they are none: so not where some caller has none, and some other cluster that runs the service.
#[must_use]
pub fn regions_count(view: &View<'_>, service: &Service) -> bool {
    let gateways = service.ingress.iter().filter_map(|ingress| view.gateways.get(ingress.gateway.0));
    count_for(
        view,
        service,
        service.clients.keys().chain(gateways.flat_map(|gateway| gateway.clusters.iter())),
    )
}

fn count_for<'c>(view: &View<'_>, service: &Service, callers: impl Iterator<Item = &'c ClusterId>) -> bool {
    let nowhere = |id: &&ClusterId| distance::region(view, **id).is_none();
    let serving: Vec<&ClusterId> = service.runs.keys().filter(nowhere).collect();
    let mut callers = callers.filter(nowhere);
    !callers.any(|caller| serving.iter().any(|id| *id != caller))
}

/// Addresses of a gateway for certain callers, where it is entered by discovery: their istiod tells them the
/// address.
#[must_use]
pub fn unused_addresses(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for cluster in &view.mesh().clusters {
        let Some(gateway) = cluster.gateway.as_ref().filter(|gateway| !gateway.addresses_from.is_empty())
        else {
            continue;
        };
        let found = |service: &&Service| {
            service.runs.contains_key(&cluster.id) && view.discovers(service, cluster.id)
        };
        let Some(service) = view.mesh().services.iter().find(found) else { continue };
        let places = gateway.addresses_from.values().map(|from| from.place);
        findings.extend(places.map(|place| problems::istiod_chooses(cluster, service, place)));
    }
    findings
}
