//! Gateways that are dialled at an address that leads elsewhere, or nowhere.

use super::all_are_noticed_in;

/// One private address means two gateways, to different callers.
const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
clusters:
  here: {gateway: {address: 203.0.113.1, addressFrom: {there: 10.1.2.3}}}
  there: {gateway: {address: 203.0.113.2, addressFrom: {yonder: 10.1.2.3}}}
  yonder: {gateway: 203.0.113.3}
services:
  reviews: {ports: 80, versions: {v1: here, v2: there}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 50}}
";

#[test]
fn callers_dial_what_leads_them_somewhere() {
    all_are_noticed_in(
        INPUT,
        "here",
        &[
            (
                |mesh| mesh.entry("reviews-global").endpoints[0].address = "203.0.113.99".to_owned(),
                "no cluster is behind `203.0.113.99` port 15443",
            ),
            (
                |mesh| mesh.entry("reviews-global").endpoints[0].address = "10.1.2.3".to_owned(),
                "no cluster is behind `10.1.2.3` port 15443",
            ),
        ],
    );
}

#[test]
fn callers_with_addresses_of_their_own_do_not_dial_what_all_others_do() {
    all_are_noticed_in(
        INPUT,
        "yonder",
        &[(
            |mesh| {
                let endpoints = &mut mesh.entry_in("yonder", "reviews-global").endpoints;
                let private = endpoints.iter_mut().find(|endpoint| endpoint.address == "10.1.2.3");
                private.unwrap().address = "203.0.113.2".to_owned();
            },
            "no cluster is behind `203.0.113.2` port 15443",
        )],
    );
}
