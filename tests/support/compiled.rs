//! What the compiler makes of a case.

use meshgen::diagnostic::{self, Finding, human};
use meshgen::source::{Found, Source, Sources};

use super::case::{Case, DIAGNOSTICS, Files};

impl Case {
    /// The inputs, as the compiler takes them.
    pub fn sources(&self) -> Sources {
        let texts = self.inputs().into_iter().map(|(name, bytes)| Source::new(name, Found::Named, bytes));
        Sources { texts: texts.collect(), ..Sources::default() }
    }
}

/// What the compiler makes of the inputs: the bundles, unless there are errors, and the findings as text.
pub fn compile(sources: &Sources) -> Files {
    let (mut files, findings) = compile_with_findings(sources);
    if !findings.is_empty() {
        files.insert(DIAGNOSTICS.to_owned(), rendered(findings, sources));
    }
    files
}

/// The same, the findings as they are.
pub fn compile_with_findings(sources: &Sources) -> (Files, Vec<Finding>) {
    let mut files = Files::new();
    let outcome = meshgen::compile(sources, &mut |bundle| {
        if !bundle.text.is_empty() {
            files.insert(format!("{}.yaml", bundle.cluster), bundle.text);
        }
        if let Some(stand_ins) = bundle.stand_ins {
            files.insert(format!("{}.stand-ins.yaml", bundle.cluster), stand_ins.text);
        }
    });
    if outcome.has_errors() {
        files.clear();
    }
    (files, outcome.findings)
}

/// The findings as people read them.
fn rendered(mut findings: Vec<Finding>, sources: &Sources) -> String {
    diagnostic::sort(&mut findings);
    human::render(&findings, sources, &human::Style::default())
}
