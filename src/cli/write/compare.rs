//! `--check`: what writing would change.
//!
//! Enters: names and texts, one at a time. Leaves: the files that differ. Refuses to know: how files are written.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, shown};

/// A directory beside what it should hold.
#[derive(Debug)]
pub(in crate::cli) struct Comparison {
    directory: PathBuf,
    names: BTreeSet<String>,
    differences: Vec<Difference>,
}

/// A file that writing would change.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) enum Difference {
    /// It has another text.
    Differs(PathBuf),
    /// It is not there.
    Missing(PathBuf),
    /// It is left from an earlier run.
    LeftOver(PathBuf),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs(path) => write!(f, "{} differs", shown(path)),
            Self::Missing(path) => write!(f, "{} is missing", shown(path)),
            Self::LeftOver(path) => write!(f, "{} is left from an earlier run", shown(path)),
        }
    }
}

impl Comparison {
    /// Of a directory, which need not exist.
    pub(in crate::cli) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_path_buf(), names: BTreeSet::new(), differences: Vec::new() }
    }

    /// Compares one file.
    pub(in crate::cli) fn add(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.directory.join(name);
        match fs::read(&path) {
            Ok(bytes) if bytes == text.as_bytes() => {}
            Ok(_) => self.differences.push(Difference::Differs(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.differences.push(Difference::Missing(path));
            }
            Err(error) => return Err(Failure::system("read", &path, &error)),
        }
        self.names.insert(name.to_owned());
        Ok(())
    }

    /// All differences, those of files that should not be there last.
    pub(in crate::cli) fn finish(&mut self) -> Result<Vec<Difference>, Failure> {
        let Self { directory, names, differences } = self;
        let left_over = super::left_over(directory, |name| names.contains(name))?;
        differences.extend(left_over.into_iter().map(Difference::LeftOver));
        Ok(std::mem::take(differences))
    }
}
