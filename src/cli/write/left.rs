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
use crate::cli::layout;
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
    /// What it gave the cluster, and no other file gives it now.
    pub(in crate::cli) objects: BTreeSet<Named>,
    /// Whether the cluster has no other file.
    pub(in crate::cli) is_last: bool,
}

/// The files of a mesh in a directory that are not `known` by name.
pub(super) fn over(directory: &Path, mesh: &str, known: impl Fn(&str) -> bool) -> Result<LeftOver, Failure> {
    let failure = |error: io::Error| Failure::system("read", directory, &error);
    let files = match layout::candidates(directory) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(LeftOver::default()),
        Err(error) => return Err(failure(error)),
    };
    let mut left = LeftOver::default();
    for file in files.into_iter().filter(|file| !known(file)) {
        let path = directory.join(&file);
        // What cannot be read is not ours to name.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let Some(mark) = Mark::of(&text).filter(|mark| mark.mesh == mesh) else { continue };
        if layout::is_own(&mark.cluster, &file) {
            left.stale.push(Stale { path, mark, objects: objects::of(&text), is_last: false });
        } else {
            left.copies.push(path);
        }
    }
    left.stale.sort_by(|a, b| a.path.cmp(&b.path));
    left.copies.sort_unstable();
    Ok(left)
}
