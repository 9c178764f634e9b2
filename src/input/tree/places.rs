//! Where values stand: from the marks of the YAML library to spans of bytes.
//!
//! Enters: a text, marks in it. Leaves: places. Refuses to know: what the values are.

use saphyr_parser::{Marker, ScalarStyle};

use super::marks::Marks;
use crate::source::{Place, SourceId, Span};

/// The places of one text.
pub struct Places<'s> {
    text: &'s str,
    source: SourceId,
    marks: Marks<'s>,
}

impl<'s> Places<'s> {
    /// Goes through the text once.
    pub fn new(source: SourceId, text: &'s str) -> Self {
        Self { text, source, marks: Marks::new(text) }
    }

    /// The byte at a mark.
    pub fn byte(&self, mark: Marker) -> usize {
        self.marks.byte(mark.index())
    }

    /// From one byte to another.
    pub fn place(&self, start: usize, end: usize) -> Place {
        let offset = |byte: usize| u32::try_from(byte.min(self.text.len())).unwrap_or(u32::MAX);
        Place::from(Span { source: self.source, start: offset(start), end: offset(end) })
    }

    /// A bracket, a quote, a dash: one byte.
    pub fn sign(&self, at: usize) -> Place {
        self.place(at, at + 1)
    }

    /// The character at a byte; nothing at the end of the text.
    pub fn character(&self, at: usize) -> Place {
        let length = self.rest(at).chars().next().map_or(0, char::len_utf8);
        self.place(at, at + length)
    }

    /// The text from a byte on.
    pub fn rest(&self, at: usize) -> &'s str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The end of the text.
    pub fn end(&self) -> Place {
        self.place(self.text.len(), self.text.len())
    }

    /// A scalar, without the line breaks that a block scalar takes in, and what the library adds behind quotes.
    pub fn scalar(&self, start: usize, end: usize, style: ScalarStyle) -> Place {
        let text = self.text.get(start..end).unwrap_or_default();
        let length = match style {
            ScalarStyle::Plain => text.len(),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => quoted(text),
            ScalarStyle::Literal | ScalarStyle::Folded => text.trim_end().len(),
        };
        self.place(start, start + length)
    }

    /// The place of a value that has no characters: the dash or colon that leads to it.
    pub fn nowhere(&self, at: usize) -> Place {
        if self.rest(at).starts_with(':') {
            return self.sign(at);
        }
        self.dash_before(at).map_or_else(|| self.place(at, at), |dash| self.sign(dash))
    }

    /// Where the dash stands that leads to what is at `at`.
    pub fn dash_before(&self, at: usize) -> Option<usize> {
        let mut before = self.text.get(..at)?.trim_end();
        loop {
            // Comments may stand between.
            let line = before.rfind('\n').map_or(0, |end| end + 1);
            let said = before.get(line..)?.trim_start_matches([' ', '-']);
            if !said.starts_with('#') {
                return before.strip_suffix('-').map(str::len);
            }
            before = before.strip_suffix(said)?.trim_end();
        }
    }
}

/// The length of the quoted text that a text begins with.
fn quoted(text: &str) -> usize {
    let quote = text.chars().next();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote == Some('"') {
            characters.next();
        } else if Some(character) == quote {
            let is_doubled = character == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'');
            if !is_doubled {
                return at + 1;
            }
            characters.next();
        }
    }
    text.len()
}
