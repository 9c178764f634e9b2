//! The stage as a whole: what is found, where it points, and what is handed on.

mod documents; // which are meshgen's, and how they join
mod language;
mod forms; // fields, shorthands, scalars
mod yaml; // syntax, aliases, tags, encodings

use std::fmt::Write;

use super::Input;
use crate::diagnostic::{Code, Finding, Severity};
use crate::source::{Found, Source, Sources};

/// A topology that is sound.
const TOPOLOGY: &str = "apiVersion: meshgen/v1
kind: Topology
clusters: {cluster1: {gateway: 203.0.113.10}, cluster2: {gateway: 203.0.113.20}}
services: {reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2}}}
";

/// The head of a Topology; the rest follows.
fn topology(rest: &str) -> String {
    format!("apiVersion: meshgen/v1\nkind: Topology\n{rest}")
}

/// The head of a Routing; the rest follows.
fn routing(rest: &str) -> String {
    format!("apiVersion: meshgen/v1\nkind: Routing\n{rest}")
}

/// Texts that were named outright.
fn sources<const N: usize>(texts: [&str; N]) -> Sources {
    let source =
        |(index, text): (usize, &str)| Source::new(format!("{index}.yaml"), Found::Named, text.into());
    Sources { texts: texts.into_iter().enumerate().map(source).collect(), ..Sources::default() }
}

/// What is found in one text.
fn findings(text: &str) -> Vec<Finding> {
    super::parse(&sources([text])).findings
}

/// What is handed on; the text must be sound.
fn sound(text: &str) -> Input {
    let outcome = super::parse(&sources([text]));
    assert_eq!(outcome.findings, [], "{text}");
    outcome.value.unwrap()
}

/// The characters that a label points at, and those of its alias.
fn pointed(sources: &Sources, finding: &Finding, label: usize) -> (String, Option<String>) {
    let place = finding.labels[label].place;
    let slice = |span: crate::source::Span| {
        sources.get(span.source).unwrap().text()[span.start as usize..span.end as usize].to_owned()
    };
    (slice(place.span), place.via.map(slice))
}

/// Each finding as `CODE token token…`, a token for every label; reached through an alias, `token via *alias`.
fn brief(text: &str) -> Vec<String> {
    let sources = sources([text]);
    let findings = super::parse(&sources).findings;
    findings.iter().map(|finding| brief_one(&sources, finding)).collect()
}

fn brief_one(sources: &Sources, finding: &Finding) -> String {
    let mut line = finding.code.name().to_owned();
    for label in 0..finding.labels.len() {
        let (token, via) = pointed(sources, finding, label);
        write!(line, " {token:?}").unwrap();
        if let Some(via) = via {
            write!(line, " via {via:?}").unwrap();
        }
    }
    line
}

/// Asserts what is found in each text, as [`brief`] says it.
fn assert_found<const N: usize>(cases: [(String, &[&str]); N]) {
    for (text, expected) in cases {
        assert_eq!(brief(&text), expected, "{text}");
    }
}

/// The first `yaml` block of a page.
fn example(page: &str) -> Option<&str> {
    page.split_once("```yaml\n")?.1.split_once("```").map(|(example, _)| example)
}

#[test]
fn every_page_shows_its_own_error_and_no_other() {
    for code in Code::ALL.iter().filter(|code| (Code::MG0101..=Code::MG0133).contains(code)) {
        let Some(example) = example(code.page()) else { continue };
        let found = findings(example);
        assert!(found.iter().any(|finding| finding.code == *code), "{code}: {found:#?}");
        let others =
            found.iter().filter(|finding| finding.code != *code && finding.severity() == Severity::Error);
        assert_eq!(others.count(), 0, "{code}: {found:#?}");
        assert!(
            code.page().starts_with(&format!("# {code}: {}\n", code.title())),
            "{code}: title of the page"
        );
    }
}
