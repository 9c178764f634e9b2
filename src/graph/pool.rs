//! What is said often, kept once: services that are alike have answers that are alike.
//!
//! Enters: values. Leaves: their numbers. Refuses to know: what they say.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::escape;

/// Stands for the name of the service that a text is about.
const NAME: char = '\u{e000}';

/// Values by number; written as their list.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Pool<T> {
    all: Vec<T>,
    #[serde(skip)]
    ids: BTreeMap<T, usize>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { all: Vec::new(), ids: BTreeMap::new() }
    }
}

impl<T: Clone + Ord> Pool<T> {
    /// The number of a value, old or new.
    pub(super) fn id(&mut self, value: T) -> usize {
        if let Some(id) = self.ids.get(&value) {
            return *id;
        }
        let id = self.all.len();
        self.all.push(value.clone());
        self.ids.insert(value, id);
        id
    }

    /// The value of a number.
    pub(super) fn get(&self, id: usize) -> Option<&T> {
        self.all.get(id)
    }
}

impl Pool<String> {
    /// The number of a text about a service.
    pub(super) fn text(&mut self, text: &str, service: &str) -> usize {
        let text = escape::line(text).replace(NAME, "\u{fffd}");
        self.id(if service.is_empty() { text } else { text.replace(service, &NAME.to_string()) })
    }

    /// The text again.
    pub(super) fn said(&self, id: usize, service: &str) -> String {
        self.get(id).map(|text| text.replace(NAME, service)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_the_name_alone_are_one() {
        let mut texts = Pool::default();
        let one = texts.text("pods of reviews with version=v1", "reviews");
        let two = texts.text("pods of ratings with version=v1", "ratings");
        assert_eq!(one, two);
        assert_eq!(texts.said(two, "ratings"), "pods of ratings with version=v1");
        let own = texts.text("its own \u{e000}", "ratings");
        assert_eq!(texts.said(own, "ratings"), "its own \u{fffd}");
    }
}
