//! One line of input, cut to what is worth showing.
//!
//! Enters: a line of any length, and the pieces of it that matter. Leaves: a printable line that fits, with `…` for what
//! was left out, and where each byte went. Refuses to know: lines, files, labels.

use std::ops::Range;

use crate::diagnostic::escape;

/// Bytes shown on either side of a piece that matters.
const AROUND: usize = 16;

/// Bytes shown of a piece that is itself too long.
const LONGEST: usize = 48;

/// A line as it is shown.
pub(super) struct Trimmed {
    /// Printable but for tabs; on one line.
    pub(super) text: String,
    /// Offset in the line and in `text` of every character shown, and of the end.
    moved: Vec<(usize, usize)>,
}

impl Trimmed {
    /// Keeps `room` bytes of a line, or what surrounds each of `pieces`, which are in order.
    pub(super) fn new(line: &str, pieces: &[Range<usize>], room: usize) -> Self {
        let mut text = String::new();
        let mut moved = Vec::new();
        let mut end = 0;
        for kept in kept(line, pieces, room) {
            if kept.start > end {
                text.push('…');
            }
            let start = kept.start;
            end = kept.end;
            for (offset, character) in line.get(kept).unwrap_or_default().char_indices() {
                moved.push((start + offset, text.len()));
                // Tabs are drawn as spaces later, to the next stop.
                if character == '\t' { text.push('\t') } else { escape::push(&mut text, character) }
            }
        }
        moved.push((line.len(), text.len()));
        if end < line.len() {
            text.push('…');
        }
        Self { text, moved }
    }

    /// Where an offset of the line is in `text`; that of the next character shown if it was left out.
    pub(super) fn shown_at(&self, offset: usize) -> usize {
        let next = self.moved.partition_point(|(before, _)| *before < offset);
        self.moved.get(next).map_or(self.text.len(), |(_, shown)| *shown)
    }
}

/// The parts of a line to show, in order, apart from each other.
fn kept(line: &str, pieces: &[Range<usize>], room: usize) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = Vec::new();
    if line.len() <= room || pieces.iter().all(|piece| piece.end < room) {
        kept.push(0..line.floor_char_boundary(room));
        return kept;
    }
    for piece in pieces {
        let start = line.floor_char_boundary(piece.start.saturating_sub(AROUND));
        let end = line.ceil_char_boundary(piece.end.min(piece.start + LONGEST) + AROUND);
        match kept.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => kept.push(start..end),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, piece: Range<usize>, room: usize) -> (String, String) {
        let trimmed = Trimmed::new(line, std::slice::from_ref(&piece), room);
        let marked = trimmed.text[trimmed.shown_at(piece.start)..trimmed.shown_at(piece.end)].to_owned();
        (trimmed.text, marked)
    }

    #[test]
    fn a_short_line_is_whole_and_printable() {
        assert_eq!(shown("a: \u{1b}b", 3..4, 80), ("a: \\u{1b}b".into(), "\\u{1b}".into()));
    }

    #[test]
    fn a_long_line_is_cut_around_what_matters() {
        let line = format!("{}here{}", "x".repeat(1000), "y".repeat(1000));
        let (text, marked) = shown(&line, 1000..1004, 80);
        assert_eq!(text, format!("…{}here{}…", "x".repeat(16), "y".repeat(16)));
        assert_eq!(marked, "here");
    }

    #[test]
    fn a_long_piece_is_cut_too() {
        let line = "ü".repeat(1000);
        let (text, marked) = shown(&line, 0..2000, 80);
        assert_eq!(text.chars().count(), 33);
        assert_eq!(marked.chars().count(), 32);
    }

    #[test]
    fn the_end_of_a_line_is_a_place() {
        assert_eq!(shown("abc", 3..3, 80), ("abc".into(), String::new()));
        let (text, marked) = shown(&"ü".repeat(1000), 1998..2000, 80);
        assert_eq!((text.chars().count(), marked.as_str()), (10, "ü"));
    }
}
