//! Regular expressions as both of their readers take them: Envoy's RE2, and before it Istio's webhook, which is Go's.
//!
//! The two agree in nearly all of the syntax. Envoy reads bytes, so that no escape may name a character beyond `\xFF`; Go knows no
//! `\C`; `(?<name>…)` came late to both. Real Envoy is asked by `tests/conformance`.

mod class; // what stands in brackets
mod escape; // what begins with a backslash
mod pattern; // all of it

use super::{Checked, Poisoned};
use crate::diagnostic::Finding;
use crate::resolve::problems::value as problems;
use crate::source::At;

/// Longest expression that Istio's webhook lets pass, in bytes.
pub(in crate::resolve) const LONGEST: usize = 1024;
/// Most repetitions that RE2 counts, those within others multiplied.
pub(in crate::resolve) const MOST_REPETITIONS: u32 = 1000;

/// Why an expression is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Fault {
    Empty,
    TooLong,
    LookAround,
    Backreference,
    TooManyRepetitions,
    /// Small as written, and large when its repetitions are written out.
    TooLarge,
    /// A repetition of a repetition, or of nothing.
    BadRepetition,
    /// Other syntax, as it stands in the expression.
    Syntax(String),
}

/// An expression as it is, if it is taken.
pub(in crate::resolve) fn regex(at: &At<String>, word: &str, findings: &mut Vec<Finding>) -> Checked<String> {
    check(&at.value).map_err(|fault| {
        findings.push(problems::regex(at, word, &fault));
        Poisoned
    })?;
    Ok(at.value.clone())
}

/// What replaces a match of an expression: `\\1` is its first group, `\\0` all of it, `\\\\` a backslash. RE2 leaves a text as
/// it is if the replacement says anything else.
pub(in crate::resolve) fn replacement(
    at: &At<String>,
    expression: &str,
    findings: &mut Vec<Finding>,
) -> Checked<String> {
    let groups = pattern::groups(expression);
    let mut marks = at.value.chars();
    while let Some(mark) = marks.next() {
        if mark != '\\' {
            continue;
        }
        match marks.next() {
            Some('\\') => {}
            Some(digit) if digit.is_ascii_digit() => {
                if digit.to_digit(10).is_some_and(|number| number as usize > groups) {
                    findings.push(problems::no_such_group(at, digit, groups));
                    return Err(Poisoned);
                }
            }
            Some(_) | None => {
                findings.push(problems::bad_escape(at));
                return Err(Poisoned);
            }
        }
    }
    Ok(at.value.clone())
}

fn check(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    pattern::check(text)
}

/// What begins `text`, as long as it is: for a fault at it.
fn syntax(text: &str, length: usize) -> Fault {
    Fault::Syntax(text.chars().take(length).collect())
}

#[cfg(test)]
mod tests;
