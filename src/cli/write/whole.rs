//! One file, whole or not at all.
//!
//! Enters: a path and a text. Leaves: the file. Refuses to know: whether what was there may go; whoever calls has looked.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::directory::temporary;
use crate::cli::failure::Failure;

/// Puts a text in the place of a file, through a temporary file beside it. What a link leads to is replaced, not the link;
/// a file that was there keeps its permissions.
pub(in crate::cli) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::system("write", path, &error);
    let (target, permissions) = match path.canonicalize() {
        Ok(target) => {
            let permissions = target.metadata().map_err(failure)?.permissions();
            (target, Some(permissions))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (PathBuf::from(path), None),
        Err(error) => return Err(failure(error)),
    };
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = temporary().tempfile_in(directory).map_err(failure)?;
    new.write_all(text.as_bytes()).map_err(failure)?;
    if let Some(permissions) = permissions {
        new.as_file().set_permissions(permissions).map_err(failure)?;
    }
    new.as_file().sync_all().map_err(failure)?;
    new.persist(&target).map_err(|error| failure(error.error))?;
    Ok(())
}
