//! The answers for people.
//!
//! Enters: what was asked. Leaves: a line a query, what is otherwise below it, and what nobody asked about. Refuses to know:
//! how it was found.

use super::{Answered, Asked, ends, shown, title};
use crate::cli::trace::wrap::wrapped;
use crate::diagnostic::escape;
use crate::query::coverage::{Coverage, Part, counted};
use crate::trace::report::End;

/// Before what differs.
const INDENT: &str = "      ";
/// How many parts that nobody asked about are named, of each kind.
const NAMED: usize = 5;

/// A line a query, and what differs.
pub(super) fn render(asked: &Asked<'_>, width: usize) -> String {
    let mut out = String::new();
    let digits = asked.answered.len().to_string().len().max(2);
    for (number, answered) in (1..).zip(asked.answered) {
        let word = if answered.holds() { "ok" } else { "FAIL" };
        let start = format!("{word:<4} {number:>digits$}  ");
        let place = shown(answered.query.place, asked.sources).filter(|_| !answered.holds());
        let words =
            [Some(title(&answered.query)), place].into_iter().flatten().collect::<Vec<_>>().join("   ");
        out += &wrapped(&start, &escape::line(&words), width);
        if !answered.holds() {
            differs(&mut out, answered, width);
        }
    }
    let failed = asked.answered.iter().filter(|answered| !answered.holds()).count();
    let all = asked.answered.len();
    let line = if failed == 0 { format!("all {all} hold") } else { format!("{failed} of {all} failed") };
    out += &wrapped("", &line, width);
    if let Some(coverage) = asked.coverage {
        met(&mut out, coverage, asked, width);
    }
    out
}

fn differs(out: &mut String, answered: &Answered, width: usize) {
    let mut say = |word: &str, text: &str| {
        *out += &wrapped(&format!("{INDENT}{word:<10}"), &escape::line(text), width);
    };
    if !answered.ends_as_expected {
        say("expected", &ends(answered.query.expected.as_deref().unwrap_or_default()));
        say("is", &ends(&answered.is));
        let mut reasons: Vec<&str> = Vec::new();
        for share in &answered.trace.shares {
            if let End::Dead { why, reason: _ } = &share.end {
                reasons.push(why);
            }
        }
        reasons.dedup();
        for why in reasons {
            say("because", why);
        }
    }
    let missing = answered.missing_features();
    if !missing.is_empty() {
        say("expected", &missing.join(", "));
        let features = answered.trace.features.join(", ");
        say("is", if features.is_empty() { "nothing of the kind" } else { &features });
    }
    if !answered.by.is_empty() {
        say("by", &answered.by.join(", "));
    }
}

/// How much was asked about, and what was not.
fn met(out: &mut String, coverage: &Coverage, asked: &Asked<'_>, width: usize) {
    let Coverage { rules, destinations, crossings } = coverage;
    let part = |(met, all): (usize, usize), what: &str| format!("{met} of {all} {what}");
    let parts = [
        part(counted(rules), "rules"),
        part(counted(destinations), "destinations"),
        part(counted(crossings), "crossings"),
    ];
    let least = match (asked.is_thin(), asked.fail_under) {
        (true, Some(least)) => format!(", less than {least} %"),
        _ => String::new(),
    };
    let line = format!("{}: {} %{least}", parts.join(", "), coverage.percent());
    *out += &wrapped("asked about  ", &line, width);
    let place = |place| shown(place, asked.sources).unwrap_or_default();
    unmet(out, "rule", rules, width, |rule| format!("{} at {}", rule.service, place(rule.place)));
    unmet(out, "destination", destinations, width, |to| format!("{} at {}", to.text, place(to.place)));
    unmet(out, "crossing", crossings, width, |crossing| {
        format!("{} to {} for {}", crossing.from, crossing.to, crossing.service)
    });
}

fn unmet<T>(out: &mut String, what: &str, parts: &[Part<T>], width: usize, name: impl Fn(&T) -> String) {
    let all: Vec<String> = parts.iter().filter(|part| !part.is_met).map(|part| name(&part.part)).collect();
    for name in all.iter().take(NAMED) {
        *out += &wrapped(&format!("  no query meets the {what} "), &escape::line(name), width);
    }
    if let Some(more) = all.len().checked_sub(NAMED).filter(|more| *more > 0) {
        *out += &wrapped("  ", &format!("and {more} more {what}{}", if more == 1 { "" } else { "s" }), width);
    }
}
