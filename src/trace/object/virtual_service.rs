//! `VirtualService`, as far as it is followed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::attached::Attached;
use super::{ObjectPlace, Unfollowed};

/// Spec of a `VirtualService`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VirtualServiceSpec {
    /// The names whose requests it routes.
    pub hosts: Vec<String>,
    /// Where it applies; none means sidecars, as does `mesh`.
    pub gateways: Vec<String>,
    /// Namespaces that see it; none means all.
    pub export_to: Vec<String>,
    /// The first route that matches answers.
    pub http: Vec<HttpRoute>,
    /// For connections, by SNI.
    pub tls: Vec<ConnectionRoute>,
    /// For connections, by their ends.
    pub tcp: Vec<ConnectionRoute>,
    /// What it is made from, if it is none that anybody wrote.
    #[serde(skip)]
    pub attached: Option<Attached>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// One route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRoute {
    /// Its line in the file; set by the reader.
    #[serde(skip)]
    pub line: usize,
    /// The object that says it, if not the one that has it.
    #[serde(skip)]
    pub home: Option<ObjectPlace>,
    /// Which rule of that object it is, and of how many, if it has rules instead of routes.
    #[serde(skip)]
    pub rule: Option<(usize, usize)>,
    /// Where the routes are that stand for it.
    pub delegate: Option<Delegate>,
    /// A name for people.
    #[serde(rename = "name")]
    _name: Option<String>,
    /// Any of them; none means every request.
    #[serde(rename = "match")]
    pub matches: Vec<HttpMatch>,
    pub route: Vec<RouteDestination>,
    pub redirect: Option<HttpRedirect>,
    pub direct_response: Option<HttpDirectResponse>,
    pub rewrite: Option<HttpRewrite>,
    pub timeout: Option<String>,
    pub retries: Option<HttpRetry>,
    pub fault: Option<HttpFault>,
    pub mirror: Option<Destination>,
    pub mirror_percentage: Option<Percent>,
    pub mirror_percent: Option<u32>,
    pub mirrors: Vec<HttpMirror>,
    pub cors_policy: Option<Value>,
    pub headers: Option<Headers>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// Another `VirtualService`, without hosts.
#[derive(Clone, Debug, Deserialize)]
pub struct Delegate {
    pub name: String,
    /// That of who names it, if nothing is said.
    #[serde(default)]
    pub namespace: Option<String>,
}

/// All of its words must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpMatch {
    pub uri: Option<StringMatch>,
    pub ignore_uri_case: bool,
    /// A prefix means whole segments of the path.
    #[serde(skip)]
    pub by_segments: bool,
    pub scheme: Option<StringMatch>,
    pub method: Option<StringMatch>,
    pub authority: Option<StringMatch>,
    pub headers: BTreeMap<String, StringMatch>,
    pub without_headers: BTreeMap<String, StringMatch>,
    pub query_params: BTreeMap<String, StringMatch>,
    pub port: Option<u16>,
    pub source_labels: BTreeMap<String, String>,
    pub source_namespace: Option<String>,
    pub gateways: Vec<String>,
    /// A name for people.
    #[serde(rename = "name")]
    pub(super) _name: Option<String>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// How a text is compared; presence if it says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StringMatch {
    pub exact: Option<String>,
    pub prefix: Option<String>,
    pub regex: Option<String>,
}

/// One route for connections.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConnectionRoute {
    /// Any of them; none means every connection.
    #[serde(rename = "match")]
    pub matches: Vec<ConnectionMatch>,
    pub route: Vec<RouteDestination>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// All of its words must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionMatch {
    /// Names that are asked for in TLS; only routes that go by these say any.
    pub sni_hosts: Vec<String>,
    pub destination_subnets: Vec<String>,
    pub port: Option<u16>,
    pub source_labels: BTreeMap<String, String>,
    pub source_namespace: Option<String>,
    pub gateways: Vec<String>,
}

/// A share of the requests, or connections.
#[derive(Clone, Debug, Deserialize)]
pub struct RouteDestination {
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
    /// That of the host, if it is another than that of who names it.
    #[serde(skip)]
    pub namespace: Option<String>,
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRedirect {
    pub uri: Option<String>,
    pub authority: Option<String>,
    pub redirect_code: Option<u16>,
}

/// An answer that no workload gives.
#[derive(Clone, Debug, Deserialize)]
pub struct HttpDirectResponse {
    pub status: u16,
}

/// What the request says when it arrives.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRewrite {
    pub uri: Option<String>,
    pub authority: Option<String>,
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRetry {
    pub attempts: u32,
    pub per_try_timeout: Option<String>,
    pub retry_on: Option<String>,
}

/// Trouble made on purpose.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HttpFault {
    pub delay: Option<FaultDelay>,
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FaultAbort {
    pub http_status: Option<u16>,
    pub grpc_status: Option<String>,
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
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Percent {
    pub value: f64,
}

/// Changes of headers on the way.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Headers {
    pub request: Option<HeaderOperations>,
    pub response: Option<HeaderOperations>,
}

/// Changes in one direction.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HeaderOperations {
    pub set: BTreeMap<String, String>,
    pub add: BTreeMap<String, String>,
    pub remove: Vec<String>,
}
