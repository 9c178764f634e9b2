//! Bundles with a fault do not keep their promises: the tests beside this one can fail.
//!
//! One mesh, one fault at a time in the text of its bundles, and what following requests finds instead.

use std::fmt;

use crate::support::case::{DIAGNOSTICS, Files};
use crate::support::compiled::compile;
use crate::translation::mesh::{Cluster, Mesh, Pick, Rule, Service, Version};

/// A fault: in which file, in which object, what is there, what stands in its place, and what is found then.
pub struct Fault {
    pub file: &'static str,
    pub object: &'static str,
    pub change: Change,
    /// Part of what is found; empty for a fault that no request meets.
    pub found: &'static str,
}

pub enum Change {
    Remove,
    Replace(&'static str, &'static str),
}

use Change::{Remove, Replace};

const fn fault(file: &'static str, object: &'static str, change: Change, found: &'static str) -> Fault {
    Fault { file, object, change, found }
}

const NEAR: &str = "cluster1.yaml";
const FAR: &str = "cluster2.yaml";
const STAND_INS: &str = "cluster1.stand-ins.yaml";

const ENTRY: &str = "ServiceEntry reviews-global";
const REMOTE: &str = "DestinationRule reviews-global";
const LOCAL: &str = "DestinationRule reviews";
const ROUTES: &str = "VirtualService reviews";
const GATEWAY: &str = "Gateway meshgen-east-west";

/// What following requests finds.
pub const CAUGHT: &[Fault] = &[
    // The contract between two clusters.
    fault(NEAR, REMOTE, Replace("9080_.v3_", "9080_.v2_"), "found {\"cluster2/v2\""),
    fault(NEAR, REMOTE, Replace("9080_.v3_", "9090_.v3_"), "found port 9090"),
    fault(NEAR, REMOTE, Replace("9080_.v3_", "9081_.v3_"), "error:no-filter-chain"),
    fault(NEAR, REMOTE, Replace("9080_.v3_", "9080_.v9_"), "error:no-filter-chain"),
    fault(
        NEAR,
        REMOTE,
        Replace("9080_.v3_", "9080_._"),
        "found {\"cluster2/v2\": 50.0, \"cluster2/v3\": 50.0}",
    ),
    fault(NEAR, REMOTE, Replace("v3_.reviews.", "v3_.ratings."), "error:no-filter-chain"),
    fault(
        NEAR,
        REMOTE,
        Replace("v3_.reviews.default.svc.cluster.local", "v3_.reviews.default.global"),
        "error:no-filter-chain",
    ),
    fault(
        NEAR,
        REMOTE,
        Replace("v2_.reviews.default.svc.cluster.local", "v2_.reviews.default.svc.cluster.lan"),
        "error:no-filter-chain",
    ),
    fault(FAR, LOCAL, Replace("  - name: v3\n    labels:\n      version: v3\n", ""), "error:no-filter-chain"),
    fault(FAR, LOCAL, Replace("  - name: v3", "  - name: version-v3"), "error:no-filter-chain"),
    fault(FAR, LOCAL, Replace("version: v3", "version: v2"), "found {\"cluster2/v2\""),
    fault(FAR, LOCAL, Replace("version: v3", "version: v9"), "error:no-endpoints"),
    fault(FAR, LOCAL, Replace("spec:\n", "spec:\n  exportTo:\n  - default\n"), "error:no-filter-chain"),
    fault(
        FAR,
        LOCAL,
        Replace("spec:\n", "spec:\n  workloadSelector:\n    matchLabels:\n      app: reviews\n"),
        "error:no-filter-chain",
    ),
    fault(FAR, LOCAL, Replace("namespace: default", "namespace: elsewhere"), "error:no-filter-chain"),
    fault(
        FAR,
        LOCAL,
        Replace(
            "      version: v3\n",
            "      version: v3\n    trafficPolicy:\n      tls:\n        mode: DISABLE\n",
        ),
        "error:no-endpoints",
    ),
    fault(FAR, LOCAL, Remove, "error:no-filter-chain"),
    // The gateway.
    fault(FAR, GATEWAY, Remove, "error:no-listener"),
    fault(FAR, GATEWAY, Replace("\"*.local\"", "\"*.global\""), "error:no-filter-chain"),
    fault(FAR, GATEWAY, Replace("\"*.local\"", "\"*.example.com\""), "error:no-listener"),
    fault(FAR, GATEWAY, Replace("\"*.local\"", "ratings.default.svc.cluster.local"), "error:no-filter-chain"),
    fault(FAR, GATEWAY, Replace("istio: eastwestgateway", "istio: ingressgateway"), "error:no-listener"),
    fault(FAR, GATEWAY, Replace("number: 15443", "number: 443"), "error:no-listener"),
    fault(FAR, GATEWAY, Replace("mode: AUTO_PASSTHROUGH", "mode: PASSTHROUGH"), "error:no-listener"),
    fault(
        FAR,
        GATEWAY,
        Replace(
            "    - \"*.local\"\n",
            "    - \"*.local\"\n  - port:\n      name: again\n      number: 15443\n      protocol: TLS\n    tls:\n      mode: AUTO_PASSTHROUGH\n    hosts:\n    - reviews.default.svc.cluster.local\n",
        ),
        "error:listener-rejected",
    ),
    // The remote name.
    fault(NEAR, ENTRY, Remove, "error:no-cluster"),
    fault(NEAR, ENTRY, Replace("203.0.113.20", "203.0.113.30"), "\"cluster3/v2\": 10.0"),
    fault(NEAR, ENTRY, Replace("203.0.113.20", "203.0.113.99"), "external:203.0.113.99:15443"),
    fault(NEAR, ENTRY, Replace("http: 15443", "http: 9080"), "error:gateway-port"),
    fault(NEAR, ENTRY, Replace("http: 15443", "web: 15443"), "error:no-cluster"),
    fault(NEAR, ENTRY, Replace("      http: 15443\n", ""), "error:gateway-port"),
    fault(NEAR, ENTRY, Replace("number: 9080", "number: 9081"), "error:no-cluster"),
    fault(NEAR, ENTRY, Replace("cluster: cluster2", "cluster: cluster3"), "error:no-endpoints"),
    fault(NEAR, ENTRY, Replace("      cluster: cluster3", "      cluster: cluster2"), "error:no-endpoints"),
    fault(NEAR, ENTRY, Replace("reviews.default.global", "reviews.shop.global"), "error:no-cluster"),
    fault(
        NEAR,
        ENTRY,
        Replace("spec:\n", "spec:\n  exportTo:\n  - shop\n"),
        "nothing here gives it an address",
    ),
    fault(NEAR, ENTRY, Replace("resolution: STATIC", "resolution: NONE"), "error:no-cluster"),
    fault(NEAR, REMOTE, Remove, "error:no-cluster"),
    fault(NEAR, REMOTE, Replace("  - name: v3", "  - name: v4"), "error:no-cluster"),
    fault(
        NEAR,
        REMOTE,
        Replace("      cluster: cluster3", "      cluster: cluster2"),
        "found {\"cluster2/v2\": 60.0",
    ),
    fault(NEAR, REMOTE, Replace("    labels:\n      cluster: cluster3\n", ""), "\"cluster2/v2\": 45.0"),
    fault(NEAR, REMOTE, Replace("spec:\n", "spec:\n  exportTo:\n  - shop\n"), "error:no-cluster"),
    fault(NEAR, REMOTE, Replace("namespace: default", "namespace: elsewhere"), "error:no-cluster"),
    fault(
        NEAR,
        REMOTE,
        Replace(
            "ISTIO_MUTUAL\n          sni: outbound_.9080_.v3_",
            "SIMPLE\n          sni: outbound_.9080_.v3_",
        ),
        "error:no-filter-chain",
    ),
    fault(
        NEAR,
        REMOTE,
        Replace(
            "ISTIO_MUTUAL\n          sni: outbound_.9080_.v3_",
            "DISABLE\n          sni: outbound_.9080_.v3_",
        ),
        "error:plaintext-to-gateway",
    ),
    fault(
        NEAR,
        REMOTE,
        Replace("          sni: outbound_.9080_.v3_.reviews.default.svc.cluster.local\n", ""),
        "error:no-filter-chain",
    ),
    fault(NEAR, "DestinationRule ratings-global", Remove, "error:no-cluster"),
    // The caller's own versions and routes.
    fault(NEAR, LOCAL, Remove, "error:no-cluster"),
    fault(NEAR, LOCAL, Replace("version: v1", "version: v9"), "error:no-endpoints"),
    fault(NEAR, ROUTES, Remove, "found {\"cluster1/v1\": 100.0}"),
    fault(
        NEAR,
        ROUTES,
        Replace("reviews.default.svc.cluster.local", "review.default.svc.cluster.local"),
        "found {\"cluster1/v1\": 100.0}",
    ),
    fault(
        NEAR,
        ROUTES,
        Replace("  - reviews.default.global\n", ""),
        "reviews.default.global:http/ from cluster1",
    ),
    fault(
        NEAR,
        ROUTES,
        Replace("spec:\n", "spec:\n  exportTo:\n  - shop\n"),
        "found {\"cluster1/v1\": 100.0}",
    ),
    fault(
        NEAR,
        ROUTES,
        Replace("spec:\n", "spec:\n  gateways:\n  - istio-system/ingress\n"),
        "found {\"cluster1/v1\": 100.0}",
    ),
    fault(NEAR, ROUTES, Replace("weight: 40", "weight: 50"), "\"cluster2/v3\": 45.4"),
    fault(NEAR, ROUTES, Replace("exact: a", "exact: b"), "found {\"cluster1/v1\": 90.0"),
    fault(NEAR, ROUTES, Replace("exact: a", "prefix: b"), "found {\"cluster1/v1\": 90.0"),
    fault(NEAR, ROUTES, Replace("x-case", "x-casing"), "found {\"cluster1/v1\": 90.0"),
    fault(NEAR, ROUTES, Replace("prefix: /api", "exact: /api/"), "found {\"cluster1/v1\": 90.0"),
    fault(
        NEAR,
        ROUTES,
        Replace(
            "  - match:\n    - headers:\n        x-case:\n          exact: a\n      port: 9080\n",
            "  - match:\n    - port: 9080\n",
        ),
        "header None",
    ),
    fault(
        NEAR,
        ROUTES,
        Replace(
            "  - match:\n    - port: 9080\n",
            "  - match:\n    - port: 9080\n      uri:\n        exact: /nothing\n",
        ),
        "error:no-route",
    ),
    fault(NEAR, ROUTES, Replace("subset: v1", "subset: v2"), "error:no-cluster"),
    fault(
        NEAR,
        ROUTES,
        Replace("subset: v2--cluster3", "subset: v2--cluster2"),
        "found {\"cluster2/v2\": 60.0",
    ),
    fault(NEAR, ROUTES, Replace("        subset: v3--cluster2\n", ""), "found {"),
    fault(
        NEAR,
        ROUTES,
        Replace(
            "    mirror:\n      host: reviews.default.svc.cluster.local\n      subset: v1\n      port:\n        number: 9080\n",
            "",
        ),
        "{\"cluster1/v1\"}; found {\"cluster2/v3\": 100.0}, {}",
    ),
    fault(NEAR, ROUTES, Replace("  http:", "  tcp:"), "found {\"cluster1/v1\": 100.0}"),
    fault(NEAR, "VirtualService ratings", Remove, "error:no-endpoints"),
    fault(STAND_INS, "Service ratings", Remove, "passthrough"),
    fault(STAND_INS, "Service ratings", Replace("port: 9080", "port: 9081"), "passthrough"),
    fault(STAND_INS, "Service ratings", Replace("name: http\n", "name: tcp-web\n"), "error:no-endpoints"),
];

/// What no request meets, so that others must look at it.
pub const NOT_MET: &[(Fault, &str)] = &[
    (
        fault(NEAR, ENTRY, Replace("240.0.69.235", "240.0.69.236"), ""),
        "HTTP goes by name; the schema and the pool are checked elsewhere",
    ),
    (
        fault(NEAR, ENTRY, Replace("MESH_INTERNAL", "MESH_EXTERNAL"), ""),
        "TLS is explicit, so that it makes no difference to Istio either",
    ),
    (
        fault(NEAR, GATEWAY, Replace("namespace: istio-system", "namespace: default"), ""),
        "a Gateway applies by its selector, whatever its namespace",
    ),
    (
        fault(NEAR, REMOTE, Replace("sni: outbound_.9080_._", "sni: outbound_.9999_._"), ""),
        "the SNI beside the settings of every port is never used",
    ),
];

#[test]
fn every_fault_that_requests_meet_is_found() {
    let (mesh, sound) = sound();
    assert_eq!(crate::translation::followed::broken(&mesh, &sound), [""; 0]);
    let mut unnoticed = Vec::new();
    for fault in CAUGHT {
        let found = crate::translation::followed::broken(&mesh, &with(&sound, fault));
        if !found.iter().any(|line| line.contains(fault.found)) {
            unnoticed.push(format!("{fault}: not `{}` but {:?}", fault.found, found.first()));
        }
    }
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
}

#[test]
fn faults_that_no_request_meets_are_known() {
    let (mesh, sound) = sound();
    for (fault, why) in NOT_MET {
        let found = crate::translation::followed::broken(&mesh, &with(&sound, fault));
        assert_eq!(found, [""; 0], "{fault}: met after all, although {why}");
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, object, change, found: _ } = self;
        match change {
            Remove => write!(f, "{file}, {object}, removed"),
            Replace(from, to) => write!(f, "{file}, {object}, {from:?} → {to:?}"),
        }
    }
}

/// The bundles with one fault.
pub fn with(sound: &Files, fault: &Fault) -> Files {
    let mut files = sound.clone();
    let text = &files[fault.file];
    let (kind, name) = fault.object.split_once(' ').unwrap();
    let is_meant =
        |document: &&str| document.contains(&format!("\nkind: {kind}\nmetadata:\n  name: {name}\n"));
    let document = text.split("---\n").find(is_meant).unwrap_or_else(|| panic!("no {}", fault.object));
    let changed = match fault.change {
        Remove => String::new(),
        Replace(from, to) => document.replacen(from, to, 1),
    };
    assert_ne!(changed, document, "{}: nothing to change", fault.object);
    files.insert(fault.file.to_owned(), text.replace(document, &changed));
    files
}

/// The mesh, and its bundles without a fault.
fn sound() -> (Mesh, Files) {
    let mesh = mesh();
    let mut files = compile(&mesh.sources());
    let findings = files.remove(DIAGNOSTICS);
    assert!(!files.is_empty(), "{}", findings.unwrap_or_default());
    (mesh, files)
}

/// Three clusters, a version in two of them, two ports, a copy, a service that runs in one cluster only.
pub fn mesh() -> Mesh {
    let cluster = |number: usize| Cluster {
        network: None,
        name: format!("cluster{number}"),
        region: None,
        domain: None,
        addresses: vec![format!("203.0.113.{number}0")],
        port: 15443,
    };
    let version = |name: &str, clusters: &[&str]| Version {
        name: Some(name.to_owned()),
        clusters: clusters.iter().map(|cluster| ((*cluster).to_owned(), 1)).collect(),
    };
    let pick = |version: &str, cluster: Option<&str>| Pick {
        version: Some(version.to_owned()),
        cluster: cluster.map(str::to_owned),
    };
    let service = |name: &str, ports: &[(&str, u16)], versions: Vec<Version>, rules: Vec<Rule>| Service {
        discovered: false,
        name: name.to_owned(),
        namespace: "default".to_owned(),
        ports: ports.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect(),
        versions,
        clients: None,
        spread: false,
        rules,
    };
    let rules = vec![
        Rule {
            header: Some("a".to_owned()),
            to: vec![(pick("v2", None), 60), (pick("v3", None), 40)],
            ..Rule::default()
        },
        Rule {
            prefix: Some("/api".to_owned()),
            to: vec![(pick("v3", None), 100)],
            mirrors: vec![(pick("v1", None), 100)],
            ..Rule::default()
        },
        Rule { to: vec![(pick("v1", None), 90), (pick("v2", Some("cluster2")), 10)], ..Rule::default() },
    ];
    let versions = vec![
        version("v1", &["cluster1"]),
        version("v2", &["cluster2", "cluster3"]),
        version("v3", &["cluster2"]),
    ];
    Mesh {
        sighted: false,
        per_cluster_names: false,
        clusters: (1..=3).map(cluster).collect(),
        services: vec![
            service("ratings", &[("http", 9080)], vec![version("v1", &["cluster2"])], Vec::new()),
            service("reviews", &[("http", 9080), ("grpc-api", 9090)], versions, rules),
        ],
    }
}
