//! What happens to a request beside being answered by a version.

mod retries;
mod fault;
mod cors;
mod answer;

use std::collections::BTreeMap;
use std::time;

use serde::Serialize;

use crate::model::action as model;
use crate::source::At;

pub use answer::{DirectResponse, Redirect};
use cors::CorsPolicy;
use fault::Fault;
use retries::Retries;

/// The actions of a rule, each under its own name.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actions<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rewrite: Option<Rewrite<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<Retries>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cors_policy: Option<CorsPolicy<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<HeaderOperations<'m>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rewrite<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_regex_rewrite: Option<RegexRewrite<'m>>,
}

#[derive(Serialize)]
struct RegexRewrite<'m> {
    #[serde(rename = "match")]
    matches: &'m str,
    rewrite: &'m str,
}

/// `headers`, of a rule or a destination.
#[derive(Serialize)]
pub struct HeaderOperations<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<HeaderChanges<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<HeaderChanges<'m>>,
}

#[derive(Serialize)]
struct HeaderChanges<'m> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'m BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    add: &'m BTreeMap<String, String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    remove: &'m [String],
}

impl<'m> Actions<'m> {
    pub fn of(actions: &'m model::Actions) -> Self {
        let model::Actions { rewrite, timeout, retries, fault, cors_policy, headers } = actions;
        Self {
            rewrite: rewrite.as_ref().map(Rewrite::of),
            timeout: timeout.map(duration),
            retries: retries.as_ref().map(Retries::of),
            fault: fault.as_ref().map(Fault::of),
            cors_policy: cors_policy.as_ref().map(CorsPolicy::of),
            headers: headers.as_ref().map(HeaderOperations::of),
        }
    }
}

impl<'m> Rewrite<'m> {
    fn of(written: &'m model::Rewrite) -> Self {
        let model::Rewrite { uri, authority, uri_regex_rewrite } = written;
        Self {
            uri: uri.as_deref(),
            authority: authority.as_deref(),
            uri_regex_rewrite: uri_regex_rewrite.as_ref().map(|at| {
                let model::RegexRewrite { matches, rewrite } = &at.value;
                RegexRewrite { matches, rewrite }
            }),
        }
    }
}

impl<'m> HeaderOperations<'m> {
    pub fn of(written: &'m model::HeaderOperations) -> Self {
        let model::HeaderOperations { request, response } = written;
        Self {
            request: request.as_ref().map(HeaderChanges::of),
            response: response.as_ref().map(HeaderChanges::of),
        }
    }
}

impl<'m> HeaderChanges<'m> {
    fn of(written: &'m model::HeaderChanges) -> Self {
        let model::HeaderChanges { set, add, remove } = written;
        Self { set, add, remove }
    }
}

pub(super) fn value<T: Copy>(written: Option<&At<T>>) -> Option<T> {
    written.map(|at| at.value)
}

/// Durations are whole milliseconds.
pub(super) fn duration(duration: time::Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}
