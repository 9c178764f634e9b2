//! Thousands of mistakes in one file: each is found, in time that grows as they do, and people are shown some of them.

use std::fmt::Write as _;
use std::time::Duration;

use meshgen::diagnostic::{self, Finding, github, human, json};
use meshgen::source::{Found, Source, Sources};

use crate::support::work::worked;

/// More than anybody makes.
const MISTAKES: usize = 10_000;

/// What they may take of a processor: ten times what they do.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// A service and rules, each with a mistake of its own kind.
fn input() -> Sources {
    let mut text =
        "apiVersion: meshgen/v1\nkind: Topology\nclusters: {cluster1: {gateway: 203.0.113.10}}\nservices:\n"
            .to_owned();
    let half = MISTAKES / 2;
    for number in 0..half {
        writeln!(text, "  s{number}: {{ports: 9080, versions: {{v1: cluster1}}, unknown{number}: 1}}")
            .unwrap();
    }
    text.push_str("---\napiVersion: meshgen/v1\nkind: Routing\nroutes:\n");
    for number in 0..half {
        writeln!(text, "  s{number}: {{to: {{v1: 50, v{number}0: 50}}}}").unwrap();
    }
    let source = Source::new("input.yaml", Found::Named, text.into_bytes());
    Sources { texts: vec![source], ..Sources::default() }
}

fn findings(sources: &Sources) -> Vec<Finding> {
    let mut findings = meshgen::compile(sources, &mut |_| {}).findings;
    diagnostic::sort(&mut findings);
    findings
}

#[test]
fn thousands_of_mistakes_are_all_found_in_time() {
    let before = worked();
    let sources = input();
    let findings = findings(&sources);
    assert_eq!(findings.len(), MISTAKES);
    let style = human::Style { limit: 20, ..human::Style::default() };
    let human = human::render(&findings, &sources, &style);
    assert_eq!(human.matches("more: meshgen explain").count(), 20);
    assert!(human.ends_with("and 9980 more (9980 errors); --error-limit 0 shows all\n"), "{human}");
    let json: serde_json::Value =
        serde_json::from_str(&json::render(&findings, &sources, None, None)).unwrap();
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(MISTAKES));
    assert_eq!(github::render(&findings, &sources, None, "").lines().count(), MISTAKES);
    let took = worked().saturating_sub(before);
    assert!(took < LONGEST, "{took:?}");
}

/// However often a name is used, it is misspelt once.
#[test]
fn a_misspelt_cluster_is_reported_once() {
    let mut text =
        "apiVersion: meshgen/v1\nkind: Topology\nclusters: {cluster1: {gateway: 203.0.113.10}}\nservices:\n"
            .to_owned();
    for number in 0..MISTAKES {
        writeln!(text, "  s{number}: {{ports: 9080, versions: {{v1: clutser1}}}}").unwrap();
    }
    let source = Source::new("input.yaml", Found::Named, text.into_bytes());
    let findings = findings(&Sources { texts: vec![source], ..Sources::default() });
    let codes: Vec<_> = findings.iter().map(|finding| finding.code.name()).collect();
    assert_eq!(codes, ["MG0205"]);
}
