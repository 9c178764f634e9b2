//! What stands on one line: scalars, and lists and maps in brackets.
//!
//! Enters: a scanner at the first character. Leaves: a node, the scanner behind it; nothing where the text is not simple.
//! Refuses to know: lines, and how far they are indented.

use std::rc::Rc;

use super::super::{Entry, Node, Scalar, Shape, TEXT_WEIGHT};
use super::{Scanner, key};

/// Where a plain scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Context {
    Block,
    Flow,
}

impl Scanner<'_> {
    /// A scalar, or a list or map in brackets.
    pub fn token(&mut self, context: Context) -> Option<Node> {
        match self.peek()? {
            b'"' => self.quoted(b'"'),
            b'\'' => self.quoted(b'\''),
            b'[' => self.flow_list(),
            b'{' => self.flow_map(),
            _ => self.plain(context),
        }
    }

    fn plain(&mut self, context: Context) -> Option<Node> {
        let start = self.at;
        match self.peek()? {
            b'-' if self.ends(1) || context == Context::Flow => return None,
            b'?' | b':' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' | b',' | b']' | b'}'
            | b'#' => {
                return None;
            }
            _ => {}
        }
        let mut end = start;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => break,
                b' ' => {
                    self.at += 1;
                    if self.peek() == Some(b'#') {
                        self.at -= 1;
                        break;
                    }
                    continue;
                }
                b':' if self.ends(1) => break,
                b':' if context == Context::Flow && self.byte(1).is_some_and(is_bracket) => return None,
                _ if context == Context::Flow && is_bracket(byte) => break,
                b'!'..=b'~' => {}
                // Tabs, controls, and what is no ASCII.
                _ => return None,
            }
            self.at += 1;
            end = self.at;
        }
        self.at = end.max(start);
        self.scalar(self.text.get(start..end)?.into(), true, (start, end))
    }

    /// A scalar in quotes, without escapes but for a doubled quote.
    fn quoted(&mut self, quote: u8) -> Option<Node> {
        let start = self.at;
        loop {
            self.at += 1;
            match self.peek()? {
                b'\n' | b'\r' | b'\t' | b'\\' => return None,
                byte if byte != quote => {}
                b'\'' if self.byte(1) == Some(b'\'') => self.at += 1,
                _ => break,
            }
        }
        self.at += 1;
        let text = self.text.get(start + 1..self.at - 1)?;
        let text =
            if quote == b'\'' && text.contains("''") { text.replace("''", "'").into() } else { text.into() };
        self.scalar(text, false, (start, self.at))
    }

    fn scalar(&mut self, text: Rc<str>, plain: bool, (start, end): (usize, usize)) -> Option<Node> {
        self.nodes = self.nodes.checked_sub(1 + text.len() / TEXT_WEIGHT)?;
        Some(Node { place: self.place(start, end), shape: Shape::Scalar(Scalar { text, plain }) })
    }

    fn flow_list(&mut self) -> Option<Node> {
        self.open()?;
        let start = self.at;
        let mut elements = Vec::new();
        while !self.is_over(b']', elements.is_empty())? {
            elements.push(self.token(Context::Flow)?);
        }
        self.depth += 1;
        Some(Node { place: self.place(start, self.at), shape: Shape::List(elements.into()) })
    }

    fn flow_map(&mut self) -> Option<Node> {
        self.open()?;
        let start = self.at;
        let mut entries = Vec::new();
        while !self.is_over(b'}', entries.is_empty())? {
            let key = key(self.token(Context::Flow)?)?;
            if !self.is_colon() {
                return None;
            }
            self.at += 1;
            self.skip_spaces();
            entries.push(Entry { key, value: self.token(Context::Flow)? });
        }
        self.close(self.place(start, self.at), entries)
    }

    /// Whether brackets end here; steps over what stands between two elements.
    fn is_over(&mut self, bracket: u8, is_first: bool) -> Option<bool> {
        if is_first {
            self.at += 1;
        }
        self.skip_spaces();
        if self.peek()? == bracket {
            self.at += 1;
            return Some(true);
        }
        if !is_first {
            if self.peek()? != b',' {
                return None;
            }
            self.at += 1;
            self.skip_spaces();
        }
        Some(false)
    }
}

fn is_bracket(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
