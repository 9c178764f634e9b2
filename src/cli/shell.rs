//! Words of printed commands, ready to paste.
//!
//! Enters: any word. Leaves: the same as a shell reads it. Refuses to know: commands.

use std::borrow::Cow;

/// A word, in quotes if a POSIX shell would take it apart.
pub(super) fn word(text: &str) -> Cow<'_, str> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_has_them() {
        assert_eq!(word("dist/cluster1.yaml"), "dist/cluster1.yaml");
        assert_eq!(word("my dir"), "'my dir'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }
}
