//! `headers` as meant: changes on the way there and back, of a rule or of one destination.

use std::collections::BTreeMap;

use super::{is_empty, says_something};
use crate::diagnostic::Finding;
use crate::input::action as written;
use crate::input::{Keyed, Listed, Written};
use crate::model::action::{HeaderChanges, HeaderOperations};
use crate::resolve::value::header::{self, Use};
use crate::resolve::value::{Checked, each, optional};
use crate::source::At;

/// `oldest` is the oldest minor release of Istio whose Envoys read it. Nothing if a change is illegible or has a value that cannot be.
pub(in crate::resolve) fn headers(
    at: &At<written::HeaderOperations>,
    oldest: u8,
    findings: &mut Vec<Finding>,
) -> Option<HeaderOperations> {
    checked(at, oldest, findings).ok()
}

pub(super) fn checked(
    at: &At<written::HeaderOperations>,
    oldest: u8,
    findings: &mut Vec<Finding>,
) -> Checked<HeaderOperations> {
    let written::HeaderOperations { request, response } = &at.value;
    says_something(at.place, "headers", &[request.is_absent(), response.is_absent()], findings)?;
    let request = optional(request, |at| changes(at, ("request", Use::SetOnRequest), oldest, findings));
    let response = optional(response, |at| changes(at, ("response", Use::Change), oldest, findings));
    Ok(HeaderOperations { request: request?, response: response? })
}

fn changes(
    at: &At<written::HeaderChanges>,
    (word, setting): (&str, Use),
    oldest: u8,
    findings: &mut Vec<Finding>,
) -> Checked<HeaderChanges> {
    let written::HeaderChanges { set, add, remove } = &at.value;
    let absent = [is_empty(set), is_empty(add), is_empty(remove)];
    says_something(at.place, word, &absent, findings)?;
    let set = values(set, setting, oldest, findings);
    let add = values(add, setting, oldest, findings);
    let remove = each(remove, |at| header::name(at, Use::Change, findings));
    Ok(HeaderChanges { set: set?, add: add?, remove: remove? })
}

fn values(
    written: &Written<Listed<Keyed<At<String>>>>,
    setting: Use,
    oldest: u8,
    findings: &mut Vec<Finding>,
) -> Checked<BTreeMap<String, String>> {
    let all =
        header::by_name(written, setting, findings, |at, findings| header::value(at, oldest, findings))?;
    Ok(all.into_iter().map(|(name, at)| (name, at.value)).collect())
}
