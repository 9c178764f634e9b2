//! Actions: what happens to a request beside being answered, in Istio's words.
//!
//! Enters: nothing; `resolve` builds these types. Leaves: what `istio` says. Refuses to know: which release can say
//! what; but words that some release lacks keep their place, so that `istio` can point at them.

use std::time::Duration;

use std::collections::BTreeMap;

use super::condition::TextMatch;
use crate::source::At;

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

/// What the request says when it arrives. Never both `uri` and `uri_regex_rewrite`, and never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rewrite {
    pub uri: Option<String>,
    pub authority: Option<String>,
    pub uri_regex_rewrite: Option<At<RegexRewrite>>,
}

/// A rewrite with captures.
#[derive(Clone, Debug, PartialEq)]
pub struct RegexRewrite {
    /// RE2.
    pub matches: String,
    pub rewrite: String,
}

/// How often, when and whom to ask again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retries {
    /// 0 turns off the retries that Istio makes unasked; nothing else is written then.
    pub attempts: At<u32>,
    pub per_try_timeout: Option<Duration>,
    /// Reasons and status codes, each where it was written; empty leaves the choice to Istio.
    pub retry_on: Vec<At<String>>,
    pub retry_remote_localities: Option<At<bool>>,
    pub backoff: Option<At<Duration>>,
    pub retry_ignore_previous_hosts: Option<At<bool>>,
}

/// Trouble made on purpose; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fault {
    pub delay: Option<Delay>,
    pub abort: Option<Abort>,
}

/// Requests that wait.
#[derive(Clone, Debug, PartialEq)]
pub struct Delay {
    pub fixed_delay: Duration,
    /// Of requests; none is all.
    pub percentage: Option<f64>,
}

/// Requests that fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Abort {
    pub status: AbortStatus,
    /// Of requests; none is all.
    pub percentage: Option<f64>,
}

/// What requests fail with.
#[derive(Clone, Debug, PartialEq)]
pub enum AbortStatus {
    Http(u16),
    /// gRPC's name of it: `NOT_FOUND`.
    Grpc(At<&'static str>),
}

/// What browsers are told about other origins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorsPolicy {
    pub allow_origins: Vec<At<TextMatch>>,
    pub allow_methods: Vec<String>,
    pub allow_headers: Vec<String>,
    pub expose_headers: Vec<String>,
    /// Whole seconds.
    pub max_age: Option<Duration>,
    pub allow_credentials: Option<bool>,
    pub unmatched_preflights: Option<At<UnmatchedPreflights>>,
}

/// What becomes of preflight requests from other origins than those allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnmatchedPreflights {
    /// The workload answers them.
    Forward,
    /// The proxy answers them.
    Ignore,
}

impl UnmatchedPreflights {
    /// In Istio's spelling.
    #[must_use]
    pub fn istio(self) -> &'static str {
        match self {
            Self::Forward => "FORWARD",
            Self::Ignore => "IGNORE",
        }
    }
}

/// Changes to headers, on the way there and back; never nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderOperations {
    pub request: Option<HeaderChanges>,
    pub response: Option<HeaderChanges>,
}

/// Changes to headers, one way; never nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderChanges {
    pub set: BTreeMap<String, String>,
    pub add: BTreeMap<String, String>,
    pub remove: Vec<String>,
}

/// Another address, told to the caller; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redirect {
    pub uri: Option<String>,
    pub authority: Option<String>,
    pub port: Option<At<RedirectPort>>,
    pub scheme: Option<At<RedirectScheme>>,
    pub redirect_code: Option<At<u16>>,
}

/// The port that the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectPort {
    /// This one: `port`.
    Number(u16),
    /// 80 or 443: `derivePort: FROM_PROTOCOL_DEFAULT`.
    ProtocolDefault,
    /// The one that was called: `derivePort: FROM_REQUEST_PORT`.
    RequestPort,
}

/// The scheme that the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectScheme {
    Http,
    Https,
}

impl RedirectScheme {
    /// In Istio's spelling.
    #[must_use]
    pub fn istio(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// An answer that no workload gives.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectResponse {
    pub status: At<u16>,
    pub body: Option<Body>,
}

/// What a direct response says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(String),
    /// Base64, as Istio takes it.
    Bytes(String),
}
