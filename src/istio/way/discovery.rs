//! `discovery`: control planes see each other's endpoints, and callers find them under the plain name: in subsets
//! by version, by cluster, or both. Istio derives names, TLS and SNI. Both ends must know the same subsets.

use crate::istio::dialect::Dialect;
use crate::istio::failover::{self, Order};
use crate::istio::kind::destination_rule::{PortPolicy, Settings, Subset, TrafficPolicy};
use crate::istio::near::near;
use crate::istio::release::Feature;
use crate::model::service::PlainNames;
use crate::model::{Cluster, Service};
use crate::plan::{ClassPlan, DiscoverySubset, Serving, StandsIn};

/// What Istio labels every endpoint with: the id of its cluster.
pub const CLUSTER: &str = "topology.istio.io/cluster";

/// The subsets that callers say.
pub fn subsets(serving: &Serving<'_>, dialect: &mut Dialect<'_>) -> Vec<Subset> {
    serving
        .discovered
        .iter()
        .map(|subset| {
            let DiscoverySubset { name, version, cluster, place } = subset;
            let mut labels = version.map(|version| version.labels.clone()).unwrap_or_default();
            if let Some(cluster) = cluster {
                dialect.can(Feature::ClusterLabel, *place);
                labels.insert(CLUSTER.to_owned(), cluster.registry_id().to_owned());
            }
            let own = version.and_then(|version| version.traffic_policy.as_ref());
            let policy = own.map(|policy| stood_in(serving, near(policy, dialect), dialect));
            Subset { name: name.clone(), labels, traffic_policy: policy }
        })
        .collect()
}

/// Makes a version's subset stand for the pods of one cluster, where its control plane sees others.
pub fn pin(service: &Service, cluster: &Cluster, subset: &mut Subset, dialect: &mut Dialect<'_>) {
    let place = cluster.registry.as_ref().map_or(service.place, |registry| registry.place);
    dialect.can(Feature::ClusterLabel, place);
    subset.labels.insert(CLUSTER.to_owned(), cluster.registry_id().to_owned());
}

/// What makes clusters stand in for each other, at every level that inherits nothing.
pub fn stood_in(serving: &Serving<'_>, said: TrafficPolicy, dialect: &mut Dialect<'_>) -> TrafficPolicy {
    let Some(StandsIn { place, regions }) = &serving.stands_in else { return said };
    dialect.can(Feature::FailoverByCluster, *place);
    let release = dialect.release();
    let added = |said: Settings| {
        failover::added(said, Order { marks: &[CLUSTER], regions: regions.as_slice() }, release)
    };
    let TrafficPolicy { settings, tls, port_level_settings } = said;
    let port_level_settings = port_level_settings
        .into_iter()
        .map(|PortPolicy { port, settings, tls }| PortPolicy { port, settings: added(settings), tls });
    TrafficPolicy { settings: added(settings), tls, port_level_settings: port_level_settings.collect() }
}

/// Whether istioctl would miss pods that are there: it looks at those of one cluster, and knows no cluster by its
/// label.
pub fn looks_empty(plan: &ClassPlan<'_>, serving: &Serving<'_>) -> bool {
    let elsewhere = |subset: &DiscoverySubset<'_>| {
        subset.cluster.is_some()
            || subset.version.is_some_and(|version| !version.clusters.contains_key(&plan.class.id))
    };
    plan.pinned && !serving.versions.is_empty() || serving.discovered.iter().any(elsewhere)
}

/// Whether istioctl would miss a name that the control plane knows from elsewhere: nothing in this cluster has it.
pub fn is_unknown(plan: &ClassPlan<'_>) -> bool {
    let stood_in = plan.plain_name.as_ref().is_some_and(|name| name.made == PlainNames::Service);
    !plan.runs && !stood_in
}

/// The same for another service than the plan's own. Of that, only where it runs is known here.
pub fn is_unknown_to(plan: &ClassPlan<'_>, service: &Service) -> bool {
    if service.id == plan.service.id { is_unknown(plan) } else { !service.runs.contains_key(&plan.class.id) }
}
