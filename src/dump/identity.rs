//! One object is one object: what tells whether it was there before, and whether it said the same.
//!
//! Enters: kind, namespace, name and content. Leaves: whether it is new. Refuses to know: what objects say.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// What was seen of objects. Of each a few bytes are kept, for there may be millions.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By identity: the content, and the file.
    objects: BTreeMap<u64, (u64, u32)>,
    files: Vec<String>,
}

/// How an object stands to those before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing<'s> {
    /// It is there for the first time.
    New,
    /// It was there before, word for word.
    Known,
    /// It was there before, with other content, in this file.
    Other(&'s str),
}

impl Seen {
    /// How an object stands to those before it.
    pub(super) fn add(&mut self, file: &str, identity: &impl Hash, content: &impl Hash) -> Standing<'_> {
        let (identity, content) = (number(identity), number(content));
        if let Some((known, before)) = self.objects.get(&identity) {
            let before = usize::try_from(*before).unwrap_or(usize::MAX);
            let file = self.files.get(before).map_or("", String::as_str);
            return if *known == content { Standing::Known } else { Standing::Other(file) };
        }
        if self.files.last().is_none_or(|last| last != file) {
            self.files.push(file.to_owned());
        }
        let last = u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.objects.insert(identity, (content, last));
        Standing::New
    }
}

fn number(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
