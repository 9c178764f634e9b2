//! What control planes see of each other, and what both ends of a crossing must know alike.

use super::{Mesh, Mutation, all_are_noticed_in};
use crate::istio::kind::destination_rule::Subset;
use crate::istio::kind::object::Kind;
use crate::istio::way::discovery::CLUSTER;

/// Three networks: one has a gateway for two clusters, and one is configured from elsewhere.
const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
mesh: {reach: discovery}
clusters:
  apart: {gateway: 203.0.113.4, network: network3, controlPlane: here}
  here: {gateway: 203.0.113.1, network: network1}
  there: {gateway: 203.0.113.2, network: network2}
  yonder: {network: network2}
services:
  api:     {ports: 80, versions: {v1: [here, there], v2: there, v3: yonder}, acrossClusters: spread}
  cart:    {ports: 80, versions: {v1: [here, there]}, acrossClusters: failover}
  ratings: {ports: 80, versions: {v1: apart}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  api: {to: {v1: 40, v2: 30, v3: 30}}
  cart: v1
  ratings: v1
";

/// Control planes see each other, and calls cross by SNI all the same.
const BESIDE: &str = "
apiVersion: meshgen/v1
kind: Topology
clusters:
  here: {gateway: 203.0.113.1, network: network1, registry: here}
  there: {gateway: 203.0.113.2, network: network2, registry: there}
services:
  api: {ports: 80, versions: {v1: [here, there], v2: there}}
  web: {ports: {http: 80, http-admin: 81}, clusters: [here, there]}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  api: {to: {v1: 50, v2: 50}}
";

fn subset<'m>(mesh: &'m mut Mesh, cluster: &str, rule: &str, name: &str) -> &'m mut Subset {
    mesh.rule(cluster, rule).subsets.iter_mut().find(|subset| subset.name == name).unwrap()
}

fn label(mesh: &mut Mesh, cluster: &str, name: &str, key: &str, value: &str) {
    subset(mesh, cluster, "api", name).labels.insert(key.to_owned(), value.to_owned());
}

#[test]
fn what_callers_say_is_known_to_their_control_plane() {
    let mutations: [(Mutation, &str); 7] = [
        (
            |mesh| mesh.rule("here", "api").subsets.retain(|subset| subset.name != "v2"),
            "no subset `v2` of `api.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.remove("here", Kind::DestinationRule, "ratings"),
            "no DestinationRule for `ratings.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.rule("here", "api").export_to = vec!["shop".to_owned()],
            "callers do not see the DestinationRule for `api.default.svc.cluster.local`",
        ),
        (
            |mesh| label(mesh, "here", "v2", "version", "v1"),
            "subset `v2` of `api.default.svc.cluster.local` is another at the gateway of `there`",
        ),
        (
            |mesh| label(mesh, "here", "v2", "version", "v9"),
            "no pods for subset `v2` of `api.default.svc.cluster.local`",
        ),
        (
            |mesh| label(mesh, "here", "v1--there", CLUSTER, "here"),
            "subset `v1--there` of `api.default.svc.cluster.local` takes in pods of `here`",
        ),
        (
            |mesh| mesh.routes("api").http[0].route[0].destination.port.number = 81,
            "a route leads to subset `v1--here` of `api.default.svc.cluster.local` port 81, which nobody was promised",
        ),
    ];
    all_are_noticed_in(INPUT, "here", &mutations);
}

#[test]
fn a_version_in_several_clusters_is_one_of_them_or_fails_over() {
    let mutations: [(Mutation, &str); 3] = [
        (
            |mesh| {
                subset(mesh, "here", "api", "v1--here").labels.remove(CLUSTER);
            },
            "subset `v1--here` of `api.default.svc.cluster.local` is another at the gateway of `there`",
        ),
        (
            |mesh| mesh.rule("here", "cart").traffic_policy = None,
            "subset `v1` of `cart.default.svc.cluster.local` spreads over several clusters",
        ),
        (
            |mesh| {
                let policy = mesh.rule("here", "cart").traffic_policy.as_mut().unwrap();
                policy.settings.load_balancer = None;
            },
            "subset `v1` of `cart.default.svc.cluster.local` does not try the nearest cluster first",
        ),
    ];
    all_are_noticed_in(INPUT, "here", &mutations);
}

#[test]
fn gateways_on_the_way_know_the_same() {
    let mutations: [(Mutation, &str); 5] = [
        (
            |mesh| mesh.rule("there", "api").subsets.retain(|subset| subset.name != "v2"),
            "no subset `v2` of `api.default.svc.cluster.local` at the gateway on the way to `there`",
        ),
        (
            |mesh| mesh.rule("there", "api").subsets.retain(|subset| subset.name != "v3"),
            "no subset `v3` of `api.default.svc.cluster.local` at the gateway on the way to `yonder`",
        ),
        (
            |mesh| mesh.remove("there", Kind::DestinationRule, "api"),
            "no DestinationRule for `api.default.svc.cluster.local` at the gateway on the way to `there`",
        ),
        (
            |mesh| mesh.rule("there", "api").export_to = vec![".".to_owned()],
            "callers do not see the DestinationRule for `api.default.svc.cluster.local` at the gateway on the way to \
             `there`",
        ),
        (
            |mesh| label(mesh, "there", "v1--there", CLUSTER, "here"),
            "subset `v1--there` of `api.default.svc.cluster.local` is another at the gateway of `there`",
        ),
    ];
    all_are_noticed_in(INPUT, "here", &mutations);
}

/// Of all callers, the first is named.
#[test]
fn gateways_on_the_way_are_open() {
    let mutations: [(Mutation, &str); 2] = [
        (
            |mesh| mesh.remove("there", Kind::Gateway, "meshgen-east-west"),
            "the gateway of `there` is not open for `api.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.gateway("there").servers[0].hosts = vec!["*.global".to_owned()],
            "the gateway of `there` is not open for `api.default.svc.cluster.local`",
        ),
    ];
    all_are_noticed_in(INPUT, "apart", &mutations);
}

#[test]
fn one_bundle_is_for_all_that_a_control_plane_configures() {
    let mutations: [(Mutation, &str); 3] = [
        (
            |mesh| mesh.rule("here", "cart").subsets.clear(),
            "no subset `v1` of `cart.default.svc.cluster.local`",
        ),
        (
            |mesh| mesh.rule("there", "api").subsets.clear(),
            "no subset `v1--there` of `api.default.svc.cluster.local` at the gateway on the way to `there`",
        ),
        (
            |mesh| mesh.gateway("here").selector = [("istio".to_owned(), "other".to_owned())].into(),
            "the gateway of `here` is not open for `api.default.svc.cluster.local`",
        ),
    ];
    all_are_noticed_in(INPUT, "apart", &mutations);
    let mutations: [(Mutation, &str); 1] = [(
        |mesh| mesh.remove("here", Kind::Gateway, "meshgen-east-west"),
        "the gateway of `apart` is not open for `ratings.default.svc.cluster.local`",
    )];
    all_are_noticed_in(INPUT, "here", &mutations);
}

#[test]
fn what_is_reached_by_sni_is_no_one_elses_where_it_runs() {
    let mutations: [(Mutation, &str); 3] = [
        (
            |mesh| {
                subset(mesh, "here", "api", "v1").labels.remove(CLUSTER);
            },
            "subset `v1` of `api.default.svc.cluster.local` takes in pods of `there`",
        ),
        (
            |mesh| mesh.routes("web").http[0].route[0].destination.subset = None,
            "a route leads to any version of `web.default.svc.cluster.local` port 80, which nobody was promised",
        ),
        (
            |mesh| label(mesh, "there", "v2", CLUSTER, "here"),
            "no pods behind `outbound_.80_.v2_.api.default.svc.cluster.local` in `there`",
        ),
    ];
    all_are_noticed_in(BESIDE, "here", &mutations);
}
