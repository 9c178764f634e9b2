//! What earlier runs left in a directory.
//!
//! Enters: a directory, a mesh and the names of this run's files. Leaves: files of the same mesh that this run does not
//! write. Refuses to know: what is to become of them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::objects::{self, Named};
use crate::cli::failure::Failure;
use crate::source::mark::Mark;

/// Files of a mesh that no cluster of it has any more.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct LeftOver {
    /// Bundles and stand-ins where a run put them, in order of name.
    pub(in crate::cli) stale: Vec<Stale>,
    /// Copies: files whose mark belongs to another name. Nobody but their maker knows what they are for.
    pub(in crate::cli) copies: Vec<PathBuf>,
}

/// A file whose cluster is gone, or needs it no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Stale {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) mark: Mark,
    /// What it gave the cluster.
    pub(in crate::cli) objects: BTreeSet<Named>,
}

/// The files of a mesh in a directory that are not `known` by name.
pub(super) fn over(directory: &Path, mesh: &str, known: impl Fn(&str) -> bool) -> Result<LeftOver, Failure> {
    let failure = |error: io::Error| Failure::system("read", directory, &error);
    let entries = match directory.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(LeftOver::default()),
        Err(error) => return Err(failure(error)),
    };
    let mut left = LeftOver::default();
    for entry in entries {
        let entry = entry.map_err(failure)?;
        let path = entry.path();
        let is_file = entry.file_type().map_err(failure)?.is_file();
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml");
        if !is_file || !is_yaml || name.starts_with('.') || known(&name) {
            continue;
        }
        // What cannot be read is not ours to name.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let Some(mark) = Mark::of(&text).filter(|mark| mark.mesh == mesh) else { continue };
        let own = [format!("{}.yaml", mark.cluster), format!("{}.stand-ins.yaml", mark.cluster)];
        if own.contains(&name) {
            left.stale.push(Stale { path, mark, objects: objects::of(&text) });
        } else {
            left.copies.push(path);
        }
    }
    left.stale.sort_by(|a, b| a.path.cmp(&b.path));
    left.copies.sort_unstable();
    Ok(left)
}
