//! Actions: their words as meant.
//!
//! Enters: the actions of one rule as written, and the answers that are not destinations. Leaves: the same with every
//! value checked. Refuses to know: where requests go.

mod answer;
mod cors;
mod fault;
mod headers;
mod retries;
#[cfg(test)]
mod tests;

pub(super) use answer::{contradictions, direct_response, redirect};
pub(super) use headers::headers;

use super::problems::{action as problems, value as value_problems};
use super::value::{Checked, Poisoned, duration, optional, regex};
use crate::diagnostic::Finding;
use crate::input::action as written;
use crate::input::{Listed, Written};
use crate::model::action::{Actions, RegexRewrite, Rewrite};
use crate::source::{At, Place};

/// `oldest` is the oldest minor release of Istio whose Envoys read them. Nothing if an action is illegible or has a value
/// that cannot be.
pub(super) fn actions(
    written: &written::Actions,
    oldest: u8,
    findings: &mut Vec<Finding>,
) -> Option<Actions> {
    let written::Actions { rewrite: rewritten, timeout, retries, fault, cors_policy, headers: changed } =
        written;
    let rewrite = optional(rewritten, |at| rewrite(at, findings));
    let timeout = optional(timeout, |at| duration::duration(at, "timeout", findings));
    let retries = optional(retries, |at| retries::retries(at, findings));
    let fault = optional(fault, |at| fault::fault(at, findings));
    let cors_policy = optional(cors_policy, |at| cors::cors_policy(at, findings));
    let headers = optional(changed, |at| headers::checked(at, oldest, findings));
    authority_once(written, findings);
    let checked = || -> Checked<Actions> {
        Ok(Actions {
            rewrite: rewrite?,
            timeout: timeout?,
            retries: retries?,
            fault: fault?,
            cors_policy: cors_policy?,
            headers: headers?,
        })
    };
    checked().ok()
}

fn rewrite(at: &At<written::Rewrite>, findings: &mut Vec<Finding>) -> Checked<Rewrite> {
    let written::Rewrite { uri, authority, uri_regex_rewrite } = &at.value;
    says_something(
        at.place,
        "rewrite",
        &[uri.is_absent(), authority.is_absent(), uri_regex_rewrite.is_absent()],
        findings,
    )?;
    let one = exclusive(("uri", uri.place()), ("uriRegexRewrite", uri_regex_rewrite.place()), findings);
    let uri = optional(uri, |at| one_line(at, "uri", findings));
    let authority = optional(authority, |at| one_line(at, "authority", findings));
    let uri_regex_rewrite = optional(uri_regex_rewrite, |at| {
        let written::RegexRewrite { matches, rewrite } = &at.value;
        let matches = regex::regex(matches, "match", findings);
        let rewrite = one_line(rewrite, "rewrite", findings).and_then(|_| match &matches {
            Ok(matches) => regex::replacement(rewrite, matches, findings),
            Err(Poisoned) => Err(Poisoned),
        });
        Ok(At::new(RegexRewrite { matches: matches?, rewrite: rewrite? }, at.place))
    });
    one?;
    Ok(Rewrite { uri: uri?, authority: authority?, uri_regex_rewrite: uri_regex_rewrite? })
}

/// The host that a request names can be set once: by `rewrite`, or by one of the header operations.
fn authority_once(written: &written::Actions, findings: &mut Vec<Finding>) {
    let rewritten = written.rewrite.value().and_then(|rewrite| rewrite.authority.place());
    let request = written.headers.value().and_then(|headers| headers.request.value());
    let changed = request.into_iter().flat_map(|request| [&request.set, &request.add]);
    let named = changed.filter_map(Written::value).flat_map(|Listed { entries, .. }| entries);
    let hosts = named
        .filter(|entry| [":authority", "host"].contains(&entry.key.value.to_ascii_lowercase().as_str()))
        .map(|entry| entry.key.place);
    let mut places = rewritten.into_iter().chain(hosts);
    if let (Some(first), Some(second)) = (places.next(), places.next()) {
        findings.push(problems::authority_twice(second, first));
    }
}

/// An action that is there says something.
fn says_something(place: Place, word: &str, absent: &[bool], findings: &mut Vec<Finding>) -> Checked<()> {
    if absent.iter().any(|absent| !absent) {
        return Ok(());
    }
    findings.push(problems::says_nothing(place, word));
    Err(Poisoned)
}

/// Whether a list was left out, or has nothing in it.
fn is_empty<T>(written: &Written<Listed<T>>) -> bool {
    match written {
        Written::Absent => true,
        Written::Illegible => false,
        Written::As(at) => at.value.entries.is_empty() && at.value.complete,
    }
}

/// Of two words, only one is there.
pub(super) fn exclusive(
    (first_word, first): (&str, Option<Place>),
    (second_word, second): (&str, Option<Place>),
    findings: &mut Vec<Finding>,
) -> Checked<()> {
    let (Some(first), Some(second)) = (first, second) else { return Ok(()) };
    findings.push(problems::exclusive(first_word, first, second_word, second));
    Err(Poisoned)
}

/// A text that is not empty.
fn filled(at: &At<String>, word: &str, findings: &mut Vec<Finding>) -> Checked<String> {
    if at.value.is_empty() {
        findings.push(value_problems::empty(at.place, word));
        return Err(Poisoned);
    }
    Ok(at.value.clone())
}

/// A text of one line that is not empty: Envoy takes no line breaks where it writes a path or a host.
fn one_line(at: &At<String>, word: &str, findings: &mut Vec<Finding>) -> Checked<String> {
    if let Some(character) = at.value.chars().find(|c| matches!(c, '\0' | '\r' | '\n')) {
        findings.push(value_problems::line_break(at, word, character));
        return Err(Poisoned);
    }
    filled(at, word, findings)
}
