//! The directory that files are written to, for as long as a run writes.
//!
//! Enters: a path. Leaves: a directory that exists, is ours alone and holds no temporary file of a dead run. Refuses to
//! know: the files. What it made is gone again if nothing is kept.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;

const PREFIX: &str = ".meshgen-";
const SUFFIX: &str = ".tmp";

/// How temporary files are made: a name the next run knows, and permissions like those of any file.
pub(super) fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Less what the umask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// A directory, made and locked when first needed.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// Closing it releases the lock.
    lock: Option<File>,
    is_open: bool,
    /// What this run had to create, outermost first.
    created: Vec<PathBuf>,
}

impl Directory {
    /// A directory that need not exist yet.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), lock: None, is_open: false, created: Vec::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, waits for other runs to be done with it, and sweeps it; once.
    pub(super) fn open(&mut self) -> Result<(), Failure> {
        if self.is_open {
            return Ok(());
        }
        let path = self.path.clone();
        self.create(&path)?;
        // Where a directory cannot be locked (some network file systems, Windows), renaming alone must do; a temporary
        // file may then be that of a live run and is left alone.
        self.lock = File::open(&self.path).ok().filter(|directory| directory.lock().is_ok());
        if self.lock.is_some() {
            self.sweep();
        }
        self.is_open = true;
        Ok(())
    }

    /// The path of a file below it, whose directory is made if need be.
    pub(super) fn file(&mut self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        let parent = path.parent().unwrap_or(&self.path).to_path_buf();
        if parent != self.path {
            self.create(&parent)?;
        }
        Ok(path)
    }

    /// Leaves in place what was created.
    pub(super) fn keep(&mut self) {
        self.created.clear();
    }

    fn create(&mut self, path: &Path) -> Result<(), Failure> {
        let failure = |path: &Path, error: io::Error| Failure::system("write to", path, &error);
        if path.exists() && !path.is_dir() {
            return Err(failure(path, io::Error::from(io::ErrorKind::NotADirectory)));
        }
        let missing: Vec<&Path> =
            path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => self.created.push(path.to_path_buf()),
                // Another run was quicker.
                Err(_) if path.is_dir() => {}
                Err(error) => return Err(failure(path, error)),
            }
        }
        Ok(())
    }

    /// Removes what killed runs left; whatever cannot be removed does no harm.
    fn sweep(&self) {
        for entry in self.path.read_dir().into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        for path in self.created.iter().rev() {
            // Not if somebody else has put something there.
            let _ = fs::remove_dir(path);
        }
    }
}
