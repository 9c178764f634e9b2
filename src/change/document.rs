//! One object of a bundle: its text, and what it says.
//!
//! Enters: a document of YAML. Leaves: who it is, its comment, its fields. Refuses to know: which bundle it is in.

use std::fmt;
use std::sync::OnceLock;

use serde_yaml::Value;

use crate::trace::object::{ObjectPlace, Piece, Unreadable};

/// Which object: an object occurs once in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// As in the field `kind`.
    pub kind: String,
    /// Of the object.
    pub namespace: String,
    /// Of the object.
    pub name: String,
}

/// An object as text.
#[derive(Debug)]
pub struct Document {
    /// Which one.
    pub id: Id,
    /// The comment above it, and the document, up to and with its last line end.
    pub text: String,
    /// As a trace follows it.
    pub piece: Piece,
    value: OnceLock<Value>,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, namespace, name } = self;
        match namespace.as_str() {
            "default" => write!(f, "{kind} {name}"),
            namespace => write!(f, "{kind} {namespace}/{name}"),
        }
    }
}

impl Document {
    /// Reads one document; nothing for one without an object.
    pub fn read(cluster: &str, file: &str, text: &str) -> Result<Option<Self>, Unreadable> {
        let Some(piece) = Piece::read(cluster, file, text)? else { return Ok(None) };
        let ObjectPlace { kind, namespace, name, .. } = piece.place().clone();
        let mut text = text.to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(Some(Self { id: Id { kind, namespace, name }, text, piece, value: OnceLock::new() }))
    }

    /// An object that was put together.
    pub fn write(comment: &str, value: &Value) -> Result<Option<Self>, Unreadable> {
        let mut text = comment.to_owned();
        crate::yaml::write(value, &mut text);
        Self::read("", "", &text)
    }

    /// Its fields.
    pub fn value(&self) -> &Value {
        // It was read before.
        self.value.get_or_init(|| serde_yaml::from_str(&self.text).unwrap_or_default())
    }

    /// The lines of comment above it.
    #[must_use]
    pub fn comment(&self) -> String {
        self.text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect()
    }

    /// Whether it is one of the Services that are created, never applied.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.id.kind == "Service"
    }

    /// Whether both say the same, whatever their comments.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        self.text == other.text
            || self.text.get(self.comment().len()..) == other.text.get(other.comment().len()..)
            || self.value() == other.value()
    }
}
