//! What plain names count on, where only other clusters run what they name.

use super::need::{ISTIO, Need, kubectl};
use crate::diagnostic::join;
use crate::model::service::PlainNames;
use crate::plan::ClusterPlan;

/// What a cluster needs for `http://ratings` to work where `ratings` does not run.
pub fn needs(plan: &ClusterPlan<'_>) -> Vec<Need> {
    let cluster = plan.cluster;
    let named = |made: PlainNames| {
        let names = plan.plain_names.iter().filter(|(_, known)| *known == made);
        let names: Vec<String> = names.map(|(service, _)| format!("`{service}`")).collect();
        (!names.is_empty()).then(|| join(names, "and"))
    };
    let stand_ins = named(PlainNames::Service).map(|names| {
        let file = format!("dist/{}.stand-ins.yaml", cluster.name);
        Need::new(
            "stand-ins",
            format!("Services that give {names} a name here, created once and never applied"),
            "the name does not resolve, and its routes do nothing",
        )
        .by(kubectl(cluster, &["create", "-f", &file]))
    });
    let capture = named(PlainNames::Entry).map(|names| {
        Need::new(
            "dns-capture",
            format!(
                "sidecars answer DNS, for {names} \
                 (`meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE=\"true\"`)"
            ),
            "the name does not resolve",
        )
        .seen_by(kubectl(
            cluster,
            &["get", "configmap", "istio", "--namespace", ISTIO, "--output", "jsonpath={.data.mesh}"],
        ))
    });
    let there = named(PlainNames::None).map(|names| {
        Need::new(
            "services",
            format!("Services for {names} are there already"),
            "the name does not resolve, and its routes do nothing",
        )
        .seen_by(kubectl(cluster, &["get", "services", "--all-namespaces"]))
    });
    [stand_ins, capture, there].into_iter().flatten().collect()
}
