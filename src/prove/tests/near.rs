//! What the caller's cluster lacks: names, subsets, SNIs, endpoints.

use super::{INPUT, Mesh, all_are_noticed};
use crate::istio::kind::destination_rule::TrafficPolicy;
use crate::istio::kind::object::Kind::{DestinationRule, ServiceEntry, VirtualService};
use crate::istio::kind::virtual_service::HttpMatchRequest;

#[test]
fn an_sni_that_says_something_else_is_noticed() {
    const OTHER: &str = "other pods than its version's for";
    const UNKNOWN: &str =
        "`SNI` names neither `reviews.default.svc.cluster.local` nor what the gateway of `there` is taught";
    for (subset, sni, complaint) in [
        (0, "outbound_.80_.v20_.reviews.default.svc.cluster.local", OTHER),
        (1, "outbound_.80_.v2_.reviews.default.svc.cluster.local", OTHER),
        (0, "outbound_.80_._.reviews.default.svc.cluster.local", OTHER),
        (0, "outbound_.81_.v2_.reviews.default.svc.cluster.local", "port 80 is said as port 81: `SNI`"),
        (0, "outbound_.80_.v2_.api.default.svc.cluster.local", UNKNOWN),
        (
            0,
            "outbound_.80_.v2_.api.default.svc.cluster.local",
            "`reviews.default.global` says the SNI of another service: `SNI`",
        ),
        (0, "outbound_.80_.v2_.reviews.default.svc.x.local", UNKNOWN),
        (0, "outbound_.80_.v2_.reviews.default.svc.x", UNKNOWN),
        (0, "reviews.default.global", "`SNI` is not an SNI of Istio's"),
    ] {
        let mut mesh = Mesh::new(INPUT);
        let policy = mesh.rule("here", "reviews-global").subsets[subset].traffic_policy.as_mut().unwrap();
        policy.tls.as_mut().unwrap().sni = Some(sni.to_owned());
        let complaint = match complaint {
            OTHER => format!("{complaint} subset `v2{}--there` of", if subset == 0 { "" } else { "0" }),
            other => other.replace("SNI`", &format!("{sni}`")),
        };
        let found = mesh.messages().join("\n");
        assert!(found.contains(&complaint), "expected {complaint}\n   found {found}");
    }
}

#[test]
fn settings_of_another_port_are_noticed() {
    all_are_noticed(&[(
        |mesh| {
            let rule = mesh.rule("here", "api-global");
            let tls = rule.traffic_policy.as_ref().unwrap().tls.clone();
            let policy = rule.subsets[0].traffic_policy.as_mut().unwrap();
            policy.port_level_settings.pop();
            policy.tls = tls;
            policy.tls.as_mut().unwrap().sni = policy.port_level_settings[0].tls.clone().unwrap().sni;
        },
        "port 81 is said as port 80: `outbound_.80_.v2_.api.default.svc.cluster.local`",
    )]);
}

#[test]
fn missing_tls_is_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.rule("here", "reviews-global").subsets[0].traffic_policy = None,
            "other pods than its version's for subset `v2--there` of `reviews.default.global` in `there`",
        ),
        (
            |mesh| {
                let rule = mesh.rule("here", "cart-global");
                rule.traffic_policy = None;
                rule.subsets[0].traffic_policy = Some(TrafficPolicy::default());
            },
            "plain text to the gateway for `cart.shop.global` port 80",
        ),
        (
            |mesh| {
                let rule = mesh.rule("here", "reviews-global");
                let policy = rule.subsets[0].traffic_policy.as_mut().unwrap();
                policy.tls.as_mut().unwrap().sni = None;
            },
            "`outbound_.80_.v2--there_.reviews.default.global` names neither `reviews.default.svc.cluster.local` nor what the gateway \
             of `there` is taught",
        ),
    ]);
}

#[test]
fn missing_objects_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.remove("here", ServiceEntry, "cart-global"),
            "nothing has the name `cart.shop.global`, so its VirtualService does nothing",
        ),
        (
            |mesh| mesh.remove("here", DestinationRule, "reviews-global"),
            "no DestinationRule for `reviews.default.global`",
        ),
        (
            |mesh| mesh.remove("here", DestinationRule, "reviews"),
            "no DestinationRule for `reviews.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.remove("here", VirtualService, "ratings"),
            "no VirtualService for `ratings.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.class("here", "ratings").stand_in = None,
            "nothing has the name `ratings.default.svc.cluster.local`, so its VirtualService does nothing",
        ),
        (
            |mesh| drop(mesh.rule("here", "reviews-global").subsets.pop()),
            "`reviews.default.global` has no subset `v20--there`",
        ),
        (
            |mesh| drop(mesh.rule("here", "reviews").subsets.pop()),
            "no subset `v1` of `reviews.default.svc.cluster.local`",
        ),
        (|mesh| drop(mesh.routes("reviews").hosts.pop()), "no VirtualService for `reviews.default.global`"),
    ]);
}

#[test]
fn endpoints_that_lead_elsewhere_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.entry("reviews-global").endpoints[0].ports[0] = 15444,
            "no cluster is behind `203.0.113.2` port 15444",
        ),
        (
            |mesh| {
                let ports = &mut mesh.entry("reviews-global").endpoints[0].ports;
                *ports = [("https".to_owned(), 15443)].into();
            },
            "endpoint `203.0.113.2` of `reviews.default.global` has no port `http`",
        ),
        (
            |mesh| mesh.entry("reviews-global").endpoints[0].address = "203.0.113.9".to_owned(),
            "no cluster is behind `203.0.113.9` port 15443",
        ),
        (
            |mesh| mesh.entry("ratings-global").endpoints[0].address = "203.0.113.3".to_owned(),
            "the gateway of `yonder` is not open for `ratings.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.entry("reviews-global").endpoints[0].address = "gw.example.com".to_owned(),
            "endpoint `gw.example.com` of `reviews.default.global` has to be looked up, but its ServiceEntry is STATIC",
        ),
        (
            |mesh| mesh.entry("parts-global").endpoints[0].labels.clear(),
            "no endpoint for subset `v1--there` of `parts.default.global`",
        ),
        (
            |mesh| mesh.rule("here", "parts-global").subsets[0].labels.clear(),
            "subset `v1--there` of `parts.default.global` takes in pods of `yonder`",
        ),
        (
            |mesh| mesh.entry("reviews-global").ports[0].number = 8080,
            "`reviews.default.global` has no port 80",
        ),
        (
            |mesh| mesh.entry("reviews-global").ports[0].protocol = "TCP",
            "HTTP routes do nothing on port 80 of `reviews.default.global`",
        ),
    ]);
}

#[test]
fn what_callers_do_not_see_is_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.rule("here", "cart-global").export_to = vec!["other".to_owned()],
            "the DestinationRule for `cart.shop.global` is not seen where its ServiceEntry is",
        ),
        (
            |mesh| {
                mesh.entry("cart-global").export_to = vec!["other".to_owned()];
                mesh.rule("here", "cart-global").export_to = vec!["other".to_owned()];
            },
            "callers of `cart.shop.global` do not see its ServiceEntry",
        ),
        (
            |mesh| {
                let rule = mesh.object("here", DestinationRule, "reviews-global");
                rule.metadata.namespace = "shop".to_owned();
            },
            "the DestinationRule for `reviews.default.global` is not seen where its ServiceEntry is",
        ),
        (
            |mesh| mesh.rule("here", "reviews").export_to = vec![".".to_owned()],
            "callers do not see the DestinationRule for `reviews.default.svc.cluster.local`",
        ),
    ]);
}

#[test]
fn labels_and_weights_that_are_wrong_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| drop(mesh.rule("here", "reviews").subsets[0].labels.insert("version".into(), "v9".into())),
            "no pods for subset `v1` of `reviews.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.routes("reviews").http[0].route[0].weight = Some(49),
            "weights of `reviews` add up to 99",
        ),
        (|mesh| mesh.routes("reviews").http[0].route[0].weight = None, "weights of `reviews` add up to 50"),
        (
            |mesh| mesh.routes("ratings").http[0].route[0].weight = Some(50),
            "weights of `ratings` add up to 50",
        ),
    ]);
}

/// The whole name is not proved where a route answers all requests to it.
#[test]
fn a_whole_name_matters_where_it_is_reached() {
    let mut mesh = Mesh::new(INPUT);
    mesh.rule("here", "parts-global").traffic_policy = None;
    assert_eq!(mesh.messages(), [""; 0]);
    let for_some =
        HttpMatchRequest { source_namespace: Some("web".to_owned()), ..HttpMatchRequest::default() };
    mesh.routes("parts").http[0].matches.push(for_some);
    assert_eq!(
        mesh.messages(),
        [
            "a promise to callers in `here` is broken: plain text to the gateway for `parts.default.global` port 80"
        ]
    );
}
