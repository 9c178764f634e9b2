//! Whether far pods can join a service where it is called from.

use std::collections::BTreeMap;

use super::{ClusterPlan, Joined, problems};
use crate::diagnostic::Finding;
use crate::model::service::PlainNames;
use crate::model::service_account::ServiceAccount;
use crate::model::{Address, Callers, Cluster, Pick, Service};
use crate::source::Place;

/// Why they cannot, or would do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hindrance {
    /// A cluster has no `network`; only by that are endpoints elsewhere known.
    NoNetwork,
    /// Both clusters are on one network.
    OneNetwork,
    /// The gateway is dialled by name; nothing joins by that.
    DialledByName,
    /// The cluster domains differ, and with them the names.
    Domains,
    /// Entries cannot be hidden from other namespaces.
    Namespaces,
    /// A name that is made by an entry already.
    PlainEntry,
    /// Callers choose among its pods themselves, and nothing joins these.
    Headless,
    /// Control planes see each other's endpoints: the far pods are there already.
    Seen,
    /// An endpoint names one `ServiceAccount` of the callers' own trust domain.
    Accounts,
}

/// Services that cannot join: each hindrance once, with the clusters that it lies in.
pub fn check(plans: &[ClusterPlan<'_>]) -> Vec<Finding> {
    let mut found: BTreeMap<(Place, Hindrance, &str), (&Service, &Cluster, &Cluster)> = BTreeMap::new();
    for plan in plans {
        for joined in &plan.joined {
            let by_entry = plan
                .plain_names
                .iter()
                .any(|name| name.made == PlainNames::Entry && std::ptr::eq(name.service, joined.service));
            for far in joined.entries.iter().map(|entry| entry.cluster) {
                for hindrance in hindrances(plan, joined, by_entry, far) {
                    let (near, far) = (plan.cluster, concerned(hindrance, plan.cluster, far));
                    let key = (joined.service.place, hindrance, far.name.as_str());
                    found.entry(key).or_insert((joined.service, near, far));
                }
            }
        }
    }
    found
        .into_iter()
        .map(|((_, hindrance, _), (service, near, far))| problems::cannot_join(service, hindrance, near, far))
        .chain(views(plans))
        .collect()
}

fn hindrances(plan: &ClusterPlan<'_>, joined: &Joined<'_>, by_entry: bool, far: &Cluster) -> Vec<Hindrance> {
    let near = plan.cluster;
    let networks = (near.network.as_ref(), far.network.as_ref());
    let by_name = far.gateway.as_ref().is_some_and(|gateway| {
        gateway.dialled_from(plan.id).iter().any(|address| matches!(address, Address::Name(_)))
    });
    let seen = plan.mesh.visible(joined.service, Pick::Any, plan.id);
    let seen = seen.iter().any(|id| plan.mesh.cluster(*id).is_some_and(|cluster| std::ptr::eq(cluster, far)));
    let all = [
        (Hindrance::NoNetwork, networks.0.is_none() || networks.1.is_none()),
        (Hindrance::OneNetwork, networks.0.is_some() && networks.0 == networks.1),
        (Hindrance::DialledByName, by_name),
        (Hindrance::Domains, near.cluster_domain != far.cluster_domain),
        (Hindrance::Namespaces, joined.callers != Callers::All),
        (Hindrance::PlainEntry, by_entry),
        (Hindrance::Headless, joined.service.headless.is_some()),
        (Hindrance::Seen, seen),
        (Hindrance::Accounts, !one_account(joined.service, near, far)),
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
        | Hindrance::Seen => near,
        Hindrance::NoNetwork | Hindrance::OneNetwork | Hindrance::DialledByName | Hindrance::Domains => far,
    }
}

/// What gateways must be told, or requests go in circles: one note for all.
fn views(plans: &[ClusterPlan<'_>]) -> Option<Finding> {
    let entered = plans.iter().filter(|plan| plan.cluster.gateway.is_some());
    let clusters: Vec<&Cluster> =
        entered.filter(|plan| !plan.joined.is_empty()).map(|plan| plan.cluster).collect();
    let known = clusters.iter().all(|cluster| cluster.network.is_some());
    (known && !clusters.is_empty()).then(|| problems::own_view(&clusters))
}
