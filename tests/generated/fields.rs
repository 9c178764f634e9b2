//! Every field of the language is written by some generated topology: whoever adds one adds it here, too.

use std::collections::BTreeSet;
use std::path::Path;

use super::wild;

/// How many topologies are looked at.
const TOPOLOGIES: u64 = 2000;

/// Fields that no topology has, and why.
const NEVER: [(&str, &str); 5] = [
    ("routing", "names files, which a generated topology has not; the cases of foreign routing have them"),
    ("proxyProtocol", "refused wherever it stands"),
    ("retryBudget", "refused wherever it stands"),
    ("tunnel", "refused wherever it stands"),
    ("TODO", "refused wherever it stands"),
];

/// Documents beside the inputs, which no topology is made of.
const ASIDE: [&str; 2] = ["change.rs", "query.rs"];

#[test]
fn every_field_is_written_by_some_topology() {
    let texts: String =
        (0..TOPOLOGIES).flat_map(wild::files).map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    let mut fields = BTreeSet::new();
    fields_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/input"), &mut fields);
    assert!(fields.len() > 150, "the lists of fields in src/input are read: {}", fields.len());
    let is_missed = |field: &&String| {
        !texts.contains(&format!("\"{field}\":")) && NEVER.iter().all(|(never, _)| never != field)
    };
    let missed: Vec<_> = fields.iter().filter(is_missed).collect();
    assert!(
        missed.is_empty(),
        "no topology of tests/generated/wild has {missed:?}: write them there, or say in NEVER why not"
    );
}

/// The words in the lists of fields, `name: "word",` in a `struct …Fields`.
fn fields_below(folder: &Path, fields: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fields_below(&path, fields);
            continue;
        }
        if ASIDE.iter().any(|aside| path.ends_with(aside)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for form in text.split("\nform! {\n").skip(1) {
            let lines = form.split("\n}\n").next().unwrap().lines().skip(1);
            fields.extend(lines.filter_map(|line| {
                let (_, word) = line.trim().strip_suffix("\",")?.split_once(": \"")?;
                Some(word.to_owned())
            }));
        }
    }
}
