//! What is in other hands, and may take away what the bundles bring: each from some release on.

use std::collections::BTreeSet;

use super::need::{ISTIO, Need, istiod_says, kubectl};
use crate::diagnostic::join;
use crate::istio::release::Feature;
use crate::plan::ClusterPlan;

/// What nobody may have set.
pub fn needs(plan: &ClusterPlan<'_>) -> Vec<Need> {
    [rules(plan), multi_network(plan), entry_visibility(plan)].into_iter().flatten().collect()
}

/// A rule of the team's own is joined with ours, whichever is older.
fn rules(plan: &ClusterPlan<'_>) -> Option<Need> {
    let cluster = plan.cluster;
    let entered = plan.entrance.iter().flat_map(|entrance| entrance.services.iter());
    let called: BTreeSet<String> = entered.chain(&plan.found_here).map(ToString::to_string).collect();
    (!called.is_empty() && cluster.release.can(Feature::TlsModeOfRule)).then(|| {
        Need::new(
            "rules",
            format!(
                "no other DestinationRule for {} turns TLS off (`trafficPolicy: {{tls: {{mode: DISABLE}}}}`)",
                join(called.iter().map(|name| format!("`{name}`")), "and")
            ),
            "the gateway has nobody to pass callers on to: 503 for all from other clusters",
        )
        .seen_by(kubectl(
            cluster,
            &["get", "destinationrules.networking.istio.io", "--all-namespaces", "--output", "yaml"],
        ))
    })
}

fn multi_network(plan: &ClusterPlan<'_>) -> Option<Need> {
    let cluster = plan.cluster;
    let concerned = plan.has_pool || !plan.discovers.is_empty();
    (concerned && plan.configured_by.is_none() && cluster.release.can(Feature::AmbientMultiNetwork)).then(
        || {
            Need::new(
                "multi-network",
                "istiod runs without `AMBIENT_ENABLE_MULTI_NETWORK`, as it does unless somebody sets it",
                "callers with sidecars lose everybody in other networks: 503",
            )
            .seen_by(istiod_says(cluster, "AMBIENT_ENABLE_MULTI_NETWORK"))
        },
    )
}

fn entry_visibility(plan: &ClusterPlan<'_>) -> Option<Need> {
    let cluster = plan.cluster;
    (plan.has_entry && cluster.release.can(Feature::EntryVisibility)).then(|| {
        Need::new(
            "entry-visibility",
            "`serviceEntryVisibility` of `meshConfig` does not hide ServiceEntries from sidecars \
             (`applyToSidecars`), or is `PUBLIC`",
            "callers in other namespaces than the service lose every share that is elsewhere: 503",
        )
        .seen_by(kubectl(
            cluster,
            &["get", "configmap", "istio", "--namespace", ISTIO, "--output", "jsonpath={.data.mesh}"],
        ))
    })
}
