//! stub
use crate::diagnostic::{Code, Finding, Outcome, Severity};
use crate::plan::View;
pub struct Proof;
impl Proof { pub fn of(_: &View<'_>) -> Self { Self } pub fn hold(self) -> Outcome<usize> { Outcome::new(0, Vec::<Finding>::new()) } }
pub fn without_consequences<T>(mut outcome: Outcome<T>) -> Outcome<T> {
    let cause = |finding: &Finding| finding.severity() == Severity::Error && finding.code != Code::MG0601;
    if outcome.findings.iter().any(cause) {
        outcome.findings.retain(|finding| finding.code != Code::MG0601);
    }
    outcome
}
