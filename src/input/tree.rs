//! The inputs as a tree of our own: scalars as written, lists, maps, each with its place.
//!
//! Enters: one text. Leaves: one [`Node`] a document. Refuses to know: fields. The events of the YAML library are
//! known below here and nowhere else.
//!
//! What an alias stands for is shared, never copied; a [`Value`] remembers through which alias it was reached.

mod build; // events → nodes
mod mapping; // duplicate keys, keys that are no text, merge keys
mod marks; // characters → bytes
mod places; // marks → spans
mod simple; // texts that need no events
mod surrogates; // characters beyond U+FFFF in JSON
mod tag; // tags, and what else stands before a value

use std::rc::Rc;

pub use build::read;
pub use tag::Objection;

use crate::source::{At, Place, Span};

/// Stands for a value that nobody has decided yet.
const UNDECIDED: &str = "TODO";

/// Bytes of text that weigh as much as a node, so that aliases of a long text are bounded too.
const TEXT_WEIGHT: usize = 32;

/// A value of a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its own characters, without anchor and tag. A map or list in block style is known by its first key or dash,
    /// one in flow style by its brackets, or the opening one if they stand on different lines.
    pub place: Place,
    pub shape: Shape,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Shape {
    Scalar(Scalar),
    List(Rc<[Node]>),
    Map(Rc<Mapping>),
    /// It could not be read, and that has been reported.
    Illegible,
}

/// A text as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    pub text: Rc<str>,
    /// Without quotes, so that `80` is a number and `~` is nothing.
    pub plain: bool,
}

/// Entries in the order written, those of merge keys last; each key once.
#[derive(Debug)]
pub struct Mapping {
    pub entries: Vec<Entry>,
    /// False if an entry was dropped: its key could not be read, or stood there already.
    pub complete: bool,
}

/// One entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: At<Rc<str>>,
    pub value: Node,
}

impl Scalar {
    /// Whether YAML says that there is nothing here: empty, `~`, `null`.
    pub fn is_nothing(&self) -> bool {
        self.plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

/// A node as reached from the root: below an alias, its places say so.
#[derive(Clone, Copy, Debug)]
pub struct Value<'t> {
    node: &'t Node,
    via: Option<Span>,
    /// The key that it is the value of.
    key: Option<Place>,
}

/// What a reader finds in a value.
#[derive(Clone, Copy, Debug)]
pub enum View<'t> {
    Text(&'t Scalar),
    /// Empty, `~` or `null`.
    Nothing,
    List(&'t [Node]),
    Map(&'t Mapping),
    /// Reported already.
    Illegible,
}

impl<'t> Value<'t> {
    /// The root of a document.
    pub fn root(node: &'t Node) -> Self {
        Self { node, via: node.place.via, key: None }
    }

    /// The value of a key that is not in the tree any more.
    pub fn under(key: Place, node: &'t Node) -> Self {
        Self { node, via: node.place.via, key: Some(key) }
    }

    /// The node, with the alias that it was reached through; shared, not copied.
    pub fn to_node(self) -> Node {
        Node { place: self.place(), shape: self.node.shape.clone() }
    }

    /// Its characters, and the outermost alias on the way to them.
    pub fn place(self) -> Place {
        Place { span: self.node.place.span, via: self.via }
    }

    /// Where to say that something is missing: the key, if it has one.
    pub fn name_place(self) -> Place {
        self.key.unwrap_or_else(|| self.place())
    }

    /// Whether it says that nobody has decided what it is: `TODO`, without quotes.
    pub fn is_undecided(self) -> bool {
        matches!(&self.node.shape, Shape::Scalar(scalar) if scalar.plain && &*scalar.text == UNDECIDED)
    }

    /// What it is.
    pub fn view(self) -> View<'t> {
        match &self.node.shape {
            Shape::Scalar(_) if self.is_undecided() => View::Illegible,
            Shape::Scalar(scalar) if scalar.is_nothing() => View::Nothing,
            Shape::Scalar(scalar) => View::Text(scalar),
            Shape::List(elements) => View::List(elements),
            Shape::Map(mapping) => View::Map(mapping),
            Shape::Illegible => View::Illegible,
        }
    }

    /// An element of this list.
    pub fn element(self, node: &'t Node) -> Self {
        Self { node, via: self.via.or(node.place.via), key: None }
    }

    /// The key and value of an entry of this map.
    pub fn entry(self, entry: &'t Entry) -> (At<&'t str>, Self) {
        let place = Place { span: entry.key.place.span, via: self.via.or(entry.key.place.via) };
        let value = Self { node: &entry.value, via: self.via.or(entry.value.place.via), key: Some(place) };
        (At::new(&*entry.key.value, place), value)
    }

    /// The value under a key of this map, if it is a map and has it.
    pub fn get(self, key: &str) -> Option<Self> {
        let View::Map(mapping) = self.view() else { return None };
        mapping.entries.iter().find(|entry| &*entry.key.value == key).map(|entry| self.entry(entry).1)
    }
}
