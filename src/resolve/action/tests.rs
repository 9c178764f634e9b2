//! Rules as written, and what is found in their actions.

use super::{actions, contradictions, direct_response, redirect};
use crate::input;
use crate::input::routing::Rule;
use crate::model::action::{AbortStatus, RedirectPort};
use crate::source::{Found, Source, Sources};

/// One rule, as it is written in a list of rules.
fn rule(text: &str) -> Rule {
    let text = format!("apiVersion: meshgen/v1\nkind: Routing\nroutes:\n  reviews:\n  - {text}\n");
    let texts = vec![Source::new("routing.yaml", Found::Named, text.into_bytes())];
    let outcome = input::parse(&Sources { texts, ..Sources::default() });
    let routes = outcome.value.unwrap().routes.entries.remove(0);
    routes.rules.written().unwrap().value.entries[0].clone()
}

/// All that is found in a rule but for its conditions and destinations.
fn found(text: &str) -> Vec<String> {
    let (rule, mut findings) = (rule(text), Vec::new());
    actions(&rule.actions, 30, &mut findings);
    if let Some(at) = rule.redirect.written() {
        redirect(at, &mut findings);
    }
    if let Some(at) = rule.direct_response.written() {
        direct_response(at, &mut findings);
    }
    contradictions(&rule, &mut findings);
    findings.into_iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect()
}

#[test]
fn every_bad_action_is_found_in_one_run() {
    let text = "{to: v1, rewrite: {}, timeout: 0s, retries: {attempts: 2, retryOn: '5xx,timeout'}, \
                fault: {abort: {httpStatus: 601, percentage: 0.00001}}, \
                corsPolicy: {allowOrigins: '', allowMethods: get, maxAge: 1.5s, unmatchedPreflights: DROP}, \
                headers: {request: {set: {x-share: 100%}}, response: {remove: host}}}";
    assert_eq!(
        found(text),
        [
            "MG0367: `rewrite` says nothing",
            "MG0350: `timeout` cannot be `0s`",
            "MG0364: `timeout` is not a reason to retry",
            "MG0361: the status cannot be 601",
            "MG0360: `0.00001` is not a percentage of requests",
            "MG0354: `allowOrigins` is empty",
            "MG0356: there is no method `get`",
            "MG0350: `maxAge` cannot be `1.5s`",
            "MG0366: `unmatchedPreflights` cannot be `DROP`",
            "MG0353: a `%` in this header value starts a command that does not end",
            "MG0352: `host` cannot be changed here",
        ]
    );
}

#[test]
fn what_is_sound_is_meant() {
    let rule = rule(
        "{to: v1, timeout: 1m30s, retries: {attempts: 3, retryOn: '5xx, 503'}, \
         fault: {abort: {grpcStatus: NOT_FOUND}}, headers: {request: {set: {X-Share: '%START_TIME%'}}}}",
    );
    let mut findings = Vec::new();
    let actions = actions(&rule.actions, 30, &mut findings).unwrap();
    assert_eq!(findings, []);
    assert_eq!(actions.timeout.unwrap().as_secs(), 90);
    let reasons: Vec<String> = actions.retries.unwrap().retry_on.into_iter().map(|at| at.value).collect();
    assert_eq!(reasons, ["5xx", "503"]);
    let AbortStatus::Grpc(status) = actions.fault.unwrap().abort.unwrap().status else {
        panic!("not gRPC's")
    };
    assert_eq!(status.value, "NOT_FOUND");
    assert_eq!(actions.headers.unwrap().request.unwrap().set["x-share"], "%START_TIME%");
}

#[test]
fn attempts_come_first() {
    assert_eq!(found("{to: v1, retries: {retryOn: 5xx}}"), ["MG0363: `retries` does not say how often"]);
    assert_eq!(
        found("{to: v1, retries: {attempts: 0, retryOn: 5xx}}"),
        ["MG0363: `retries` with no attempts cannot say more"]
    );
    assert_eq!(found("{to: v1, retries: {attempts: 0}}"), Vec::<String>::new());
}

#[test]
fn words_that_exclude_each_other() {
    assert_eq!(
        found("{to: v1, fault: {abort: {httpStatus: 503, grpcStatus: UNAVAILABLE}}}"),
        ["MG0365: `httpStatus` and `grpcStatus` exclude each other"]
    );
    assert_eq!(
        found("{to: v1, rewrite: {authority: shop}, headers: {request: {set: {Host: store}}}}"),
        ["MG0365: the host of the request is set twice"]
    );
    assert_eq!(
        found("{redirect: {port: 80, derivePort: FROM_REQUEST_PORT}}"),
        ["MG0365: `port` and `derivePort` exclude each other"]
    );
    assert_eq!(
        found("{directResponse: {status: 200, body: {string: a, bytes: YQ==}}}"),
        ["MG0365: `string` and `bytes` exclude each other"]
    );
}

#[test]
fn an_abort_needs_a_status() {
    assert_eq!(
        found("{to: v1, fault: {abort: {percentage: 10}}}"),
        ["MG0367: `abort` does not say with what"]
    );
}

#[test]
fn redirects() {
    let rule = rule("{redirect: {scheme: https, derivePort: FROM_PROTOCOL_DEFAULT, redirectCode: 308}}");
    let meant = redirect(rule.redirect.written().unwrap(), &mut Vec::new()).unwrap();
    assert_eq!(meant.port.unwrap().value, RedirectPort::ProtocolDefault);
    assert_eq!(
        found("{redirect: {redirectCode: 200}}"),
        ["MG0367: `redirect` says nothing", "MG0361: the status cannot be 200"]
    );
}

#[test]
fn nothing_goes_on_from_an_answer() {
    assert_eq!(
        found("{directResponse: {status: 503}, timeout: 1s, mirror: v2}"),
        [
            "MG0371: `timeout` does nothing beside `directResponse`",
            "MG0371: `mirror` does nothing beside `directResponse`",
        ]
    );
}
