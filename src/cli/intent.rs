//! What a change is meant to do: `--expect`, `--write-expect`.
//!
//! Enters: a file. Leaves: what it says, or a file that says what a change does. Refuses to know: whether the two agree.

use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::arguments::Bounds;
use super::failure::{Failure, shown};
use super::report::Reporter;
use super::write::whole;
use super::{Ending, load, stream};
use crate::change::intent::{self, Intent};
use crate::change::scene::Asked;
use crate::source::Sources;

/// What is meant, and the text that says it.
#[derive(Debug)]
pub(super) struct Intended {
    /// What is meant.
    pub(super) intent: Intent,
    /// Where it is written.
    pub(super) sources: Sources,
}

/// Reads a file, if one is named. Breaks off if it is unsound, which has been reported.
pub(super) fn read(
    path: Option<&PathBuf>,
    bounds: &Bounds,
    reporter: &Reporter,
) -> Result<ControlFlow<Ending, Option<Intended>>, Failure> {
    let Some(path) = path else { return Ok(ControlFlow::Continue(None)) };
    let paths = std::slice::from_ref(path);
    let sources = load::load(paths, bounds.limits(), Path::new(load::DEFAULT_OUTPUT))?.sources;
    let outcome = crate::intended(&sources);
    if reporter.denies(&outcome.findings) {
        reporter.report(outcome.findings, &sources, None);
        return Ok(ControlFlow::Break(Ending::Untried));
    }
    match outcome.value {
        Some(intent) => Ok(ControlFlow::Continue(Some(Intended { intent, sources }))),
        None => Err(Failure::new(format!("{} says nothing of a change", shown(path)))
            .help("expected a document with `apiVersion: meshgen/v1` and `kind: Change`")),
    }
}

/// Writes what a change does. Only a document of the same kind is replaced.
pub(super) fn write(path: &Path, asked: &[Asked], clusters: &BTreeSet<String>) -> Result<Ending, Failure> {
    let text = intent::draft(asked, clusters);
    if path == Path::new("-") {
        return stream::data(text.as_bytes());
    }
    match std::fs::read_to_string(path) {
        Ok(there) if !there.lines().any(|line| line.trim_end() == "kind: Change") => {
            return Err(Failure::new(format!("{} is no Change document", shown(path)))
                .help("name a file that is not there yet"));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::system("read", path, &error));
        }
        Ok(_) | Err(_) => {}
    }
    whole::replace(path, &text)?;
    Ok(Ending::Done)
}
