//! Warnings and notes that a team has judged, and does not want to hear of again.
//!
//! Enters: findings, and what `mesh.allow` says. Leaves: the findings that are left, and how many are not. Refuses to
//! know: who judged, and why; the reason is for people who read the topology.

use super::{Code, Finding, Label, Severity};
use crate::source::{Place, Span};

/// One entry of `mesh.allow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// What is acknowledged: a warning or a note.
    pub code: Code,
    /// Why.
    pub reason: String,
    /// The key of a cluster or service, where it is not meant everywhere.
    pub at: Option<Whereabouts>,
    /// Where it was written.
    pub place: Place,
}

/// A cluster or a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// Its key.
    pub name: String,
    /// What is written of it, and of its routes.
    pub spans: Vec<Span>,
}

impl Whereabouts {
    /// Whether a finding points into what is written of it, or names it.
    fn are_of(&self, finding: &Finding) -> bool {
        let Self { name, spans } = self;
        let quoted = format!("`{name}`");
        let is_within = |label: &Label| {
            let span = label.place.span;
            spans.iter().any(|own| own.source == span.source && (own.start..own.end).contains(&span.start))
        };
        finding.message.contains(&quoted)
            || finding.labels.iter().any(|label| label.text.contains(&quoted))
            || finding.labels.first().is_some_and(is_within)
    }
}

impl Allowance {
    fn fits(&self, finding: &Finding) -> bool {
        let Self { code, reason: _, at, place: _ } = self;
        *code == finding.code && at.as_ref().is_none_or(|at| at.are_of(finding))
    }
}

/// Takes out what is acknowledged, and says how much that was. Errors stay, whatever is said of them. Where `all` was
/// looked for, an entry that fits nothing is told: what it was for is gone.
pub fn acknowledge(findings: &mut Vec<Finding>, allowances: &[Allowance], all: bool) -> usize {
    let before = findings.len();
    let mut used = vec![false; allowances.len()];
    findings.retain(|finding| {
        let mut is_allowed = false;
        for (allowance, used) in allowances.iter().zip(&mut used) {
            if finding.severity() != Severity::Error && allowance.fits(finding) {
                *used = true;
                is_allowed = true;
            }
        }
        !is_allowed
    });
    let acknowledged = before - findings.len();
    if all && findings.iter().all(|finding| finding.severity() != Severity::Error) {
        let unused = allowances.iter().zip(used).filter(|(_, used)| !used);
        findings.extend(unused.map(|(allowance, _)| fits_nothing(allowance)));
    }
    acknowledged
}

fn fits_nothing(Allowance { code, reason: _, at, place }: &Allowance) -> Finding {
    let whereabouts = at.as_ref().map(|at| format!(" at `{}`", at.name)).unwrap_or_default();
    Finding::new(Code::MG0271, format!("there is no {code}{whereabouts} to acknowledge"))
        .at(*place, "fits nothing")
        .help("remove it: what it was for is gone")
}
