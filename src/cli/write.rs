//! Bundles on disk: all of a run or none.
//!
//! Enters: names and texts, one at a time. Leaves: files that are each wholly old or wholly new. Refuses to know: what a
//! bundle says; one that is not committed leaves no trace.
//!
//! Every text waits in a temporary file beside its target. What a killed run leaves is recognised by its name and removed
//! by the next. A lock on the directory itself (no lock file that could be left or checked in) makes runs wait for each
//! other, so the last complete set stays.

mod compare;
mod directory;
mod left; // what earlier runs left
pub(super) mod objects; // what a bundle holds
mod owned; // weights that another tool turns
mod replace;
mod signals;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::failure::{Failure, shown};
use crate::diagnostic::escape;
use crate::source::mark::Mark;
pub(super) use compare::{Comparison, Difference};
use directory::Directory;
pub(super) use left::{LeftOver, Stale};
use objects::Named;
use replace::Change;

/// The files of one run, waiting for it to be sound.
#[derive(Debug)]
pub(super) struct Staging<'a> {
    // Before the directory: temporary files go first.
    changes: Vec<(PathBuf, Change)>,
    unchanged: usize,
    names: BTreeSet<String>,
    gone: Vec<Gone>,
    directory: Directory,
    inputs: &'a BTreeSet<PathBuf>,
}

/// Objects that a file held and its new text does not. Applying the new text does not delete them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gone {
    /// For whom the file is.
    pub(super) cluster: String,
    /// What left it.
    pub(super) objects: BTreeSet<Named>,
}

/// What a run did to a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Files that are new or have changed.
    pub(super) changed: Vec<PathBuf>,
    /// Files that are as they were, untouched.
    pub(super) unchanged: usize,
    /// Files of earlier runs that were removed.
    pub(super) pruned: Vec<Stale>,
    /// Objects that left files which were replaced.
    pub(super) gone: Vec<Gone>,
}

impl<'a> Staging<'a> {
    /// Nothing happens to the directory before the first file.
    pub(super) fn new(directory: &Path, inputs: &'a BTreeSet<PathBuf>) -> Self {
        signals::instead_of_ending();
        Self {
            changes: Vec::new(),
            unchanged: 0,
            names: BTreeSet::new(),
            gone: Vec::new(),
            directory: Directory::new(directory),
            inputs,
        }
    }

    /// Adds a file. It is in place once all are committed, and not before.
    pub(super) fn stage(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.directory.open()?;
        self.names.insert(name.to_owned());
        let target = self.directory.path().join(name);
        let old = old(&target, text, self.inputs)?;
        if old.as_ref().is_some_and(|old| old.holds(text)) {
            self.unchanged += 1;
            return Ok(());
        }
        let failure = |error: io::Error| Failure::system("write", &target, &error);
        if let (Some(old), Some(mark)) = (&old, Mark::of(text)) {
            let new = objects::of(text);
            let objects: BTreeSet<_> = objects::of(&String::from_utf8_lossy(&old.text))
                .into_iter()
                .filter(|one| !new.contains(one))
                .collect();
            if !objects.is_empty() {
                self.gone.push(Gone { cluster: mark.cluster, objects });
            }
        }
        if old.as_ref().is_some_and(|old| old.permissions.readonly()) {
            return Err(failure(io::ErrorKind::PermissionDenied.into()).help("the file is read-only"));
        }
        let mut temporary = directory::temporary().tempfile_in(self.directory.path()).map_err(failure)?;
        temporary.write_all(text.as_bytes()).map_err(failure)?;
        if let Some(old) = &old {
            temporary.as_file().set_permissions(ordinary(&old.permissions)).map_err(failure)?;
        }
        temporary.as_file().sync_all().map_err(failure)?;
        let new = temporary.into_temp_path();
        let change = if old.is_some() { Change::Replace(new) } else { Change::Create(new) };
        self.changes.push((target, change));
        Ok(())
    }

    /// Files of a mesh that this run does not have.
    pub(super) fn left_over(&self, mesh: &str) -> Result<LeftOver, Failure> {
        left::over(self.directory.path(), mesh, |name| self.names.contains(name))
    }

    /// Puts all files in place and removes those to be pruned. On failure everything is as it was.
    pub(super) fn commit(mut self, prune: Vec<Stale>) -> Result<Written, Failure> {
        let mut changes = std::mem::take(&mut self.changes);
        let targets = changes.iter().map(|(target, _)| target.clone()).collect();
        changes.extend(prune.iter().map(|stale| (stale.path.clone(), Change::Remove)));
        if !changes.is_empty() {
            self.directory.open()?;
            let held = signals::Held::all();
            let done = replace::all(changes, self.directory.path());
            held.release();
            done?;
            self.directory.keep();
        }
        let gone = std::mem::take(&mut self.gone);
        Ok(Written { changed: targets, unchanged: self.unchanged, pruned: prune, gone })
    }
}

/// A file that is to be replaced.
struct Old {
    text: Vec<u8>,
    permissions: fs::Permissions,
}

impl Old {
    /// Whether it is what is to be written, but for weights that are left to others.
    fn holds(&self, text: &str) -> bool {
        self.text == text.as_bytes() || owned::alike(&String::from_utf8_lossy(&self.text), text)
    }
}

/// What is there already, if a text may replace it.
fn old(target: &Path, text: &str, inputs: &BTreeSet<PathBuf>) -> Result<Option<Old>, Failure> {
    let in_the_way = |reason: &str| {
        Failure::new(format!("{} is in the way: {reason}", shown(target)))
            .help("move it away, or choose another directory with `--output`")
    };
    let failure = |error: io::Error| Failure::system("read", target, &error);
    let metadata = match target.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failure(error)),
    };
    if !metadata.is_file() {
        return Err(in_the_way("it is not a regular file"));
    }
    if inputs.contains(&target.canonicalize().map_err(failure)?) {
        return Err(in_the_way("it is an input of this run"));
    }
    let bytes = fs::read(target).map_err(failure)?;
    match (Mark::of(&String::from_utf8_lossy(&bytes)), Mark::of(text)) {
        (Some(found), Some(wanted)) if found == wanted => {}
        (Some(Mark { cluster, mesh }), _) => {
            let (cluster, mesh) = (escape::line(&cluster), escape::line(&mesh));
            return Err(in_the_way(&format!("it is for cluster `{cluster}` of mesh `{mesh}`")));
        }
        (None, _) => return Err(in_the_way("it was not written by meshgen")),
    }
    Ok(Some(Old { text: bytes, permissions: metadata.permissions() }))
}

/// Who may read, write and execute, and nothing more: a bit that lends a file's owner to whoever runs it goes.
fn ordinary(permissions: &fs::Permissions) -> fs::Permissions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(permissions.mode() & 0o777)
    }
    #[cfg(not(unix))]
    permissions.clone()
}

#[cfg(test)]
mod tests;
