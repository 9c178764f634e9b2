//! Which file an object is from, and how it was named.

use std::borrow::Cow;

use crate::diagnostic::escape;
use crate::source::Found;

/// A file, and what it is a dump of.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The cluster.
    pub cluster: &'a str,
    /// Where objects are that do not say it.
    pub namespace: Option<&'a str>,
    /// For people.
    pub file: &'a str,
    /// What is named outright must be a dump, what merely lies in a directory may not be.
    pub found: Found,
}

impl<'a> Origin<'a> {
    /// A file that is named outright.
    #[must_use]
    pub fn named(cluster: &'a str, file: &'a str) -> Self {
        Self { cluster, namespace: None, file, found: Found::Named }
    }

    /// Its name, printable.
    pub(super) fn file(&self) -> Cow<'a, str> {
        escape::line(self.file)
    }

    pub(super) fn is_named(&self) -> bool {
        self.found == Found::Named
    }
}
