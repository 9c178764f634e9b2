//! Numbers and names of HTTP and gRPC.

use super::{Checked, Poisoned, header};
use crate::diagnostic::{Finding, nearest};
use crate::resolve::problems::value as problems;
use crate::source::At;

/// The methods that every client knows, and that Istio knows for `corsPolicy.allowMethods`.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];

/// The statuses of gRPC, as Istio spells them.
const GRPC_STATUSES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Envoy's reasons to retry, of HTTP and of gRPC; a status code is one, too.
const RETRY_REASONS: [&str; 16] = [
    "5xx",
    "gateway-error",
    "reset",
    "reset-before-request",
    "connect-failure",
    "retriable-4xx",
    "refused-stream",
    "retriable-status-codes",
    "retriable-headers",
    "envoy-ratelimited",
    "http3-post-connect-failure",
    "cancelled",
    "deadline-exceeded",
    "internal",
    "resource-exhausted",
    "unavailable",
];

/// Statuses that have a name, for Istio lets no others pass as reasons to retry.
const NAMED_STATUSES: [std::ops::RangeInclusive<u16>; 10] = [
    100..=103,
    200..=208,
    226..=226,
    300..=305,
    307..=308,
    400..=418,
    421..=426,
    428..=429,
    431..=431,
    451..=451,
];

/// The smallest percentage that Envoy can count.
pub(in crate::resolve) const SMALLEST_PERCENTAGE: f64 = 0.0001;

/// Of requests: 0, or 0.0001 to 100.
pub(in crate::resolve) fn percentage(at: &At<f64>, findings: &mut Vec<Finding>) -> Checked<f64> {
    let percent = at.value;
    if percent == 0.0 || (SMALLEST_PERCENTAGE..=100.0).contains(&percent) {
        return Ok(percent);
    }
    findings.push(problems::percentage(at));
    Err(Poisoned)
}

/// A status that an answer can have: 200 to 599.
pub(in crate::resolve) fn status(at: &At<u16>, findings: &mut Vec<Finding>) -> Checked<u16> {
    status_within(at, 200, 599, findings)
}

/// A status that sends the caller elsewhere: 300 to 399.
pub(in crate::resolve) fn redirect_status(at: &At<u16>, findings: &mut Vec<Finding>) -> Checked<u16> {
    status_within(at, 300, 399, findings)
}

fn status_within(at: &At<u16>, first: u16, last: u16, findings: &mut Vec<Finding>) -> Checked<u16> {
    if (first..=last).contains(&at.value) {
        return Ok(at.value);
    }
    findings.push(problems::status(at, first, last));
    Err(Poisoned)
}

/// A status of gRPC by its name.
pub(in crate::resolve) fn grpc_status(
    at: &At<String>,
    findings: &mut Vec<Finding>,
) -> Checked<At<&'static str>> {
    if let Some(known) = GRPC_STATUSES.into_iter().find(|known| *known == at.value) {
        return Ok(At::new(known, at.place));
    }
    findings.push(problems::grpc_status(at, &GRPC_STATUSES));
    Err(Poisoned)
}

/// A method that a browser may be allowed: one that Istio knows, or `*`.
pub(in crate::resolve) fn cors_method(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<String> {
    if at.value == "*" || METHODS.contains(&at.value.as_str()) {
        return Ok(at.value.clone());
    }
    findings.push(problems::cors_method(at, &METHODS));
    Err(Poisoned)
}

/// A method that requests are compared with: any token is one. Warns of what no client sends: a well-known method in
/// lower case, or one that is misspelt.
pub(in crate::resolve) fn method(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<()> {
    if let Some(character) = at.value.chars().find(|c| !header::is_token(*c)) {
        findings.push(problems::method(at, character));
        return Err(Poisoned);
    }
    let upper = at.value.to_ascii_uppercase();
    if METHODS.contains(&at.value.as_str()) {
        return Ok(());
    } else if METHODS.contains(&upper.as_str()) {
        findings.push(problems::method_case(at, &upper));
    } else if let Some(meant) = nearest(&at.value, METHODS) {
        findings.push(problems::misspelt_method(at, meant));
    }
    Ok(())
}

/// Reasons to retry, parted by commas.
pub(in crate::resolve) fn retry_reasons(
    at: &At<String>,
    findings: &mut Vec<Finding>,
) -> Checked<Vec<At<String>>> {
    let mut reasons = Vec::new();
    let mut sound = true;
    for reason in at.value.split(',').map(str::trim) {
        if is_retry_reason(reason) {
            reasons.push(At::new(reason.to_owned(), at.place));
        } else {
            findings.push(problems::retry_reason(at, reason, &RETRY_REASONS));
            sound = false;
        }
    }
    if sound { Ok(reasons) } else { Err(Poisoned) }
}

fn is_retry_reason(reason: &str) -> bool {
    RETRY_REASONS.contains(&reason)
        || reason.parse::<u16>().is_ok_and(|status| {
            (500..=511).contains(&status) && status != 509
                || NAMED_STATUSES.iter().any(|statuses| statuses.contains(&status))
        })
}

/// A scheme, derived port or the like: one of a few words, each with its meaning.
pub(in crate::resolve) fn one_of<T: Copy>(
    at: &At<String>,
    word: &str,
    known: &[(&str, T)],
    findings: &mut Vec<Finding>,
) -> Checked<At<T>> {
    if let Some((_, meaning)) = known.iter().find(|(name, _)| *name == at.value) {
        return Ok(At::new(*meaning, at.place));
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    findings.push(problems::unknown_word(at, word, &names));
    Err(Poisoned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_to_retry_is_a_word_or_a_status_with_a_name() {
        assert!(["5xx", "reset", "503", "429", "unavailable"].into_iter().all(is_retry_reason));
        assert!(!["", "5XX", "timeout", "99", "599", "600"].into_iter().any(is_retry_reason));
    }
}
