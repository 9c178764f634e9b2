//! Finding and reading the inputs.
//!
//! Enters: paths from the command line, and what Topologies include. Leaves: every text, each once. Refuses to know: what
//! the texts say; the compiler is asked what they include, until nothing is new.

mod input;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::{Failure, shown};
use super::{pattern, problems};
use crate::Include;
use crate::bundle::{Account, Bundle};
use crate::diagnostic::{Finding, Outcome};
use crate::needs::ClusterNeeds;
use crate::source::{At, Found, Limits, Source, SourceId, Sources, StepChoice};
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

    /// What callers are promised.
    pub(super) fn promised(&self) -> Outcome<String> {
        self.with_findings(crate::promised(&self.sources))
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

/// What may be read, and how much of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    /// Bounds of the texts.
    pub(super) limits: Limits,
    /// Whether includes may leave the directory of the path that was named on the command line.
    pub(super) outside: bool,
    /// Patterns of paths that are not read in directories, each seen from the directory that was named.
    pub(super) exclude: Vec<String>,
    /// Steps that are asked for.
    pub(super) steps: Vec<StepChoice>,
    /// The release of every cluster, if it is asked for.
    pub(super) istio: Option<String>,
}

/// Reads what the paths name and everything that includes. Nothing below `output` is read unless it is named.
pub(super) fn load(paths: &[PathBuf], bounds: Bounds, output: &Path) -> Result<Loaded, Failure> {
    let sources = Sources {
        limits: bounds.limits,
        steps: bounds.steps.clone(),
        istio: bounds.istio.clone(),
        ..Sources::default()
    };
    let mut search = Search {
        loaded: Loaded { sources, ..Loaded::default() },
        bounds,
        output: output.canonicalize().ok(),
        directories: BTreeSet::new(),
        unread: VecDeque::new(),
        read: Vec::new(),
        tied: BTreeMap::new(),
    };
    for path in paths {
        search.named(path)?;
    }
    if let (true, Some(directory)) = (search.unread.is_empty(), paths.first()) {
        let message = format!("there are no inputs in {}", shown(directory));
        return Err(Failure::new(message).help("inputs are named *.yaml, *.yml or *.json"));
    }
    while let Some(input) = search.unread.pop_front() {
        search.read(&input)?;
    }
    for (source, file) in search.loaded.sources.texts.iter_mut().zip(&search.read) {
        source.callers = search.tied.remove(file).unwrap_or_default();
    }
    Ok(search.loaded)
}

struct Search {
    loaded: Loaded,
    bounds: Bounds,
    output: Option<PathBuf>,
    directories: BTreeSet<PathBuf>,
    unread: VecDeque<Input>,
    /// Of each text, the file.
    read: Vec<PathBuf>,
    /// The clusters whose `routing` names a file.
    tied: BTreeMap<PathBuf, Vec<String>>,
}

/// Where something is looked for.
#[derive(Clone, Copy)]
struct Below<'a> {
    /// The directory that was named, or the one of the file that was.
    root: &'a Path,
    /// The `include` that led here, if one did.
    include: Option<&'a At<String>>,
}

impl Search {
    /// Adds a file, or every input below a directory, that the command line names.
    fn named(&mut self, path: &Path) -> Result<(), Failure> {
        let input = Input { path: path.to_path_buf(), found: Found::Named, root: PathBuf::new() };
        let is_directory = !input.is_stdin() && path.is_dir();
        let root = if is_directory { path } else { input.base() };
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root }.to_path_buf();
        if is_directory {
            return self.once(path, Below { root: &root, include: None });
        }
        self.unread.push_back(Input { root, ..input });
        Ok(())
    }

    /// Reads a directory that was not read before.
    fn once(&mut self, path: &Path, below: Below<'_>) -> Result<(), Failure> {
        let canonical = path.canonicalize().map_err(|error| Failure::system("read", path, &error))?;
        if self.directories.insert(canonical) { self.directory(path, below) } else { Ok(()) }
    }

    fn directory(&mut self, directory: &Path, below: Below<'_>) -> Result<(), Failure> {
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
            let is_output = || path.is_dir() && self.is_output(&path);
            if is_hidden || is_special || self.is_excluded(&path, below.root) || is_output() {
                continue;
            }
            if !path.is_dir() && !is_input(&path) {
                continue;
            }
            if path.is_symlink() && !self.stays(&path, below.root) {
                self.loaded.findings.push(problems::leads_outside(below.include, &path, below.root));
            } else if path.is_dir() {
                self.once(&path, below)?;
            } else {
                let root = below.root.to_path_buf();
                self.unread.push_back(Input { path, found: Found::InDirectory, root });
            }
        }
        Ok(())
    }

    /// Whether a path, links resolved, lies below a directory. One that leads nowhere fails where it is read.
    fn stays(&self, path: &Path, root: &Path) -> bool {
        self.bounds.outside
            || match (path.canonicalize(), root.canonicalize()) {
                (Ok(path), Ok(root)) => path.starts_with(root),
                (Err(_), _) => true,
                (Ok(_), Err(_)) => false,
            }
    }

    fn is_excluded(&self, path: &Path, root: &Path) -> bool {
        let seen = path.strip_prefix(root).unwrap_or(path);
        self.bounds.exclude.iter().any(|excluded| pattern::covers(excluded, seen))
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
        self.read.push(identity.clone());
        self.loaded.files.insert(identity);
        let source = Source::new(input.name(), input.found, bytes);
        let id = SourceId(u32::try_from(self.loaded.sources.texts.len()).unwrap_or(u32::MAX));
        let includes = crate::includes(id, source.text(), &self.loaded.sources.limits);
        self.loaded.sources.texts.push(source);
        includes.iter().try_for_each(|include| self.named_by(input, include))
    }

    /// Follows what a Topology names; whatever a cluster's `routing` leads to is for its callers alone.
    fn named_by(&mut self, input: &Input, include: &Include) -> Result<(), Failure> {
        let Some(cluster) = &include.cluster else {
            return self.include(input.base(), &input.root, &include.path);
        };
        // A directory may have been walked before, and one file may be for several clusters.
        let walked = std::mem::take(&mut self.directories);
        let known = self.unread.len();
        let outcome = self.include(input.base(), &input.root, &include.path);
        self.directories.extend(walked);
        for found in self.unread.iter().skip(known) {
            let clusters = self.tied.entry(found.identity()).or_default();
            if !clusters.contains(cluster) {
                clusters.push(cluster.clone());
            }
        }
        outcome
    }

    /// Follows one entry of an `include`, relative to the file that has it.
    fn include(&mut self, base: &Path, root: &Path, entry: &At<String>) -> Result<(), Failure> {
        let is_pattern = pattern::is_pattern(&entry.value);
        let found = if is_pattern { Found::InDirectory } else { Found::Named };
        let paths = if entry.value.is_empty() { Vec::new() } else { pattern::expand(base, &entry.value) };
        if paths.is_empty() {
            let neighbour = input::neighbour(&base.join(&entry.value));
            self.loaded.findings.push(problems::include_matches_nothing(entry, neighbour.as_deref()));
        }
        for path in paths {
            if !self.stays(&path, root) {
                self.loaded.findings.push(problems::leads_outside(Some(entry), &path, root));
            } else if path.is_dir() {
                self.once(&path, Below { root, include: Some(entry) })?;
            } else if path.metadata().is_ok_and(|found| !found.is_file()) {
                self.loaded.findings.push(problems::special_file(entry, &path));
            } else if !is_input(&path) && is_pattern {
                // As in a directory.
            } else if !is_input(&path) {
                self.loaded.findings.push(problems::no_input(entry, &path));
            } else {
                self.unread.push_back(Input { path, found, root: root.to_path_buf() });
            }
        }
        Ok(())
    }
}

fn is_input(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

#[cfg(test)]
mod tests;
