//! One input: what it is called and how it is read.
//!
//! Enters: a path. Leaves: its bytes, no more of them than a limit needs. Refuses to know: what they say.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, shown};
use crate::diagnostic::nearest;
use crate::source::Found;
use crate::source::mark::Mark;

/// What diagnostics call standard input.
const STDIN: &str = "<stdin>";

/// A file that is yet to be read.
#[derive(Debug)]
pub(super) struct Input {
    /// As it was named.
    pub(super) path: PathBuf,
    /// How it came to be read.
    pub(super) found: Found,
    /// The directory that its includes may not leave.
    pub(super) root: PathBuf,
}

impl Input {
    /// `-`, and the name the system has for the same.
    pub(super) fn is_stdin(&self) -> bool {
        self.path == Path::new("-") || self.path == Path::new("/dev/stdin")
    }

    /// What tells whether two paths are one file. Pipes have no path of their own behind them.
    pub(super) fn identity(&self) -> PathBuf {
        if self.is_stdin() {
            PathBuf::from(STDIN)
        } else {
            self.path.canonicalize().unwrap_or_else(|_| self.path.clone())
        }
    }

    /// What diagnostics call it.
    pub(super) fn name(&self) -> String {
        if self.is_stdin() { STDIN.to_owned() } else { self.plain_path().to_string_lossy().into_owned() }
    }

    /// The directory that its includes are relative to.
    pub(super) fn base(&self) -> &Path {
        if self.is_stdin() { Path::new("") } else { self.plain_path().parent().unwrap_or(Path::new("")) }
    }

    fn plain_path(&self) -> &Path {
        self.path.strip_prefix(".").unwrap_or(&self.path)
    }

    /// Its bytes, to just beyond the limit; nothing if meshgen wrote it and nobody named it.
    pub(super) fn bytes(&self, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
        let read = || {
            if self.is_stdin() {
                return bounded(io::stdin().lock(), limit).map(Some);
            }
            let mut file = BufReader::new(File::open(&self.path)?);
            let is_ours = self.found == Found::InDirectory
                && Mark::of(&String::from_utf8_lossy(file.fill_buf()?)).is_some();
            if is_ours { Ok(None) } else { bounded(file, limit).map(Some) }
        };
        read().map_err(|error| unreadable(&self.path, &error))
    }
}

/// Reads no more than it takes to see that the limit is exceeded, even if the last character is cut in two.
fn bounded(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::system("read", path, error);
    if error.kind() != io::ErrorKind::NotFound {
        return failure;
    }
    if let Ok(target) = path.read_link() {
        return failure.help(format!("it is a link, and nothing is at `{}`", shown(&target)));
    }
    match neighbour(path) {
        Some(name) => failure.help(format!("did you mean `{name}`?")),
        None => failure,
    }
}

/// The file beside a missing one whose name is nearest.
pub(super) fn neighbour(path: &Path) -> Option<String> {
    let parent = path.parent()?;
    let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let names: Vec<_> =
        here.read_dir().ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let name = nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(shown(&parent.join(name)))
}
