//! A case: a directory below `testdata/` with inputs and what must come of them.
//!
//! The inputs are the `*.yaml` files in it, `trace.yaml` left out, or what the file `arguments` names, one a line.
//! `expected/` holds `<cluster>.yaml`, `<cluster>.stand-ins.yaml` and, if anything is found, `diagnostics.txt`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use meshgen::diagnostic::{self, Finding, human};
use meshgen::source::{Found, Source, Sources};

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

    /// The inputs, named as seen from the directory.
    pub fn sources(&self) -> Sources {
        let texts = self.inputs().into_iter().map(|name| {
            let bytes = std::fs::read(self.directory.join(&name));
            let bytes = bytes.unwrap_or_else(|error| panic!("{}: {name}: {error}", self.name));
            Source::new(name, Found::Named, bytes)
        });
        Sources { texts: texts.collect(), ..Sources::default() }
    }

    fn inputs(&self) -> Vec<String> {
        if let Ok(arguments) = std::fs::read_to_string(self.directory.join("arguments")) {
            return arguments.lines().map(str::to_owned).collect();
        }
        let files =
            entries(&self.directory).into_iter().filter(|path| path.is_file()).map(|path| name_of(&path));
        files
            .filter(|name| Path::new(name).extension() == Some("yaml".as_ref()) && name != "trace.yaml")
            .collect()
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
        for stale in self.expected().keys().filter(|name| !files.contains_key(*name)) {
            std::fs::remove_file(directory.join(stale)).unwrap();
        }
        for (name, text) in files {
            std::fs::write(directory.join(name), text).unwrap();
        }
    }
}

/// What the compiler makes of the inputs: the bundles, unless there are errors, and the findings as text.
pub fn compile(sources: &Sources) -> Files {
    let (mut files, findings) = compile_with_findings(sources);
    if !findings.is_empty() {
        files.insert(DIAGNOSTICS.to_owned(), rendered(findings, sources));
    }
    files
}

/// The same, the findings as they are.
pub fn compile_with_findings(sources: &Sources) -> (Files, Vec<Finding>) {
    let mut files = Files::new();
    let outcome = meshgen::compile(sources, &mut |bundle| {
        if !bundle.text.is_empty() {
            files.insert(format!("{}.yaml", bundle.cluster), bundle.text);
        }
        if let Some(stand_ins) = bundle.stand_ins {
            files.insert(format!("{}.stand-ins.yaml", bundle.cluster), stand_ins.text);
        }
    });
    if outcome.has_errors() {
        files.clear();
    }
    (files, outcome.findings)
}

/// The findings as people read them.
fn rendered(mut findings: Vec<Finding>, sources: &Sources) -> String {
    diagnostic::sort(&mut findings);
    human::render(&findings, sources, &human::Style::default())
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
