//! Actions: what happens to a request beside being answered, in Istio's words.

use std::time::Duration;

use indexmap::IndexMap;

use super::condition::TextMatch;

/// What happens to the requests of a rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actions {
    pub rewrite: Option<Rewrite>,
    pub timeout: Option<Duration>,
    pub retries: Option<Retries>,
    pub fault: Option<Fault>,
    pub cors_policy: Option<CorsPolicy>,
    pub headers: Option<HeaderOperations>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rewrite {
    pub uri: Option<String>,
    pub authority: Option<String>,
    pub uri_regex_rewrite: Option<RegexRewrite>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RegexRewrite {
    pub matches: String,
    pub rewrite: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retries {
    pub attempts: u32,
    pub per_try_timeout: Option<Duration>,
    pub retry_on: Option<String>,
    pub retry_remote_localities: Option<bool>,
    pub backoff: Option<Duration>,
    pub retry_ignore_previous_hosts: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fault {
    pub delay: Option<Delay>,
    pub abort: Option<Abort>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delay {
    pub fixed_delay: Duration,
    /// Of requests; none is all.
    pub percentage: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Abort {
    pub status: AbortStatus,
    /// Of requests; none is all.
    pub percentage: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AbortStatus {
    Http(u16),
    Grpc(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorsPolicy {
    pub allow_origins: Vec<TextMatch>,
    pub allow_methods: Vec<String>,
    pub allow_headers: Vec<String>,
    pub expose_headers: Vec<String>,
    pub max_age: Option<Duration>,
    pub allow_credentials: Option<bool>,
    pub unmatched_preflights: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderOperations {
    pub request: Option<HeaderChanges>,
    pub response: Option<HeaderChanges>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderChanges {
    pub set: IndexMap<String, String>,
    pub add: IndexMap<String, String>,
    pub remove: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redirect {
    pub uri: Option<String>,
    pub authority: Option<String>,
    pub port: Option<u16>,
    pub derive_port: Option<String>,
    pub scheme: Option<String>,
    pub redirect_code: Option<u16>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DirectResponse {
    pub status: u16,
    pub body: Option<Body>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(String),
    /// Base64, as Istio takes it.
    Bytes(String),
}
