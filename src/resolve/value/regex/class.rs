//! What stands in brackets: `[^a-z[:digit:]\s]`.
//!
//! Enters: a text that begins with a bracket. Leaves: how large that gets in a program, and what stands behind it; or a fault.

use super::{Fault, escape, syntax};

/// Ranges of a class of POSIX, at most.
const POSIX_CLASS: u64 = 8;

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// The whole class.
pub(super) fn read(text: &str) -> Result<(u64, &str), Fault> {
    let rest = text.strip_prefix('[').unwrap_or(text);
    let mut rest = rest.strip_prefix('^').unwrap_or(rest);
    let mut size = 1;
    let mut is_first = true;
    loop {
        if rest.is_empty() {
            return Err(syntax(text, text.len()));
        }
        if let Some(behind) = rest.strip_prefix(']')
            && !is_first
        {
            return Ok((size, behind));
        }
        is_first = false;
        let (more, behind) = item(rest)?;
        size += more;
        rest = behind;
    }
}

fn item(text: &str) -> Result<(u64, &str), Fault> {
    if let Some((name, behind)) = text.strip_prefix("[:").and_then(|name| name.split_once(":]")) {
        let is_known = POSIX.contains(&name.strip_prefix('^').unwrap_or(name));
        return if is_known {
            Ok((POSIX_CLASS, behind))
        } else {
            Err(syntax(text, 4 + name.chars().count()))
        };
    }
    if text.starts_with('\\')
        && let Some(found) = escape::class(text)?
    {
        return Ok(found);
    }
    let (low, behind) = character(text)?;
    let high = behind.strip_prefix('-').filter(|high| !high.is_empty() && !high.starts_with(']'));
    let Some(high) = high else { return Ok((2, behind)) };
    let (high, behind) = character(high)?;
    if high < low {
        return Err(syntax(text, text.chars().count() - behind.chars().count()));
    }
    Ok((2, behind))
}

fn character(text: &str) -> Result<(char, &str), Fault> {
    if text.starts_with('\\') {
        return escape::character(text);
    }
    let mut marks = text.chars();
    let mark = marks.next().ok_or_else(|| syntax(text, 1))?;
    Ok((mark, marks.as_str()))
}
