//! A directory with the files of a plan, as a whole or not at all.
//!
//! Enters: names and texts. Leaves: the directory; one of an earlier plan is replaced, nothing else is. Refuses to know: what
//! files say.

use std::fs;
use std::io;
use std::path::Path;

use crate::change::step::Files;
use crate::cli::failure::{Failure, shown};

/// What tells a plan's directory from others.
const PAGE: &str = "plan.md";

/// Writes all files beside the place, then puts them there at once.
pub(in crate::cli) fn write(place: &Path, files: &Files) -> Result<(), Failure> {
    if place.exists() && !is_replaceable(place) {
        return Err(Failure::new(format!("{} holds something else than a plan", shown(place)))
            .help("name a directory that does not exist yet"));
    }
    let parent = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let failure = |error: io::Error| Failure::system("write to", place, &error);
    fs::create_dir_all(parent).map_err(failure)?;
    let staged =
        tempfile::Builder::new().prefix(".meshgen-").suffix(".tmp").tempdir_in(parent).map_err(failure)?;
    let fresh = staged.path().join("new");
    for (name, text) in files {
        let path = fresh.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failure)?;
        }
        fs::write(&path, text).map_err(failure)?;
    }
    let former = staged.path().join("old");
    let had = place.exists();
    if had {
        fs::rename(place, &former).map_err(failure)?;
    }
    if let Err(error) = fs::rename(&fresh, place) {
        if had {
            // As it was.
            let _ = fs::rename(&former, place);
        }
        return Err(failure(error));
    }
    Ok(())
}

/// An earlier plan, or nothing at all.
fn is_replaceable(place: &Path) -> bool {
    place.is_dir()
        && (place.join(PAGE).is_file() || place.read_dir().is_ok_and(|mut entries| entries.next().is_none()))
}
