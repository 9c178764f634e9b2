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
        let (context, files) = (&cluster.context, format!("dist/{}.stand-ins", cluster.name));
        let create = "for f in \"$2\"/*.yaml; do kubectl --context \"$1\" get -f \"$f\" >/dev/null 2>&1 || kubectl --context \"$1\" create -f \"$f\"; done";
        Need::new(
            "stand-ins",
            format!("Services that give {names} a name here, created once and never applied"),
            "the name does not resolve, and its routes do nothing",
        )
        .by(["sh", "-ec", create, "sh", context.as_str(), &files])
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
