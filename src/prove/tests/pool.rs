//! Clusters that are to stand in for each other, and do not.

use super::{Mesh, all_are_noticed_in};
use crate::istio::kind::destination_rule::Settings;
use crate::istio::kind::destination_rule::load_balancer::{LoadBalancer, LocalityLbSetting};

const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
mesh: {acrossClusters: failover}
clusters:
  here: {locality: eu}
  there: {gateway: [203.0.113.2, 203.0.113.12], locality: eu}
  yonder: {gateway: 203.0.113.3, locality: us}
  beyond: {gateway: 203.0.113.4, locality: us}
  apart: {gateway: 203.0.113.5, locality: us}
services:
  reviews: {ports: 80, versions: {v1: [there, yonder, beyond], v2: apart}, clients: here}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 50}}
";

fn settings(mesh: &mut Mesh) -> &mut Settings {
    &mut mesh.rule("here", "reviews-global").subsets[0].traffic_policy.as_mut().unwrap().settings
}

#[test]
fn what_does_not_fail_over_is_noticed() {
    all_are_noticed_in(
        INPUT,
        "here",
        &[
            (
                |mesh| settings(mesh).outlier_detection = None,
                "subset `v1` of `reviews.default.global` spreads over several clusters",
            ),
            (
                |mesh| settings(mesh).load_balancer = None,
                "subset `v1` of `reviews.default.global` does not try the nearest cluster first",
            ),
            (
                |mesh| {
                    let endpoints = &mut mesh.entry("reviews-global").endpoints;
                    endpoints.iter_mut().find(|known| known.address == "203.0.113.3").unwrap().weight =
                        Some(5);
                },
                "subset `v1` of `reviews.default.global` has other shares in its clusters than their sizes",
            ),
            (
                |mesh| mesh.rule("here", "reviews-global").subsets[0].labels.clear(),
                "no subset `v1` of `reviews.default.svc.cluster.local` in `apart`",
            ),
        ],
    );
}

/// Of names Istio reads no labels in a subset, so the order is one of regions.
#[test]
fn an_order_among_names_is_one_of_regions() {
    let input = INPUT.replace("[203.0.113.2, 203.0.113.12]", "[a.example.com, b.example.com]");
    all_are_noticed_in(
        &input,
        "here",
        &[
            (
                |mesh| {
                    for endpoint in &mut mesh.entry("reviews-global").endpoints {
                        endpoint.locality = None;
                    }
                },
                "subset `v1` of `reviews.default.global` does not try the nearest cluster first",
            ),
            (
                |mesh| {
                    // As it is among addresses.
                    for endpoint in &mut mesh.entry("reviews-global").endpoints {
                        let far = endpoint.locality.take().is_some_and(|region| region != "eu");
                        endpoint
                            .labels
                            .extend(far.then(|| ("meshgen-farther".to_owned(), "true".to_owned())));
                    }
                    let order = LocalityLbSetting {
                        enabled: Some(true),
                        failover_priority: vec!["meshgen-farther".to_owned()],
                        ..LocalityLbSetting::default()
                    };
                    let balancer =
                        LoadBalancer { locality_lb_setting: Some(order), ..LoadBalancer::default() };
                    settings(mesh).load_balancer = Some(Box::new(balancer));
                },
                "subset `v1` of `reviews.default.global` does not try the nearest cluster first",
            ),
        ],
    );
}
