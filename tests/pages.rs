//! The page of every code: it has the shape of all pages, and its example triggers this code and no other error.

#![cfg(test)]

use meshgen::diagnostic::{Code, Severity};
use meshgen::source::{Found, Source, Sources};

/// Codes that no YAML in a page can trigger, each with the reason.
const WITHOUT_EXAMPLE: [(&str, &str); 1] = [("MG0101", "text that is not UTF-8 cannot stand in a page")];

#[test]
fn every_page_has_the_same_shape() {
    for code in Code::ALL {
        let title = format!("# {code}: {}", code.title());
        assert_eq!(code.page().lines().next(), Some(title.as_str()));
        let sections: Vec<_> = code.page().lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(sections, ["## Example", "## Fix", "## What Istio would have done"], "{code}");
        assert!(code.page().lines().count() <= 60, "{code}: a page is read in a terminal");
    }
}

#[test]
fn every_example_triggers_its_code_and_no_other_error() {
    let excepted = |code: &Code| WITHOUT_EXAMPLE.iter().any(|(name, _)| *name == code.name());
    let mut faults = Vec::new();
    for code in Code::ALL.iter().filter(|code| !excepted(code)) {
        let Some(example) = example(code.page()) else {
            faults.push(format!("{code}: the page has no example"));
            continue;
        };
        let found = findings(example);
        if !found.contains(code) {
            faults.push(format!("{code}: its example gives {found:?}"));
        }
        let others = found.iter().filter(|other| *other != code && other.severity() == Severity::Error);
        faults
            .extend(others.map(|other| format!("{code}: its example also gives {other}: {}", other.title())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The first block of YAML.
fn example(page: &str) -> Option<&str> {
    let (_, block) = page.split_once("```yaml\n")?;
    let (example, _) = block.split_once("```")?;
    Some(example)
}

fn findings(text: &str) -> Vec<Code> {
    let source = Source::new("example.yaml", Found::Named, text.as_bytes().to_vec());
    let outcome = meshgen::compile(&Sources { texts: vec![source], ..Sources::default() }, &mut |_| {});
    outcome.findings.iter().map(|finding| finding.code).collect()
}
