//! The rules of the house that no compiler holds: who may use whom, what every file says of itself, what lies where.

mod circles; // no files of a stage form a circle

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room, and the rooms it may use beside `source` and `diagnostic`, which every stage may.
const MAY_USE: [(&str, &[&str]); 23] = [
    ("source", &[]),
    ("diagnostic", &[]),
    ("bundle", &[]),
    ("yaml", &["istio", "bundle", "model"]),
    ("input", &[]),
    ("foreign", &["input", "model"]),
    ("model", &[]),
    ("resolve", &["input", "model"]),
    ("plan", &["model", "bundle"]),
    ("istio", &["plan", "model", "bundle"]),
    ("prove", &["plan", "istio", "model"]),
    ("longhand", &["model", "yaml"]),
    ("promises", &["model", "plan"]),
    // Of `istio` what releases can do, no objects.
    ("needs", &["plan", "model", "istio"]),
    ("trace", &[]),
    ("dump", &["trace"]),
    ("change", &["trace", "yaml"]),
    ("intended", &["input", "change", "trace"]),
    // Of `change` which requests rules tell apart.
    ("graph", &["trace", "change"]),
    // Of `istio` what releases can do, too.
    ("ground", &["model", "plan", "istio", "trace"]),
    // Of `model` what ports and names are called. The compiler comes as a function.
    ("import", &["dump", "trace", "model"]),
    ("query", &["input", "model", "trace"]),
    ("cli", &["bundle", "yaml", "trace", "dump", "needs", "import", "change", "graph", "query"]),
];

/// Rooms that know nothing of findings: plain types, and the writer, which cannot fail.
const SPEAKS_TO_NOBODY: [&str; 3] = ["source", "bundle", "yaml"];

/// What `ls` shows.
const VISIBLE_ROOT: [&str; 11] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "benches",
    "docs",
    "schemas",
    "src",
    "testdata",
    "tests",
];

/// Files that look at a clock: how long a build took is said to people.
const TIMED: [&str; 1] = ["src/cli/build.rs"];

const LONGEST_FILE: usize = 400;

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let rooms = rooms();
    let mut faults = Vec::new();
    for file in rust_files("src").into_iter().filter(|file| !is_test(file)) {
        let Some(room) = room_of(&file) else { continue };
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("`{room}` is not in the table of this test"));
            continue;
        };
        let common = if SPEAKS_TO_NOBODY.contains(&room.as_str()) {
            ["source", "source"]
        } else {
            ["source", "diagnostic"]
        };
        for used in uses(&read(&file), depth(&file), &rooms) {
            if used != room && !allowed.contains(&used.as_str()) && !common.contains(&used.as_str()) {
                faults.push(format!("{}: `{room}` may not use `{used}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_is_compiled() {
    for file in rust_files("src").into_iter().filter(|file| room_of(file).is_some()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let folder = file.parent().unwrap();
        let parents = [
            folder.with_extension("rs"),
            folder.join("mod.rs"),
            folder.join("lib.rs"),
            folder.join("main.rs"),
        ];
        let declared = [format!("mod {name};"), format!("mod {name} {{")];
        let is_declared = parents.iter().any(|parent| {
            let text = read_if_there(parent);
            declared.iter().any(|declaration| text.contains(declaration))
        });
        assert!(is_declared, "{} is named by no `mod`: nothing compiles it", file.display());
    }
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    for file in ["src", "tests", "benches"].into_iter().flat_map(rust_files) {
        let text = read(&file);
        assert!(text.starts_with("//! "), "{} does not begin by saying what it is", file.display());
        assert!(text.lines().count() <= LONGEST_FILE, "{} holds more than one idea", file.display());
    }
}

#[test]
fn every_decision_can_be_found() {
    let index = ["docs/architecture.md", "docs/decisions/README.md"]
        .map(|name| read_if_there(&root().join(name)))
        .concat();
    for page in files_below(&root().join("docs/decisions")) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "README.md" || index.contains(&format!("{name})")),
            "nothing links to {}",
            page.display()
        );
    }
}

#[test]
fn every_page_belongs_to_a_code() {
    let codes: BTreeSet<_> = meshgen::diagnostic::Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    for page in files_below(&root().join("docs/errors")) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(codes.contains(name), "{} belongs to no code", page.display());
    }
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = read(&root().join("Cargo.toml"));
    let mut dependencies = false;
    let mut before = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            dependencies = line.ends_with("dependencies]");
        } else if dependencies && line.contains('=') {
            assert!(before.starts_with("# "), "no reason above `{line}`");
        }
        before = line;
    }
}

/// A busy machine makes any time by the clock wrong; `tests/support/work.rs` has the time of a processor.
#[test]
fn no_test_looks_at_a_clock() {
    let clocks = ["Instant", "SystemTime"].map(|clock| format!("{clock}::now"));
    let is_timed = |file: &Path| TIMED.iter().any(|timed| file == root().join(timed));
    for file in ["src", "tests"].into_iter().flat_map(rust_files).filter(|file| !is_timed(file)) {
        let text = read(&file);
        let sleeps = text.contains(&format!("thread::{}(", "sleep"));
        assert!(!sleeps && !clocks.iter().any(|clock| text.contains(clock)), "{}: a clock", file.display());
    }
}

#[test]
fn the_root_is_tidy() {
    let visible: BTreeSet<_> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && !["target", "dist"].contains(&name.as_str()))
        .collect();
    let known: BTreeSet<_> = VISIBLE_ROOT.map(str::to_owned).into();
    assert!(visible.is_subset(&known), "{:?}", visible.difference(&known));
}

#[test]
fn uses_are_found_however_they_are_written() {
    let rooms = ["plan", "input", "istio", "model"].map(str::to_owned).into();
    let found = |text: &str, depth| uses(text, depth, &rooms).into_iter().collect::<Vec<_>>();
    assert_eq!(found("use crate::plan::Plan;", 1), ["plan"]);
    assert_eq!(found("use crate::{\n    model::{input, A},\n    plan,\n};", 1), ["model", "plan"]);
    assert_eq!(found("    crate::istio::lower(x)", 3), ["istio"]);
    assert_eq!(found("    crate::plan(x).and_then(crate::model::Mesh::of)", 3), ["model"]);
    assert_eq!(found("    super::super::plan(x)", 2), [""; 0]);
    assert_eq!(found("use crate::plan;", 1), ["plan"]);
    assert_eq!(found("// crate::istio\n/// [`crate::input`]", 1), [""; 0]);
    assert_eq!(found("use super::plan;", 1), ["plan"]);
    assert_eq!(found("use super::super::plan;\nuse super::input;", 2), ["plan"]);
    assert_eq!(found("pub(crate) use crate::Sources;", 1), [""; 0]);
}

/// The rooms that a text names, as `crate::room`, `crate::{room, …}`, or by `super` beyond the file's own room. A function of
/// lib.rs that has the name of a room is none: `crate::graph(…)`.
fn uses(text: &str, depth: usize, rooms: &BTreeSet<String>) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n");
    let beyond = "super::".repeat(depth);
    let named = ["crate::", beyond.as_str()]
        .into_iter()
        .flat_map(|path| code.split(path).skip(1).flat_map(first_words));
    named.filter(|name| rooms.contains(name)).collect()
}

/// The first word of a path, or of each path in a group: `plan::Plan`, `{model::{A, B}, plan}`; none where it is called.
fn first_words(path: &str) -> Vec<String> {
    let word = |text: &str| {
        let text = text.trim_start();
        let end = text.find(|mark: char| !mark.is_alphanumeric() && mark != '_').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        (!rest.starts_with('(')).then(|| word.to_owned())
    };
    let Some(group) = path.strip_prefix('{') else { return word(path).into_iter().collect() };
    let mut open = 1;
    let mut words: Vec<_> = word(group).into_iter().collect();
    for (at, mark) in group.char_indices() {
        match mark {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => words.extend(word(&group[at + 1..])),
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    words
}

/// The rooms: what stands directly in `src`, but for the two roots.
fn rooms() -> BTreeSet<String> {
    rust_files("src").iter().filter_map(|file| room_of(file)).collect()
}

fn room_of(file: &Path) -> Option<String> {
    let first = file.strip_prefix(root().join("src")).unwrap().components().next()?;
    let room = Path::new(&first).file_stem()?.to_str()?.to_owned();
    (!["lib", "main"].contains(&room.as_str())).then_some(room)
}

/// Whether it is only there for tests, which may go through other rooms to get what they start from.
fn is_test(file: &Path) -> bool {
    file.components().any(|part| ["tests", "tests.rs"].iter().any(|name| part.as_os_str() == *name))
}

/// How many `super` lead from the file to the root of the crate.
fn depth(file: &Path) -> usize {
    file.strip_prefix(root().join("src")).unwrap().components().count()
}

fn rust_files(directory: &str) -> Vec<PathBuf> {
    let mut files = files_below(&root().join(directory));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn read_if_there(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
