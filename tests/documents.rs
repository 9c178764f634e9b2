//! The documents tell the truth: their examples are right, and what they show is what the program prints.

use std::path::Path;

use meshgen::diagnostic::Severity;
use meshgen::source::{Found, Source, Sources};

use crate::support::document::blocks;
use crate::support::session::Session;

/// What the README shows of the case: the inputs, then the bundles.
const SHOWN: [&str; 5] = [
    "topology.yaml",
    "routing.yaml",
    "expected/cluster1.yaml",
    "expected/cluster1.stand-ins.yaml",
    "expected/cluster2.yaml",
];

#[test]
fn every_example_of_the_language_is_right() {
    let page = read("docs/language.md");
    let mut faults = Vec::new();
    for example in blocks(&page, "yaml") {
        let source = Source::new("example.yaml", Found::Named, example.as_bytes().to_vec());
        let outcome = meshgen::compile(&Sources { texts: vec![source], ..Sources::default() }, &mut |_| {});
        let grave = outcome.findings.iter().filter(|finding| finding.severity() != Severity::Note);
        faults.extend(grave.map(|finding| format!("{} {}\n{example}", finding.code, finding.message)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn init_writes_the_example() {
    for file in ["topology.yaml", "routing.yaml"] {
        assert_eq!(
            read(&format!("src/cli/init/{file}")),
            read(&format!("testdata/bookinfo/{file}")),
            "{file}"
        );
    }
}

#[test]
fn the_readme_shows_the_example_in_full() {
    let readme = read("README.md");
    let shown = blocks(&readme, "yaml");
    assert_eq!(shown.len(), SHOWN.len());
    for (file, block) in SHOWN.iter().zip(shown) {
        assert_eq!(block, read(&format!("testdata/bookinfo/{file}")), "{file}");
    }
}

#[test]
fn the_readme_shows_what_is_printed() {
    shows_what_is_printed("README.md", &[]);
}

/// What a page shows is what its commands print, one after the other, beside some files of `docs/import`.
fn shows_what_is_printed(page: &str, dumps: &[&str]) {
    let page = read(page);
    let mut session = Session::new(Path::new(env!("CARGO_BIN_EXE_meshgen")));
    for dump in dumps {
        session.put(dump, &read(&format!("docs/import/{dump}")));
    }
    for block in blocks(&page, "console") {
        assert_eq!(session.replayed(block), Session::bare(block));
    }
}

#[test]
fn the_page_of_imports_shows_what_is_printed() {
    shows_what_is_printed("docs/import.md", &["a.yaml", "b.yaml"]);
}

#[test]
fn the_page_of_changes_shows_what_is_printed() {
    shows_what_is_printed("docs/changes.md", &[]);
}

/// Pages of how to do something: what they show is printed, and their commands can be run.
#[test]
fn the_pages_of_how_to_show_what_is_printed() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/how-to");
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let index = read("docs/how-to/README.md");
    for name in names {
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name} is not in the index");
        let page = read(&format!("docs/how-to/{name}"));
        let mut session = Session::new(Path::new(env!("CARGO_BIN_EXE_meshgen")));
        for part in page.split("\n```").skip(1).step_by(2) {
            if let Some(block) = part.strip_prefix("console\n") {
                assert_eq!(session.replayed(block), Session::bare(block), "{name}");
            } else if let Some(block) = part.strip_prefix("sh\n") {
                assert_eq!(session.fails(block), None, "{name}");
            }
        }
    }
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}
