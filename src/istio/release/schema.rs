//! The release table against the schemas of every release, in both directions.
//!
//! Enters: one object of each kind with every field that can be written at all, and the CRD schemas. The question:
//! is each of its fields in a release's schema exactly if the table says that the release can say it?

mod policy; // every word of a traffic policy

use std::collections::{BTreeMap, BTreeSet};
use std::time;

use serde::Serialize;
use serde_json::Value;

use super::Feature;
use crate::istio::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, Subset, TrafficPolicy,
};
use crate::istio::duration::Duration;
use crate::istio::envoy_filter::{
    ApplyTo, ConfigPatch, EnvoyFilterSpec, FilterChain, FilterChainMatch, ListenerMatch, NamedFilter,
    Operation, Patch, PatchContext, PatchMatch, PatchValue, ServerNames, WorkloadSelector,
};
use crate::istio::gateway::{GatewaySpec, Server, ServerPort, ServerTls, ServerTlsMode};
use crate::istio::object::Kind;
use crate::istio::percent::Percent;
use crate::istio::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec, ServicePort};
use crate::istio::string_match::StringMatch;
use crate::istio::virtual_service::{
    CorsPolicy, Destination, FaultAbort, FaultDelay, HeaderOperations, Headers, HttpBody, HttpDirectResponse,
    HttpFaultInjection, HttpMatchRequest, HttpMirror, HttpRedirect, HttpRetry, HttpRewrite, HttpRoute,
    HttpRouteDestination, L4MatchAttributes, RegexRewrite, RouteDestination, TcpRoute, TlsMatchAttributes,
    TlsRoute, VirtualServiceSpec,
};
use crate::istio::{destination_rule, virtual_service};
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

schemas! { 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 }

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
    collect("ServiceEntry", &value(&service_entry()), &mut paths);
    collect("DestinationRule", &value(&destination_rule()), &mut paths);
    collect("Gateway", &value(&gateway()), &mut paths);
    collect("EnvoyFilter", &value(&envoy_filter()), &mut paths);
    collect("VirtualService", &value(&virtual_service()), &mut paths);
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
                // `headers` of a match and `ports` of an endpoint are maps; those of a route and a service are not.
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

fn text() -> String {
    "text".to_owned()
}

fn texts() -> Vec<String> {
    vec![text()]
}

fn service_entry() -> ServiceEntrySpec {
    ServiceEntrySpec {
        hosts: texts(),
        addresses: texts(),
        export_to: texts(),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: vec![ServicePort { name: text(), number: 1, protocol: "HTTP" }],
        endpoints: vec![Endpoint {
            address: text(),
            ports: [(text(), 1)].into(),
            labels: [(text(), text())].into(),
        }],
    }
}

fn destination_rule() -> DestinationRuleSpec {
    let tls =
        || ClientTls { mode: ClientTlsMode::IstioMutual, sni: Some(text()), subject_alt_names: texts() };
    let policy = || TrafficPolicy {
        settings: policy::settings(),
        tls: Some(tls()),
        port_level_settings: vec![PortPolicy {
            port: destination_rule::PortSelector { number: 1 },
            settings: policy::settings(),
            tls: Some(tls()),
        }],
    };
    DestinationRuleSpec {
        host: text(),
        export_to: texts(),
        traffic_policy: Some(policy()),
        subsets: vec![Subset {
            name: text(),
            labels: [(text(), text())].into(),
            traffic_policy: Some(policy()),
        }],
    }
}

fn gateway() -> GatewaySpec {
    GatewaySpec {
        selector: [(text(), text())].into(),
        servers: vec![Server {
            name: Some(text()),
            port: ServerPort { name: text(), number: 1, protocol: "TLS" },
            tls: Some(ServerTls {
                https_redirect: Some(true),
                mode: Some(ServerTlsMode::AutoPassthrough),
                credential_name: Some(text()),
                server_certificate: Some(text()),
                private_key: Some(text()),
                ca_certificates: Some(text()),
                subject_alt_names: texts(),
                min_protocol_version: Some("TLSV1_2"),
                max_protocol_version: Some("TLSV1_3"),
                cipher_suites: texts(),
            }),
            hosts: texts(),
        }],
    }
}

fn envoy_filter() -> EnvoyFilterSpec {
    let patch = |filter_chain| ConfigPatch {
        apply_to: ApplyTo::FilterChain,
        matched: PatchMatch {
            context: PatchContext::Gateway,
            listener: ListenerMatch { port_number: 1, filter_chain },
        },
        patch: Patch {
            operation: Operation::Merge,
            value: PatchValue::FilterChain(FilterChain {
                filter_chain_match: ServerNames { server_names: texts() },
            }),
        },
    };
    EnvoyFilterSpec {
        workload_selector: WorkloadSelector { labels: [(text(), text())].into() },
        config_patches: vec![
            patch(FilterChainMatch::Sni(text())),
            patch(FilterChainMatch::Filter(NamedFilter { name: "text" })),
        ],
        priority: Some(1),
    }
}

fn virtual_service() -> VirtualServiceSpec {
    VirtualServiceSpec {
        hosts: texts(),
        gateways: texts(),
        export_to: texts(),
        http: vec![http_route()],
        tls: vec![TlsRoute {
            matches: vec![TlsMatchAttributes { sni_hosts: texts(), ends: ends() }],
            route: vec![RouteDestination { destination: destination(), weight: Some(1) }],
        }],
        tcp: vec![TcpRoute {
            matches: vec![ends()],
            route: vec![RouteDestination { destination: destination(), weight: Some(1) }],
        }],
    }
}

fn ends() -> L4MatchAttributes {
    L4MatchAttributes {
        destination_subnets: texts(),
        port: Some(1),
        source_labels: [(text(), text())].into(),
        source_namespace: Some(text()),
    }
}

fn destination() -> Destination {
    Destination { host: text(), subset: Some(text()), port: virtual_service::PortSelector { number: 1 } }
}

fn headers() -> Headers {
    let operations = || HeaderOperations {
        set: [(text(), text())].into(),
        add: [(text(), text())].into(),
        remove: texts(),
    };
    Headers { request: Some(operations()), response: Some(operations()) }
}

fn http_match() -> HttpMatchRequest {
    let says = || StringMatch::Exact(text());
    HttpMatchRequest {
        uri: Some(says()),
        ignore_uri_case: Some(true),
        scheme: Some(says()),
        method: Some(says()),
        authority: Some(says()),
        headers: [(text(), says())].into(),
        without_headers: [(text(), says())].into(),
        query_params: [(text(), says())].into(),
        port: Some(1),
        source_labels: [(text(), text())].into(),
        source_namespace: Some(text()),
    }
}

fn http_route() -> HttpRoute {
    let second = || Duration(time::Duration::from_secs(1));
    let percent = || Some(Percent(1.0));
    HttpRoute {
        name: Some(text()),
        matches: vec![http_match()],
        route: vec![HttpRouteDestination {
            destination: destination(),
            weight: Some(1),
            headers: Some(headers()),
        }],
        redirect: Some(HttpRedirect {
            uri: Some(text()),
            authority: Some(text()),
            port: Some(1),
            derive_port: Some("FROM_REQUEST_PORT"),
            scheme: Some("https"),
            redirect_code: Some(302),
        }),
        direct_response: Some(HttpDirectResponse {
            status: 200,
            body: Some(HttpBody { string: Some(text()), bytes: Some(text()) }),
        }),
        rewrite: Some(HttpRewrite {
            uri: Some(text()),
            authority: Some(text()),
            uri_regex_rewrite: Some(RegexRewrite { matches: text(), rewrite: text() }),
        }),
        timeout: Some(second()),
        retries: Some(HttpRetry {
            attempts: 1,
            per_try_timeout: Some(second()),
            retry_on: Some(text()),
            retry_remote_localities: Some(true),
            retry_ignore_previous_hosts: Some(true),
            backoff: Some(second()),
        }),
        fault: Some(HttpFaultInjection {
            delay: Some(FaultDelay { fixed_delay: second(), percentage: Percent(1.0) }),
            abort: Some(FaultAbort {
                http_status: Some(503),
                grpc_status: Some("NOT_FOUND"),
                percentage: Percent(1.0),
            }),
        }),
        mirror: Some(destination()),
        mirror_percentage: percent(),
        mirror_percent: Some(1),
        mirrors: vec![HttpMirror { destination: destination(), percentage: percent() }],
        cors_policy: Some(CorsPolicy {
            allow_origins: vec![StringMatch::Exact(text())],
            allow_origin: texts(),
            allow_methods: texts(),
            allow_headers: texts(),
            expose_headers: texts(),
            max_age: Some(second()),
            allow_credentials: Some(true),
            unmatched_preflights: Some("IGNORE"),
        }),
        headers: Some(headers()),
    }
}
