//! What a caller's rule no longer says beside the SNI: who must answer, and how connections are made.

use super::all_are_noticed;
use crate::istio::kind::destination_rule::{ClientTls, DestinationRuleSpec, Settings};

#[test]
fn an_identity_that_nobody_has_is_noticed() {
    const NOBODY: &str = "nobody behind `parts.default.svc.cluster.local` in `there` is who callers demand";
    all_are_noticed(&[
        (|mesh| of_first_subset(mesh.rule("here", "parts-global")).subject_alt_names.clear(), NOBODY),
        (
            |mesh| {
                let other = "spiffe://cluster.local/ns/default/sa/other".to_owned();
                of_first_subset(mesh.rule("here", "parts-global")).subject_alt_names = vec![other];
            },
            NOBODY,
        ),
    ]);
}

fn of_first_subset(rule: &mut DestinationRuleSpec) -> &mut ClientTls {
    rule.subsets[0].traffic_policy.as_mut().unwrap().tls.as_mut().unwrap()
}

#[test]
fn settings_that_do_not_reach_a_port_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| {
                let policy = mesh.rule("here", "api-global").subsets[0].traffic_policy.as_mut().unwrap();
                policy.port_level_settings[1].settings = Settings::default();
            },
            "the traffic policy of subset `v2--there` of `api.default.global` does not reach port 81",
        ),
        (
            |mesh| {
                let policy = mesh.rule("here", "api-global").traffic_policy.as_mut().unwrap();
                policy.port_level_settings[0].settings = Settings::default();
            },
            "the traffic policy of `api.default.global` does not reach port 80",
        ),
    ]);
}
