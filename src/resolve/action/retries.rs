//! `retries` as meant.

use super::problems;
use crate::diagnostic::Finding;
use crate::input::action as written;
use crate::model::action::Retries;
use crate::resolve::value::{Checked, Poisoned, duration, http, optional, placed};
use crate::source::At;

pub(super) fn retries(at: &At<written::Retries>, findings: &mut Vec<Finding>) -> Checked<Retries> {
    let written::Retries {
        attempts,
        per_try_timeout,
        retry_on,
        retry_remote_localities,
        backoff,
        retry_ignore_previous_hosts,
    } = &at.value;
    let other_words = [
        per_try_timeout.place(),
        retry_on.place(),
        retry_remote_localities.place(),
        backoff.place(),
        retry_ignore_previous_hosts.place(),
    ];
    let other_word = other_words.into_iter().flatten().min();
    let attempts = placed(attempts);
    let per_try_timeout = optional(per_try_timeout, |at| duration::duration(at, "perTryTimeout", findings));
    let retry_on = optional(retry_on, |at| http::retry_reasons(at, findings));
    let backoff = optional(backoff, |at| {
        duration::duration(at, "backoff", findings).map(|duration| At::new(duration, at.place))
    });
    let Some(attempts) = attempts? else {
        findings.push(problems::no_attempts(at.place));
        return Err(Poisoned);
    };
    if let (0, Some(other)) = (attempts.value, other_word) {
        findings.push(problems::zero_attempts(attempts.place, other));
        return Err(Poisoned);
    }
    Ok(Retries {
        attempts,
        per_try_timeout: per_try_timeout?,
        retry_on: retry_on?.unwrap_or_default(),
        retry_remote_localities: placed(retry_remote_localities)?,
        backoff: backoff?,
        retry_ignore_previous_hosts: placed(retry_ignore_previous_hosts)?,
    })
}
