//! Findings for programs: exactly one JSON document, described in docs/findings.md.
//!
//! Enters: findings, the texts they are about, and what kept the run from trying, if anything. Leaves: a document on
//! one line. Refuses to know: streams. Nothing raw reaches a terminal from it: what could is an escape.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};

use super::position::{Index, Position};
use super::{Finding, Label, Severity, Spot, escape};
use crate::source::{Sources, Span};

/// The version of the document's shape; fields may join it, none leaves or changes within it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Findings<'a>,
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<&'a serde_json::Value>,
}

/// Findings that are put into form one after the other: of a hostile input there are half a million.
struct Findings<'a> {
    all: &'a [Finding],
    index: &'a Index<'a>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all.iter().map(|finding| one(finding, self.index)))
    }
}

#[derive(Serialize)]
struct OneFinding<'a> {
    code: &'static str,
    severity: String,
    title: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    labels: Vec<OneLabel<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<OneSpot<'a>>,
}

/// An object of a cluster, where no text is at hand.
#[derive(Serialize)]
struct OneSpot<'a> {
    cluster: &'a str,
    object: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct OneLabel<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    text: &'a str,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<Region<'a>>,
}

/// A run of characters; `end` is the first one behind it.
#[derive(Serialize)]
struct Region<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Default, Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// The document. `failure` says why the run could not try, when that is so; `built` what a build did, when it did.
#[must_use]
pub fn render(
    findings: &[Finding],
    sources: &Sources,
    failure: Option<&str>,
    built: Option<&serde_json::Value>,
) -> String {
    let index = Index::new(sources);
    let document = Document {
        version: VERSION,
        findings: Findings { all: findings, index: &index },
        summary: summary(findings),
        failure,
        built,
    };
    // Texts, numbers and lists always have a JSON form.
    let mut text = serde_json::to_string(&document).unwrap_or_default();
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let mut out = String::with_capacity(text.len() + 64);
        text.chars().for_each(|character| push(&mut out, character));
        text = out;
    }
    text.push('\n');
    text
}

fn one<'a>(finding: &'a Finding, index: &Index<'a>) -> OneFinding<'a> {
    let Finding { code, message, labels, spots, help, weight: _ } = finding;
    OneFinding {
        code: code.name(),
        severity: finding.severity().to_string(),
        title: code.title(),
        message,
        help: help.as_deref(),
        labels: labels
            .iter()
            .enumerate()
            .filter_map(|(position, label)| {
                let Label { place, text } = label;
                Some(OneLabel {
                    region: region(place.span, index)?,
                    text,
                    primary: position == 0,
                    via: place.via.and_then(|alias| region(alias, index)),
                })
            })
            .collect(),
        objects: spots
            .iter()
            .map(|Spot { cluster, object, text }| OneSpot { cluster, object, text })
            .collect(),
    }
}

fn region<'a>(span: Span, index: &Index<'a>) -> Option<Region<'a>> {
    let (source, lines) = index.get(span.source)?;
    Some(Region { file: &source.name, start: lines.position(span.start), end: lines.position(span.end) })
}

fn summary(findings: &[Finding]) -> Summary {
    let mut summary = Summary::default();
    for finding in findings {
        match finding.severity() {
            Severity::Error => summary.errors += 1,
            Severity::Warning => summary.warnings += 1,
            Severity::Note => summary.notes += 1,
        }
    }
    summary
}

/// Such characters stand only inside JSON's strings, where an escape means the same.
fn push(out: &mut String, character: char) {
    if escape::is_unprintable(character) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing into a `String` cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    } else {
        out.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Found, Place, Source, SourceId};

    #[test]
    fn a_finding_with_all_its_parts() {
        let sources = Sources {
            texts: vec![Source::new("t.yaml", Found::Named, "w: &w ü\nx: *w\n".into())],
            ..Sources::default()
        };
        let span = |start, end| Span { source: SourceId(0), start, end };
        let place = Place { span: span(6, 8), via: Some(span(12, 14)) };
        let finding =
            Finding::new(Code::MG0101, "a \u{1b} \"quoted\" thing").at(place, "here").help("do\nthis");
        insta::assert_snapshot!(render(&[finding], &sources, None, None), @r#"{"version":1,"findings":[{"code":"MG0101","severity":"error","title":"the text is not UTF-8","message":"a \u001b \"quoted\" thing","help":"do\nthis","labels":[{"file":"t.yaml","start":{"line":1,"column":7,"offset":6},"end":{"line":1,"column":8,"offset":8},"text":"here","primary":true,"via":{"file":"t.yaml","start":{"line":2,"column":4,"offset":12},"end":{"line":2,"column":6,"offset":14}}}]}],"summary":{"errors":1,"warnings":0,"notes":0}}"#);
    }

    #[test]
    fn without_findings_it_is_a_document_too() {
        insta::assert_snapshot!(render(&[], &Sources::default(), Some("cannot read \u{9b}x"), None), @r#"{"version":1,"findings":[],"summary":{"errors":0,"warnings":0,"notes":0},"failure":"cannot read \u009bx"}"#);
    }
}
