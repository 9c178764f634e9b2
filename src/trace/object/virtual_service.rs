//! `VirtualService`, as far as it is followed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::Unfollowed;

/// Spec of a `VirtualService`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualServiceSpec {
    /// The names whose requests it routes.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Where it applies; none means sidecars, as does `mesh`.
    #[serde(default)]
    pub gateways: Vec<String>,
    /// Namespaces that see it; none means all.
    #[serde(default)]
    pub export_to: Vec<String>,
    /// The first route that matches answers.
    #[serde(default)]
    pub http: Vec<HttpRoute>,
    /// For connections, by SNI.
    #[serde(default)]
    pub tls: Vec<TlsRoute>,
    /// For connections, by their ends.
    #[serde(default)]
    pub tcp: Vec<TcpRoute>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// One route.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRoute {
    /// Its line in the file; set by the reader.
    #[serde(skip)]
    pub line: usize,
    /// A name for people.
    #[serde(rename = "name", default)]
    _name: Option<String>,
    /// Any of them; none means every request.
    #[serde(rename = "match", default)]
    pub matches: Vec<HttpMatch>,
    #[serde(default)]
    pub route: Vec<HttpDestination>,
    #[serde(default)]
    pub redirect: Option<HttpRedirect>,
    #[serde(default)]
    pub direct_response: Option<HttpDirectResponse>,
    #[serde(default)]
    pub rewrite: Option<HttpRewrite>,
    #[serde(default)]
    pub timeout: Option<String>,
    #[serde(default)]
    pub retries: Option<HttpRetry>,
    #[serde(default)]
    pub fault: Option<HttpFault>,
    #[serde(default)]
    pub mirror: Option<Destination>,
    #[serde(default)]
    pub mirror_percentage: Option<Percent>,
    #[serde(default)]
    pub mirror_percent: Option<u32>,
    #[serde(default)]
    pub mirrors: Vec<HttpMirror>,
    #[serde(default)]
    pub cors_policy: Option<Value>,
    #[serde(default)]
    pub headers: Option<Headers>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// All of its words must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpMatch {
    #[serde(default)]
    pub uri: Option<StringMatch>,
    #[serde(default)]
    pub ignore_uri_case: bool,
    #[serde(default)]
    pub scheme: Option<StringMatch>,
    #[serde(default)]
    pub method: Option<StringMatch>,
    #[serde(default)]
    pub authority: Option<StringMatch>,
    #[serde(default)]
    pub headers: BTreeMap<String, StringMatch>,
    #[serde(default)]
    pub without_headers: BTreeMap<String, StringMatch>,
    #[serde(default)]
    pub query_params: BTreeMap<String, StringMatch>,
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default)]
    pub source_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub source_namespace: Option<String>,
    #[serde(default)]
    pub gateways: Vec<String>,
    /// A name for people.
    #[serde(rename = "name", default)]
    _name: Option<String>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// How a text is compared; presence if it says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct StringMatch {
    #[serde(default)]
    pub exact: Option<String>,
    #[serde(default)]
    pub prefix: Option<String>,
    #[serde(default)]
    pub regex: Option<String>,
}

/// One route for connections with TLS of their own.
#[derive(Clone, Debug, Deserialize)]
pub struct TlsRoute {
    #[serde(rename = "match", default)]
    pub matches: Vec<TlsMatch>,
    #[serde(default)]
    pub route: Vec<RouteDestination>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// One route for connections.
#[derive(Clone, Debug, Deserialize)]
pub struct TcpRoute {
    /// Any of them; none means every connection.
    #[serde(rename = "match", default)]
    pub matches: Vec<L4Match>,
    #[serde(default)]
    pub route: Vec<RouteDestination>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// All of its words must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsMatch {
    #[serde(default)]
    pub sni_hosts: Vec<String>,
    #[serde(flatten)]
    pub ends: L4Match,
}

/// All of its words must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct L4Match {
    #[serde(default)]
    pub destination_subnets: Vec<String>,
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default)]
    pub source_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub source_namespace: Option<String>,
    #[serde(default)]
    pub gateways: Vec<String>,
}

/// A share of the connections.
#[derive(Clone, Debug, Deserialize)]
pub struct RouteDestination {
    pub destination: Destination,
    #[serde(default)]
    pub weight: Option<u32>,
}

/// A share of the requests.
#[derive(Clone, Debug, Deserialize)]
pub struct HttpDestination {
    pub destination: Destination,
    #[serde(default)]
    pub weight: Option<u32>,
    #[serde(default)]
    pub headers: Option<Headers>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// Who answers.
#[derive(Clone, Debug, Deserialize)]
pub struct Destination {
    pub host: String,
    #[serde(default)]
    pub subset: Option<String>,
    #[serde(default)]
    pub port: Option<PortSelector>,
}

/// A port by number.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct PortSelector {
    pub number: u16,
}

/// Another address.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRedirect {
    #[serde(default)]
    pub uri: Option<String>,
    #[serde(default)]
    pub authority: Option<String>,
    #[serde(default)]
    pub redirect_code: Option<u16>,
}

/// An answer that no workload gives.
#[derive(Clone, Debug, Deserialize)]
pub struct HttpDirectResponse {
    pub status: u16,
}

/// What the request says when it arrives.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRewrite {
    #[serde(default)]
    pub uri: Option<String>,
    #[serde(default)]
    pub authority: Option<String>,
    #[serde(default)]
    pub uri_regex_rewrite: Option<RegexRewrite>,
}

/// A rewrite with captures.
#[derive(Clone, Debug, Deserialize)]
pub struct RegexRewrite {
    #[serde(rename = "match")]
    pub matches: String,
    pub rewrite: String,
}

/// How often, when and whom to ask again.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRetry {
    #[serde(default)]
    pub attempts: u32,
    #[serde(default)]
    pub per_try_timeout: Option<String>,
    #[serde(default)]
    pub retry_on: Option<String>,
}

/// Trouble made on purpose.
#[derive(Clone, Debug, Deserialize)]
pub struct HttpFault {
    #[serde(default)]
    pub delay: Option<FaultDelay>,
    #[serde(default)]
    pub abort: Option<FaultAbort>,
}

/// Requests that wait.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultDelay {
    pub fixed_delay: String,
    #[serde(default)]
    pub percentage: Option<Percent>,
}

/// Requests that fail.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultAbort {
    #[serde(default)]
    pub http_status: Option<u16>,
    #[serde(default)]
    pub grpc_status: Option<String>,
    #[serde(default)]
    pub percentage: Option<Percent>,
}

/// Who gets a copy.
#[derive(Clone, Debug, Deserialize)]
pub struct HttpMirror {
    pub destination: Destination,
    #[serde(default)]
    pub percentage: Option<Percent>,
}

/// A share of requests, up to 100.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Percent {
    #[serde(default)]
    pub value: f64,
}

/// Changes of headers on the way.
#[derive(Clone, Debug, Deserialize)]
pub struct Headers {
    #[serde(default)]
    pub request: Option<HeaderOperations>,
    #[serde(default)]
    pub response: Option<HeaderOperations>,
}

/// Changes in one direction.
#[derive(Clone, Debug, Deserialize)]
pub struct HeaderOperations {
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    #[serde(default)]
    pub add: BTreeMap<String, String>,
    #[serde(default)]
    pub remove: Vec<String>,
}
