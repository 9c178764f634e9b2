//! What the cluster behind a gateway lacks: an open gateway, subsets, labels.

use std::collections::BTreeMap;

use super::all_are_noticed;
use crate::istio::kind::object::Kind::{DestinationRule, Gateway};
use crate::istio::kind::object::{Object, Spec};

#[test]
fn a_gateway_that_does_not_open_is_noticed() {
    const CLOSED: &str = "the gateway of `yonder` is not open for `parts.default.svc.cluster.local`";
    all_are_noticed(&[
        (|mesh| mesh.remove("yonder", Gateway, "meshgen-east-west"), CLOSED),
        (|mesh| mesh.gateway("yonder").selector = BTreeMap::from([("istio".into(), "other".into())]), CLOSED),
        (|mesh| mesh.gateway("yonder").servers[0].port.number = 443, CLOSED),
        (|mesh| mesh.gateway("yonder").servers[0].tls = None, CLOSED),
        (|mesh| mesh.gateway("yonder").servers[0].hosts = vec!["*.global".to_owned()], CLOSED),
        (
            |mesh| mesh.gateway("yonder").servers[0].hosts = vec!["ts.default.svc.cluster.local".to_owned()],
            CLOSED,
        ),
        (
            |mesh| {
                let gateway = mesh.object("yonder", Gateway, "meshgen-east-west");
                gateway.metadata.namespace = "default".to_owned();
            },
            CLOSED,
        ),
        // Two that overlap make Envoy reject the whole port.
        (|mesh| mesh.copy("yonder", Gateway, "meshgen-east-west", overlapping), CLOSED),
    ]);
}

fn overlapping(gateway: &mut Object) {
    gateway.metadata.name = "cross-network-gateway".to_owned();
    if let Spec::Gateway(spec) = &mut gateway.spec {
        spec.servers[0].hosts = vec!["*.local".to_owned()];
    }
}

#[test]
fn a_subset_that_does_not_answer_is_noticed() {
    const HOST: &str = "parts.default.svc.cluster.local";
    let none = format!("no DestinationRule for `{HOST}` in `yonder`");
    let unseen = format!("callers do not see the DestinationRule for `{HOST}` in `yonder`");
    let missing = format!("no subset `v1` of `{HOST}` in `yonder`");
    let empty = format!("no pods behind `outbound_.80_.v1_.{HOST}` in `yonder`");
    all_are_noticed(&[
        (|mesh| mesh.remove("yonder", DestinationRule, "parts"), &none),
        (|mesh| mesh.rule("yonder", "parts").export_to = vec![".".to_owned()], &unseen),
        (
            |mesh| {
                let rule = mesh.object("yonder", DestinationRule, "parts");
                rule.metadata.namespace = "istio-system".to_owned();
            },
            &unseen,
        ),
        (|mesh| drop(mesh.rule("yonder", "parts").subsets.pop()), &missing),
        (
            |mesh| drop(mesh.rule("yonder", "parts").subsets[0].labels.insert("version".into(), "v9".into())),
            &empty,
        ),
    ]);
}

#[test]
fn a_subset_that_stands_for_other_pods_is_noticed() {
    const OTHER: &str =
        "other pods than its version's for subset `v2--there` of `reviews.default.global` in `there`";
    all_are_noticed(&[
        (
            |mesh| {
                drop(mesh.rule("there", "reviews").subsets[0].labels.insert("version".into(), "v20".into()));
            },
            OTHER,
        ),
        (|mesh| mesh.rule("there", "reviews").subsets[0].labels.clear(), OTHER),
    ]);
}
