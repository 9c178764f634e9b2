//! Maps with known fields, maps with keys of the user's choice, and lists.
//!
//! Enters: values of the tree. Leaves: their parts. Refuses to know: what the parts mean.

use super::super::problems;
use super::super::tree::{Mapping, Value, View};
use super::super::written::{Keyed, Listed, Written};
use super::Reader;
use crate::diagnostic::nearest;
use crate::source::At;

/// A map with known fields. [`form!`] makes one of a concept's names and slots, which are one list: no name can get
/// into another's slot.
pub trait Form<'t>: Sized {
    /// What the map is, with its article: "a cluster".
    const WHAT: &'static str;
    /// How one is written.
    const EXAMPLE: &'static str;
    /// The names of its fields.
    const FIELDS: &'static [&'static str];
    /// All slots with the same in them.
    fn filled(with: fn() -> Written<Value<'t>>) -> Self;
    /// The slot of a field; none if the field is not known.
    fn slot(&mut self, field: &str) -> Option<&mut Written<Value<'t>>>;
}

/// Defines a [`Form`]: what it is, an example, and each slot beside the name of its field.
macro_rules! form {
    (struct $form:ident: $what:literal, $example:literal {
        $($slot:ident: $field:literal),+ $(,)?
    }) => {
        struct $form<'t> {
            $($slot: $crate::input::Written<$crate::input::tree::Value<'t>>),+
        }

        impl<'t> $crate::input::reader::Form<'t> for $form<'t> {
            const WHAT: &'static str = $what;
            const EXAMPLE: &'static str = $example;
            const FIELDS: &'static [&'static str] = &[$($field),+];

            fn filled(with: fn() -> $crate::input::Written<$crate::input::tree::Value<'t>>) -> Self {
                Self { $($slot: with()),+ }
            }

            fn slot(
                &mut self,
                field: &str,
            ) -> Option<&mut $crate::input::Written<$crate::input::tree::Value<'t>>> {
                match field {
                    $($field => Some(&mut self.$slot),)+
                    _ => None,
                }
            }
        }
    };
}
pub(in crate::input) use form;

/// What a flow map means whose entries are single words with a colon inside: `{v1:50, v2:50}` has two keys without
/// values.
pub(in crate::input) fn unspaced(map: Value<'_>, mapping: &Mapping) -> Option<String> {
    let words = mapping.entries.iter().map(|entry| {
        let (key, value) = map.entry(entry);
        let (name, number) = key.value.split_once(':')?;
        let is_word = !name.is_empty() && !number.is_empty() && !number.contains(':');
        (is_word && matches!(value.view(), View::Nothing)).then(|| format!("{name}: {number}"))
    });
    let words: Vec<String> = words.collect::<Option<_>>()?;
    (!words.is_empty()).then(|| words.join(", "))
}

impl Reader {
    /// Opens a map with known fields; the place of each is that of its key. None if it is no map.
    ///
    /// A field that is not known makes the known one that it resembles illegible: it was meant. Where nothing is known
    /// or resembled, all are: whatever was meant stands in other words, and is neither missing nor empty.
    pub fn fields<'t, F: Form<'t>>(&mut self, map: Value<'t>) -> Option<F> {
        let View::Map(mapping) = map.view() else {
            self.wrong_form(map, F::WHAT, F::EXAMPLE);
            return None;
        };
        if let Some(meant) = unspaced(map, mapping) {
            self.report(problems::no_blank(&meant, map.place()));
            return None;
        }
        let mut found = F::filled(if mapping.complete { || Written::Absent } else { || Written::Illegible });
        let mut unknown = Vec::new();
        for entry in &mapping.entries {
            let (key, value) = map.entry(entry);
            match found.slot(key.value) {
                Some(slot) => *slot = Written::As(At::new(value, key.place)),
                None => unknown.push(key),
            }
        }
        if !unknown.is_empty() {
            self.unknown_fields(&unknown, &mut found);
        }
        Some(found)
    }

    /// Reports fields that are not known, and makes illegible what they may have meant.
    fn unknown_fields<'t, F: Form<'t>>(&mut self, unknown: &[At<&str>], found: &mut F) {
        let mut free = F::FIELDS.to_vec();
        free.retain(|field| found.slot(field).is_some_and(|slot| slot.written().is_none()));
        let nothing_known = free.len() == F::FIELDS.len();
        let mut nothing_meant = true;
        for key in unknown {
            let near = match problems::synonym(F::WHAT, key.value) {
                Some(meant) => free.iter().copied().find(|field| *field == meant),
                None => nearest(key.value, free.iter().copied()),
            };
            if let Some(slot) = near.and_then(|near| found.slot(near)) {
                *slot = Written::Illegible;
                nothing_meant = false;
            }
            self.report(problems::unknown_field(key, F::WHAT, near, F::EXAMPLE));
        }
        if nothing_known && nothing_meant {
            *found = F::filled(|| Written::Illegible);
        }
    }

    /// The same, but where the map cannot be read every field is illegible: for what others refer to by its name, which
    /// stays known.
    pub fn fields_or_illegible<'t, F: Form<'t>>(&mut self, map: Value<'t>) -> F {
        self.fields(map).unwrap_or_else(|| F::filled(|| Written::Illegible))
    }

    /// The elements of a list; anything else stands for a list of one.
    pub fn list<'t, T>(
        &mut self,
        value: Value<'t>,
        mut read: impl FnMut(&mut Self, Value<'t>) -> Option<T>,
    ) -> Option<At<Listed<T>>> {
        let mut listed = Listed::default();
        match value.view() {
            View::List(elements) => {
                for element in elements {
                    listed.push(read(self, value.element(element)));
                }
            }
            View::Text(_) | View::Map(_) => listed.push(read(self, value)),
            View::Nothing | View::Illegible => {
                self.wrong_form(value, "a value", "[]");
                return None;
            }
        }
        Some(At::new(listed, value.place()))
    }

    /// The entries of a map whose keys the user chooses.
    pub fn entries<'t, T>(
        &mut self,
        map: Value<'t>,
        what: &str,
        example: &str,
        mut read: impl FnMut(&mut Self, At<&'t str>, Value<'t>) -> Option<T>,
    ) -> Option<At<Listed<T>>> {
        let View::Map(mapping) = map.view() else {
            self.wrong_form(map, what, example);
            return None;
        };
        if let Some(meant) = unspaced(map, mapping) {
            self.report(problems::no_blank(&meant, map.place()));
            return None;
        }
        let mut listed =
            Listed { entries: Vec::with_capacity(mapping.entries.len()), complete: mapping.complete };
        for entry in &mapping.entries {
            let (key, value) = map.entry(entry);
            listed.push(read(self, key, value));
        }
        Some(At::new(listed, map.place()))
    }

    /// A list of texts.
    pub fn texts(&mut self, value: Value<'_>) -> Option<At<Listed<At<String>>>> {
        self.list(value, Self::text)
    }

    /// A map of texts: labels, annotations, headers.
    pub fn labels(&mut self, value: Value<'_>) -> Option<At<Listed<Keyed<At<String>>>>> {
        self.entries(value, "a map of texts", "{name: text}", |reader, key, value| {
            Some(Keyed { key: key.map(str::to_owned), value: reader.text(value)? })
        })
    }
}
