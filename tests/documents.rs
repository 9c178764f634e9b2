//! The documents tell the truth: their examples are right, and what they show is what the program prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use meshgen::diagnostic::Severity;
use meshgen::source::{Found, Source, Sources};

use crate::support::document::blocks;
use crate::support::session::Session;

/// What the README shows of the case in full, then of which files it shows parts.
const WHOLE: [&str; 2] = ["topology.yaml", "routing.yaml"];
const PARTS: [&str; 2] = ["expected/cluster1.yaml", "expected/cluster1.yaml"];

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
fn the_readme_shows_the_example() {
    let readme = read("README.md");
    let shown = blocks(&readme, "yaml");
    assert_eq!(shown.len(), WHOLE.len() + PARTS.len());
    for (file, block) in WHOLE.iter().zip(&shown) {
        assert_eq!(*block, read(&format!("testdata/bookinfo/{file}")), "{file}");
    }
    for (file, block) in PARTS.iter().zip(shown.iter().skip(WHOLE.len())) {
        assert!(read(&format!("testdata/bookinfo/{file}")).contains(block), "{file}:\n{block}");
    }
}

/// Whoever begins with the README or the book comes by every page; decisions, and the pages of codes, have lists of their own.
#[test]
fn every_page_is_reached() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open = vec![root.join("README.md"), root.join("docs/README.md")];
    while let Some(page) = open.pop() {
        if !reached.insert(page.clone()) {
            continue;
        }
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if link.is_empty() || link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let target = page.parent().unwrap().join(link);
            assert!(target.exists(), "{} leads to {link}, which is not there", page.display());
            if target.extension().is_some_and(|end| end == "md") {
                open.push(target.canonicalize().unwrap());
            }
        }
    }
    let is_listed =
        |page: &Path| ["errors", "decisions", "dead-ends"].iter().any(|part| page.iter().any(|p| p == *part));
    for page in pages_below(&root.join("docs")).iter().filter(|page| !is_listed(page)) {
        assert!(reached.contains(&page.canonicalize().unwrap()), "nothing leads to {}", page.display());
    }
}

fn pages_below(directory: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages.extend(pages_below(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            pages.push(path);
        }
    }
    pages
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

#[test]
fn the_page_of_pictures_shows_what_is_printed() {
    shows_what_is_printed("docs/graph.md", &[]);
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
