//! Maps with known fields, maps with keys of the user's choice, and lists.
//!
//! Enters: values of the tree. Leaves: their parts. Refuses to know: what the parts mean.

use super::super::problems;
use super::super::tree::{Value, View};
use super::super::written::{Keyed, Listed, Written};
use super::Reader;
use crate::diagnostic::nearest;
use crate::source::At;

/// A map with known fields: one constant per concept tells all of them.
pub struct Form<const N: usize> {
    /// What the map is, with its article: "a cluster".
    pub what: &'static str,
    /// How one is written.
    pub example: &'static str,
    /// Its fields.
    pub fields: [&'static str; N],
}

impl Reader {
    /// Opens a map with known fields, in the order of the form; the place of each is that of its key. None if it is
    /// no map.
    ///
    /// A field that is not known makes the known one that it resembles illegible: it was meant. Where nothing is known
    /// or resembled, all are: whatever was meant stands in other words, and is neither missing nor empty.
    pub fn fields<'t, const N: usize>(
        &mut self,
        map: Value<'t>,
        form: &Form<N>,
    ) -> Option<[Written<Value<'t>>; N]> {
        let View::Map(mapping) = map.view() else {
            self.wrong_form(map, form.what, form.example);
            return None;
        };
        let mut found: [Written<Value<'t>>; N] =
            std::array::from_fn(|_| if mapping.complete { Written::Absent } else { Written::Illegible });
        let mut unknown = Vec::new();
        for entry in &mapping.entries {
            let (key, value) = map.entry(entry);
            let known = form.fields.iter().zip(&mut found).find(|(field, _)| **field == key.value);
            match known {
                Some((_, slot)) => *slot = Written::As(At::new(value, key.place)),
                None => unknown.push(key),
            }
        }
        if !unknown.is_empty() {
            self.unknown_fields(&unknown, form, &mut found);
        }
        Some(found)
    }

    /// Reports fields that are not known, and makes illegible what they may have meant.
    fn unknown_fields<const N: usize>(
        &mut self,
        unknown: &[At<&str>],
        form: &Form<N>,
        found: &mut [Written<Value<'_>>; N],
    ) {
        let nothing_known = found.iter().all(|slot| slot.written().is_none());
        let mut nothing_meant = true;
        let known = problems::known_fields(form.what, &form.fields);
        let example = Some(form.example).filter(|_| nothing_known);
        for key in unknown {
            let slots = form.fields.iter().zip(&*found);
            let free = slots.filter(|(_, slot)| slot.written().is_none()).map(|(field, _)| *field);
            let near = nearest(key.value, free.collect::<Vec<_>>());
            for (_, slot) in form.fields.iter().zip(&mut *found).filter(|(field, _)| Some(**field) == near) {
                *slot = Written::Illegible;
                nothing_meant = false;
            }
            self.report(problems::unknown_field(key, form.what, near, (&known, example)));
        }
        if nothing_known && nothing_meant {
            found.fill_with(|| Written::Illegible);
        }
    }

    /// The same, but where the map cannot be read every field is illegible: for what others refer to by its name, which
    /// stays known.
    pub fn fields_or_illegible<'t, const N: usize>(
        &mut self,
        map: Value<'t>,
        form: &Form<N>,
    ) -> [Written<Value<'t>>; N] {
        self.fields(map, form).unwrap_or_else(|| std::array::from_fn(|_| Written::Illegible))
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
