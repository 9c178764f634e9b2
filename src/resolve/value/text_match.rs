//! How a text is compared, with the value it is compared with.

use super::{Checked, Poisoned, regex, unlikely};
use crate::diagnostic::Finding;
use crate::input::condition as written;
use crate::model::condition::{Presence, TextMatch};
use crate::resolve::problems::value as problems;
use crate::source::At;

/// Whether nothing is a prefix like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum EmptyPrefix {
    /// Every path starts with it.
    Allowed,
    /// Istio's webhook refuses it.
    Refused,
}

/// A comparison that Istio takes.
pub(in crate::resolve) fn text_match(
    written: &written::TextMatch,
    word: &str,
    empty: EmptyPrefix,
    findings: &mut Vec<Finding>,
) -> Checked<TextMatch> {
    unlikely::warn(written, word, findings);
    match written {
        written::TextMatch::Exact(at) => {
            if at.value.is_empty() {
                findings.push(problems::compared_with_nothing(at, word));
            }
            Ok(TextMatch::Exact(at.value.clone()))
        }
        written::TextMatch::Prefix(at) if at.value.is_empty() && empty == EmptyPrefix::Refused => {
            findings.push(problems::empty_prefix(at, word));
            Err(Poisoned)
        }
        written::TextMatch::Prefix(at) => Ok(TextMatch::Prefix(at.value.clone())),
        written::TextMatch::Regex(at) => regex::regex(at, word, findings).map(TextMatch::Regex),
    }
}

/// A path that Istio takes. Warns of one that no request has, for paths begin with a slash.
pub(in crate::resolve) fn path(
    written: &written::TextMatch,
    findings: &mut Vec<Finding>,
) -> Checked<TextMatch> {
    match written {
        // `OPTIONS *` asks for the whole server.
        written::TextMatch::Exact(at) | written::TextMatch::Prefix(at)
            if !at.value.is_empty() && !at.value.starts_with('/') && at.value != "*" =>
        {
            findings.push(problems::no_slash(at));
        }
        written::TextMatch::Exact(_) | written::TextMatch::Prefix(_) | written::TextMatch::Regex(_) => {}
    }
    text_match(written, "uri", EmptyPrefix::Allowed, findings)
}

/// Presence, or a comparison that Istio takes.
pub(in crate::resolve) fn presence(
    written: &written::Presence,
    word: &str,
    findings: &mut Vec<Finding>,
) -> Checked<Presence> {
    match written {
        written::Presence::Present => Ok(Presence::Present),
        written::Presence::Says(says) => {
            text_match(says, word, EmptyPrefix::Refused, findings).map(Presence::Says)
        }
    }
}

/// The text itself, however it is compared.
pub(in crate::resolve) fn compared(written: &written::TextMatch) -> &At<String> {
    match written {
        written::TextMatch::Exact(at) | written::TextMatch::Prefix(at) | written::TextMatch::Regex(at) => at,
    }
}
