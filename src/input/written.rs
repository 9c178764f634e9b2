//! A value that was written, one that was not, and one that could not be read.
//!
//! Enters: nothing but the keys of services. Leaves: the types that carry poison. Refuses to know: what is written.

use std::fmt;

use super::problems;
use super::reader::Reader;
use crate::source::{At, Place};

/// A field as the user left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Written<T> {
    /// Not written: a default may stand for it.
    #[default]
    Absent,
    /// Written, but not legible. It has been reported; nothing may be concluded from it.
    Illegible,
    /// Written.
    As(At<T>),
}

impl<T> Written<T> {
    /// The value with its place, if there is one to be had.
    pub fn written(&self) -> Option<&At<T>> {
        match self {
            Self::Absent | Self::Illegible => None,
            Self::As(at) => Some(at),
        }
    }

    /// The value, if there is one to be had.
    pub fn value(&self) -> Option<&T> {
        self.written().map(|at| &at.value)
    }

    /// Where it was written.
    pub fn place(&self) -> Option<Place> {
        self.written().map(|at| at.place)
    }

    /// Whether nothing was written at all, so that a default is right.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it was written and could not be read.
    pub fn is_illegible(&self) -> bool {
        matches!(self, Self::Illegible)
    }
}

/// What a list or a map holds, in the order written.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The legible elements.
    pub entries: Vec<T>,
    /// False if an element could not be read: what is not found here may well have been written.
    pub complete: bool,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), complete: true }
    }
}

impl<T> Listed<T> {
    /// Adds an element; none is one that could not be read.
    pub fn push(&mut self, element: Option<T>) {
        match element {
            Some(element) => self.entries.push(element),
            None => self.complete = false,
        }
    }
}

/// One entry of a map whose keys the user chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed<T> {
    pub key: At<String>,
    pub value: T,
}

/// `namespace/name`, after the document's default namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName {
    /// `default` where nobody names one; then its place is that of the name.
    pub namespace: At<String>,
    pub name: At<String>,
}

impl ServiceName {
    /// Reads `namespace/name`, or `name` in a namespace known otherwise.
    pub fn read(text: &At<&str>, namespace: &Written<String>, reader: &mut Reader) -> Option<Self> {
        const FORM: &str = "namespace/name";
        let (written, name) = reader.halves(text, text.value.find('/'), FORM)?;
        if name.value.contains('/') {
            reader.report(problems::bad_compound(text.value, FORM, text.place));
            return None;
        }
        let namespace = match (written, namespace) {
            (Some(written), _) => written,
            (None, Written::Absent) => At::new("default".to_owned(), name.place),
            (None, Written::Illegible) => return None,
            (None, Written::As(namespace)) => namespace.clone(),
        };
        Some(Self { namespace, name })
    }

    /// What no two services share.
    pub fn key(&self) -> (String, String) {
        (self.namespace.value.clone(), self.name.value.clone())
    }
}

impl fmt::Display for ServiceName {
    /// As users name it: `reviews`, or `shop/reviews` outside `default`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, name } = self;
        if namespace.value == "default" { name.fmt(f) } else { write!(f, "{namespace}/{name}") }
    }
}
