//! Where an object of a JSON dump begins and ends.
//!
//! Enters: bytes. Leaves: the text of one object at a time: a document, or an element of its `items`. Refuses to know: what an
//! object says.

use std::io::BufRead;

use super::item::{Item, too_long};
use super::{HELP, Unreadable};

/// Hands over the objects of a text, one at a time.
pub(super) fn items(
    file: &str,
    mut text: impl BufRead,
    limit: usize,
    take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut reader = Reader::default();
    loop {
        let bytes =
            text.fill_buf().map_err(|error| Unreadable::new(format!("cannot read {file}: {error}")))?;
        if bytes.is_empty() {
            break;
        }
        let read = bytes.len();
        for byte in bytes {
            reader.byte(file, *byte, take)?;
            if reader.top.len().max(reader.item.len()) > limit {
                return Err(too_long(file, limit));
            }
        }
        text.consume(read);
    }
    if reader.depth > 0 {
        return Err(Unreadable::new(format!("{file} ends in the middle of an object"))
            .help("get the whole dump again: nothing can be said of what is missing"));
    }
    Ok(())
}

#[derive(Default)]
struct Reader {
    /// Open brackets.
    depth: usize,
    /// In a text, perhaps behind a backslash.
    text: Option<bool>,
    /// The document without its list.
    top: Vec<u8>,
    /// The item at hand.
    item: Vec<u8>,
    /// In the list of items.
    inside: bool,
    /// There is a list.
    listed: bool,
    /// Items so far.
    count: usize,
    /// Documents so far.
    documents: usize,
}

impl Reader {
    fn byte(
        &mut self,
        file: &str,
        byte: u8,
        take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        let ends_list = self.inside && self.depth == 2 && self.text.is_none() && byte == b']';
        if self.inside && !ends_list {
            // Between items stand commas alone.
            if self.depth > 2 || byte == b'{' {
                self.item.push(byte);
            }
        } else if self.depth > 0 || byte == b'{' {
            self.top.push(byte);
        } else if !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(&byte) {
            return Err(Unreadable::new(format!("{file} is no JSON")).help(HELP));
        }
        match (self.text, byte) {
            (Some(false), b'\\') => self.text = Some(true),
            (Some(false), b'"') => self.text = None,
            (None, b'"') | (Some(true), _) => self.text = Some(false),
            (None, b'{' | b'[') => {
                if byte == b'[' && self.depth == 1 && self.is_behind_items() {
                    (self.inside, self.listed) = (true, true);
                }
                self.depth += 1;
            }
            (None, b'}' | b']') => {
                self.depth = self.depth.saturating_sub(1);
                match (self.inside, self.depth) {
                    (true, 1) => self.inside = false,
                    (true, 2) => {
                        let path = format!("items[{}]", self.count);
                        self.count += 1;
                        hand_over(file, &mut self.item, &path, take)?;
                    }
                    (false, 0) => self.end_of_document(file, take)?,
                    (_, _) => {}
                }
            }
            (None | Some(false), _) => {}
        }
        Ok(())
    }

    /// Whether the document so far ends in `"items": [`.
    fn is_behind_items(&self) -> bool {
        let end = self.top.strip_suffix(b"[").unwrap_or(&self.top).trim_ascii_end();
        end.strip_suffix(b":").is_some_and(|key| key.trim_ascii_end().ends_with(b"\"items\""))
    }

    fn end_of_document(
        &mut self,
        file: &str,
        take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        self.documents += 1;
        if self.listed {
            self.top.clear();
        } else {
            hand_over(file, &mut self.top, &format!("document {}", self.documents), take)?;
        }
        (self.listed, self.count) = (false, 0);
        Ok(())
    }
}

fn hand_over(
    file: &str,
    bytes: &mut Vec<u8>,
    path: &str,
    take: &mut dyn FnMut(&Item<'_>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Unreadable::new(format!("{file}: {path} is no UTF-8")).help(HELP))?;
    take(&Item { text, json: true, path })?;
    bytes.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::item::gathered;

    fn found(text: &str) -> Result<Vec<(String, String)>, String> {
        gathered(|take| items("dump.json", text.as_bytes(), 200, take))
    }

    #[test]
    fn items_are_cut_out_of_their_list() {
        let text = r#"{"items" : [ {"a": "]}\"", "items": [1]}, {"b": {}} ], "kind": "List"}
            {"kind": "C", "spec": {"items": [{"x": 1}]}}"#;
        let found = found(text).unwrap();
        assert_eq!(
            found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>(),
            [
                ("items[0]", r#"{"a": "]}\"", "items": [1]}"#),
                ("items[1]", r#"{"b": {}}"#),
                ("document 2", r#"{"kind": "C", "spec": {"items": [{"x": 1}]}}"#),
            ]
        );
    }

    #[test]
    fn half_a_dump_is_none() {
        assert_eq!(
            found(r#"{"items": [{"a": 1}, {"b""#).unwrap_err(),
            "dump.json ends in the middle of an object"
        );
        assert_eq!(found(r#"{"a": 1} x"#).unwrap_err(), "dump.json is no JSON");
    }
}
