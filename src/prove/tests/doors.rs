//! Gateways that are dialled at an address that leads elsewhere, or nowhere.

use super::{entry, noticed, proof};

const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: {address: 203.0.113.10, addressFrom: {cluster2: 10.1.2.3}}}
  cluster2: {gateway: {address: 203.0.113.20, addressFrom: {cluster3: 10.1.2.3}}}
  cluster3: {gateway: 203.0.113.30}
services:
  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 50}}
";

#[test]
fn an_address_that_no_gateway_has() {
    let found = proof(INPUT, |bundles| {
        entry(bundles, "cluster1", "reviews-global").endpoints[0].address = "203.0.113.99".to_owned();
    });
    noticed(&found, "no cluster is behind `203.0.113.99`");
}

#[test]
fn the_address_that_all_others_dial() {
    let found = proof(INPUT, |bundles| {
        let endpoints = &mut entry(bundles, "cluster3", "reviews-global").endpoints;
        endpoints.iter_mut().filter(|endpoint| endpoint.address == "10.1.2.3").for_each(|endpoint| {
            endpoint.address = "203.0.113.20".to_owned();
        });
    });
    noticed(&found, "no cluster is behind `203.0.113.20`");
}

#[test]
fn the_address_that_only_others_dial() {
    let found = proof(INPUT, |bundles| {
        entry(bundles, "cluster1", "reviews-global").endpoints[0].address = "10.1.2.3".to_owned();
    });
    noticed(&found, "no cluster is behind `10.1.2.3`");
}
