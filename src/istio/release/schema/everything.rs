//! One object of each kind with every field that can be written at all, which no release would take.

use super::policy::text;
use std::time;

use crate::istio::kind::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, Subset, TrafficPolicy,
};
use crate::istio::kind::envoy_filter::{
    ApplyTo, ConfigPatch, EnvoyFilterSpec, FilterChain, FilterChainMatch, ListenerMatch, NamedFilter,
    Operation, Patch, PatchContext, PatchMatch, PatchValue, ServerNames, WorkloadSelector,
};
use crate::istio::kind::gateway::{GatewaySpec, Server, ServerPort, ServerTls, ServerTlsMode};
use crate::istio::kind::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec, ServicePort};
use crate::istio::kind::virtual_service::{
    CorsPolicy, Destination, FaultAbort, FaultDelay, HeaderOperations, Headers, HttpBody, HttpDirectResponse,
    HttpFaultInjection, HttpMatchRequest, HttpMirror, HttpRedirect, HttpRetry, HttpRewrite, HttpRoute,
    L4MatchAttributes, RegexRewrite, RouteDestination, TcpRoute, TlsMatchAttributes, TlsRoute,
    VirtualServiceSpec,
};
use crate::istio::kind::{destination_rule, virtual_service};
use crate::istio::word::duration::Duration;
use crate::istio::word::percent::Percent;
use crate::istio::word::string_match::StringMatch;

fn texts() -> Vec<String> {
    vec![text()]
}

pub(super) fn service_entry() -> ServiceEntrySpec {
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
            network: Some(text()),
            service_account: Some(text()),
            locality: Some(text()),
            weight: Some(1),
        }],
    }
}

pub(super) fn destination_rule() -> DestinationRuleSpec {
    let tls =
        || ClientTls { mode: ClientTlsMode::IstioMutual, sni: Some(text()), subject_alt_names: texts() };
    let policy = || TrafficPolicy {
        settings: super::policy::settings(),
        tls: Some(tls()),
        port_level_settings: vec![PortPolicy {
            port: destination_rule::PortSelector { number: 1 },
            settings: super::policy::settings(),
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

pub(super) fn gateway() -> GatewaySpec {
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

pub(super) fn envoy_filter() -> EnvoyFilterSpec {
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

pub(super) fn virtual_service() -> VirtualServiceSpec {
    VirtualServiceSpec {
        hosts: texts(),
        gateways: texts(),
        export_to: texts(),
        http: vec![http_route()],
        tls: vec![TlsRoute {
            matches: vec![TlsMatchAttributes { sni_hosts: texts(), ends: ends() }],
            route: vec![RouteDestination { destination: destination(), weight: Some(1), headers: None }],
        }],
        tcp: vec![TcpRoute {
            matches: vec![ends()],
            route: vec![RouteDestination { destination: destination(), weight: Some(1), headers: None }],
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
        route: vec![RouteDestination {
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
