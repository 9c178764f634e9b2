//! Inputs as they are at a revision of git.
//!
//! Enters: paths, a revision. Leaves: the same paths below a directory that holds that revision, for as long as it is kept.
//! Refuses to know: what is in them. Git itself is asked; nothing of its repository changes.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::failure::{Failure, shown};

/// Paths at a revision.
#[derive(Debug)]
pub(super) struct Base {
    /// Those that are there at that revision.
    pub(super) paths: Vec<PathBuf>,
    /// What all of them begin with.
    root: PathBuf,
    revision: String,
    /// Removed when nobody needs it any more.
    _directory: TempDir,
}

impl Base {
    /// Puts a revision of the repository around some paths into a directory of its own.
    pub(super) fn of(paths: &[PathBuf], revision: &str) -> Result<Self, Failure> {
        let from = paths.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = from.first() else { return Err(Failure::new("no path is named")) };
        let beside = if first.is_dir() { first } else { first.parent().unwrap_or(first) };
        let top = said(git(beside).args(["rev-parse", "--show-toplevel"]))?;
        let top = absolute(Path::new(&top))?;
        let tree = git(&top)
            .args(["rev-parse", "--quiet", "--verify", "--end-of-options"])
            .arg(format!("{revision}^{{tree}}"))
            .output()
            .map_err(|error| unstarted(&error))?;
        if !tree.status.success() {
            return Err(Failure::new(format!("there is no revision `{revision}` in {}", shown(&top)))
                .help("`git fetch` brings what others have; a shallow clone lacks what is older"));
        }
        let tree = String::from_utf8_lossy(&tree.stdout).trim().to_owned();
        let directory = TempDir::new()
            .map_err(|error| Failure::new(format!("cannot make a temporary directory: {error}")))?;
        let root = absolute(directory.path())?.join("tree");
        let index = directory.path().join("index");
        said(git(&top).env("GIT_INDEX_FILE", &index).args(["read-tree", &tree]))?;
        let mut prefix = root.clone().into_os_string();
        prefix.push("/");
        said(
            git(&top).env("GIT_INDEX_FILE", &index).args(["checkout-index", "--all", "--prefix"]).arg(prefix),
        )?;
        let there = from.iter().filter_map(|path| {
            let path = path.strip_prefix(&top).ok()?;
            let there = if path.as_os_str().is_empty() { root.clone() } else { root.join(path) };
            there.exists().then_some(there)
        });
        let paths: Vec<PathBuf> = there.collect();
        if paths.is_empty() {
            return Err(Failure::new(format!("none of these paths is there at `{revision}`"))
                .help("if all of it is new, there is nothing to compare with"));
        }
        Ok(Self { paths, root, revision: revision.to_owned(), _directory: directory })
    }

    /// What people call a file of it: `origin/main:mesh.yaml`.
    pub(super) fn name(&self, file: &str) -> String {
        match Path::new(file).strip_prefix(&self.root) {
            Ok(path) => format!("{}:{}", self.revision, path.display()),
            Err(_) => file.to_owned(),
        }
    }
}

/// With links resolved, as git says paths.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::system("read", path, &error))
}

fn git(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory);
    command
}

/// What a command of git's says.
fn said(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| unstarted(&error))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let first = words.lines().next().unwrap_or("it says nothing");
        return Err(Failure::new(format!("git could not: {first}"))
            .help("`--base` needs the inputs in a clone, with git at hand"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
}

fn unstarted(error: &io::Error) -> Failure {
    Failure::system("run", Path::new("git"), error).help("`--base` asks git for the inputs as they were")
}
