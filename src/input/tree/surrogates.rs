//! Pairs of surrogates in JSON: `\ud83d\ude00` is one character beyond U+FFFF.
//!
//! YAML's double quotes know no pairs, and the library refuses each half. So every pair is read as two characters of a
//! private range that the text does not use, each as long as its half, and put together again in the scalar. A half
//! alone stays what it is: no character.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Ranges of private characters to choose from; each holds all halves.
const RANGES: [u32; 3] = [0xE000, 0xE800, 0xF000];
/// How many halves there are: first those of the high kind, then those of the low one.
const HALVES: u32 = 0x800;
const HIGH: u32 = 0xD800;
const LOW: u32 = 0xDC00;
/// `\ud83d`
const ESCAPE: usize = 6;

/// A text whose pairs the library can read.
pub struct Pairs<'t> {
    pub text: Cow<'t, str>,
    /// Where the range begins that stands for halves, if there are any.
    range: Option<u32>,
}

impl<'t> Pairs<'t> {
    /// Puts characters of a free range in the place of halves.
    pub fn of(text: &'t str) -> Self {
        let as_it_is = Self { text: Cow::Borrowed(text), range: None };
        let places = places(text);
        if places.is_empty() {
            return as_it_is;
        }
        let is_free = |range: &u32| {
            let taken = |code: u32| (*range..range + HALVES).contains(&code);
            let is_escaped = (0..text.len()).any(|at| escaped(text, at).is_some_and(taken));
            !is_escaped && !text.chars().any(|c| taken(u32::from(c)))
        };
        let Some(range) = RANGES.into_iter().find(is_free) else { return as_it_is };
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for place in places {
            out.push_str(text.get(done..place).unwrap_or_default());
            for at in [place, place + ESCAPE] {
                let code = escaped(text, at).unwrap_or(HIGH);
                // Writing into a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", code - HIGH + range);
            }
            done = place + 2 * ESCAPE;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Self { text: Cow::Owned(out), range: Some(range) }
    }

    /// A scalar as it was meant; `written` are its characters in the text, quotes and all.
    pub fn back<'s>(&self, scalar: Cow<'s, str>, written: &str) -> Cow<'s, str> {
        let Some(range) = self.range else { return scalar };
        let half = |c: Option<char>| c.map(u32::from)?.checked_sub(range).filter(|offset| *offset < HALVES);
        let mut originals = places(written).into_iter().filter_map(|at| written.get(at..at + 2 * ESCAPE));
        let mut out = String::with_capacity(scalar.len());
        let mut rest = &*scalar;
        while let Some(c) = rest.chars().next() {
            let mut two = rest.chars();
            if let (Some(high), Some(low)) = (half(two.next()), half(two.next())) {
                // In double quotes.
                let code = 0x10000 + (high << 10) + low.saturating_sub(LOW - HIGH);
                out.extend(char::from_u32(code));
                rest = two.as_str();
            } else if escaped(rest, 0).is_some_and(|code| (range..range + HALVES).contains(&code)) {
                // Anywhere else a backslash is a character.
                out.push_str(originals.next().unwrap_or_default());
                rest = rest.get(2 * ESCAPE..).unwrap_or_default();
            } else {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
        Cow::Owned(out)
    }
}

/// Where pairs begin.
fn places(text: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find('\\')) {
        let at = from + found;
        let is = |at: usize, kind: u32| {
            escaped(text, at).is_some_and(|code| (kind..kind + HALVES / 2).contains(&code))
        };
        if is(at, HIGH) && is(at + ESCAPE, LOW) {
            places.push(at);
            from = at + 2 * ESCAPE;
        } else {
            // An escaped backslash escapes nothing.
            from = at + if text.get(at + 1..).is_some_and(|rest| rest.starts_with('\\')) { 2 } else { 1 };
        }
    }
    places
}

/// The number in `\ud83d` at a place.
fn escaped(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_number { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_length() {
        let text = r#"{"a": "\ud83d\ude00\uD83D\uDE01", "b": "\\ud83d\ude00"}"#;
        let pairs = Pairs::of(text);
        assert_eq!((pairs.text.len(), pairs.range), (text.len(), Some(0xE000)));
        assert!(pairs.text.ends_with(r#""b": "\\ud83d\ude00"}"#));
        assert_eq!(Pairs::of("\u{e000} \\ud83d\\ude00").range, Some(0xE800));
        assert_eq!(Pairs::of(r"\ue7ff \ud83d\ude00").range, Some(0xE800));
        assert!(matches!(Pairs::of(r"half \ud83d only").text, Cow::Borrowed(_)));
    }

    #[test]
    fn a_scalar_is_what_it_was() {
        let pairs = Pairs::of(r#""\ud83d\ude00 x""#);
        assert_eq!(pairs.back("\u{e03d}\u{e600} x".into(), ""), "\u{1f600} x");
        assert_eq!(pairs.back(r"\ue03d\ue600 x".into(), r"\uD83D\ude00 x"), r"\uD83D\ude00 x");
        assert_eq!(pairs.back("plain".into(), "plain"), "plain");
    }
}
