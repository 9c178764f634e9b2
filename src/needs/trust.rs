//! Who believes whom: one root for all who meet, and the trust domains that their certificates name.

use std::collections::BTreeSet;

use super::discovery;
use super::need::{ISTIO, Need, kubectl};
use crate::diagnostic::join;
use crate::plan::ClusterPlan;

/// What clusters that meet have to agree on.
pub struct Shared<'p> {
    clusters: BTreeSet<&'p str>,
    trust_domains: BTreeSet<&'p str>,
}

impl<'p> Shared<'p> {
    /// All clusters that call others or are entered.
    pub fn of(plans: &[ClusterPlan<'p>]) -> Self {
        let clusters: Vec<_> = plans.iter().filter(|plan| meets(plan)).map(|plan| plan.cluster).collect();
        Self {
            clusters: clusters.iter().map(|cluster| cluster.name.as_str()).collect(),
            trust_domains: clusters.iter().map(|cluster| cluster.trust_domain.as_str()).collect(),
        }
    }
}

/// What a cluster that meets others needs for their certificates to be believed.
pub fn needs(plan: &ClusterPlan<'_>, shared: &Shared<'_>) -> Vec<Need> {
    if !meets(plan) {
        return Vec::new();
    }
    let cluster = plan.cluster;
    let others = shared.clusters.iter().filter(|name| **name != cluster.name).map(|name| format!("`{name}`"));
    let root = Need::new(
        "root",
        format!("workloads carry certificates of one root, the same as in {}; istiod reads `cacerts` when it starts", join(others, "and")),
        "both ends refuse the other's certificate: 503, and TLS errors in the logs of the sidecars",
    )
    .seen_by(kubectl(
        cluster,
        &[
            "get",
            "configmap",
            "istio-ca-root-cert",
            "--namespace",
            ISTIO,
            "--output",
            "jsonpath={.data.root-cert\\.pem}",
        ],
    ))
    .by(kubectl(
        cluster,
        &[
            "create",
            "secret",
            "generic",
            "cacerts",
            "--namespace",
            ISTIO,
            "--from-file=root-cert.pem",
            "--from-file=ca-cert.pem",
            "--from-file=ca-key.pem",
            "--from-file=cert-chain.pem",
        ],
    ));
    let domain = &cluster.trust_domain;
    let aliases: Vec<&str> =
        shared.trust_domains.iter().filter(|other| **other != domain.as_str()).copied().collect();
    let aliases = aliases.iter().map(|alias| format!("`{alias}`"));
    let aliases = match join(aliases, "and") {
        none if none.is_empty() => none,
        some => format!(", and {some} as its aliases (`meshConfig.trustDomainAliases`)"),
    };
    let trust_domain = Need::new(
        "trust-domain",
        format!("the trust domain is `{domain}` (`meshConfig.trustDomain`){aliases}"),
        "pods refuse the certificates of callers in other clusters: 503",
    )
    .seen_by(kubectl(
        cluster,
        &["get", "configmap", "istio", "--namespace", ISTIO, "--output", "jsonpath={.data.mesh}"],
    ));
    vec![root, trust_domain]
}

fn meets(plan: &ClusterPlan<'_>) -> bool {
    plan.entrance.is_some() || !plan.dials.is_empty() || discovery::concerned(plan)
}
