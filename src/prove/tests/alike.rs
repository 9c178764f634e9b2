//! Clusters whose names end alike: a subset of one that leads to the other.

use super::{Mesh, all_are_noticed_in};
use crate::istio::kind::destination_rule::Subset;

const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
clusters:
  us-virginia: {gateway: 192.0.2.1}
  us-portland: {gateway: 192.0.2.2}
  caller: {}
services:
  api: {ports: 80, versions: {v2: [us-virginia, us-portland]}, clients: [caller]}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  api: {to: {v2@us-virginia: 50, v2@us-portland: 50}}
";

fn subset<'m>(mesh: &'m mut Mesh, name: &str) -> &'m mut Subset {
    mesh.rule("caller", "api-global").subsets.iter_mut().find(|subset| subset.name == name).unwrap()
}

/// Each subset under the name of the other.
fn swap(mesh: &mut Mesh) {
    for subset in &mut mesh.rule("caller", "api-global").subsets {
        let other = if subset.name == "v2--us-virginia" { "v2--us-portland" } else { "v2--us-virginia" };
        subset.name = other.to_owned();
    }
}

#[test]
fn a_subset_of_one_cluster_that_leads_to_another_is_noticed() {
    all_are_noticed_in(
        INPUT,
        "caller",
        &[
            (
                |mesh| {
                    let portland = subset(mesh, "v2--us-portland").labels.clone();
                    subset(mesh, "v2--us-virginia").labels = portland;
                },
                "subset `v2--us-virginia` of `api.default.global` takes in pods of `us-portland`",
            ),
            (swap, "subset `v2--us-portland` of `api.default.global` takes in pods of `us-virginia`"),
            (
                |mesh| subset(mesh, "v2--us-virginia").labels.clear(),
                "subset `v2--us-virginia` of `api.default.global` takes in pods of `us-portland`",
            ),
            (
                |mesh| {
                    let endpoints = &mut mesh.entry_in("caller", "api-global").endpoints;
                    let virginia = endpoints.iter_mut().find(|known| known.address == "192.0.2.1");
                    virginia.unwrap().address = "192.0.2.2".to_owned();
                },
                "subset `v2--us-virginia` of `api.default.global` takes in pods of `us-portland`",
            ),
        ],
    );
}
