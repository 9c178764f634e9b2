//! Findings as one line each, with their help: for programs that read words and mend what they read about.
//!
//! Enters: findings and the texts they are about. Leaves: what `concise` says, then the other places and the help, all on one
//! line. Refuses to know: streams.

use super::brief::brief;
use super::position::Index;
use super::{Finding, concise, escape};
use crate::source::Sources;

/// One line a finding: `mesh.yaml:6:20: error MG0302: … | also topology.yaml:11:44 its versions | help: …`
#[must_use]
pub fn render(findings: &[Finding], sources: &Sources) -> String {
    let index = Index::new(sources);
    findings.iter().map(|finding| one(finding, sources, &index)).collect()
}

fn one(finding: &Finding, sources: &Sources, index: &Index<'_>) -> String {
    let mut line = concise::render(std::slice::from_ref(finding), sources);
    line.truncate(line.trim_end().len());
    for label in finding.labels.iter().skip(1) {
        if let Some((source, lines)) = index.get(label.place.span.source) {
            let start = lines.position(label.place.span.start);
            let also = format!(" | also {}:{}:{} {}", source.name, start.line, start.column, label.text);
            line += &escape::line(&brief(&also));
        }
    }
    for spot in &finding.spots {
        line += &escape::line(&brief(&format!(" | in {}: {} {}", spot.cluster, spot.object, spot.text)));
    }
    if let Some(help) = &finding.help {
        let help: Vec<&str> = help.split_whitespace().collect();
        line += &escape::line(&brief(&format!(" | help: {}", help.join(" "))));
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Found, Source, SourceId, Span};

    #[test]
    fn everything_of_a_finding_is_on_its_line() {
        let texts = vec![Source::new("a.yaml", Found::Named, "x: y\nz: b".into())];
        let sources = Sources { texts, ..Sources::default() };
        let place = |start| Span { source: SourceId(0), start, end: start + 1 }.into();
        let found = Finding::new(Code::MG0101, "not so")
            .at(place(8), "here")
            .at(place(3), "it says `y`")
            .help("do it:\n  now");
        assert_eq!(
            render(&[found], &sources),
            "a.yaml:2:4: error MG0101: not so | also a.yaml:1:4 it says `y` | help: do it: now\n"
        );
    }
}
