//! Finding and reading the inputs.
//!
//! Enters: paths from the command line, and what Topologies include. Leaves: every text, each once. Refuses to know: what
//! the texts say; the compiler is asked what they include, until nothing is new.

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use super::failure::{Failure, shown};
use super::{pattern, problems, write};
use crate::bundle::{Account, Bundle};
use crate::diagnostic::{Finding, Outcome, nearest};
use crate::source::{At, Found, Limits, Source, SourceId, Sources};

/// Where bundles go if nothing else is said; inputs are not looked for there.
pub(super) const DEFAULT_OUTPUT: &str = "dist";

/// What diagnostics call standard input.
const STDIN: &str = "<stdin>";

/// The texts of a run, where they came from, and the includes that led nowhere.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The texts.
    pub(super) sources: Sources,
    /// The files, resolved through links.
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

/// A file that is yet to be read.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    found: Found,
}

impl Input {
    /// `-`, and the name the system has for the same.
    fn is_stdin(&self) -> bool {
        self.path == Path::new("-") || self.path == Path::new("/dev/stdin")
    }
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

    fn read(&mut self, input: &Input) -> Result<(), Failure> {
        let Input { path, found } = input;
        let limit = self.loaded.sources.limits.input_size;
        // Pipes have no path of their own behind them.
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        let bytes = if input.is_stdin() {
            if !self.loaded.files.insert(PathBuf::from(STDIN)) {
                return Ok(());
            }
            bounded(io::stdin().lock(), limit).map_err(|error| Failure::system("read", path, &error))?
        } else {
            if self.loaded.files.contains(&canonical) {
                return Ok(());
            }
            let mut file = File::open(path).map(BufReader::new).map_err(|error| unreadable(path, &error))?;
            let start = file.fill_buf().map_err(|error| unreadable(path, &error))?;
            if *found == Found::InDirectory && start.starts_with(write::MARK.as_bytes()) {
                return Ok(());
            }
            bounded(file, limit).map_err(|error| unreadable(path, &error))?
        };
        let (name, base) = if input.is_stdin() {
            (STDIN.to_owned(), Path::new(""))
        } else {
            let path = path.strip_prefix(".").unwrap_or(path);
            (path.to_string_lossy().into_owned(), path.parent().unwrap_or(Path::new("")))
        };
        self.loaded.files.insert(canonical);
        let source = Source::new(name, *found, bytes);
        let id = SourceId(u32::try_from(self.loaded.sources.texts.len()).unwrap_or(u32::MAX));
        let includes = crate::includes(id, source.text());
        self.loaded.sources.texts.push(source);
        includes.iter().try_for_each(|include| self.include(base, include))
    }

    /// Follows one entry of an `include`, relative to the file that has it.
    fn include(&mut self, base: &Path, entry: &At<String>) -> Result<(), Failure> {
        let found = if pattern::is_pattern(&entry.value) { Found::InDirectory } else { Found::Named };
        let paths = pattern::expand(base, &entry.value);
        if paths.is_empty() {
            let neighbour = neighbour(&base.join(&entry.value));
            self.loaded.findings.push(problems::include_matches_nothing(entry, neighbour.as_deref()));
        }
        paths.iter().try_for_each(|path| self.path(path, found))
    }
}

/// Reads no more than it takes to see that the limit is exceeded, even if the last character is cut in two.
fn bounded(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_input(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::system("read", path, error);
    match neighbour(path) {
        Some(name) if error.kind() == io::ErrorKind::NotFound => {
            failure.help(format!("did you mean `{name}`?"))
        }
        Some(_) | None => failure,
    }
}

/// The file beside a missing one whose name is nearest.
fn neighbour(path: &Path) -> Option<String> {
    let parent = path.parent()?;
    let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let names: Vec<_> =
        here.read_dir().ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let name = nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(shown(&parent.join(name)))
}

#[cfg(test)]
mod tests;
