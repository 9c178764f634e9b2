//! Policies as written, and what is found in them.

use crate::model::Service;
use crate::source::{Found, Source, Sources};
use crate::{input, resolve};

/// A service with a policy, and the findings of reading and resolving it.
fn resolved(policy: &str) -> (Service, Vec<String>) {
    let text = format!(
        "apiVersion: meshgen/v1\nkind: Topology\nclusters: {{cluster1: {{gateway: 203.0.113.10}}}}\nservices:\n  \
         reviews: {{ports: {{http: 9080, grpc: 9090}}, versions: {{v1: cluster1}}, trafficPolicy: {policy}}}\n"
    );
    let texts = vec![Source::new("topology.yaml", Found::Named, text.into_bytes())];
    let outcome = input::parse(&Sources { texts, ..Sources::default() });
    let outcome = outcome.and_then(|input| resolve::resolve(&input));
    let said =
        outcome.findings.iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect();
    (outcome.value.unwrap().services.remove(0), said)
}

fn found(policy: &str) -> Vec<String> {
    resolved(policy).1
}

#[test]
fn every_bad_setting_is_found_in_one_run() {
    let policy = "{connectionPool: {tcp: {connectTimeout: 0s, idleTimeout: 0s}, \
                  http: {h2UpgradePolicy: UPGRAD, http2KeepAlive: {interval: 1, timeout: 1s}}}, \
                  loadBalancer: {simple: LEAST, warmup: {duration: 1x, aggression: 0.5}}, \
                  outlierDetection: {interval: 1.5ms, consecutiveLocalOriginFailures: 3}}";
    assert_eq!(
        found(policy),
        [
            "MG0350: `connectTimeout` cannot be `0s`",
            "MG0366: `h2UpgradePolicy` cannot be `UPGRAD`",
            "MG0350: `interval` cannot be `1`",
            "MG0350: `interval` cannot be `1.5ms`",
            "MG0372: failures of local origin are counted only where they are told apart",
            "MG0366: `simple` cannot be `LEAST`",
            "MG0350: `duration` cannot be `1x`",
            "MG0372: `aggression` cannot be `0.5`",
        ]
    );
}

#[test]
fn what_is_empty_says_nothing() {
    let empty = [
        "{}",
        "{connectionPool: {}}",
        "{connectionPool: {tcp: {}}}",
        "{connectionPool: {http: {}}}",
        "{loadBalancer: {}}",
        "{loadBalancer: {consistentHash: {useSourceIp: false}}}",
        "{loadBalancer: {localityLbSetting: {}}}",
        "{outlierDetection: {}}",
        "{portLevelSettings: [{port: {number: 9080}}]}",
    ];
    for policy in empty {
        let found = found(policy);
        assert!(matches!(found.as_slice(), [only] if only.starts_with("MG0238: ")), "{policy}: {found:?}");
    }
}

#[test]
fn what_would_break_crossing_is_refused() {
    for word in ["tls: {mode: DISABLE}", "proxyProtocol: {version: V1}", "tunnel: {}", "retryBudget: {}"] {
        let found = found(&format!("{{{word}}}"));
        assert!(matches!(found.as_slice(), [only] if only.starts_with("MG0237: ")), "{word}: {found:?}");
    }
    assert_eq!(
        found("{loadBalancer: {simple: PASSTHROUGH}}"),
        ["MG0237: `PASSTHROUGH` goes past versions and clusters"]
    );
    assert_eq!(
        found("{portLevelSettings: [{port: {number: 9080}, tls: {}}]}"),
        ["MG0237: `tls` cannot stand in a `trafficPolicy` here"]
    );
}

#[test]
fn words_that_exclude_each_other() {
    for policy in [
        "{loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}",
        "{loadBalancer: {consistentHash: {useSourceIp: true, httpHeaderName: x-user}}}",
        "{loadBalancer: {consistentHash: {useSourceIp: true, minimumRingSize: 1, maglev: {tableSize: 7}}}}",
        "{loadBalancer: {warmup: {duration: 1s}, warmupDurationSecs: 1s}}",
        "{loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: b}]}}, \
         outlierDetection: {interval: 1s}}",
    ] {
        let found = found(policy);
        assert!(matches!(found.as_slice(), [only] if only.starts_with("MG0365: ")), "{policy}: {found:?}");
    }
    assert_eq!(
        found("{connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}}}"),
        ["MG0372: `useClientProtocol` and the upgrade to HTTP/2 contradict each other"]
    );
}

#[test]
fn localities() {
    let locality = |setting: &str| {
        found(&format!(
            "{{loadBalancer: {{localityLbSetting: {setting}}}, outlierDetection: {{interval: 1s}}}}"
        ))
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(locality("{distribute: [{from: eu/*, to: {eu/*: 80, us/*: 20}}]}"), none);
    assert_eq!(
        locality("{distribute: [{from: eu/*, to: {'eu/*/a*': 80, us/*: 10}}]}"),
        ["MG0373: `eu/*/a*` is not a locality", "MG0373: the shares of a locality add up to 90, not 100"]
    );
    assert_eq!(
        locality("{failover: [{from: eu, to: eu}, {from: eu/a, to: us}]}"),
        ["MG0373: requests of `eu` fail over to `eu`", "MG0373: `eu/a` is not a region"]
    );
    assert_eq!(
        found("{loadBalancer: {localityLbSetting: {failover: [{from: eu, to: us}]}}}"),
        ["MG0374: nothing ever fails over without `outlierDetection`"]
    );
}

#[test]
fn a_table_has_a_prime_size() {
    let maglev = |size: u32| {
        found(&format!(
            "{{loadBalancer: {{consistentHash: {{useSourceIp: true, maglev: {{tableSize: {size}}}}}}}}}"
        ))
    };
    assert_eq!(maglev(65537), Vec::<String>::new());
    assert_eq!(maglev(65539 * 2), ["MG0375: 131078 is not a prime"]);
}

#[test]
fn ports_go_by_name_and_number_and_once() {
    let twice = "{portLevelSettings: [{port: {number: 9080}, outlierDetection: {interval: 1s}}, \
                 {port: {number: http}, outlierDetection: {interval: 2s}}]}";
    assert_eq!(found(twice), ["MG0239: port `http` has settings twice"]);
    assert_eq!(
        found("{portLevelSettings: [{port: {number: 9081}, outlierDetection: {interval: 1s}}]}"),
        ["MG0307: `reviews` has no port `9081`"]
    );
}

#[test]
fn settings_of_a_port_stand_alone() {
    let (service, found) = resolved(
        "{connectionPool: {tcp: {maxConnections: 1}}, outlierDetection: {interval: 1s}, \
         portLevelSettings: [{port: {number: 9090}, connectionPool: {tcp: {maxConnections: 2}}}]}",
    );
    assert_eq!(found, Vec::<String>::new());
    let most = |port: u16| {
        let said = service.effective(crate::model::Pick::Any, port);
        let tcp = said.connection_pool.and_then(|pool| pool.tcp.as_ref());
        (tcp.and_then(|tcp| tcp.max_connections), said.outlier_detection.is_some())
    };
    assert_eq!([most(9080), most(9090)], [(Some(1), true), (Some(2), false)]);
}
