//! Quotations of a length that people read.
//!
//! Enters: a sentence of a finding. Leaves: the same with long quotations cut. Refuses to know: what is quoted. Programs
//! get all of it.

use std::borrow::Cow;

/// The longest quotation that is shown whole, in characters. No name that is right is longer.
const LONGEST: usize = 300;

/// What is left of a longer one.
const SHOWN: usize = 60;

/// A sentence that no text of the input makes endless.
pub(super) fn brief(sentence: &str) -> Cow<'_, str> {
    if sentence.len() <= LONGEST {
        return Cow::Borrowed(sentence);
    }
    let mut out = String::new();
    for (position, part) in sentence.split('`').enumerate() {
        if position > 0 {
            out.push('`');
        }
        let is_quotation = position % 2 == 1;
        if is_quotation && part.chars().nth(LONGEST).is_some() {
            out.extend(part.chars().take(SHOWN));
            out.push('…');
        } else {
            out.push_str(part);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_quotations_are_cut_and_nothing_else() {
        let name = "é".repeat(LONGEST + 1);
        let cut = format!("there is no cluster `{}…`", "é".repeat(SHOWN));
        assert_eq!(brief(&format!("there is no cluster `{name}`")), cut);
        let whole = format!("there is no cluster `{}`", "é".repeat(LONGEST));
        assert_eq!(brief(&whole), whole);
        let prose = "so it is ".repeat(100) + "`here`";
        assert_eq!(brief(&prose), prose);
    }
}
