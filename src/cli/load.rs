//! Finding and reading the inputs.
//!
//! Enters: paths from the command line, and what Topologies include. Leaves: every text, each once. Refuses to know: what
//! the texts say; the compiler is asked what they include, until nothing is new.

mod input;

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::{Failure, shown};
use super::{pattern, problems};
use crate::bundle::{Account, Bundle};
use crate::diagnostic::{Finding, Outcome};
use crate::needs::ClusterNeeds;
use crate::source::{At, Found, Limits, Source, SourceId, Sources};
use crate::trace::world::World;
use input::Input;

/// Where bundles go if nothing else is said; inputs are not looked for there.
pub(super) const DEFAULT_OUTPUT: &str = "dist";

/// The texts of a run, where they came from, and the includes that led nowhere.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The texts.
    pub(super) sources: Sources,
    /// The files, links resolved.
    pub(super) files: BTreeSet<PathBuf>,
    findings: Vec<Finding>,
}

impl Loaded {
    /// Compiles the texts; what was found on the way to them is found too.
    pub(super) fn compile(&self, deliver: &mut dyn FnMut(Bundle)) -> Outcome<Account> {
        self.with_findings(crate::compile(&self.sources, deliver))
    }

    /// The texts with every default.
    pub(super) fn resolved(&self) -> Outcome<String> {
        self.with_findings(crate::resolved(&self.sources))
    }

    /// What the clusters must provide.
    pub(super) fn needed(&self) -> Outcome<Vec<ClusterNeeds>> {
        self.with_findings(crate::needed(&self.sources))
    }

    /// What exists, by the texts.
    pub(super) fn world(&self) -> Outcome<World> {
        self.with_findings(crate::world(&self.sources))
    }

    fn with_findings<T>(&self, mut outcome: Outcome<T>) -> Outcome<T> {
        outcome.findings.extend(self.findings.iter().cloned());
        outcome
    }
}

/// Reads what the paths name and everything that includes. Nothing below `output` is read unless it is named.
pub(super) fn load(paths: &[PathBuf], limits: Limits, output: &Path) -> Result<Loaded, Failure> {
    let mut search = Search {
        loaded: Loaded { sources: Sources { texts: Vec::new(), limits }, ..Loaded::default() },
        output: output.canonicalize().ok(),
        directories: BTreeSet::new(),
        unread: VecDeque::new(),
    };
    for path in paths {
        search.path(path, Found::Named)?;
    }
    if let (true, Some(directory)) = (search.unread.is_empty(), paths.first()) {
        let message = format!("there are no inputs in {}", shown(directory));
        return Err(Failure::new(message).help("inputs are named *.yaml, *.yml or *.json"));
    }
    while let Some(input) = search.unread.pop_front() {
        search.read(&input)?;
    }
    Ok(search.loaded)
}

struct Search {
    loaded: Loaded,
    output: Option<PathBuf>,
    directories: BTreeSet<PathBuf>,
    unread: VecDeque<Input>,
}

impl Search {
    /// Adds a file, or every input below a directory.
    fn path(&mut self, path: &Path, found: Found) -> Result<(), Failure> {
        let input = Input { path: path.to_path_buf(), found };
        if input.is_stdin() || !path.is_dir() {
            self.unread.push_back(input);
            return Ok(());
        }
        let canonical = path.canonicalize().map_err(|error| Failure::system("read", path, &error))?;
        if self.directories.insert(canonical) { self.directory(path) } else { Ok(()) }
    }

    fn directory(&mut self, directory: &Path) -> Result<(), Failure> {
        let failure = |error: io::Error| Failure::system("read", directory, &error);
        let entries =
            directory.read_dir().map_err(failure)?.collect::<Result<Vec<_>, _>>().map_err(failure)?;
        let mut names: Vec<_> = entries.iter().map(std::fs::DirEntry::file_name).collect();
        names.sort_unstable();
        for name in names {
            let path = directory.join(&name);
            let is_hidden = name.as_encoded_bytes().starts_with(b".");
            // A pipe would be waited for, a device read without end.
            let is_special = path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir());
            if is_hidden || is_special || path.is_dir() && self.is_output(&path) {
                continue;
            }
            if path.is_dir() || is_input(&path) {
                self.path(&path, Found::InDirectory)?;
            }
        }
        Ok(())
    }

    fn is_output(&self, path: &Path) -> bool {
        self.output.is_some() && path.canonicalize().ok() == self.output
    }

    /// Reads a file that was not read before, and follows its includes.
    fn read(&mut self, input: &Input) -> Result<(), Failure> {
        let identity = input.identity();
        if self.loaded.files.contains(&identity) {
            return Ok(());
        }
        let Some(bytes) = input.bytes(self.loaded.sources.limits.input_size)? else { return Ok(()) };
        self.loaded.files.insert(identity);
        let source = Source::new(input.name(), input.found, bytes);
        let id = SourceId(u32::try_from(self.loaded.sources.texts.len()).unwrap_or(u32::MAX));
        let includes = crate::includes(id, source.text(), &self.loaded.sources.limits);
        self.loaded.sources.texts.push(source);
        includes.iter().try_for_each(|include| self.include(input.base(), include))
    }

    /// Follows one entry of an `include`, relative to the file that has it.
    fn include(&mut self, base: &Path, entry: &At<String>) -> Result<(), Failure> {
        let found = if pattern::is_pattern(&entry.value) { Found::InDirectory } else { Found::Named };
        let paths = pattern::expand(base, &entry.value);
        if paths.is_empty() {
            let neighbour = input::neighbour(&base.join(&entry.value));
            self.loaded.findings.push(problems::include_matches_nothing(entry, neighbour.as_deref()));
        }
        paths.iter().try_for_each(|path| self.path(path, found))
    }
}

fn is_input(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

#[cfg(test)]
mod tests;
