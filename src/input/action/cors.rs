//! `corsPolicy`: which origins may call.
//!
//! Enters: its tree. Leaves: [`CorsPolicy`]. Refuses to know: what browsers make of it.

use super::super::condition::TextMatch;
use super::super::reader::{Reader, form};
use super::super::tree::Value;
use super::super::{Listed, Written};
use crate::source::At;

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

form! {
    struct CorsPolicyFields: "a corsPolicy", "corsPolicy: {allowOrigins: [https://shop.example.com]}" {
        allow_origins: "allowOrigins",
        allow_methods: "allowMethods",
        allow_headers: "allowHeaders",
        expose_headers: "exposeHeaders",
        max_age: "maxAge",
        allow_credentials: "allowCredentials",
        unmatched_preflights: "unmatchedPreflights",
    }
}

impl CorsPolicy {
    /// Reads `corsPolicy`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let CorsPolicyFields {
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            max_age,
            allow_credentials,
            unmatched_preflights,
        } = reader.fields(value)?;
        let policy = Self {
            allow_origins: allow_origins.read(reader, |reader, value| {
                reader.list(value, |reader, value| TextMatch::read(reader, value).map(|at| at.value))
            }),
            allow_methods: allow_methods.read(reader, Reader::texts),
            allow_headers: allow_headers.read(reader, Reader::texts),
            expose_headers: expose_headers.read(reader, Reader::texts),
            max_age: max_age.read(reader, Reader::text),
            allow_credentials: allow_credentials.read(reader, Reader::boolean),
            unmatched_preflights: unmatched_preflights.read(reader, Reader::text),
        };
        Some(At::new(policy, value.place()))
    }
}
