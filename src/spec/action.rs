//! What happens to a request beside being answered, in Istio's words.
//!
//! Enters: the trees of a rule's actions. Leaves: [`Actions`] and the answers that are not destinations. Refuses to
//! know: whether durations, codes and header names are any good.

use super::condition::TextMatch;
use super::{Keyed, Listed, Written};
use crate::source::At;

/// What happens to the requests of a rule.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    pub rewrite: Written<Rewrite>,
    /// A duration, unchecked.
    pub timeout: Written<String>,
    pub retries: Written<Retries>,
    pub fault: Written<Fault>,
    pub cors_policy: Written<CorsPolicy>,
    pub headers: Written<HeaderOperations>,
}

/// `rewrite`
#[derive(Clone, Debug)]
pub struct Rewrite {
    pub uri: Written<String>,
    pub authority: Written<String>,
    pub uri_regex_rewrite: Written<RegexRewrite>,
}

/// `rewrite.uriRegexRewrite`
#[derive(Clone, Debug)]
pub struct RegexRewrite {
    /// `match`
    pub matches: At<String>,
    pub rewrite: At<String>,
}

/// `retries`
#[derive(Clone, Debug)]
pub struct Retries {
    pub attempts: Written<u32>,
    /// A duration, unchecked.
    pub per_try_timeout: Written<String>,
    pub retry_on: Written<String>,
    pub retry_remote_localities: Written<bool>,
    /// A duration, unchecked.
    pub backoff: Written<String>,
    pub retry_ignore_previous_hosts: Written<bool>,
}

/// `fault`
#[derive(Clone, Debug)]
pub struct Fault {
    pub delay: Written<Delay>,
    pub abort: Written<Abort>,
}

/// `fault.delay`
#[derive(Clone, Debug)]
pub struct Delay {
    /// A duration, unchecked.
    pub fixed_delay: At<String>,
    /// 0 to 100.
    pub percentage: Written<f64>,
}

/// `fault.abort`. It should have exactly one status: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Abort {
    pub http_status: Written<u16>,
    /// A name of gRPC's, unchecked.
    pub grpc_status: Written<String>,
    /// 0 to 100.
    pub percentage: Written<f64>,
}

/// `corsPolicy`
#[derive(Clone, Debug)]
pub struct CorsPolicy {
    pub allow_origins: Written<Listed<TextMatch>>,
    pub allow_methods: Written<Listed<At<String>>>,
    pub allow_headers: Written<Listed<At<String>>>,
    pub expose_headers: Written<Listed<At<String>>>,
    /// A duration, unchecked.
    pub max_age: Written<String>,
    pub allow_credentials: Written<bool>,
    pub unmatched_preflights: Written<String>,
}

/// `headers`
#[derive(Clone, Debug)]
pub struct HeaderOperations {
    pub request: Written<HeaderChanges>,
    pub response: Written<HeaderChanges>,
}

/// `headers.request`, `headers.response`
#[derive(Clone, Debug)]
pub struct HeaderChanges {
    pub set: Written<Listed<Keyed<At<String>>>>,
    pub add: Written<Listed<Keyed<At<String>>>>,
    pub remove: Written<Listed<At<String>>>,
}

/// `redirect`
#[derive(Clone, Debug)]
pub struct Redirect {
    pub uri: Written<String>,
    pub authority: Written<String>,
    pub port: Written<u16>,
    pub derive_port: Written<String>,
    pub scheme: Written<String>,
    pub redirect_code: Written<u16>,
}

/// `directResponse`
#[derive(Clone, Debug)]
pub struct DirectResponse {
    /// Required: never absent.
    pub status: Written<u16>,
    pub body: Written<Body>,
}

/// `directResponse.body`. It should have exactly one field: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Body {
    pub string: Written<String>,
    /// Base64, unchecked.
    pub bytes: Written<String>,
}
