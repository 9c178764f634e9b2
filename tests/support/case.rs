//! A case: a directory below `testdata/` with inputs and what must come of them.
//!
//! Every test that asks all cases reads them here, those inside the compiler too: so this file uses nothing of it.
//!
//! The inputs are the `*.yaml` files in it, `trace.yaml` left out, or what the file `arguments` names, one a line.
//! `expected/` holds `<cluster>.yaml`, `<cluster>.stand-ins.yaml` and, if anything is found, `diagnostics.txt`.
//! Beside it lie records: what one test found of this case when it was last blessed. A record that would be empty is not
//! there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// The name of the file with the findings.
pub const DIAGNOSTICS: &str = "diagnostics.txt";

/// Files by name.
pub type Files = BTreeMap<String, String>;

/// One directory below `testdata/`.
pub struct Case {
    /// The directory's name.
    pub name: String,
    directory: PathBuf,
}

impl Case {
    /// All cases, by name.
    pub fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let directories = entries(&root).into_iter().filter(|path| path.is_dir());
        directories.map(|directory| Self { name: name_of(&directory), directory }).collect()
    }

    /// The inputs with their names, as seen from the directory.
    pub fn inputs(&self) -> Vec<(String, Vec<u8>)> {
        let read = |name: String| {
            let bytes = std::fs::read(self.directory.join(&name));
            let bytes = bytes.unwrap_or_else(|error| panic!("{}: {name}: {error}", self.name));
            (name, bytes)
        };
        self.named().into_iter().map(read).collect()
    }

    fn named(&self) -> Vec<String> {
        if let Ok(arguments) = std::fs::read_to_string(self.directory.join("arguments")) {
            return arguments.lines().map(str::to_owned).collect();
        }
        let files =
            entries(&self.directory).into_iter().filter(|path| path.is_file()).map(|path| name_of(&path));
        files
            .filter(|name| Path::new(name).extension() == Some("yaml".as_ref()) && name != "trace.yaml")
            .collect()
    }

    /// Everything in the directory.
    pub fn names(&self) -> Vec<String> {
        entries(&self.directory).iter().map(|path| name_of(path)).collect()
    }

    /// What is expected.
    pub fn expected(&self) -> Files {
        let directory = self.directory.join("expected");
        let files = if directory.is_dir() { entries(&directory) } else { Vec::new() };
        files.iter().map(|path| (name_of(path), std::fs::read_to_string(path).unwrap())).collect()
    }

    /// Makes `files` what is expected, and removes what no longer is.
    pub fn bless(&self, files: &Files) {
        let directory = self.directory.join("expected");
        std::fs::create_dir_all(&directory).unwrap();
        let expected = self.expected();
        for stale in expected.keys().filter(|name| !files.contains_key(*name)) {
            std::fs::remove_file(directory.join(stale)).unwrap();
        }
        // Other tests read at the same time: what has not changed is left alone.
        for (name, text) in files.iter().filter(|(name, text)| expected.get(*name) != Some(*text)) {
            std::fs::write(directory.join(name), text).unwrap();
        }
    }

    /// How a record differs from what is found now, as lines. With `BLESS` what is found becomes the record.
    pub fn differs_from_record(&self, record: &str, found: &str) -> Option<String> {
        let path = self.directory.join(record);
        if std::env::var_os("BLESS").is_some() {
            if found.is_empty() {
                let _ = std::fs::remove_file(&path);
            } else {
                std::fs::write(&path, found).unwrap();
            }
        }
        let expected = if path.exists() { std::fs::read_to_string(path).unwrap() } else { String::new() };
        (expected != found).then(|| difference(&format!("{}/{record}", self.name), &expected, found))
    }
}

/// What a test says whose expectations have changed.
pub fn assert_none(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{}\n{} files differ; if that is as it should be: BLESS=1 cargo test",
        differences.join("\n"),
        differences.len()
    );
}

/// The lines in which two texts differ.
pub fn difference(title: &str, expected: &str, found: &str) -> String {
    let lines = TextDiff::from_lines(expected, found);
    let lines = lines.unified_diff().header("expected", "found").to_string();
    format!("{title}\n{lines}")
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
