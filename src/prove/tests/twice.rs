//! What is there more than once.

use super::all_are_noticed;
use crate::istio::kind::object::Kind::{DestinationRule, ServiceEntry, VirtualService};
use crate::istio::kind::object::Object;

fn same(_: &mut Object) {}

fn renamed(object: &mut Object) {
    object.metadata.name += "-2";
}

#[test]
fn what_is_there_twice_is_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.copy("here", VirtualService, "reviews", same),
            "VirtualService `default/reviews` would be written twice",
        ),
        (
            |mesh| mesh.copy("here", VirtualService, "reviews", renamed),
            "a VirtualService for `reviews.default.global` would be written twice",
        ),
        (
            |mesh| mesh.copy("here", DestinationRule, "reviews", renamed),
            "a DestinationRule for `reviews.default.svc.cluster.local` would be written twice",
        ),
        (
            |mesh| mesh.copy("here", ServiceEntry, "reviews-global", renamed),
            "a ServiceEntry for `reviews.default.global` would be written twice",
        ),
        (
            |mesh| {
                let rule = mesh.rule("here", "reviews-global");
                let first = rule.subsets[0].clone();
                rule.subsets.push(first);
            },
            "subset `v2--there` for `reviews.default.global` would be written twice",
        ),
    ]);
}
