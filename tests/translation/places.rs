//! A second place for a version leaves the objects by which the first is reached as they are: else no order of applying
//! single objects would be free of lost requests.

use std::collections::BTreeMap;

use meshgen::source::{Found, Source, Sources};
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::support::case::{DIAGNOSTICS, Files};
use crate::support::compiled::compile;
use crate::translation::mesh::{Mesh, Service, Version};
use crate::translation::tape::Tape;

/// How many meshes.
const MESHES: usize = 60;
/// Numbers that are enough for the largest mesh.
const LENGTH: usize = 400;

#[test]
fn a_second_place_leaves_the_first_as_it_is() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let numbers = proptest::collection::vec(any::<u32>(), LENGTH);
    let mut compared = 0;
    for _ in 0..MESHES {
        let numbers = numbers.new_tree(&mut runner).unwrap().current();
        let mut mesh = Tape::new(&numbers).mesh();
        // Whoever is asked is asked still, beside the new place; but callers there may now stay at home.
        mesh.services.iter_mut().for_each(|service| service.spread = true);
        let Some(before) = parts(&mesh.sources()) else { continue };
        for (there, grown) in grown(&mesh) {
            let Some(after) = parts(&grown.sources()) else { continue };
            let elsewhere = before.iter().filter(|(name, _)| !name.starts_with(&format!("{there}.yaml")));
            compared += unchanged(elsewhere, &after);
        }
    }
    assert!(compared > MESHES, "only {compared}");
}

#[test]
fn a_cluster_that_others_will_stand_in_for_is_marked_already() {
    let mesh = |places: &str, more: &str| {
        let text = format!(
            "apiVersion: meshgen/v1\nkind: Topology\nmesh: {{acrossClusters: failover{more}}}\n\
             clusters:\n  cluster1: {{locality: eu}}\n  cluster2: {{gateway: 203.0.113.20, locality: us}}\n  \
             cluster3: {{gateway: 203.0.113.30, locality: eu}}\n\
             services:\n  reviews: {{ports: 9080, versions: {{v1: cluster1, v2: {places}}}, clients: cluster1}}\n---\n\
             apiVersion: meshgen/v1\nkind: Routing\nroutes: {{reviews: {{to: {{v1: 50, v2: 50}}}}}}\n"
        );
        let source = Source::new("mesh.yaml", Found::Named, text.into_bytes());
        parts(&Sources { texts: vec![source], ..Sources::default() }).unwrap()
    };
    let labels = |parts: Parts| -> Parts {
        parts.into_iter().map(|(name, mut part)| (name, part["labels"].take())).collect()
    };
    for (more, found) in [("", 2), (", istio: \"1.11\"", 2), (", reach: rewrite", 2)] {
        let before = labels(mesh("cluster2", more));
        assert_eq!(unchanged(&before, &labels(mesh("[cluster2, cluster3]", more))), found, "{before:?}");
    }
}

/// The mesh with a version in one cluster more, for each version that there is such a cluster for.
fn grown(mesh: &Mesh) -> Vec<(String, Mesh)> {
    let mut all = Vec::new();
    for (at, Service { versions, .. }) in mesh.services.iter().enumerate() {
        for (which, Version { clusters, .. }) in versions.iter().enumerate() {
            let runs = |name: &String| clusters.iter().any(|(known, _)| known == name);
            let Some(more) = mesh.clusters.iter().find(|cluster| !runs(&cluster.name)) else { continue };
            let mut grown = mesh.clone();
            grown.services[at].versions[which].clusters.push((more.name.clone(), 1));
            all.push((more.name.clone(), grown));
        }
    }
    all
}

/// Subsets and endpoints of remote names, by file, object, and name or address.
type Parts = BTreeMap<String, Value>;

/// Those of all bundles; nothing if there are none.
fn parts(sources: &Sources) -> Option<Parts> {
    let mut files: Files = compile(sources);
    if files.remove(DIAGNOSTICS).is_some_and(|findings| findings.contains("error MG")) {
        return None;
    }
    let mut parts = Parts::new();
    for (file, text) in files {
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        for document in documents {
            let (kind, name, spec) = (&document["kind"], &document["metadata"]["name"], &document["spec"]);
            let list = match kind.as_str() {
                Some("ServiceEntry") => &spec["endpoints"],
                Some("DestinationRule") if spec["host"].as_str().unwrap().ends_with(".global") => {
                    &spec["subsets"]
                }
                _ => continue,
            };
            for part in list.as_array().into_iter().flatten() {
                let key = part.get("address").unwrap_or(&part["name"]);
                parts.insert(format!("{file}: {kind} {name} {key}"), part.clone());
            }
        }
    }
    Some(parts)
}

/// How many parts there are before; each of them is the same after.
fn unchanged<'p>(before: impl IntoIterator<Item = (&'p String, &'p Value)>, after: &Parts) -> usize {
    before.into_iter().inspect(|(name, part)| assert_eq!(after.get(*name), Some(*part), "{name}")).count()
}
