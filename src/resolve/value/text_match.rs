//! How a text is compared, with the value it is compared with.

use super::{Checked, Poisoned, regex, unlikely};
use crate::diagnostic::Finding;
use crate::model::condition::{Presence, TextMatch};
use crate::resolve::problems::value as problems;
use crate::source::At;
use crate::spec::condition as spec;

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
    written: &spec::TextMatch,
    word: &str,
    empty: EmptyPrefix,
    findings: &mut Vec<Finding>,
) -> Checked<TextMatch> {
    unlikely::warn(written, word, findings);
    match written {
        spec::TextMatch::Exact(at) => {
            if at.value.is_empty() {
                findings.push(problems::compared_with_nothing(at, word));
            }
            Ok(TextMatch::Exact(at.value.clone()))
        }
        spec::TextMatch::Prefix(at) if at.value.is_empty() && empty == EmptyPrefix::Refused => {
            findings.push(problems::empty_prefix(at, word));
            Err(Poisoned)
        }
        spec::TextMatch::Prefix(at) => Ok(TextMatch::Prefix(at.value.clone())),
        spec::TextMatch::Regex(at) => regex::regex(at, word, findings).map(TextMatch::Regex),
    }
}

/// A path that Istio takes. Warns of one that no request has, for paths begin with a slash.
pub(in crate::resolve) fn path(written: &spec::TextMatch, findings: &mut Vec<Finding>) -> Checked<TextMatch> {
    match written {
        // `OPTIONS *` asks for the whole server.
        spec::TextMatch::Exact(at) | spec::TextMatch::Prefix(at)
            if !at.value.is_empty() && !at.value.starts_with('/') && at.value != "*" =>
        {
            findings.push(problems::no_slash(at));
        }
        spec::TextMatch::Exact(_) | spec::TextMatch::Prefix(_) | spec::TextMatch::Regex(_) => {}
    }
    text_match(written, "uri", EmptyPrefix::Allowed, findings)
}

/// Presence, or a comparison that Istio takes.
pub(in crate::resolve) fn presence(
    written: &spec::Presence,
    word: &str,
    findings: &mut Vec<Finding>,
) -> Checked<Presence> {
    match written {
        spec::Presence::Present => Ok(Presence::Present),
        spec::Presence::Says(says) => {
            text_match(says, word, EmptyPrefix::Refused, findings).map(Presence::Says)
        }
    }
}

/// The text itself, however it is compared.
pub(in crate::resolve) fn compared(written: &spec::TextMatch) -> &At<String> {
    match written {
        spec::TextMatch::Exact(at) | spec::TextMatch::Prefix(at) | spec::TextMatch::Regex(at) => at,
    }
}
