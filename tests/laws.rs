//! docs/proof.md states what holds, one row a test: each row names one that is there.

use std::collections::BTreeSet;
use std::path::Path;

/// The rows of the tables of laws: file and function.
fn rows() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/proof.md")).unwrap();
    let laws = page.split("\n## ").find(|section| section.starts_with("The laws")).unwrap();
    let cells =
        laws.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | ").map(|(_, cell)| cell));
    let named = cells.filter_map(|cell| {
        let mut words = cell.split('`').filter(|word| !word.trim().is_empty());
        let (file, function) = (words.next()?, words.next()?);
        let is_file = file.starts_with("tests/") || file.starts_with("src/");
        (is_file && words.next().is_none()).then(|| (file.to_owned(), function.to_owned()))
    });
    named.collect()
}

#[test]
fn every_law_names_a_test_that_is_there() {
    let rows = rows();
    assert!(rows.len() > 30, "the table of docs/proof.md is not read: {} rows", rows.len());
    for (file, function) in &rows {
        let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        let (before, _) = text
            .split_once(&format!("fn {function}("))
            .unwrap_or_else(|| panic!("docs/proof.md names `{function}` of {file}, which is not there"));
        let above = before.rsplit('\n').skip(1).map(str::trim).take_while(|line| line.starts_with('#'));
        let is_test = above.into_iter().any(|line| line == "#[test]");
        assert!(is_test || file.starts_with("tests/conformance/"), "{file}: `{function}` is no test");
    }
}

#[test]
fn every_law_has_a_row_of_its_own() {
    let rows = rows();
    let each: BTreeSet<_> = rows.iter().collect();
    assert_eq!(each.len(), rows.len(), "a test stands in two rows of docs/proof.md");
}

/// Whoever follows requests states what holds: none of these tests is without a row.
#[test]
fn what_follows_requests_is_a_law() {
    let rows = rows();
    for file in ["cases", "dumps", "goldens", "mutations", "random"] {
        let name = format!("tests/translation/{file}.rs");
        assert!(rows.iter().any(|(file, _)| *file == name), "{name} has no row in docs/proof.md");
    }
}

#[test]
fn every_mistake_names_what_finds_it_again() {
    let page = std::fs::read_to_string(root().join("docs/proof.md")).unwrap();
    let mistakes = page.split("\n## ").find(|section| section.starts_with("Mistakes of 0.1.0")).unwrap();
    let cells = mistakes.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | ")).skip(1);
    let mut count = 0;
    for (what, cell) in cells {
        let mut words = cell.split('`').skip(1).step_by(2);
        while let Some(word) = words.next() {
            let is_there = if word.contains('/') {
                let text = std::fs::read_to_string(root().join(word)).unwrap_or_default();
                text.contains(&format!("fn {}(", words.next().unwrap()))
            } else {
                root().join("testdata").join(word).is_dir()
            };
            assert!(is_there, "{what}: `{word}` is not there");
            count += 1;
        }
    }
    assert!(count > 80, "the table of docs/proof.md is not read: {count} cases and tests");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
