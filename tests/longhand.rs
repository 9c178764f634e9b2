//! What `resolve` prints means what was written: it builds the same bundles, and resolves to itself.
//!
//! Asked of every case below `testdata/` and of every example in the documents, as far as they are right.

use meshgen::source::{Found, Source, Sources};

use crate::support::case::{Case, DIAGNOSTICS};
use crate::support::compiled::compile;
use crate::support::document;

#[test]
fn every_case_means_what_it_resolves_to() {
    let cases = Case::all().into_iter().map(|case| (case.name.clone(), case.sources()));
    let faults: Vec<_> = cases.filter_map(|(name, sources)| fault(&name, &sources)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_example_means_what_it_resolves_to() {
    let mut faults = Vec::new();
    for (document, text) in document::all() {
        for block in document::blocks(&text, "yaml") {
            faults.extend(fault(&document, &named("example.yaml", block)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_long_form_of_a_small_mesh() {
    let short = "\
apiVersion: meshgen/v1
kind: Topology
clusters: {no: {gateway: 203.0.113.10}, on: {}}
services:
  shop/reviews: {ports: 9080, versions: {1.10: no}, clients: {on: shop}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  shop/reviews:
  - match: {headers: {end-user: yes}, port: http}
    to: 1.10@no
    timeout: 1500ms
";
    let resolved = meshgen::resolved(&named("topology.yaml", short));
    assert!(!resolved.has_errors(), "{:?}", resolved.findings);
    insta::assert_snapshot!(resolved.value.unwrap(), @r#"
    # The inputs with every default written out, in the long form of each shorthand.
    apiVersion: meshgen/v1
    kind: Topology
    mesh:
      name: mesh
      reach: sni
      remoteNames: shared
      remoteSuffix: global
      virtualIPs: 240.0.0.0/16
      versionLabel: version
      labels: {}
      annotations: {}
    clusters:
      "no":
        gateway:
          address:
          - 203.0.113.10
          port: 15443
          serverPort: 15443
          namespace: istio-system
          selector:
            istio: eastwestgateway
          expose: all
          existing: false
        istio: "1.31"
        clusterDomain: cluster.local
        trustDomain: cluster.local
        controlPlane: "no"
        context: "no"
        drain: false
      "on":
        istio: "1.31"
        clusterDomain: cluster.local
        trustDomain: cluster.local
        controlPlane: "on"
        context: "on"
        drain: false
    services:
      shop/reviews:
        ports:
          http:
            number: 9080
            protocol: HTTP
        versions:
          "1.10":
            clusters:
              "no": 1
            labels:
              version: "1.10"
            subset: "1-10"
        clients:
          "on":
          - shop
        acrossClusters: local
        plainNames: service
        headless: false
    ---
    apiVersion: meshgen/v1
    kind: Routing
    routes:
      shop/reviews:
      - match:
        - port: http
          headers:
            end-user:
              exact: "yes"
        to:
        - service: shop/reviews
          version: "1.10"
          cluster: "no"
          weight: 100
        timeout: 1500ms
    "#);
}

/// What is wrong with the long form of an input; nothing of an input that is wrong itself.
fn fault(name: &str, sources: &Sources) -> Option<String> {
    let bundles = |sources: &Sources| {
        let mut files = compile(sources);
        files.remove(DIAGNOSTICS);
        files
    };
    if meshgen::compile(sources, &mut |_| {}).has_errors() {
        return None;
    }
    let Some(resolved) = meshgen::resolved(sources).value else {
        return Some(format!("{name}: cannot be resolved"));
    };
    let again = named("resolved.yaml", &resolved);
    if bundles(sources) != bundles(&again) {
        return Some(format!("{name}: builds something else once it is resolved:\n{resolved}"));
    }
    if meshgen::resolved(&again).value.as_deref() != Some(&resolved) {
        return Some(format!("{name}: resolves to something else a second time:\n{resolved}"));
    }
    None
}

fn named(name: &str, text: &str) -> Sources {
    let source = Source::new(name, Found::Named, text.as_bytes().to_vec());
    Sources { texts: vec![source], ..Sources::default() }
}
