//! What is so, beside what was expected.
//!
//! Enters: a query and the trace of its request. Leaves: whether both agree, and what is so. Refuses to know: how it is shown.

use super::end::End;
use super::{Expected, NOTHING, Query};
use crate::trace::report::Trace;

/// The ends of a trace, each once, with their shares.
#[must_use]
pub fn is(query: &Query, trace: &Trace) -> Vec<Expected> {
    let mut found: Vec<Expected> = Vec::new();
    for share in trace.shares.iter().filter(|share| share.percent > 0.0) {
        let end = End::of(&share.end, &query.request);
        match found.iter_mut().find(|known| known.end == end) {
            Some(known) => known.percent += share.percent,
            None => found.push(Expected { end, percent: share.percent }),
        }
    }
    found
}

/// Whether requests end where they must; so it is where nobody has said.
#[must_use]
pub fn ends_as_expected(query: &Query, trace: &Trace) -> bool {
    let Some(expected) = &query.expected else { return true };
    let mut order: Vec<usize> = (0..expected.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(expected.get(*index).map(|known| known.end.precision())));
    let mut missing: Vec<f64> = expected.iter().map(|expected| expected.percent).collect();
    for share in trace.shares.iter().filter(|share| share.percent > 0.0) {
        let fits = |index: &&usize| expected.get(**index).is_some_and(|known| known.end.holds(&share.end));
        match order.iter().find(fits).and_then(|index| missing.get_mut(*index)) {
            Some(rest) => *rest -= share.percent,
            None => return false,
        }
    }
    missing.iter().all(|rest| rest.abs() < NOTHING)
}

/// What must happen to the requests and does not.
#[must_use]
pub fn missing_features<'q>(query: &'q Query, trace: &Trace) -> Vec<&'q str> {
    let expected = query.features.iter().filter(|feature| !trace.features.contains(feature));
    expected.map(String::as_str).collect()
}
