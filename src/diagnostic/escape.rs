//! Makes text of the input safe to print.
//!
//! Enters: any text. Leaves: the same, with every character that could steer a terminal, reorder a line or hide in it
//! spelled out. Refuses to know: where the text is printed.

use std::borrow::Cow;

/// Whether a character does something to a terminal or a reader other than to be seen.
///
/// Controls, line and paragraph separators, bidirectional marks, overrides and isolates, characters without a shape, tags.
/// A selector of a variant is only seen by what it does to the character before.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e01ef}')
}

/// Appends a character, spelled out as `\u{1b}` if it cannot be printed as it is.
pub(crate) fn push(out: &mut String, character: char) {
    if is_unprintable(character) {
        out.extend(character.escape_unicode());
    } else {
        out.push(character);
    }
}

/// A text on one line with all its characters visible.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if text.contains(is_unprintable) {
        let mut out = String::with_capacity(text.len() + 8);
        text.chars().for_each(|character| push(&mut out, character));
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// As [`line()`], but line breaks stay: for advice that shows a few lines to write.
pub(crate) fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_spelled_out() {
        assert_eq!(line("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(line("x\u{202e}y\u{200d}z\u{9b}"), "x\\u{202e}y\\u{200d}z\\u{9b}");
        assert_eq!(line("a\u{fe0f}\u{3164}"), "a\\u{fe0f}\\u{3164}");
        assert_eq!(line("\r\n\0"), "\\u{d}\\u{a}\\u{0}");
    }

    #[test]
    fn what_can_be_seen_stays() {
        assert!(matches!(line("größe 日本 🚀"), Cow::Borrowed(_)));
        assert_eq!(lines("a\n\u{7}b"), "a\n\\u{7}b");
    }
}
