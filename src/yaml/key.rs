//! What stands before the colon of an entry.
//!
//! Enters: a key. Leaves: the key and its colon. Refuses to know: the value behind it.
//!
//! Keys are text: a number or boolean as key is written as the string of the same characters, as JSON has it, and
//! a key that is no scalar is refused.

use serde::ser::{Impossible, Serialize, Serializer};

use super::node::{Refused, transparent};
use super::scalar;

/// Readers look for the colon of a key no further than 1,024 characters ahead; beyond, the key must be announced.
const LONGEST_PLAIN_KEY: usize = 1000;

/// Writes a key and its colon.
pub fn text(key: &str, column: usize, out: &mut String) {
    let before = out.len();
    scalar::text(key, out);
    if out.len() - before > LONGEST_PLAIN_KEY {
        out.insert_str(before, "? ");
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', column));
    }
    out.push(':');
}

/// Writes the name of a struct's field and its colon. Such names stand in code, and none there needs quotes.
pub fn field(name: &'static str, out: &mut String) {
    debug_assert!(
        scalar::is_plain(name) && name.len() <= LONGEST_PLAIN_KEY,
        "a field that needs quotes: {name}"
    );
    out.push_str(name);
    out.push(':');
}

/// The place of a key not yet written.
pub struct Key<'a> {
    /// The text so far, up to where the key begins.
    pub out: &'a mut String,
    /// Where in its line that is.
    pub column: usize,
}

macro_rules! scalars {
    ($($method:ident($type:ty))*) => {
        $(fn $method(self, value: $type) -> Result<(), Refused> {
            self.serialize_str(&value.to_string())
        })*
    };
}

impl Serializer for Key<'_> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Impossible<(), Refused>;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Impossible<(), Refused>;
    type SerializeStruct = Impossible<(), Refused>;
    type SerializeStructVariant = Impossible<(), Refused>;

    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        text(value, self.column, self.out);
        Ok(())
    }

    scalars! {
        serialize_bool(bool)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_f32(f32) serialize_f64(f64)
        serialize_char(char)
    }

    transparent!();

    fn serialize_bytes(self, _value: &[u8]) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_none(self) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq, Refused> {
        Err(Refused)
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, Refused> {
        Err(Refused)
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct, Refused> {
        Err(Refused)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Refused> {
        Err(Refused)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Self::SerializeMap, Refused> {
        Err(Refused)
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self::SerializeStruct, Refused> {
        Err(Refused)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Refused> {
        Err(Refused)
    }
}
