//! Names and values of HTTP headers.

mod command; // what Envoy puts into values

pub(in crate::resolve) use command::Fault as CommandFault;

use std::collections::BTreeMap;

use super::{Checked, Poisoned, each};
use crate::diagnostic::Finding;
use crate::input::{Keyed, Listed, Written};
use crate::resolve::problems::value as problems;
use crate::source::{At, Place};

/// Where a header's name stands; each place forbids something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Use {
    /// `match.headers`, `match.withoutHeaders`.
    Match,
    /// `headers.request.set`, `headers.request.add`.
    SetOnRequest,
    /// The other words of `headers`: `Host` cannot be taken away, and responses have none.
    Change,
    /// `corsPolicy`, where `*` is every header.
    Cors,
}

/// Why a text is no header name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum NameFault {
    Empty,
    /// This character cannot be in a name.
    Character(char),
    /// Istio ignores it: there is a word of its own for it.
    Word(&'static str),
    /// `:path` and its like have a word of their own.
    Pseudo(Option<&'static str>),
    /// The host is not the caller's to change here.
    Host,
}

/// A name in lower case, as HTTP/2 has it and Istio wants it.
pub(in crate::resolve) fn name(at: &At<String>, place: Use, findings: &mut Vec<Finding>) -> Checked<String> {
    let lower = at.value.to_ascii_lowercase();
    if place == Use::Match && lower.starts_with("@request.auth.claims") {
        findings.push(problems::claim(at));
        return Err(Poisoned);
    }
    match name_fault(&lower, place) {
        None => Ok(lower),
        Some(fault) => {
            findings.push(problems::header_name(at, fault));
            Err(Poisoned)
        }
    }
}

fn name_fault(name: &str, place: Use) -> Option<NameFault> {
    match (name, place) {
        ("", _) => Some(NameFault::Empty),
        ("*", Use::Cors) | (":authority", Use::SetOnRequest) => None,
        ("uri", Use::Match) => Some(NameFault::Word("uri")),
        ("scheme", Use::Match) => Some(NameFault::Word("scheme")),
        ("method", Use::Match) => Some(NameFault::Word("method")),
        ("authority", Use::Match) => Some(NameFault::Word("authority")),
        ("host", Use::Change) => Some(NameFault::Host),
        _ if name.starts_with(':') => Some(NameFault::Pseudo(match (name, place) {
            (":path", Use::Match) => Some("uri"),
            (":scheme", Use::Match) => Some("scheme"),
            (":method", Use::Match) => Some("method"),
            (":authority", Use::Match) => Some("authority"),
            _ => None,
        })),
        _ => name.chars().find(|c| !is_token(*c)).map(NameFault::Character),
    }
}

/// RFC 9110, `tchar`.
pub(super) fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// What is said of headers, by name in lower case and with the name's place. Names that differ only in case are one
/// header, which can be named once.
pub(in crate::resolve) fn by_name<T, V>(
    written: &Written<Listed<Keyed<T>>>,
    place: Use,
    findings: &mut Vec<Finding>,
    mut check: impl FnMut(&T, &mut Vec<Finding>) -> Checked<V>,
) -> Checked<BTreeMap<String, At<V>>> {
    let mut names: BTreeMap<String, Place> = BTreeMap::new();
    each(written, |Keyed { key, value }| {
        let (name, said) = (name(key, place, findings), check(value, findings));
        let (name, said) = (name?, said?);
        match names.insert(name.clone(), key.place) {
            None => Ok((name, At::new(said, key.place))),
            Some(first) => {
                findings.push(problems::header_twice(key, first));
                Err(Poisoned)
            }
        }
    })
}

/// Why a header cannot say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum ValueFault {
    /// This character would end the header, or worse.
    Control(char),
    /// More bytes than Envoy takes.
    TooLong(usize),
    /// Envoy puts something into it, and does not take this.
    Command(CommandFault),
}

/// Most bytes of a value that Envoy's API lets pass.
pub(in crate::resolve) const LONGEST_VALUE: usize = 16384;

/// A value to be set or added by Envoys from a minor release of Istio on; may hold Envoy's commands, `%START_TIME%`.
pub(in crate::resolve) fn value(at: &At<String>, minor: u8, findings: &mut Vec<Finding>) -> Checked<String> {
    let control = at.value.chars().find(|c| c.is_ascii_control() && *c != '\t');
    let fault = match (control, at.value.len()) {
        (Some(character), _) => Some(ValueFault::Control(character)),
        (None, length) if length > LONGEST_VALUE => Some(ValueFault::TooLong(length)),
        (None, _) => command::check(&at.value, minor).err().map(ValueFault::Command),
    };
    match fault {
        None => Ok(at.value.clone()),
        Some(fault) => {
            findings.push(problems::header_value(at, fault));
            Err(Poisoned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_by_place() {
        assert_eq!(["end-user", "x_y", "host"].map(|name| name_fault(name, Use::Match)), [None; 3]);
        assert_eq!(name_fault("uri", Use::Match), Some(NameFault::Word("uri")));
        assert_eq!(name_fault(":path", Use::Match), Some(NameFault::Pseudo(Some("uri"))));
        assert_eq!(name_fault("a b", Use::Match), Some(NameFault::Character(' ')));
        assert_eq!(name_fault("größe", Use::Match), Some(NameFault::Character('ö')));
        assert_eq!(name_fault("", Use::Cors), Some(NameFault::Empty));
        assert_eq!(["host", ":authority", "uri"].map(|name| name_fault(name, Use::SetOnRequest)), [None; 3]);
        assert_eq!(name_fault("host", Use::Change), Some(NameFault::Host));
        assert_eq!(name_fault(":path", Use::SetOnRequest), Some(NameFault::Pseudo(None)));
        assert_eq!(name_fault("*", Use::Cors), None);
    }
}
