//! The page of every code: it has the shape of all pages, and its example triggers this code and no other error.

use meshgen::diagnostic::{Code, Severity};
use meshgen::dump::{Dumps, Origin, State};
use meshgen::source::{Found, Source, Sources};
use meshgen::trace::crossing;

/// Codes that no YAML in a page can trigger, each with the reason.
const WITHOUT_EXAMPLE: [(&str, &str); 17] = [
    ("MG0101", "text that is not UTF-8 cannot stand in a page"),
    ("MG0102", "no control character shall stand in a page"),
    ("MG0103", "it takes an input of more than 16 MiB"),
    ("MG0119", "it takes a directory"),
    ("MG0150", "it takes a directory"),
    ("MG0161", "it takes a directory"),
    ("MG0162", "it takes a directory"),
    ("MG0451", "it takes hundreds of clusters"),
    ("MG0601", "no input is known that shows it"),
    ("MG0602", "it takes thousands of addresses"),
    ("MG0603", "it takes thousands of addresses"),
    ("MG0610", "it takes an output directory"),
    ("MG0611", "it takes an output directory"),
    ("MG0620", "it takes an output directory"),
    ("MG0630", "it takes two sides"),
    ("MG0631", "it takes two sides"),
    ("MG0632", "it takes two sides"),
];

const SECTIONS: [&str; 3] = ["## Example", "## Fix", "## What Istio would have done"];

/// A page is read in a terminal.
const LONGEST_PAGE: usize = 60;

#[test]
fn every_page_has_the_same_shape() {
    let mut faults = Vec::new();
    for code in Code::ALL {
        let lines: Vec<_> = code.page().lines().collect();
        let title = format!("# {code}: {}", code.title());
        if lines.first() != Some(&title.as_str()) {
            faults.push(format!("{code}: the first line is not `{title}`"));
        }
        if !lines.iter().filter(|line| line.starts_with("## ")).eq(&SECTIONS) {
            faults.push(format!("{code}: the sections are not {SECTIONS:?}"));
        }
        if lines.len() > LONGEST_PAGE {
            faults.push(format!("{code}: {} lines", lines.len()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_example_triggers_its_code_and_no_other_error() {
    let excepted = |code: &Code| WITHOUT_EXAMPLE.iter().any(|(name, _)| *name == code.name());
    let mut faults = Vec::new();
    for code in Code::ALL {
        let mut blocks = blocks(code.page());
        let (example, fix) = code.page().split_once("## Fix").unwrap();
        let (dumps, cure) = (dumps(example), dumps(fix));
        if !cure.is_empty() {
            let cured = of_dumps(&[dumps.as_slice(), &cure].concat());
            faults.extend(errors(&cured).map(|other| format!("{code}: with its cure it gives {other}")));
        }
        if !excepted(code) {
            let found = match dumps.as_slice() {
                [] => blocks.next().map(findings).unwrap_or_default(),
                dumps if of_dumps(dumps).contains(code) => of_dumps(dumps),
                dumps => of_import(dumps),
            };
            if !found.contains(code) {
                faults.push(format!("{code}: its example gives {found:?}"));
            }
            faults.extend(
                errors(&found)
                    .filter(|other| *other != code)
                    .map(|other| format!("{code}: its example gives {other}")),
            );
        }
        for remedy in blocks {
            faults.extend(errors(&findings(remedy)).map(|other| format!("{code}: its remedy gives {other}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The blocks of YAML: first the example, then whole inputs that are right.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```yaml\n").skip(1).filter_map(|block| block.split("```").next())
}

/// Blocks that are dumps, each of the cluster that is named behind the word `yaml`.
fn dumps(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```yaml ").skip(1).filter_map(|block| block.split("```").next());
    blocks.filter_map(|block| block.split_once('\n')).collect()
}

fn read(blocks: &[(&str, &str)]) -> Dumps {
    let mut dumps = Dumps::default();
    for (cluster, text) in blocks {
        dumps.read(&Origin::named(cluster, "example.yaml"), text.as_bytes(), 1 << 20).unwrap();
    }
    dumps
}

/// What an import finds.
fn of_import(blocks: &[(&str, &str)]) -> Vec<Code> {
    let imported = meshgen::imported(&read(blocks).inventory());
    imported.findings.iter().map(|finding| finding.code).collect()
}

fn of_dumps(blocks: &[(&str, &str)]) -> Vec<Code> {
    let State { world, routing, notes, findings } = read(blocks).state();
    let found = crossing::judge(&world, &routing).unwrap().findings;
    let notes = notes.iter().map(|_| Code::MG0701);
    findings.iter().chain(&found).map(|finding| finding.code).chain(notes).collect()
}

fn errors(found: &[Code]) -> impl Iterator<Item = &Code> {
    found.iter().filter(|code| code.severity() == Severity::Error)
}

fn findings(text: &str) -> Vec<Code> {
    let source = Source::new("example.yaml", Found::Named, text.as_bytes().to_vec());
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let mut found = meshgen::compile(&sources, &mut |_| {}).findings;
    if let Some(world) = meshgen::world(&sources).value {
        let queries = meshgen::queries(&sources, &world);
        found.extend(queries.value.iter().flatten().filter_map(meshgen::query::Query::expects_nothing));
        found.extend(queries.findings);
    }
    found.iter().map(|finding| finding.code).collect()
}
