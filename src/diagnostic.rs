//! What went wrong, where, what to do.
//!
//! Enters: findings of every stage. Leaves: the same, in order, each once. Refuses to know: how they are
//! found, and (but for `human`, `json`, `github`) how they look.

pub mod code;
pub mod allow; // what a team has judged
mod wording; // lists and nearest names
mod brief; // long quotations
pub(crate) mod escape;
pub mod concise;
pub mod agent;
pub mod github;
pub mod human;
pub mod json;
pub mod sarif;
mod position;

pub use code::{Code, Severity};
pub(crate) use wording::{join, list, nearest, suggest};

use crate::source::Place;

/// A place, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The characters in question.
    pub place: Place,
    /// Lower case, no full stop; may be empty.
    pub text: String,
}

/// An object of a cluster, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The cluster's name.
    pub cluster: String,
    /// `ServiceEntry shop/payments`
    pub object: String,
    /// Lower case, no full stop; may be empty.
    pub text: String,
}

/// One thing that is wrong or worth knowing: fact, places, remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable name of this kind of finding; has a page.
    pub code: Code,
    /// The fact: lower case, no full stop, user text in backticks.
    pub message: String,
    /// The offending place first, then those it disagrees with.
    pub labels: Vec<Label>,
    /// Objects in clusters, where no text is at hand.
    pub spots: Vec<Spot>,
    /// What to do, with the nearest known name.
    pub help: Option<String>,
    /// How grave it is, if not as findings of its kind are.
    pub weight: Option<Severity>,
}

impl Finding {
    /// A finding without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let (labels, spots) = (Vec::new(), Vec::new());
        Self { code, message: message.into(), labels, spots, help: None, weight: None }
    }

    /// Adds a place; the first one is the offender.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        // Most findings have one, and of a hostile input there are a million.
        self.labels.reserve_exact(1);
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how grave it is, where that depends.
    #[must_use]
    pub fn weigh(self, severity: Severity) -> Self {
        Self { weight: Some(severity), ..self }
    }

    /// Error, warning or note.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.weight.unwrap_or(self.code.severity())
    }
}

/// What a stage makes, if it could, and all it found on the way.
///
/// Findings do not stop the chain of stages; a missing value does.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// What was made of the sound part of the input.
    pub value: Option<T>,
    /// Everything found so far.
    pub findings: Vec<Finding>,
}

impl<T> Outcome<T> {
    /// A value with what was found while making it.
    pub fn new(value: T, findings: Vec<Finding>) -> Self {
        Self { value: Some(value), findings }
    }

    /// Hands the value to the next stage and keeps the findings of both.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Outcome<U>) -> Outcome<U> {
        let Self { value, mut findings } = self;
        let Some(value) = value else { return Outcome { value: None, findings } };
        let outcome = next(value);
        findings.extend(outcome.findings);
        Outcome { value: outcome.value, findings }
    }

    /// Changes the value, finds nothing.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { value: self.value.map(change), findings: self.findings }
    }

    /// Whether the inputs are wrong, and nothing may be written.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity() == Severity::Error)
    }
}

/// Findings in reading order: by file, place, code; each once. Those without a place come last.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| finding.labels.first().map(|label| label.place);
        (place(a).is_none(), place(a), a.code, &a.message).cmp(&(
            place(b).is_none(),
            place(b),
            b.code,
            &b.message,
        ))
    });
    findings.dedup();
}

/// The name of a file from the workspace; absolute names stay.
fn seen_from(workspace: &str, name: &str) -> String {
    if workspace.is_empty() || name.starts_with('/') {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in workspace.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
