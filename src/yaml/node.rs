//! Any value, at the place where the text stands.
//!
//! Enters: serde's calls for one value. Leaves: its text, up to and with the line end. Refuses to know: what comes
//! before and after it.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use super::block::{Mapping, Sequence};
use super::scalar;

/// A value that block style cannot say: a key that is no scalar, or an error of a hand-written `Serialize`.
#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot be said in block style")
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What has been written on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing: a document begins.
    Nothing,
    /// `key:`
    Key,
    /// `-`
    Dash,
}

/// The place of a value not yet written.
pub struct Node<'a> {
    /// The text so far.
    pub out: &'a mut String,
    /// Where the key or dash before it stands in its line.
    pub column: usize,
    /// What the value follows.
    pub before: Before,
}

impl<'a> Node<'a> {
    /// The root of a document.
    pub fn document(out: &'a mut String) -> Self {
        Self { out, column: 0, before: Before::Nothing }
    }

    /// A value that fits on the line.
    pub fn scalar(self, write: impl FnOnce(&mut String)) {
        if self.before != Before::Nothing {
            self.out.push(' ');
        }
        write(self.out);
        self.out.push('\n');
    }

    fn sequence(self) -> Sequence<'a> {
        Sequence::new(self)
    }

    fn mapping(self) -> Mapping<'a> {
        Mapping::new(self)
    }

    /// The value of the only entry `variant: …`, which is how serde tells the variants of an enum apart.
    fn variant(self, variant: &str) -> Node<'a> {
        self.mapping().only(variant)
    }
}

/// What is written as the text or the value that it stands for.
macro_rules! transparent {
    () => {
        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
            value.serialize(self)
        }

        fn serialize_unit_variant(
            self,
            _name: &'static str,
            _index: u32,
            variant: &'static str,
        ) -> Result<(), Refused> {
            self.serialize_str(variant)
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _name: &'static str,
            value: &T,
        ) -> Result<(), Refused> {
            value.serialize(self)
        }
    };
}

pub(super) use transparent;

macro_rules! scalars {
    ($($method:ident($type:ty) = $write:path;)*) => {
        $(fn $method(self, value: $type) -> Result<(), Refused> {
            self.scalar(|out| $write(value, out));
            Ok(())
        })*
    };
}

impl<'a> Serializer for Node<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Sequence<'a>;
    type SerializeTupleVariant = Sequence<'a>;
    type SerializeMap = Mapping<'a>;
    type SerializeStruct = Mapping<'a>;
    type SerializeStructVariant = Mapping<'a>;

    scalars! {
        serialize_bool(bool) = scalar::boolean;
        serialize_i8(i8) = scalar::integer;
        serialize_i16(i16) = scalar::integer;
        serialize_i32(i32) = scalar::integer;
        serialize_i64(i64) = scalar::integer;
        serialize_i128(i128) = scalar::integer;
        serialize_u8(u8) = scalar::integer;
        serialize_u16(u16) = scalar::integer;
        serialize_u32(u32) = scalar::integer;
        serialize_u64(u64) = scalar::integer;
        serialize_u128(u128) = scalar::integer;
        serialize_f32(f32) = scalar::float;
        serialize_f64(f64) = scalar::float;
        serialize_str(&str) = scalar::text;
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.serialize_unit()
    }

    transparent!();

    fn serialize_unit(self) -> Result<(), Refused> {
        self.scalar(|out| out.push_str("null"));
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self.variant(variant))
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Sequence<'a>, Refused> {
        Ok(self.sequence())
    }

    fn serialize_tuple(self, _len: usize) -> Result<Sequence<'a>, Refused> {
        Ok(self.sequence())
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Sequence<'a>, Refused> {
        Ok(self.sequence())
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Sequence<'a>, Refused> {
        Ok(self.variant(variant).sequence())
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Mapping<'a>, Refused> {
        Ok(self.mapping())
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Mapping<'a>, Refused> {
        Ok(self.mapping())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Mapping<'a>, Refused> {
        Ok(self.variant(variant).mapping())
    }
}
