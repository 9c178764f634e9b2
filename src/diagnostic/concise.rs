//! Findings as one line each, as compilers write them, for editors and for `grep`.
//!
//! Enters: findings and the texts they are about. Leaves: `file:line:col: error MG0302: message`, in the order of the
//! findings. Refuses to know: streams.

use std::fmt::Write as _;

use super::brief::brief;
use super::position::Index;
use super::{Finding, escape};
use crate::source::Sources;

/// One line a finding. A finding without a place in a text begins with the objects that it is about, or with its severity.
#[must_use]
pub fn render(findings: &[Finding], sources: &Sources) -> String {
    let index = Index::new(sources);
    let mut out = String::new();
    for finding in findings {
        let span = finding.labels.first().map(|label| label.place.span);
        if let Some(span) = span
            && let Some((source, lines)) = index.get(span.source)
        {
            let start = lines.position(span.start);
            // Writing into a `String` cannot fail.
            let _ = write!(out, "{}:{}:{}: ", escape::line(&source.name), start.line, start.column);
        } else if let Some(spot) = finding.spots.first() {
            let _ = write!(out, "{}: {}: ", escape::line(&spot.cluster), escape::line(&spot.object));
        }
        let _ = writeln!(
            out,
            "{} {}: {}",
            finding.severity(),
            finding.code,
            escape::line(&brief(&finding.message))
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Found, Source, SourceId, Span};

    #[test]
    fn a_finding_is_a_line() {
        let texts = vec![Source::new("a.yaml", Found::Named, "x: y\nzé: b".into())];
        let sources = Sources { texts, ..Sources::default() };
        let place = Span { source: SourceId(0), start: 10, end: 11 }.into();
        let placed = Finding::new(Code::MG0101, "not\nso").at(place, "here").help("do it");
        let text = render(&[placed, Finding::new(Code::MG0101, "nowhere")], &sources);
        assert_eq!(text, "a.yaml:2:5: error MG0101: not\\u{a}so\nerror MG0101: nowhere\n");
    }
}
