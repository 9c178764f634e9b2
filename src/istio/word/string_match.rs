//! `StringMatch`: how Istio compares a text.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// How a text is compared; a map of at most one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringMatch {
    /// `{}`: a header or parameter is there, whatever it says. Means nothing elsewhere.
    Present,
    /// It is this text.
    Exact(String),
    /// It starts with this text.
    Prefix(String),
    /// This RE2 expression matches the whole text.
    Regex(String),
}

impl Serialize for StringMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = match self {
            Self::Present => None,
            Self::Exact(text) => Some(("exact", text)),
            Self::Prefix(text) => Some(("prefix", text)),
            Self::Regex(text) => Some(("regex", text)),
        };
        let mut map = serializer.serialize_map(Some(usize::from(entry.is_some())))?;
        if let Some((word, text)) = entry {
            map.serialize_entry(word, text)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presence_is_an_empty_map() {
        assert_eq!(serde_json::to_string(&StringMatch::Present).unwrap(), "{}");
        assert_eq!(
            serde_json::to_string(&StringMatch::Prefix("/v1".to_owned())).unwrap(),
            r#"{"prefix":"/v1"}"#
        );
    }
}
