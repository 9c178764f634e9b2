//! Findings as GitHub's workflow commands, which become annotations in a pull request.
//!
//! Enters: findings and the texts they are about. Leaves: one line a finding, errors first, for GitHub shows ten of
//! each kind a step. Refuses to know: streams.

use std::fmt::Write as _;

use super::brief::brief;
use super::position::Index;
use super::{Finding, Severity, Spot, escape, seen_from};
use crate::source::Sources;

/// One command a finding, and one for what kept the run from trying, if anything. GitHub takes names of files from its
/// `workspace`, which leads to the working directory by these words, as `deploy/mesh`; nothing where they are the same.
#[must_use]
pub fn render(findings: &[Finding], sources: &Sources, failure: Option<&str>, workspace: &str) -> String {
    let index = Index::new(sources);
    let mut out = String::new();
    if let Some(failure) = failure {
        push(&mut out, "::error title=meshgen::", &escape::lines(failure));
    }
    let mut ranked: Vec<&Finding> = findings.iter().collect();
    ranked.sort_by_key(|finding| finding.severity());
    for finding in ranked {
        let mut message = escape::line(&brief(&finding.message)).into_owned();
        for Spot { cluster, object, text } in &finding.spots {
            let spot = format!("{cluster}  {object}  {text}");
            message.push('\n');
            message.push_str(escape::line(&brief(&spot)).trim_end());
        }
        if let Some(help) = &finding.help {
            message.push_str("\nhelp: ");
            message.push_str(&escape::lines(&brief(help)));
        }
        push(&mut out, &command(finding, &index, workspace), &message);
    }
    out
}

fn push(out: &mut String, command: &str, message: &str) {
    out.push_str(command);
    out.push_str(&data(message));
    out.push('\n');
}

fn command(finding: &Finding, index: &Index<'_>, workspace: &str) -> String {
    let kind = match finding.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut command = format!("::{kind} ");
    let span = finding.labels.first().map(|label| label.place.span);
    if let Some(span) = span
        && let Some((source, lines)) = index.get(span.source)
    {
        let (start, end) = (lines.position(span.start), lines.position(span.end));
        let file = property(&seen_from(workspace, &source.name));
        // Writing into a `String` cannot fail.
        let _ = write!(command, "file={file},line={},endLine={},col={},", start.line, end.line, start.column);
        if start.line == end.line {
            let _ = write!(command, "endColumn={},", end.column);
        }
    }
    let _ = write!(command, "title={}::", finding.code);
    command
}

/// Escaped as GitHub's toolkit does for what follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escaped as GitHub's toolkit does for the value of a property; what else cannot be printed is spelled out.
fn property(text: &str) -> String {
    let escaped = data(text).replace(':', "%3A").replace(',', "%2C");
    escape::line(&escaped).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Found, Source, SourceId, Span};

    #[test]
    fn files_are_named_from_the_workspace() {
        let seen = |name| seen_from("deploy/mesh", name);
        assert_eq!(
            [
                seen("a.yaml"),
                seen("./x/a.yaml"),
                seen("../a.yaml"),
                seen("../../../a.yaml"),
                seen("/etc/a.yaml")
            ],
            ["deploy/mesh/a.yaml", "deploy/mesh/x/a.yaml", "deploy/a.yaml", "../a.yaml", "/etc/a.yaml"]
        );
        assert_eq!(seen_from("", "./a.yaml"), "./a.yaml");
    }

    #[test]
    fn errors_lead_and_everything_is_escaped() {
        let sources = Sources {
            texts: vec![Source::new("a:b,c%\nd.yaml", Found::Named, "x: y\nz".into())],
            ..Sources::default()
        };
        let span = |start, end| Span { source: SourceId(0), start, end }.into();
        let one_line = Finding::new(Code::MG0101, "100 %\n::error::forged").at(span(3, 4), "").help("a\nb");
        let two_lines = Finding::new(Code::MG0101, "both").at(span(0, 6), "");
        let nowhere = Finding::new(Code::MG0101, "nowhere");
        let text = render(&[one_line, two_lines, nowhere], &sources, Some("cannot try"), "");
        insta::assert_snapshot!(text, @r#"
        ::error title=meshgen::cannot try
        ::error file=a%3Ab%2Cc%25%0Ad.yaml,line=1,endLine=1,col=4,endColumn=5,title=MG0101::100 %25\u{a}::error::forged%0Ahelp: a%0Ab
        ::error file=a%3Ab%2Cc%25%0Ad.yaml,line=1,endLine=2,col=1,title=MG0101::both
        ::error title=MG0101::nowhere
        "#);
    }
}
