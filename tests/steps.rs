//! From step to step only weights change, whatever the way and wherever versions run.

use std::collections::BTreeSet;

use meshgen::source::{Found, Source, Sources, StepChoice};

use crate::support::case::{DIAGNOSTICS, Files};
use crate::support::compiled::compile;

/// What differs: how versions in several clusters are shared, and how callers get there.
const MESHES: [&str; 9] = [
    "{}",
    "{acrossClusters: spread}",
    "{acrossClusters: failover, clients: [cluster1]}",
    "{reach: rewrite}",
    "{reach: rewrite, remoteNames: per-cluster}",
    "{remoteNames: per-cluster, acrossClusters: spread}",
    "{reach: merged}",
    "{reach: discovery}",
    "{reach: discovery, acrossClusters: spread}",
];

const STEPS: usize = 5;

/// The chain leaves out what a step does not use, has versions that grow at once, and one that comes and goes.
fn input(mesh: &str, step: usize) -> Sources {
    let text = format!(
        "apiVersion: meshgen/v1
kind: Topology
mesh: {mesh}
clusters:
  cluster1: {{gateway: 203.0.113.10, network: n1}}
  cluster2: {{gateway: 203.0.113.20, network: n2}}
  cluster3: {{gateway: 203.0.113.30, network: n3}}
services:
  shop/reviews: {{ports: {{http: 9080, tcp-admin: 9090}}, versions: {{v1: cluster1, v2: [cluster2, cluster3], v3: cluster3, v4: cluster2}}}}
---
apiVersion: meshgen/v1
kind: Routing
namespace: shop
routes:
  reviews:
  - match: {{port: http, headers: {{end-user: jason}}}}
    to: v2
  - steps: [v1, {{v1: 90, v2: 10}}, {{v1: 40, v2: 50, v3: 10}}, {{v2: 1, v4: 99}}, v4]
"
    );
    let source = Source::new("mesh.yaml", Found::Named, text.into_bytes());
    let steps = vec![StepChoice { service: "shop/reviews".to_owned(), step }];
    Sources { texts: vec![source], steps, ..Sources::default() }
}

#[test]
fn only_weights_change() {
    for mesh in MESHES {
        let built: Vec<Files> = (1..=STEPS).map(|step| bundles(mesh, step)).collect();
        assert!(!built[0].is_empty(), "{mesh}");
        let plain: BTreeSet<Vec<(String, String)>> = built.iter().map(without_weights).collect();
        assert_eq!(plain.len(), 1, "{mesh}");
        let different: BTreeSet<&Files> = built.iter().collect();
        assert_eq!(different.len(), STEPS, "{mesh}: every step is a step");
    }
}

fn bundles(mesh: &str, step: usize) -> Files {
    let mut files = compile(&input(mesh, step));
    let found = files.remove(DIAGNOSTICS).unwrap_or_default();
    assert!(!found.contains("error MG"), "{mesh}\n{found}");
    files
}

fn without_weights(files: &Files) -> Vec<(String, String)> {
    let plain = |text: &String| -> String {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("weight: "));
        lines.collect::<Vec<_>>().join("\n")
    };
    files.iter().map(|(name, text)| (name.clone(), plain(text))).collect()
}
