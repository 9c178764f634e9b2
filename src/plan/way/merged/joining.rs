//! Whether far pods can join a service where it is called from.

use std::collections::BTreeMap;

use super::Pool;
use super::hindrance::Hindrance;
use crate::diagnostic::Finding;
use crate::model::service::PlainNames;
use crate::model::service_account::ServiceAccount;
use crate::model::{Address, Callers, Cluster, ClusterId, Pick, Service};
use crate::plan::class_plan::ClassPlan;
use crate::plan::problems;

/// What keeps far pods from joining a service: each hindrance once, in each cluster that it lies in.
pub fn check(service: &Service, classes: &[ClassPlan<'_>]) -> Vec<Finding> {
    let mut found: BTreeMap<(Hindrance, ClusterId), (&Cluster, &Cluster)> = BTreeMap::new();
    for (plan, pool) in classes.iter().filter_map(|plan| Some((plan, plan.pool.as_ref()?))) {
        for far in pool.entries.iter().map(|entry| entry.cluster) {
            for hindrance in hindrances(plan, pool, far) {
                for near in plan.clusters() {
                    let far = concerned(hindrance, near, far);
                    found.entry((hindrance, far.id)).or_insert((near, far));
                }
            }
        }
    }
    let own_failover = classes.first().and_then(|plan| plan.view.own_failover(service.id));
    let found = found.into_iter();
    found
        .map(|((hindrance, _), (near, far))| {
            problems::cannot_join(service, own_failover, hindrance, near, far)
        })
        .collect()
}

fn hindrances(plan: &ClassPlan<'_>, pool: &Pool<'_>, far: &Cluster) -> Vec<Hindrance> {
    let (near, service) = (plan.cluster, plan.service);
    let networks = (near.network.as_ref(), far.network.as_ref());
    let by_name = far.gateway.as_ref().is_some_and(|gateway| {
        gateway.dialled_from(near.id).iter().any(|address| matches!(address, Address::Name(_)))
    });
    let by_entry = plan.plain_name.as_ref().is_some_and(|name| name.made == PlainNames::Entry);
    let visible = plan.view.visible(service, Pick::Any, near.id);
    let discovered = visible.contains(&far.id);
    let all = [
        (Hindrance::NoNetwork, networks.0.is_none() || networks.1.is_none()),
        (Hindrance::OneNetwork, networks.0.is_some() && networks.0 == networks.1),
        (Hindrance::DialledByName, by_name),
        (Hindrance::Domains, near.cluster_domain != far.cluster_domain),
        (Hindrance::Namespaces, pool.callers != Callers::All),
        (Hindrance::PlainEntry, by_entry),
        (Hindrance::Headless, service.headless.is_some()),
        (Hindrance::Discovered, discovered),
        (Hindrance::DiscoveredBeside, !discovered && visible.iter().any(|id| *id != near.id)),
        (Hindrance::Accounts, !one_account(service, near, far)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(hindrance, _)| hindrance).collect()
}

/// Istio makes an identity of it with the callers' own trust domain.
fn one_account(service: &Service, near: &Cluster, far: &Cluster) -> bool {
    let accounts = &service.service_accounts;
    let named = |account: &ServiceAccount| matches!(account, ServiceAccount::Named(_));
    accounts.is_empty()
        || accounts.len() == 1 && accounts.iter().all(named) && near.trust_domain == far.trust_domain
}

/// The cluster that a hindrance lies in, of two.
fn concerned<'m>(hindrance: Hindrance, near: &'m Cluster, far: &'m Cluster) -> &'m Cluster {
    match hindrance {
        Hindrance::NoNetwork if near.network.is_none() => near,
        Hindrance::Namespaces
        | Hindrance::PlainEntry
        | Hindrance::Accounts
        | Hindrance::Headless
        | Hindrance::Discovered
        | Hindrance::DiscoveredBeside => near,
        Hindrance::NoNetwork | Hindrance::OneNetwork | Hindrance::DialledByName | Hindrance::Domains => far,
    }
}

/// What gateways must be told, or requests go in circles: one note for all clusters with a gateway where far pods
/// join.
pub fn views(clusters: &[&Cluster]) -> Option<Finding> {
    let known = clusters.iter().all(|cluster| cluster.network.is_some());
    (known && !clusters.is_empty()).then(|| problems::own_view(clusters))
}
