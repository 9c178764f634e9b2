//! One remote name for clusters of different domains.

use std::collections::BTreeMap;

use super::remote::RemoteName;
use super::route::Route;
use super::{ClusterPlan, problems};
use crate::diagnostic::Finding;
use crate::model::{Cluster, Port, Service};
use crate::source::Place;

/// Services whose shared name stands for clusters of different domains, and that some callers can name without
/// meeting a rule: an SNI has one domain, so all but one of these clusters would refuse it, unless each is taught the name itself.
pub fn check(plans: &[ClusterPlan<'_>]) -> Vec<Finding> {
    let mut refused: BTreeMap<Place, (&Service, Vec<&Cluster>)> = BTreeMap::new();
    for plan in plans {
        let several = plan.remote.names.iter().filter(|name| !name.translated && has_several_domains(name));
        for service in several.map(|name| name.service).filter(|service| !meets_rules(service, plan)) {
            refused.entry(service.place).or_insert_with(|| (service, Vec::new())).1.push(plan.cluster);
        }
    }
    refused.values().map(|(service, callers)| problems::several_domains(service, callers)).collect()
}

fn has_several_domains(name: &RemoteName<'_>) -> bool {
    let mut domains = name.clusters.iter().map(|cluster| &cluster.cluster_domain);
    let first = domains.next();
    domains.any(|domain| Some(domain) != first)
}

/// Whether every workload meets a rule on every port.
fn meets_rules(service: &Service, plan: &ClusterPlan<'_>) -> bool {
    let own = plan.routes.iter().find(|routes| std::ptr::eq(routes.service, service));
    let for_all = |route: &Route<'_>| {
        route.conditions.is_empty() || route.conditions.iter().any(|words| !words.passes_by())
    };
    let on = |port: &Port| {
        own.is_some_and(|own| own.routes.iter().any(|route| route.port == port && for_all(route)))
    };
    service.crossing_ports().all(on)
}
