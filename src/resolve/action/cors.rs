//! `corsPolicy` as meant.

use super::{filled, is_empty, says_something};
use crate::diagnostic::Finding;
use crate::input::action as written;
use crate::input::{Listed, Written};
use crate::model::action::{CorsPolicy, UnmatchedPreflights};
use crate::resolve::value::header::{self, Use};
use crate::resolve::value::text_match::{EmptyPrefix, compared, text_match};
use crate::resolve::value::{Checked, duration, each, http, optional, plain};
use crate::source::At;

const UNMATCHED_PREFLIGHTS: [(&str, UnmatchedPreflights); 2] =
    [("FORWARD", UnmatchedPreflights::Forward), ("IGNORE", UnmatchedPreflights::Ignore)];

pub(super) fn cors_policy(at: &At<written::CorsPolicy>, findings: &mut Vec<Finding>) -> Checked<CorsPolicy> {
    let written::CorsPolicy {
        allow_origins,
        allow_methods,
        allow_headers,
        expose_headers,
        max_age,
        allow_credentials,
        unmatched_preflights,
    } = &at.value;
    let absent = [
        is_empty(allow_origins),
        is_empty(allow_methods),
        is_empty(allow_headers),
        is_empty(expose_headers),
        max_age.is_absent(),
        allow_credentials.is_absent(),
        unmatched_preflights.is_absent(),
    ];
    says_something(at.place, "corsPolicy", &absent, findings)?;
    let allow_origins = each(allow_origins, |written| {
        let at = compared(written);
        filled(at, "allowOrigins", findings)?;
        let origin = text_match(written, "allowOrigins", EmptyPrefix::Refused, findings)?;
        Ok(At::new(origin, at.place))
    });
    let allow_methods = each(allow_methods, |at| http::cors_method(at, findings));
    let allow_headers = names(allow_headers, findings);
    let expose_headers = names(expose_headers, findings);
    let max_age = optional(max_age, |at| duration::seconds(at, "maxAge", findings));
    let unmatched_preflights = optional(unmatched_preflights, |at| {
        http::one_of(at, "unmatchedPreflights", &UNMATCHED_PREFLIGHTS, findings)
    });
    Ok(CorsPolicy {
        allow_origins: allow_origins?,
        allow_methods: allow_methods?,
        allow_headers: allow_headers?,
        expose_headers: expose_headers?,
        max_age: max_age?,
        allow_credentials: plain(allow_credentials)?,
        unmatched_preflights: unmatched_preflights?,
    })
}

fn names(written: &Written<Listed<At<String>>>, findings: &mut Vec<Finding>) -> Checked<Vec<String>> {
    each(written, |at| header::name(at, Use::Cors, findings))
}
