//! What can be wrong with the inputs as written: all wording of this stage.
//!
//! Enters: places and the user's words. Leaves: findings. Refuses to know: how they were found.

mod documents; // which documents there are, and how they fit together
mod fields; // fields and values
mod texts; // encodings and YAML

pub use documents::*;
pub use fields::*;
pub use texts::*;

use crate::source::{Place, SourceId, Span};

/// The very beginning of a source, for what concerns all of it.
fn beginning(source: SourceId) -> Place {
    Place::from(Span { source, start: 0, end: 0 })
}

/// `a`, `b` or `c`.
fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.pop() {
        Some(last) if !quoted.is_empty() => format!("{} or {last}", quoted.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

/// The longest user text that a message repeats; its label shows the rest.
const LONGEST: usize = 60;

/// User text in backticks: control characters escaped, cut where it is too long for a message.
pub fn shown(text: &str) -> String {
    let mut shown = String::from("`");
    for character in text.chars().take(LONGEST) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown.push_str(if text.chars().nth(LONGEST).is_some() { "…`" } else { "`" });
    shown
}
