//! Far pods that do not join, or join what they must not.

use super::{Mesh, all_are_noticed_in};
use crate::istio::kind::object::Kind;
use crate::istio::kind::service_entry::ServiceEntrySpec;

const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
mesh: {reach: merged}
clusters:
  here: {gateway: 203.0.113.1, network: n1}
  there: {gateway: 203.0.113.2, network: n2}
  yonder: {gateway: 203.0.113.3, network: n3, locality: us}
services:
  reviews: {ports: 80, versions: {v1: [here, there], v2: there}, acrossClusters: spread, clients: here}
  details: {ports: 80, versions: {v1: [here, yonder]}, acrossClusters: failover, clients: here}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 50}}
  details: v1
";

fn entry(mesh: &mut Mesh) -> &mut ServiceEntrySpec {
    mesh.entry("reviews-v2-there-merged")
}

#[test]
fn what_does_not_join_is_noticed() {
    all_are_noticed_in(
        INPUT,
        "here",
        &[
            (
                |mesh| mesh.remove("here", Kind::ServiceEntry, "reviews-v2-there-merged"),
                "no pods for subset `v2` of `reviews.default.svc.cluster.local`",
            ),
            (
                |mesh| drop(entry(mesh).endpoints[0].labels.remove("security.istio.io/tlsMode")),
                "plain text to the gateway `203.0.113.2` for `reviews.default.svc.cluster.local`",
            ),
            (
                |mesh| entry(mesh).endpoints[0].network = None,
                "gateways send `reviews.default.svc.cluster.local` on to `203.0.113.2`, in circles",
            ),
            (
                |mesh| entry(mesh).endpoints[0].network = Some("n1".to_owned()),
                "gateways send `reviews.default.svc.cluster.local` on to `203.0.113.2`, in circles",
            ),
            (
                |mesh| entry(mesh).ports[0].number = 81,
                "`reviews.default.svc.cluster.local` has no port 80 elsewhere",
            ),
            (
                |mesh| drop(entry(mesh).endpoints[0].labels.insert("version".into(), "v1".into())),
                "no pods for subset `v2` of `reviews.default.svc.cluster.local`",
            ),
            (
                |mesh| {
                    let object = mesh.object("here", Kind::ServiceEntry, "reviews-v2-there-merged");
                    object.metadata.namespace = "other".to_owned();
                },
                "callers do not see all that belongs to `reviews.default.svc.cluster.local`",
            ),
            (
                |mesh| mesh.routes("reviews").http.clear(),
                "no route for port 80 of `reviews.default.svc.cluster.local`, which others join",
            ),
        ],
    );
}

#[test]
fn parts_that_are_not_apart_are_noticed() {
    all_are_noticed_in(
        INPUT,
        "here",
        &[
            (
                |mesh| {
                    let own = mesh
                        .rule("here", "reviews")
                        .subsets
                        .iter_mut()
                        .find(|known| known.name == "v1--here");
                    drop(own.unwrap().labels.remove("topology.istio.io/network"));
                },
                "no subset `v1--here` of `reviews.default.svc.cluster.local` in `there`",
            ),
            (
                |mesh| {
                    let far = mesh
                        .rule("here", "reviews")
                        .subsets
                        .iter_mut()
                        .find(|known| known.name == "v1--there");
                    far.unwrap().traffic_policy = None;
                },
                "no subset `v1--there` of `reviews.default.svc.cluster.local` in `there`",
            ),
        ],
    );
}

#[test]
fn what_does_not_fail_over_is_noticed() {
    all_are_noticed_in(
        INPUT,
        "here",
        &[
            (
                |mesh| mesh.rule("here", "details").traffic_policy = None,
                "subset `v1` of `details.default.svc.cluster.local` spreads over several clusters",
            ),
            (
                |mesh| {
                    let policy = mesh.rule("here", "details").traffic_policy.as_mut().unwrap();
                    policy.settings.load_balancer = None;
                },
                "subset `v1` of `details.default.svc.cluster.local` does not try the nearest cluster first",
            ),
            (
                |mesh| {
                    let endpoint = &mut mesh.entry("details-v1-yonder-merged").endpoints[0];
                    drop(endpoint.labels.remove("meshgen-far"));
                },
                "subset `v1` of `details.default.svc.cluster.local` does not try the nearest cluster first",
            ),
        ],
    );
}
