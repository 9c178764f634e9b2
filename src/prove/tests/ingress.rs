//! What requests from outside lack: a gateway, its hosts, a route.

use super::all_are_noticed;
use crate::istio::kind::object::Kind::{Gateway, VirtualService};
use crate::istio::kind::object::Spec;

#[test]
fn requests_from_outside_that_never_arrive_are_noticed() {
    all_are_noticed(&[
        (
            |mesh| mesh.remove("here", VirtualService, "parts-public"),
            "no VirtualService for `parts.example.com` at `default/public`",
        ),
        (
            |mesh| mesh.remove("here", Gateway, "public"),
            "`parts-public` names the gateway `default/public`, which is not there",
        ),
        (
            |mesh| {
                let gateway = mesh.object("here", Gateway, "public");
                if let Spec::Gateway(spec) = &mut gateway.spec {
                    spec.servers[0].hosts = vec!["shop.example.com".to_owned()];
                }
            },
            "`default/public` is not open for `parts.example.com`",
        ),
    ]);
}
