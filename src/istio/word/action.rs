//! Actions in Istio's words.
//!
//! Enters: what happens to a request beside being answered, and the answers that are not destinations. Leaves: the
//! fields of a route. Refuses to know: where requests go.

mod cors;
mod fault;
mod mirror;
mod retries;

pub use mirror::{Copies, mirrors};

use super::duration::Duration;
use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service::{
    HeaderOperations, Headers, HttpBody, HttpDirectResponse, HttpRedirect, HttpRewrite, HttpRoute,
    RegexRewrite,
};
use crate::istio::release::Feature;
use crate::model::action::{
    Actions, Body, DirectResponse, HeaderChanges, HeaderOperations as HeaderActions, Redirect, RedirectPort,
    Rewrite,
};

/// A route that does all this, and has neither condition nor answer yet. Words that the release lacks are left
/// out, with a finding.
pub fn actions(actions: &Actions, dialect: &mut Dialect<'_>) -> HttpRoute {
    let Actions { rewrite: rewritten, timeout, retries, fault, cors_policy, headers: changed } = actions;
    HttpRoute {
        rewrite: rewritten.as_ref().map(|written| rewrite(written, dialect)),
        timeout: timeout.map(Duration),
        retries: retries.as_ref().map(|written| retries::retries(written, dialect)),
        fault: fault.as_ref().map(|written| fault::fault(written, dialect)),
        cors_policy: cors_policy.as_ref().map(|written| cors::cors_policy(written, dialect)),
        headers: changed.as_ref().map(headers),
        ..HttpRoute::default()
    }
}

fn rewrite(written: &Rewrite, dialect: &mut Dialect<'_>) -> HttpRewrite {
    let Rewrite { uri, authority, uri_regex_rewrite } = written;
    HttpRewrite {
        uri: uri.clone(),
        authority: authority.clone(),
        uri_regex_rewrite: uri_regex_rewrite.as_ref().and_then(|at| {
            let (matches, rewrite) = (at.value.matches.clone(), at.value.rewrite.clone());
            dialect.say(Feature::RegexRewrite, at.place, RegexRewrite { matches, rewrite })
        }),
    }
}

/// `redirect`
pub fn redirect(written: &Redirect, dialect: &mut Dialect<'_>) -> HttpRedirect {
    let Redirect { uri, authority, port, scheme, redirect_code } = written;
    let said_port = port.as_ref().and_then(|at| dialect.say(Feature::RedirectPort, at.place, at.value));
    let (port, derive_port) = match said_port {
        Some(RedirectPort::Number(number)) => (Some(number), None),
        Some(RedirectPort::ProtocolDefault) => (None, Some("FROM_PROTOCOL_DEFAULT")),
        Some(RedirectPort::RequestPort) => (None, Some("FROM_REQUEST_PORT")),
        None => (None, None),
    };
    HttpRedirect {
        uri: uri.clone(),
        authority: authority.clone(),
        port,
        derive_port,
        scheme: scheme
            .as_ref()
            .and_then(|at| dialect.say(Feature::RedirectScheme, at.place, at.value.istio())),
        redirect_code: redirect_code
            .as_ref()
            .and_then(|at| dialect.say(Feature::RedirectCode, at.place, at.value)),
    }
}

/// `directResponse`; none if the release lacks it.
pub fn direct_response(written: &DirectResponse, dialect: &mut Dialect<'_>) -> Option<HttpDirectResponse> {
    let DirectResponse { status, body } = written;
    let body = body.as_ref().map(|body| match body {
        Body::Text(text) => HttpBody { string: Some(text.clone()), bytes: None },
        Body::Bytes(base64) => HttpBody { string: None, bytes: Some(base64.clone()) },
    });
    dialect.say(Feature::DirectResponse, status.place, HttpDirectResponse { status: status.value, body })
}

/// `headers`, of a route or of one destination.
#[must_use]
pub fn headers(written: &HeaderActions) -> Headers {
    let HeaderActions { request, response } = written;
    Headers { request: request.as_ref().map(operations), response: response.as_ref().map(operations) }
}

fn operations(written: &HeaderChanges) -> HeaderOperations {
    let HeaderChanges { set, add, remove } = written;
    HeaderOperations { set: set.clone(), add: add.clone(), remove: remove.clone() }
}

#[cfg(test)]
mod tests {
    use std::time;

    use super::*;
    use crate::istio::dialect::Lacks;
    use crate::istio::dialect::tests::{cluster, somewhere};
    use crate::model::action::{
        Abort, AbortStatus, CorsPolicy, Delay, Fault, RegexRewrite as Rewritten, Retries, UnmatchedPreflights,
    };
    use crate::model::condition::TextMatch;
    use crate::source::At;

    fn at<T>(value: T) -> At<T> {
        At::new(value, somewhere())
    }

    fn second() -> time::Duration {
        time::Duration::from_secs(1)
    }

    fn everything() -> Actions {
        Actions {
            rewrite: Some(Rewrite {
                uri: None,
                authority: Some("shop".to_owned()),
                uri_regex_rewrite: Some(at(Rewritten {
                    matches: "/v(.)".to_owned(),
                    rewrite: "/\\1".to_owned(),
                })),
            }),
            timeout: Some(second()),
            retries: Some(Retries {
                attempts: at(3),
                per_try_timeout: Some(time::Duration::from_millis(250)),
                retry_on: vec![at("5xx".to_owned()), at("reset-before-request".to_owned())],
                retry_remote_localities: Some(at(true)),
                backoff: Some(at(second())),
                retry_ignore_previous_hosts: Some(at(false)),
            }),
            fault: Some(Fault {
                delay: Some(Delay { fixed_delay: second(), percentage: None }),
                abort: Some(Abort { status: AbortStatus::Grpc(at("NOT_FOUND")), percentage: Some(0.5) }),
            }),
            cors_policy: Some(CorsPolicy {
                allow_origins: vec![at(TextMatch::Exact("*".to_owned()))],
                allow_credentials: Some(false),
                unmatched_preflights: Some(at(UnmatchedPreflights::Ignore)),
                ..CorsPolicy::default()
            }),
            headers: Some(HeaderActions {
                request: Some(HeaderChanges {
                    remove: vec!["x-debug".to_owned()],
                    ..HeaderChanges::default()
                }),
                response: None,
            }),
        }
    }

    fn written(release: &str) -> (String, Vec<String>) {
        let mut lacks = Lacks::default();
        let route = actions(&everything(), &mut Dialect::new(&cluster("cluster1", release), &mut lacks));
        let words = lacks.findings().into_iter().map(|finding| finding.message).collect();
        (serde_json::to_string(&route).unwrap(), words)
    }

    #[test]
    fn every_word_in_istios_spelling() {
        let (json, lacking) = written("1.30");
        assert_eq!(lacking, Vec::<String>::new());
        insta::assert_snapshot!(json, @r#"{"rewrite":{"authority":"shop","uriRegexRewrite":{"match":"/v(.)","rewrite":"/\\1"}},"timeout":"1s","retries":{"attempts":3,"perTryTimeout":"0.25s","retryOn":"5xx,reset-before-request","retryRemoteLocalities":true,"retryIgnorePreviousHosts":false,"backoff":"1s"},"fault":{"delay":{"fixedDelay":"1s","percentage":{"value":100}},"abort":{"grpcStatus":"NOT_FOUND","percentage":{"value":0.5}}},"corsPolicy":{"allowOrigins":[{"exact":"*"}],"allowCredentials":false,"unmatchedPreflights":"IGNORE"},"headers":{"request":{"remove":["x-debug"]}}}"#);
    }

    #[test]
    fn an_old_release_lacks_much_and_spells_origins_otherwise() {
        let (json, lacking) = written("1.4");
        assert_eq!(lacking.len(), 7, "{lacking:#?}");
        assert!(json.contains(r#""allowOrigin":["*"]"#), "{json}");
    }
}
