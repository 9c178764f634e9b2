//! Simple texts, and those that are nearly simple, against the events.

#![expect(clippy::disallowed_methods, reason = "cases are files")]

use std::path::{Path, PathBuf};

use super::*;
use crate::input::tree::build::by_events;

/// Texts that are taken, with every form of the subset.
const SIMPLE: [&str; 5] = [
    "# first\napiVersion: meshgen/v1 # last\nkind: Topology\nclusters:\n  a: {gateway: 203.0.113.10, n: [x, 'y', \"z\"]} # c\n  c: 'd''' # e\n  b: {}\nservices:\n\n  s: {ports: 80}\n",
    "---\nroutes:\n- match: {uri: /a-b:c, h: 'it''s'}\n  to: v1\n- - x\n  -  y z # w\n-\n  k: v\n  l:\n    - m\n  # n\n---\n\n'q': []\n",
    "a:\n  b:\n    c\nd: \"e: f # g, [h]\"\n1: -2\n\"i\":\n- {j: {k: [l, {m: n}]}}\n",
    "  a: b c  d\n  e: http://f/?g=h&i#j\n",
    "- a\n-   b: c\n    d: e\n- []\n-\n  - f\n",
];

/// What makes a text another one, or none at all.
const INSERTED: [&str; 36] = [
    " ", "  ", "\n", "\t", "\r\n", ":", ": ", " :", "-", "- ", "\n- ", "#", " #", "'", "\"", "[", "]", "{",
    "}", ",", ", ", "&a ", "*a", "!t ", "|", ">", "?", "? ", "%", "\n---\n", "\n...\n", "é", "\\", "~",
    "<<: ", "\u{feff}",
];

/// Whether the text is taken; fails if the events lead to other nodes.
fn is_taken(text: &str, limits: &Limits) -> bool {
    let source = SourceId(0);
    let Some(documents) = read(source, text, limits) else { return false };
    let mut findings = Vec::new();
    let reading = by_events(source, text, limits, &mut findings);
    let (ours, theirs) = (format!("{documents:#?}"), format!("{:#?}", reading.documents));
    let difference = ours.lines().zip(theirs.lines()).find(|(one, other)| one != other);
    assert!(ours == theirs, "{difference:?} in\n{text}");
    assert!(reading.complete && findings.is_empty(), "{text}");
    true
}

fn yaml_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

#[test]
fn every_file_of_the_cases_is_read_as_by_events() {
    let mut files = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), &mut files);
    let texts: Vec<String> = files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
    let taken = texts.iter().filter(|text| is_taken(text, &Limits::default())).count();
    assert!(taken * 10 > texts.len() * 9, "{taken} of {}", texts.len());
}

#[test]
fn a_text_with_something_added_or_removed_is_read_as_by_events() {
    let limits = Limits::default();
    let (mut taken, mut left) = (0, 0);
    for text in SIMPLE {
        assert!(is_taken(text, &limits), "{text}");
        for at in 0..text.len() {
            let (before, rest) = text.split_at(at);
            let removed = format!("{before}{}", &rest[1..]);
            let changed = INSERTED.iter().map(|inserted| format!("{before}{inserted}{rest}"));
            for text in changed.chain([removed, before.to_owned()]) {
                *(if is_taken(&text, &limits) { &mut taken } else { &mut left }) += 1;
            }
        }
    }
    assert!(taken > 5_000 && left > 5_000, "{taken} {left}");
}

#[test]
fn bounds_are_those_of_the_events() {
    for depth in 0..4 {
        is_taken("a: {b: [c]}\n", &Limits { depth, ..Limits::default() });
    }
    for nodes in 0..8 {
        is_taken("a: {b: [c]}\n", &Limits { nodes, ..Limits::default() });
    }
    assert!(is_taken("a: {b: [c]}\n", &Limits { depth: 3, nodes: 6, ..Limits::default() }));
}
