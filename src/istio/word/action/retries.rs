//! `retries` in Istio's words.

use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service::HttpRetry;
use crate::istio::release::Feature;
use crate::istio::word::duration::Duration;
use crate::model::action::Retries;

/// Reasons that only some releases' webhooks let pass.
const LATER_REASONS: [(&str, Feature); 5] = [
    ("reset", Feature::RetryOnReset),
    ("envoy-ratelimited", Feature::RetryOnEnvoyRatelimited),
    ("retriable-headers", Feature::RetryOnRetriableHeaders),
    ("reset-before-request", Feature::RetryOnResetBeforeRequest),
    ("http3-post-connect-failure", Feature::RetryOnHttp3PostConnectFailure),
];

pub(super) fn retries(written: &Retries, dialect: &mut Dialect<'_>) -> HttpRetry {
    let Retries {
        attempts,
        per_try_timeout,
        retry_on,
        retry_remote_localities,
        backoff,
        retry_ignore_previous_hosts,
    } = written;
    if attempts.value == 0 {
        dialect.can(Feature::NoRetries, attempts.place);
    }
    for reason in retry_on {
        if let Some((_, feature)) = LATER_REASONS.iter().find(|(name, _)| *name == reason.value) {
            dialect.can(*feature, reason.place);
        }
    }
    let reasons: Vec<&str> = retry_on.iter().map(|reason| reason.value.as_str()).collect();
    HttpRetry {
        attempts: attempts.value,
        per_try_timeout: per_try_timeout.map(Duration),
        retry_on: (!reasons.is_empty()).then(|| reasons.join(",")),
        retry_remote_localities: retry_remote_localities
            .as_ref()
            .and_then(|at| dialect.say(Feature::RetryRemoteLocalities, at.place, at.value)),
        retry_ignore_previous_hosts: retry_ignore_previous_hosts
            .as_ref()
            .and_then(|at| dialect.say(Feature::RetryIgnorePreviousHosts, at.place, at.value)),
        backoff: backoff
            .as_ref()
            .and_then(|at| dialect.say(Feature::RetryBackoff, at.place, Duration(at.value))),
    }
}
