//! Values of meshgen's language, made of what an object says; each keeps the place of what it was made of.
//!
//! Enters: texts, lists and maps with their places. Leaves: a [`Node`]. Refuses to know: fields.

use std::rc::Rc;

use crate::input::tree::{Entry, Mapping, Node, Scalar, Shape};
use crate::source::{At, Place};

/// A text, whatever it looks like.
pub fn text(text: &str, place: Place) -> Node {
    Node { place, shape: Shape::Scalar(Scalar { text: text.into(), plain: false }) }
}

/// A number or a boolean.
pub fn plain(text: &str, place: Place) -> Node {
    Node { place, shape: Shape::Scalar(Scalar { text: text.into(), plain: true }) }
}

/// A list.
pub fn list(elements: Vec<Node>, place: Place) -> Node {
    Node { place, shape: Shape::List(elements.into()) }
}

/// A map.
pub fn map(entries: Vec<Entry>, place: Place) -> Node {
    Node { place, shape: Shape::Map(Rc::new(Mapping { entries, complete: true })) }
}

/// An entry of a map, its key where its value stands.
pub fn entry(key: &str, value: Node) -> Entry {
    Entry { key: At::new(Rc::from(key), value.place), value }
}
