//! Sequences and mappings: where their entries stand.
//!
//! Enters: the entries, one at a time. Leaves: their lines, or `[]` and `{}` where there are none. Refuses to know:
//! what the entries hold.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::key;
use super::node::{Before, Node, Refused};

/// How far the entries of a mapping stand to the right of the key before it, and of any block behind a dash.
const INDENT: usize = 2;

/// The entries of one block, of either kind. Nothing is written before the first: whether there is one shows only
/// then, for structs leave out fields.
struct Entries<'a> {
    node: Node<'a>,
    column: usize,
    any: bool,
}

impl<'a> Entries<'a> {
    fn new(node: Node<'a>, column: usize) -> Self {
        Self { node, column, any: false }
    }

    /// Goes to where the next entry begins.
    fn next(&mut self) -> &mut String {
        let out = &mut *self.node.out;
        let first = !std::mem::replace(&mut self.any, true);
        match self.node.before {
            Before::Dash if first => out.push(' '),
            Before::Nothing if first => {}
            Before::Key if first => {
                out.push('\n');
                indent(self.column, out);
            }
            Before::Nothing | Before::Key | Before::Dash => indent(self.column, out),
        }
        out
    }

    fn end(self, empty: &str) {
        if !self.any {
            self.node.scalar(|out| out.push_str(empty));
        }
    }
}

fn indent(column: usize, out: &mut String) {
    const BLANKS: &str = "                                                                ";
    let mut left = column;
    while left > BLANKS.len() {
        out.push_str(BLANKS);
        left -= BLANKS.len();
    }
    out.push_str(BLANKS.get(..left).unwrap_or_default());
}

/// `- entry`, one a line; behind a key no further in than the key, as kubectl prints them.
pub struct Sequence<'a>(Entries<'a>);

impl<'a> Sequence<'a> {
    /// An empty one at the place of a value.
    pub fn new(node: Node<'a>) -> Self {
        let column = match node.before {
            Before::Nothing | Before::Key => node.column,
            Before::Dash => node.column + INDENT,
        };
        Self(Entries::new(node, column))
    }

    fn entry<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        let column = self.0.column;
        let out = self.0.next();
        out.push('-');
        value.serialize(Node { out, column, before: Before::Dash })
    }
}

/// `key: value`, one a line.
pub struct Mapping<'a>(Entries<'a>);

impl<'a> Mapping<'a> {
    /// An empty one at the place of a value.
    pub fn new(node: Node<'a>) -> Self {
        let column = match node.before {
            Before::Nothing => node.column,
            Before::Key | Before::Dash => node.column + INDENT,
        };
        Self(Entries::new(node, column))
    }

    /// The value of an entry that is the only one.
    pub fn only(mut self, name: &str) -> Node<'a> {
        key::text(name, self.0.column, self.0.next());
        Node { out: self.0.node.out, column: self.0.column, before: Before::Key }
    }

    fn key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), Refused> {
        let column = self.0.column;
        key.serialize(key::Key { out: self.0.next(), column })
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(Node { out: self.0.node.out, column: self.0.column, before: Before::Key })
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
        key::field(name, self.0.next());
        self.value(value)
    }
}

macro_rules! sequences {
    ($($trait:ident::$method:ident)*) => {
        $(impl $trait for Sequence<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.entry(value)
            }

            fn end(self) -> Result<(), Refused> {
                self.0.end("[]");
                Ok(())
            }
        })*
    };
}

sequences! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! structs {
    ($($trait:ident)*) => {
        $(impl $trait for Mapping<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Refused> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Refused> {
                self.0.end("{}");
                Ok(())
            }
        })*
    };
}

structs! {
    SerializeStruct
    SerializeStructVariant
}

impl SerializeMap for Mapping<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.value(value)
    }

    fn end(self) -> Result<(), Refused> {
        self.0.end("{}");
        Ok(())
    }
}
