//! What happens to a request beside being answered, in Istio's words.
//!
//! Enters: the trees of a rule's actions. Leaves: [`Actions`] and the answers that are not destinations. Refuses to
//! know: whether durations, codes and header names are any good.

use super::condition::TextMatch;
use super::reader::{Form, Reader};
use super::tree::{Value, View};
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
    pub status: At<u16>,
    pub body: Written<Body>,
}

/// `directResponse.body`. It should have exactly one field: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct Body {
    pub string: Written<String>,
    /// Base64, unchecked.
    pub bytes: Written<String>,
}

const REWRITE: Form<3> =
    Form { what: "a rewrite", example: "rewrite: {uri: /}", fields: ["uri", "authority", "uriRegexRewrite"] };

const REGEX_REWRITE: Form<2> = Form {
    what: "a regex rewrite",
    example: "uriRegexRewrite: {match: ^/a/(.*), rewrite: /b/\\1}",
    fields: ["match", "rewrite"],
};

const RETRIES: Form<6> = Form {
    what: "retries",
    example: "retries: {attempts: 3, perTryTimeout: 2s}",
    fields: [
        "attempts",
        "perTryTimeout",
        "retryOn",
        "retryRemoteLocalities",
        "backoff",
        "retryIgnorePreviousHosts",
    ],
};

const FAULT: Form<2> =
    Form { what: "a fault", example: "fault: {abort: {httpStatus: 500}}", fields: ["delay", "abort"] };

const DELAY: Form<2> =
    Form { what: "a delay", example: "delay: {fixedDelay: 5s}", fields: ["fixedDelay", "percentage"] };

const ABORT: Form<3> = Form {
    what: "an abort",
    example: "abort: {httpStatus: 500}",
    fields: ["httpStatus", "grpcStatus", "percentage"],
};

const PERCENTAGE: Form<1> =
    Form { what: "a percentage", example: "percentage: {value: 12.5}", fields: ["value"] };

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

const HEADER_OPERATIONS: Form<2> = Form {
    what: "headers",
    example: "headers: {request: {set: {x-version: v2}}}",
    fields: ["request", "response"],
};

const HEADER_CHANGES: Form<3> = Form {
    what: "header changes",
    example: "request: {set: {x-version: v2}}",
    fields: ["set", "add", "remove"],
};

const REDIRECT: Form<6> = Form {
    what: "a redirect",
    example: "redirect: {uri: /new}",
    fields: ["uri", "authority", "port", "derivePort", "scheme", "redirectCode"],
};

const DIRECT_RESPONSE: Form<2> =
    Form { what: "a directResponse", example: "directResponse: {status: 503}", fields: ["status", "body"] };

const BODY: Form<2> = Form { what: "a body", example: "body: {string: closed}", fields: ["string", "bytes"] };

impl Rewrite {
    /// Reads `rewrite`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [uri, authority, uri_regex_rewrite] = reader.fields(value, &REWRITE);
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
        let [matches, rewrite] = reader.fields(value, &REGEX_REWRITE);
        let matches = matches.required("match", &REGEX_REWRITE, value, reader, Reader::text);
        let rewrite = rewrite.required("rewrite", &REGEX_REWRITE, value, reader, Reader::text);
        Some(At::new(Self { matches: matches?, rewrite: rewrite? }, value.place()))
    }
}

impl Retries {
    /// Reads `retries`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [
            attempts,
            per_try_timeout,
            retry_on,
            retry_remote_localities,
            backoff,
            retry_ignore_previous_hosts,
        ] = reader.fields(value, &RETRIES);
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

impl Fault {
    /// Reads `fault`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [delay, abort] = reader.fields(value, &FAULT);
        let fault = Self { delay: delay.read(reader, Delay::read), abort: abort.read(reader, Abort::read) };
        Some(At::new(fault, value.place()))
    }
}

impl Delay {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [fixed_delay, percent] = reader.fields(value, &DELAY);
        let fixed_delay = fixed_delay.required("fixedDelay", &DELAY, value, reader, Reader::text);
        let percentage = percent.read(reader, percentage);
        Some(At::new(Self { fixed_delay: fixed_delay?, percentage }, value.place()))
    }
}

impl Abort {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [http_status, grpc_status, percent] = reader.fields(value, &ABORT);
        let abort = Self {
            http_status: http_status.read(reader, status),
            grpc_status: grpc_status.read(reader, Reader::text),
            percentage: percent.read(reader, percentage),
        };
        Some(At::new(abort, value.place()))
    }
}

/// `12.5`, or Istio's own `{value: 12.5}`.
fn percentage(reader: &mut Reader, value: Value<'_>) -> Option<At<f64>> {
    if let View::Text(_) = value.view() {
        return reader.percent(value);
    }
    let [number] = reader.fields(value, &PERCENTAGE);
    number.required("value", &PERCENTAGE, value, reader, Reader::percent)
}

/// An HTTP status; `resolve` knows which ones there are.
fn status(reader: &mut Reader, value: Value<'_>) -> Option<At<u16>> {
    reader.number(value, "HTTP status", 0..=u32::from(u16::MAX))
}

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
        ] = reader.fields(value, &CORS_POLICY);
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

impl HeaderOperations {
    /// Reads `headers`, of a rule or a destination.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [request, response] = reader.fields(value, &HEADER_OPERATIONS);
        let operations = Self {
            request: request.read(reader, HeaderChanges::read),
            response: response.read(reader, HeaderChanges::read),
        };
        Some(At::new(operations, value.place()))
    }
}

impl HeaderChanges {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [set, add, remove] = reader.fields(value, &HEADER_CHANGES);
        let changes = Self {
            set: set.read(reader, Reader::labels),
            add: add.read(reader, Reader::labels),
            remove: remove.read(reader, Reader::texts),
        };
        Some(At::new(changes, value.place()))
    }
}

impl Redirect {
    /// Reads `redirect`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [uri, authority, port, derive_port, scheme, redirect_code] = reader.fields(value, &REDIRECT);
        let redirect = Self {
            uri: uri.read(reader, Reader::text),
            authority: authority.read(reader, Reader::text),
            port: port.read(reader, |reader, value| reader.number(value, "port", 1..=65535)),
            derive_port: derive_port.read(reader, Reader::text),
            scheme: scheme.read(reader, Reader::text),
            redirect_code: redirect_code.read(reader, status),
        };
        Some(At::new(redirect, value.place()))
    }
}

impl DirectResponse {
    /// Reads `directResponse`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let [code, body] = reader.fields(value, &DIRECT_RESPONSE);
        let code = code.required("status", &DIRECT_RESPONSE, value, reader, status);
        let body = body.read(reader, |reader, value| {
            let [string, bytes] = reader.fields(value, &BODY);
            let body =
                Body { string: string.read(reader, Reader::text), bytes: bytes.read(reader, Reader::text) };
            Some(At::new(body, value.place()))
        });
        Some(At::new(Self { status: code?, body }, value.place()))
    }
}
