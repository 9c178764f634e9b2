//! Text and numbers, so that every dialect of YAML reads them alike.
//!
//! Enters: one scalar. Leaves: its characters in the output. Refuses to know: where in a document it stands.

use std::fmt::{Display, Write};
use std::net::Ipv4Addr;

/// Text: plain where no reader could mistake it, else in double quotes.
///
/// There are no block scalars: quotes say the same and no reader disagrees about their blanks and line ends.
pub fn text(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        out.push('"');
        escaped(text, b"\"\\", out);
        out.push('"');
    }
}

/// A line of comment. What could end the line, or make kubectl refuse the file, is escaped.
pub fn comment(text: &str, out: &mut String) {
    out.push_str("# ");
    escaped(text, b"", out);
    out.push('\n');
}

/// `true` or `false`.
pub fn boolean(value: bool, out: &mut String) {
    out.push_str(if value { "true" } else { "false" });
}

/// An integer in decimal: `9080`.
pub fn integer(value: impl itoa::Integer, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// A fraction in decimal, `100` for a whole one; never an exponent, which YAML 1.1 reads only in part. What JSON
/// cannot say either (infinities, not-a-number) is null, as JSON writers have it.
pub fn float(number: impl Display + Into<f64> + Copy, out: &mut String) {
    if number.into().is_finite() {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{number}");
    } else {
        out.push_str("null");
    }
}

/// Occurs in no number, timestamp or address of any dialect.
const WORD: u8 = 1;
/// A colon, which ends a key if a blank follows.
const COLON: u8 = 2;
/// Ends the scalar, alone or with its neighbour.
const BLANK: u8 = 4;
/// Control characters, and all beyond ASCII, among which are line ends and invisible ones.
const ESCAPED: u8 = 8;

/// The class of every byte. Sets of classes are found by looking at each byte once.
const CLASSES: [u8; 256] = {
    let mut classes = [ESCAPED; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte = 0_u8;
    while let [first, others @ ..] = rest {
        *first = class(byte);
        rest = others;
        byte = byte.wrapping_add(1);
    }
    classes
};

/// What a byte may do to a plain scalar.
const fn class(byte: u8) -> u8 {
    match byte {
        b':' => COLON,
        b' ' => BLANK,
        b'#' => BLANK | WORD,
        // Decimal, signs, separators; then hexadecimal, exponents, octal, and the `T` and `Z` of timestamps.
        b'0'..=b'9'
        | b'_'
        | b'.'
        | b','
        | b'+'
        | b'-'
        | b'a'..=b'f'
        | b'A'..=b'F'
        | b'o'
        | b'O'
        | b'x'
        | b'X'
        | b't'
        | b'T'
        | b'z'
        | b'Z' => 0,
        b'!'..=b'~' => WORD,
        _ => ESCAPED,
    }
}

/// Whether the bare characters are this very string in every dialect, in block style, as value and as key.
pub fn is_plain(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    if !matches!(first, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'/' | b'.' | b'^' | b'$' | b'(' | b'\\')
    {
        return false;
    }
    let class = |byte: u8| CLASSES.get(usize::from(byte)).copied().unwrap_or(ESCAPED);
    let found = text.bytes().fold(0, |found, byte| found | class(byte));
    if found & ESCAPED != 0 || (found & (COLON | BLANK) != 0 && breaks_off(text)) {
        return false;
    }
    let like_a_number = found & WORD == 0 && (found & COLON != 0 || first == b'.' || first.is_ascii_digit());
    if like_a_number { text.parse::<Ipv4Addr>().is_ok() } else { !is_keyword(text) }
}

/// Whether a reader would stop before the end, or take the line for the end of the document.
fn breaks_off(text: &str) -> bool {
    text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']) || text.starts_with("... ")
}

/// Words that some dialect takes for a boolean, null or a number, in whatever case.
fn is_keyword(text: &str) -> bool {
    const WORDS: [&str; 13] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", ".nan", ".inf"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Letters and digits of every script stay legible; all else beyond ASCII is escaped, as are the marks given.
fn escaped(text: &str, marks: &[u8], out: &mut String) {
    // Almost every text.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !marks.contains(&byte)) {
        out.push_str(text);
        return;
    }
    let mut written = 0;
    let stays = |character: char| match u8::try_from(character) {
        Ok(byte @ b' '..=b'~') => !marks.contains(&byte),
        _ => character.is_alphanumeric(),
    };
    for (at, character) in text.char_indices().filter(|(_, character)| !stays(*character)) {
        out.push_str(text.get(written..at).unwrap_or_default());
        escape(character, out);
        written = at + character.len_utf8();
    }
    out.push_str(text.get(written..).unwrap_or_default());
}

fn escape(character: char, out: &mut String) {
    match character {
        '"' | '\\' => out.extend(['\\', character]),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => {
            let number = u32::from(character);
            // Writing to a `String` cannot fail.
            let _ = if number <= 0xffff {
                write!(out, "\\u{number:04x}")
            } else {
                write!(out, "\\U{number:08x}")
            };
        }
    }
}
