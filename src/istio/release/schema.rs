//! The release table against the schemas of every release, in both directions.
//!
//! Enters: one object of each kind with every field that can be written at all, and the CRD schemas. The question:
//! is each of its fields in a release's schema exactly if the table says that the release can say it?

mod everything; // objects that say all that can be said
mod policy; // every word of a traffic policy

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::Feature;
use crate::istio::kind::object::Kind;
use crate::model::Release;

/// Fields that some release lacks, and the feature that stands for each.
const LATER: &[(&str, Feature)] = &[
    ("EnvoyFilter.priority", Feature::EnvoyFilterPriority),
    ("VirtualService.http.match.withoutHeaders", Feature::WithoutHeaders),
    ("VirtualService.http.match.sourceNamespace", Feature::SourceNamespace),
    ("VirtualService.tls.match.sourceNamespace", Feature::SourceNamespace),
    ("VirtualService.tcp.match.sourceNamespace", Feature::SourceNamespace),
    ("VirtualService.http.redirect.scheme", Feature::RedirectScheme),
    ("VirtualService.http.redirect.port", Feature::RedirectPort),
    ("VirtualService.http.redirect.derivePort", Feature::RedirectPort),
    ("VirtualService.http.directResponse", Feature::DirectResponse),
    ("VirtualService.http.rewrite.uriRegexRewrite", Feature::RegexRewrite),
    ("VirtualService.http.retries.retryRemoteLocalities", Feature::RetryRemoteLocalities),
    ("VirtualService.http.retries.retryIgnorePreviousHosts", Feature::RetryIgnorePreviousHosts),
    ("VirtualService.http.retries.backoff", Feature::RetryBackoff),
    ("VirtualService.http.mirrors", Feature::Mirrors),
    ("VirtualService.http.corsPolicy.unmatchedPreflights", Feature::UnmatchedPreflights),
    ("Gateway.servers.name", Feature::ServerName),
    ("ServiceEntry.endpoints.serviceAccount", Feature::EndpointAccount),
    ("DestinationRule.trafficPolicy.connectionPool.tcp.idleTimeout", Feature::TcpIdleTimeout),
    (
        "DestinationRule.trafficPolicy.connectionPool.tcp.maxConnectionDuration",
        Feature::MaxConnectionDuration,
    ),
    ("DestinationRule.trafficPolicy.connectionPool.http.useClientProtocol", Feature::UseClientProtocol),
    ("DestinationRule.trafficPolicy.connectionPool.http.maxConcurrentStreams", Feature::MaxConcurrentStreams),
    ("DestinationRule.trafficPolicy.connectionPool.http.http2KeepAlive", Feature::Http2KeepAlive),
    (
        "DestinationRule.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority",
        Feature::FailoverPriority,
    ),
    ("DestinationRule.trafficPolicy.loadBalancer.warmupDurationSecs", Feature::WarmupDuration),
    ("DestinationRule.trafficPolicy.loadBalancer.warmup", Feature::Warmup),
    (
        "DestinationRule.trafficPolicy.loadBalancer.consistentHash.httpQueryParameterName",
        Feature::HashOfQueryParameter,
    ),
    ("DestinationRule.trafficPolicy.loadBalancer.consistentHash.ringHash", Feature::HashTables),
    ("DestinationRule.trafficPolicy.loadBalancer.consistentHash.maglev", Feature::HashTables),
    (
        "DestinationRule.trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes",
        Feature::CookieAttributes,
    ),
    ("DestinationRule.trafficPolicy.loadBalancer.zoneAwareLbSetting", Feature::ZoneAware),
    (
        "DestinationRule.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes",
        Feature::OutlierHttpErrorCodes,
    ),
    (
        "DestinationRule.trafficPolicy.outlierDetection.splitExternalLocalOriginErrors",
        Feature::LocalOriginErrors,
    ),
    (
        "DestinationRule.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures",
        Feature::LocalOriginErrors,
    ),
];

/// Words of an enumeration that some release lacks, and the feature that stands for each.
const LATER_WORDS: &[(&str, &str, Feature)] = &[
    ("DestinationRule.trafficPolicy.loadBalancer.simple", "LEAST_REQUEST", Feature::LeastRequest),
    ("Gateway.servers.tls.mode", "OPTIONAL_MUTUAL", Feature::OptionalMutual),
];

/// Releases whose schema has a field that does nothing: `mirrors` came with 1.19's API and 1.20's code.
const IDLE: &[(&str, u8)] = &[("VirtualService.http.mirrors", 19)];

macro_rules! schemas {
    ($($minor:literal)*) => {
        /// The schemas of all releases that have any, by minor release.
        fn schemas() -> BTreeMap<u8, Value> {
            [$(($minor, include_str!(concat!("../../../schemas/istio/1.", $minor, ".json")))),*]
                .map(|(minor, text)| (minor, serde_json::from_str(text).unwrap()))
                .into()
        }
    };
}

schemas! { 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 }

#[test]
fn the_table_agrees_with_the_schemas_in_both_directions() {
    let written = every_field();
    assert!(
        LATER.iter().all(|(path, _)| written.contains(*path)),
        "a field of the exceptions is never written"
    );
    let schemas = schemas();
    let mut disagreements = Vec::new();
    for (&minor, schema) in &schemas {
        let release = Release { minor, patch: None };
        for path in &written {
            let expected = LATER
                .iter()
                .filter(|(start, _)| {
                    let path = wherever(path);
                    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                })
                .all(|(start, feature)| release.can(*feature) || IDLE.contains(&(*start, minor)));
            if is_in(schema, path) != expected {
                disagreements.push(format!("{release} {path}: the table says {expected}"));
            }
        }
    }
    assert_eq!(disagreements, Vec::<String>::new());
}

#[test]
fn the_words_of_enumerations_agree_too() {
    for (minor, schema) in schemas() {
        for (path, word, feature) in LATER_WORDS {
            let words = node(&schema, path).unwrap()["enum"].as_array().unwrap();
            let release = Release { minor, patch: None };
            assert_eq!(words.iter().any(|known| known == word), release.can(*feature), "{release} {word}");
        }
    }
}

/// A policy says the same wherever it stands: of the rule, of a subset, of a port of either.
fn wherever(path: &str) -> String {
    path.replace(".subsets.trafficPolicy", ".trafficPolicy").replace(".portLevelSettings", "")
}

#[test]
fn the_api_versions_are_served() {
    for (minor, schema) in schemas() {
        let release = Release { minor, patch: None };
        for kind in [Kind::VirtualService, Kind::EnvoyFilter] {
            let newest = ["v1", "v1beta1", "v1alpha3"]
                .into_iter()
                .find(|version| schema[kind.name()]["versions"].get(version).is_some())
                .unwrap();
            assert_eq!(release.api_version(kind), format!("networking.istio.io/{newest}"));
        }
    }
}

/// Whether a schema has a field. Keys that the user chooses end a path; so do lists of plain texts.
fn is_in(schema: &Value, path: &str) -> bool {
    node(schema, path).is_some()
}

fn node<'s>(schema: &'s Value, path: &str) -> Option<&'s Value> {
    let mut steps = path.split('.');
    let versions = &schema[steps.next().unwrap()]["versions"];
    let root =
        versions.as_object().unwrap().values().find_map(|version| version.get("openAPIV3Schema")).unwrap();
    let mut at = Some(&root["properties"]["spec"]);
    for step in steps {
        at = at.and_then(|node| node.get("items").unwrap_or(node)["properties"].get(step));
    }
    at
}

/// The paths of all fields that can be written: `VirtualService.http.match.uri`.
fn every_field() -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    collect("ServiceEntry", &value(&everything::service_entry()), &mut paths);
    collect("DestinationRule", &value(&everything::destination_rule()), &mut paths);
    collect("Gateway", &value(&everything::gateway()), &mut paths);
    collect("EnvoyFilter", &value(&everything::envoy_filter()), &mut paths);
    collect("VirtualService", &value(&everything::virtual_service()), &mut paths);
    paths
}

fn value(spec: &impl Serialize) -> Value {
    serde_json::to_value(spec).unwrap()
}

/// Fields whose keys the user chooses.
const MAPS: &[&str] = &[
    "labels",
    "selector",
    "sourceLabels",
    "headers",
    "withoutHeaders",
    "queryParams",
    "set",
    "add",
    "ports",
    "to",
    "value",
];

fn collect(path: &str, value: &Value, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let path = format!("{path}.{name}");
                paths.insert(path.clone());
                // `headers` of a match and `ports` of an endpoint are maps; those of a route and a service are
                // not.
                let chosen = MAPS.contains(&name.as_str())
                    && !path.ends_with("http.headers")
                    && !path.ends_with("route.headers")
                    && !path.ends_with("ServiceEntry.ports");
                if !chosen {
                    collect(&path, inner, paths);
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(path, element, paths)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
