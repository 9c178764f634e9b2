//! Why a run could not try: usage, input and output, a foreign file in the way.
//!
//! Enters: a path and what the system said, or a sentence. Leaves: the words for it. Refuses to know: the inputs; what is
//! wrong in them is a finding, never a failure.

use std::fmt;
use std::io;
use std::path::Path;

use crate::diagnostic::{escape, nearest};
use crate::trace::asked::Wrong;

/// What kept a run from trying. It ends with code 2.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The fact; empty if nobody is left to read it.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
}

impl Failure {
    /// A fact, in the form of a finding's message.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// The system's refusal to do something with a path: `cannot read topology.yml: No such file or directory`.
    pub(super) fn system(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {verb} {}: {}", shown(path), reason(error)))
    }

    /// A cluster was asked for that the inputs do not have.
    pub(super) fn no_cluster(wanted: &str, clusters: &[String]) -> Self {
        let failure = Self::new(format!("there is no cluster `{}`", escape::line(wanted)));
        match nearest(wanted, clusters.iter().map(String::as_str)) {
            Some(name) => failure.help(format!("did you mean `--cluster {name}`?")),
            None if clusters.is_empty() => failure,
            None => failure.help(format!("the clusters are {}", clusters.join(", "))),
        }
    }

    /// The reader of our output went away, as `head` does: no words, but not a success either.
    pub(super) fn silent() -> Self {
        Self::new("")
    }

    /// Whether nobody is left to read it.
    pub(super) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    /// Says what to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<Wrong> for Failure {
    fn from(Wrong { message, help }: Wrong) -> Self {
        Self { message, help }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, help } = self;
        f.write_str(message)?;
        if let Some(help) = help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// A path for people: printable, whatever bytes it has.
pub(super) fn shown(path: &Path) -> String {
    escape::line(&path.to_string_lossy()).into_owned()
}

/// What the system said, without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_printable_and_the_reason_plain() {
        let error = io::Error::from_raw_os_error(2);
        let failure = Failure::system("read", Path::new("a\u{1b}\nb"), &error);
        assert_eq!(failure.message, "cannot read a\\u{1b}\\u{a}b: No such file or directory");
    }
}
