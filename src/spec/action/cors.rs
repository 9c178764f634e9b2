//! `corsPolicy`: which origins may call.
//!
//! Enters: its tree. Leaves: [`CorsPolicy`]. Refuses to know: what browsers make of it.

use super::super::condition::TextMatch;
use super::super::reader::{Form, Reader};
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

const CORS_POLICY: Form<7> = Form {
    what: "a corsPolicy",
    example: "corsPolicy: {allowOrigins: [https://shop.example.com]}",
    fields: [
        "allowOrigins",
        "allowMethods",
        "allowHeaders",
        "exposeHeaders",
        "maxAge",
        "allowCredentials",
        "unmatchedPreflights",
    ],
};

impl CorsPolicy {
    /// Reads `corsPolicy`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            max_age,
            allow_credentials,
            unmatched_preflights,
        ] = reader.fields(value, &CORS_POLICY)?;
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
