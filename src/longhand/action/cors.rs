//! `corsPolicy`: what browsers are told about other origins.

use serde::Serialize;

use super::{duration, value};
use crate::longhand::condition::Comparison;
use crate::model::action as model;

/// `corsPolicy`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CorsPolicy<'m> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_origins: Vec<Comparison<'m>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allow_methods: &'m [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allow_headers: &'m [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    expose_headers: &'m [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_credentials: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmatched_preflights: Option<&'static str>,
}

impl<'m> CorsPolicy<'m> {
    pub fn of(written: &'m model::CorsPolicy) -> Self {
        let model::CorsPolicy {
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            max_age,
            allow_credentials,
            unmatched_preflights,
        } = written;
        Self {
            allow_origins: allow_origins.iter().map(|at| Comparison::of(&at.value)).collect(),
            allow_methods,
            allow_headers,
            expose_headers,
            max_age: max_age.map(duration),
            allow_credentials: *allow_credentials,
            unmatched_preflights: value(unmatched_preflights.as_ref()).map(model::UnmatchedPreflights::istio),
        }
    }
}
