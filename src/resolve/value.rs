//! Values in rules: texts and numbers that must be of some form.
//!
//! Enters: a value as written, with its place. Leaves: the value as meant, or a finding and [`Poisoned`]. Refuses to
//! know: which word of a rule it belongs to, beyond its name for the finding.

pub(super) mod connection;
pub(super) mod duration;
pub(super) mod header;
pub(super) mod http;
pub(super) mod regex;
pub(super) mod text_match;
mod unlikely; // what no request says

use crate::input::{Listed, Written};
use crate::source::At;

/// Not to be had. It has been reported; nothing may be concluded from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Poisoned;

/// A value as meant, if it is to be had.
pub(super) type Checked<T> = Result<T, Poisoned>;

/// A field that may be absent.
pub(super) fn optional<T, U>(
    written: &Written<T>,
    check: impl FnOnce(&At<T>) -> Checked<U>,
) -> Checked<Option<U>> {
    match written {
        Written::Absent => Ok(None),
        Written::Illegible => Err(Poisoned),
        Written::As(at) => check(at).map(Some),
    }
}

/// A field of which every value will do.
pub(super) fn plain<T: Clone>(written: &Written<T>) -> Checked<Option<T>> {
    optional(written, |at| Ok(at.value.clone()))
}

/// A field of which every value will do, with its place.
pub(super) fn placed<T: Clone>(written: &Written<T>) -> Checked<Option<At<T>>> {
    optional(written, |at| Ok(at.clone()))
}

/// The elements of a list or map; all are checked, even after a bad one. An absent one is empty.
pub(super) fn each<T, U, C>(
    written: &Written<Listed<T>>,
    mut check: impl FnMut(&T) -> Checked<U>,
) -> Checked<C>
where
    C: Default + Extend<U>,
{
    let listed = match written {
        Written::Absent => return Ok(C::default()),
        Written::Illegible => return Err(Poisoned),
        Written::As(at) => &at.value,
    };
    let mut all = C::default();
    let mut sound = listed.complete;
    for entry in &listed.entries {
        match check(entry) {
            Ok(value) => all.extend([value]),
            Err(Poisoned) => sound = false,
        }
    }
    if sound { Ok(all) } else { Err(Poisoned) }
}
