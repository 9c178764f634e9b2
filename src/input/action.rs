//! What happens to a request beside being answered, in Istio's words.
//!
//! Enters: the trees of a rule's actions. Leaves: [`Actions`] and the answers that are not destinations. Refuses to
//! know: whether durations, codes and header names are any good.

mod answer; // redirect, directResponse
mod cors;
mod fault;
mod headers;

pub use answer::{Body, DirectResponse, Redirect};
pub use cors::CorsPolicy;
pub use fault::{Abort, Delay, Fault};
pub use headers::{HeaderChanges, HeaderOperations};

use super::Written;
use super::reader::{Reader, form};
use super::tree::Value;
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
#[expect(clippy::struct_field_names, reason = "the fields are named as Istio names them")]
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

form! {
    struct RewriteFields: "a rewrite", "rewrite: {uri: /}" {
        uri: "uri",
        authority: "authority",
        uri_regex_rewrite: "uriRegexRewrite",
    }
}

form! {
    struct RegexRewriteFields: "a regex rewrite", "uriRegexRewrite: {match: ^/a/(.*), rewrite: /b/\\1}" {
        matches: "match",
        rewrite: "rewrite",
    }
}

form! {
    struct RetriesFields: "retries", "retries: {attempts: 3, perTryTimeout: 2s}" {
        attempts: "attempts",
        per_try_timeout: "perTryTimeout",
        retry_on: "retryOn",
        retry_remote_localities: "retryRemoteLocalities",
        backoff: "backoff",
        retry_ignore_previous_hosts: "retryIgnorePreviousHosts",
    }
}

impl Rewrite {
    /// Reads `rewrite`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let RewriteFields { uri, authority, uri_regex_rewrite } = reader.fields(value)?;
        let rewrite = Self {
            uri: uri.read(reader, Reader::text),
            authority: authority.read(reader, Reader::text),
            uri_regex_rewrite: uri_regex_rewrite.read(reader, RegexRewrite::read),
        };
        Some(At::new(rewrite, value.place()))
    }
}

impl RegexRewrite {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let RegexRewriteFields { matches, rewrite } = reader.fields(value)?;
        let matches = matches.required::<_, RegexRewriteFields>("match", value, reader, Reader::text);
        let rewrite = rewrite.required::<_, RegexRewriteFields>("rewrite", value, reader, Reader::text);
        Some(At::new(Self { matches: matches?, rewrite: rewrite? }, value.place()))
    }
}

impl Retries {
    /// Reads `retries`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let RetriesFields {
            attempts,
            per_try_timeout,
            retry_on,
            retry_remote_localities,
            backoff,
            retry_ignore_previous_hosts,
        } = reader.fields(value)?;
        let retries = Self {
            attempts: attempts.read(reader, |reader, value| reader.number(value, "count", 0..=MOST_ATTEMPTS)),
            per_try_timeout: per_try_timeout.read(reader, Reader::text),
            retry_on: retry_on.read(reader, Reader::text),
            retry_remote_localities: retry_remote_localities.read(reader, Reader::boolean),
            backoff: backoff.read(reader, Reader::text),
            retry_ignore_previous_hosts: retry_ignore_previous_hosts.read(reader, Reader::boolean),
        };
        Some(At::new(retries, value.place()))
    }
}

/// Istio's field is a signed number of 32 bits.
const MOST_ATTEMPTS: u32 = i32::MAX.unsigned_abs();

/// An HTTP status; `resolve` knows which ones there are.
pub(super) fn status(reader: &mut Reader, value: Value<'_>) -> Option<At<u16>> {
    reader.number(value, "HTTP status", 0..=u32::from(u16::MAX))
}
