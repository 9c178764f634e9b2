//! Most texts are simple, and read in one pass: block maps and lists, flow on one line, scalars on one line, comments, `---`.
//!
//! Enters: a text and the bounds it is read under. Leaves: the nodes that the events of the library lead to, or nothing if
//! the text has anything else in it. Refuses to know: mistakes. Whatever is no part of the subset, is wrong, or may be,
//! is left to the events, so that every finding has one author.

mod token; // what stands on one line

use std::rc::Rc;

use super::{Entry, Mapping, Node, Shape};
use crate::source::{At, Limits, Place, SourceId, Span};
use token::Context;

/// Levels of nesting that are read here, whatever the bound says: they are levels of the call stack, too.
const DEPTH: usize = 64;

/// The longest key that is read here; YAML has a bound, too, of 1,024 characters.
const LONGEST_KEY: usize = 1000;

/// Belongs at the beginning of a text, where another reader takes it away, and ends one for the library.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// How many keys are compared each with each.
const FEW: usize = 8;

/// The documents of a simple text.
pub fn read(source: SourceId, text: &str, limits: &Limits) -> Option<Vec<Node>> {
    if text.contains(BYTE_ORDER_MARK) {
        return None;
    }
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        source,
        at: 0,
        line: 0,
        indent: None,
        depth: limits.depth.min(DEPTH),
        nodes: limits.nodes,
    };
    scanner.documents()
}

/// A place in a text. Every reader returns nothing where the text is not simple.
struct Scanner<'s> {
    text: &'s str,
    bytes: &'s [u8],
    source: SourceId,
    /// The next byte.
    at: usize,
    /// Where its line begins.
    line: usize,
    /// How far the line is indented that was moved to last; nothing at the end of a document.
    indent: Option<usize>,
    /// Levels that may still be opened.
    depth: usize,
    /// Nodes that may still be read.
    nodes: usize,
}

impl Scanner<'_> {
    fn documents(&mut self) -> Option<Vec<Node>> {
        let mut documents = Vec::new();
        self.content()?;
        while self.indent.is_some() || self.at < self.bytes.len() {
            if self.indent.is_none() {
                // At `---`.
                self.at += 3;
                self.next_line()?;
            }
            let indent = self.indent?;
            documents.push(self.block(indent)?);
            if self.indent.is_some() {
                return None;
            }
        }
        Some(documents)
    }

    fn peek(&self) -> Option<u8> {
        self.byte(0)
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Whether what stands some bytes ahead ends a token: a space, the end of a line, the end of the text.
    fn ends(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), None | Some(b' ' | b'\n'))
    }

    fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// From the end of a value, or the spaces behind it, to the next line that says something.
    fn next_line(&mut self) -> Option<()> {
        self.skip_spaces();
        let before = self.at.checked_sub(1).and_then(|before| self.bytes.get(before));
        match self.peek() {
            None | Some(b'\n') => {}
            Some(b'#') if before == Some(&b' ') => self.skip_comment(),
            Some(_) => return None,
        }
        self.content()
    }

    fn skip_comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// From the beginning or the end of a line to the next line that says something.
    fn content(&mut self) -> Option<()> {
        loop {
            if self.peek() == Some(b'\n') {
                self.at += 1;
            }
            self.line = self.at;
            self.skip_spaces();
            match self.peek() {
                None => {
                    self.indent = None;
                    return Some(());
                }
                Some(b'\n') => {}
                Some(b'#') => self.skip_comment(),
                Some(_) => break,
            }
        }
        let indent = self.at - self.line;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_mark = indent == 0 && (rest.starts_with(b"---") || rest.starts_with(b"..."));
        if !is_mark {
            self.indent = Some(indent);
            return Some(());
        }
        if rest.starts_with(b"...") || !self.ends(3) {
            return None;
        }
        self.indent = None;
        Some(())
    }

    fn is_dash(&self) -> bool {
        self.peek() == Some(b'-') && self.ends(1)
    }

    /// A value that begins here, this far from the beginning of its line; leaves the scanner in the line behind it.
    fn block(&mut self, indent: usize) -> Option<Node> {
        if self.is_dash() {
            return self.list(indent);
        }
        let node = self.token(Context::Block)?;
        if self.is_colon() {
            return self.map(indent, node);
        }
        self.next_line()?;
        Some(node)
    }

    fn list(&mut self, indent: usize) -> Option<Node> {
        self.open()?;
        let place = self.place(self.at, self.at + 1);
        let mut elements = Vec::new();
        while self.indent_is(indent) && self.is_dash() {
            self.at += 1;
            self.skip_spaces();
            elements.push(match self.peek() {
                None | Some(b'\n' | b'#') => {
                    self.next_line()?;
                    let own = self.indent.filter(|own| *own > indent)?;
                    self.block(own)?
                }
                Some(_) => {
                    let own = self.at - self.line;
                    self.indent = Some(own);
                    self.block(own)?
                }
            });
            if self.indent.is_some_and(|next| next > indent) {
                return None;
            }
        }
        self.depth += 1;
        Some(Node { place, shape: Shape::List(elements.into()) })
    }

    fn indent_is(&self, indent: usize) -> bool {
        self.indent == Some(indent)
    }

    /// A map whose first key has been read.
    fn map(&mut self, indent: usize, first: Node) -> Option<Node> {
        self.open()?;
        let place = first.place;
        let mut entries = Vec::new();
        let mut next = first;
        loop {
            let key = key(next)?;
            let value = self.value(indent)?;
            entries.push(Entry { key, value });
            match self.indent {
                Some(own) if own == indent && !self.is_dash() => next = self.token(Context::Block)?,
                Some(own) if own >= indent => return None,
                Some(_) | None => break,
            }
            if !self.is_colon() {
                return None;
            }
        }
        self.close(place, entries)
    }

    fn is_colon(&self) -> bool {
        self.peek() == Some(b':') && self.ends(1)
    }

    /// What a key of a block map stands for, from its colon on.
    fn value(&mut self, indent: usize) -> Option<Node> {
        self.at += 1;
        self.skip_spaces();
        if matches!(self.peek(), None | Some(b'\n' | b'#')) {
            self.next_line()?;
            return match self.indent? {
                own if own > indent => self.block(own),
                own if own == indent && self.is_dash() => self.list(own),
                _ => None,
            };
        }
        let node = self.token(Context::Block)?;
        self.next_line()?;
        Some(node)
    }

    /// A list or map begins.
    fn open(&mut self) -> Option<()> {
        self.depth = self.depth.checked_sub(1)?;
        self.nodes = self.nodes.checked_sub(1)?;
        Some(())
    }

    /// A map ends.
    fn close(&mut self, place: Place, entries: Vec<Entry>) -> Option<Node> {
        self.depth += 1;
        if has_double(&entries) {
            return None;
        }
        Some(Node { place, shape: Shape::Map(Rc::new(Mapping { entries, complete: true })) })
    }

    fn place(&self, start: usize, end: usize) -> Place {
        let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Place::from(Span { source: self.source, start: offset(start), end: offset(end) })
    }
}

/// A scalar as a key.
fn key(node: Node) -> Option<At<Rc<str>>> {
    let Shape::Scalar(scalar) = node.shape else { return None };
    let is_key =
        !scalar.is_nothing() && scalar.text.len() <= LONGEST_KEY && !(scalar.plain && &*scalar.text == "<<");
    is_key.then(|| At::new(scalar.text, node.place))
}

/// Whether a key stands twice.
fn has_double(entries: &[Entry]) -> bool {
    if entries.len() <= FEW {
        let mut rest = entries;
        while let [first, others @ ..] = rest {
            if others.iter().any(|other| other.key.value == first.key.value) {
                return true;
            }
            rest = others;
        }
        return false;
    }
    let mut keys: Vec<&str> = entries.iter().map(|entry| &*entry.key.value).collect();
    keys.sort_unstable();
    !keys.is_sorted_by(|one, other| one < other)
}

#[cfg(test)]
mod tests;
