//! Changing many files of a directory as if it were one step.
//!
//! Enters: finished temporary files and their targets. Leaves: every change made, or none. Refuses to know: what the files
//! are.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::directory;
use crate::cli::failure::Failure;

/// What is to happen to one file. A new text waits beside its target, and is gone if it is not put in place.
#[derive(Debug)]
pub(super) enum Change {
    /// There is no such file yet.
    Create(TempPath),
    /// It gets another text.
    Replace(TempPath),
    /// It goes.
    Remove,
}

/// A file that was changed, and what was there.
struct Done {
    target: PathBuf,
    old: Option<TempPath>,
}

/// Makes all changes in one directory. When one cannot be made, those before it are taken back.
pub(super) fn all(changes: Vec<(PathBuf, Change)>, directory: &Path) -> Result<(), Failure> {
    let mut done: Vec<Done> = Vec::new();
    let mut directories: BTreeSet<PathBuf> = BTreeSet::from([directory.to_path_buf()]);
    for (target, change) in changes {
        match one(&target, change, directory) {
            Ok(old) => {
                directories.extend(target.parent().map(Path::to_path_buf));
                done.push(Done { target, old });
            }
            Err(error) => {
                take_back(done);
                return Err(Failure::system("change", &target, &error));
            }
        }
    }
    // The names reach the disk with the directory; where that cannot be asked for, the system does it in its own time.
    for changed in &directories {
        let _ = File::open(changed).and_then(|directory| directory.sync_all());
    }
    Ok(())
}

fn one(target: &Path, change: Change, directory: &Path) -> io::Result<Option<TempPath>> {
    match change {
        Change::Create(new) => {
            new.persist(target)?;
            Ok(None)
        }
        Change::Replace(new) => {
            let old = second_name(target, directory)?;
            new.persist(target)?;
            Ok(Some(old))
        }
        Change::Remove => {
            let old = second_name(target, directory)?;
            fs::remove_file(target)?;
            Ok(Some(old))
        }
    }
}

/// Gives a file a second name, so that it can come back; a copy where there are no links.
fn second_name(target: &Path, directory: &Path) -> io::Result<TempPath> {
    let link = directory::temporary().make_in(directory, |path| match fs::hard_link(target, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => fs::copy(target, path).map(|_| ()),
        Ok(()) => Ok(()),
    })?;
    Ok(link.into_temp_path())
}

fn take_back(done: Vec<Done>) {
    for Done { target, old } in done.into_iter().rev() {
        // Nothing more can be done if this fails too; the failure that led here is the one to report.
        let _ = match old {
            Some(old) => old.persist(&target).map_err(io::Error::from),
            None => fs::remove_file(&target),
        };
    }
}
