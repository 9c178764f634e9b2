//! Texts, and how a place in them is named.
//!
//! Enters: the bytes of every input, already found by `cli`. Leaves: texts, spans in them, values that know
//! where they were written. Refuses to know: what the texts say, and where they came from beyond a name.

pub mod mark; // whose a file is that meshgen wrote

use std::fmt;

/// Bounds for hostile input. Each has a default that no honest mesh reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub input_size: usize,
    /// Levels of nesting in one document.
    pub depth: usize,
    /// Nodes of one file, every alias counted with all it stands for.
    pub nodes: usize,
    /// Destinations in all bundles: what callers of a cluster ask of a service, at each address that they dial for it.
    pub destinations: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { input_size: 16 << 20, depth: 64, nodes: 1_000_000, destinations: 500_000 }
    }
}

/// How an input came to be read: what is named outright must be meshgen's, what merely lies in a directory may not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An argument, stdin, or an `include` that names this very file.
    Named,
    /// A file below a directory that was named.
    InDirectory,
}

/// One input text.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the user would name it: a relative path, or `<stdin>`.
    pub name: String,
    /// How it came to be read.
    pub found: Found,
    /// The clusters whose `routing` names it, so that what it says is for their callers alone; else empty.
    pub callers: Vec<String>,
    text: String,
    bad_byte: Option<u8>,
}

impl Source {
    /// A text from its bytes. What follows the first byte that is not UTF-8 is not kept; `bad_byte` tells of it.
    #[must_use]
    pub fn new(name: impl Into<String>, found: Found, bytes: Vec<u8>) -> Self {
        let (text, bad_byte) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                let bad_byte = bytes.get(valid).copied();
                bytes.truncate(valid);
                (String::from_utf8(bytes).unwrap_or_default(), bad_byte)
            }
        };
        Self { name: name.into(), found, callers: Vec::new(), text, bad_byte }
    }

    /// The text, up to the first byte that is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first byte that is not UTF-8; it stood right behind `text`.
    #[must_use]
    pub fn bad_byte(&self) -> Option<u8> {
        self.bad_byte
    }
}

/// All inputs of one run, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The texts; a [`SourceId`] is an index into them.
    pub texts: Vec<Source>,
    /// The bounds they are read under.
    pub limits: Limits,
    /// Steps that are asked for from outside; the last word about a service counts.
    pub steps: Vec<StepChoice>,
    /// The release of Istio that every cluster runs, whatever the texts say.
    pub istio: Option<String>,
    /// Whether objects say to Argo CD in which order they are applied.
    pub argocd: bool,
}

/// Which of a service's `steps` is built, whatever its rules say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepChoice {
    /// `name` or `namespace/name`.
    pub service: String,
    /// From 1.
    pub step: usize,
}

impl Sources {
    /// The source that a span lies in.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.texts.get(id.0 as usize)
    }

    /// Every source with its id.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.texts)
    }
}

/// Which source of [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A run of bytes in one source; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which source.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Where a value stands: its own characters, and the alias through which they were reached, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The characters of the value.
    pub span: Span,
    /// The `*alias` that brought it here.
    pub via: Option<Span>,
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self { span, via: None }
    }
}

/// A value, and the place where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub place: Place,
}

impl<T> At<T> {
    /// A value at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), place: self.place }
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
