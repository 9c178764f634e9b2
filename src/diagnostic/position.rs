//! Lines and columns of byte offsets.
//!
//! Enters: texts and offsets in them. Leaves: lines and columns as people count them. Refuses to know: what is there.
//! An index a text, made once, keeps a thousand findings in a large file from reading it a thousand times.

use std::cell::OnceCell;
use std::ops::Range;

use crate::source::{Source, SourceId, Sources};

/// Bytes between two remembered character counts: what a column in one endless line costs to find.
const STRIDE: usize = 256;

/// Where a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    /// Counted from 1; `\n`, `\r\n` and a lone `\r` end a line.
    pub line: usize,
    /// In characters, counted from 1; a byte order mark is no column.
    pub column: usize,
    /// In bytes from the start of the file.
    pub offset: usize,
}

/// One text and where its lines begin.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    counts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let byte_order_mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut starts = vec![byte_order_mark];
        let bytes = text.as_bytes();
        for (offset, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || *byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n');
            if ends_line {
                starts.push(offset + 1);
            }
        }
        let mut counts = vec![0];
        let mut count = 0;
        for stride in bytes.chunks(STRIDE) {
            count += characters(stride);
            counts.push(count);
        }
        Self { text, starts, counts }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The nearest place at or before an offset where a character begins, or the end of the text.
    pub(crate) fn clamp(&self, offset: u32) -> usize {
        let first = self.starts.first().copied().unwrap_or(0);
        self.text.floor_char_boundary(offset as usize).max(first)
    }

    /// The line of an offset, counted from 0.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The bytes of a line, counted from 0, without what ends it.
    pub(crate) fn range(&self, line: usize) -> Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let length = self.text.get(start..end).map_or(0, |text| text.trim_end_matches(['\r', '\n']).len());
        start..start + length
    }

    /// Line and column of an offset.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let line = self.line(offset);
        let start = self.starts.get(line).copied().unwrap_or(0);
        Position { line: line + 1, column: self.count(offset) - self.count(start) + 1, offset }
    }

    /// Characters before an offset.
    fn count(&self, offset: usize) -> usize {
        let stride = offset / STRIDE;
        let before = self.counts.get(stride).copied().unwrap_or(0);
        before + self.text.as_bytes().get(stride * STRIDE..offset).map_or(0, characters)
    }
}

/// Characters that begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

/// The lines of all sources, each indexed when first asked for.
pub(crate) struct Index<'a> {
    sources: &'a Sources,
    lines: Vec<OnceCell<Lines<'a>>>,
}

impl<'a> Index<'a> {
    /// An index that has read nothing yet.
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, lines: sources.texts.iter().map(|_| OnceCell::new()).collect() }
    }

    /// A source with its lines.
    pub(crate) fn get(&self, id: SourceId) -> Option<(&'a Source, &Lines<'a>)> {
        let source = self.sources.get(id)?;
        let lines = self.lines.get(id.0 as usize)?.get_or_init(|| Lines::new(source.text()));
        Some((source, lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (usize, usize) {
        let position = Lines::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(at("größe: x", 9), (1, 8));
        assert_eq!(at("日本\n日x", 10), (2, 2));
    }

    #[test]
    fn every_line_end_counts_once() {
        assert_eq!(at("a\r\nb\rc\nd", 3), (2, 1));
        assert_eq!(at("a\r\nb\rc\nd", 5), (3, 1));
        assert_eq!(at("a\r\nb\rc\nd", 7), (4, 1));
    }

    #[test]
    fn a_byte_order_mark_shifts_nothing() {
        assert_eq!(at("\u{feff}ab", 4), (1, 2));
        assert_eq!(at("\u{feff}ab", 0), (1, 1));
    }

    #[test]
    fn the_end_and_beyond_are_places() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(at("a", 1), (1, 2));
        assert_eq!(at("a\n", 9), (2, 1));
    }

    #[test]
    fn a_column_far_out_in_one_line_is_right() {
        let text = "ü".repeat(5000);
        assert_eq!(at(&text, 8000), (1, 4001));
        assert_eq!(at(&text, 8001), (1, 4001));
    }
}
