//! What begins with a backslash.
//!
//! Enters: a text that does. Leaves: how large that gets in a program, and what stands behind it; or a fault.

use super::{Fault, syntax};

/// Ranges of a class of Perl's, `\w`, and of its opposite.
const PERL_CLASS: u64 = 10;
/// Ranges of a class of Unicode's, as far as it lies within one byte.
const UNICODE_CLASS: u64 = 128;

/// General categories by two letters.
const CATEGORIES: [&str; 28] = [
    "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd",
    "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp",
];
/// Scripts whose names have four letters; other words of four letters are abbreviations.
const SHORT_SCRIPTS: [&str; 3] = ["Cham", "Lisu", "Thai"];

/// Outside of brackets. A size of zero: there is nothing that a repetition could repeat.
pub(super) fn read(text: &str) -> Result<(u64, &str), Fault> {
    let rest = text.strip_prefix('\\').unwrap_or(text);
    if let Some(quoted) = rest.strip_prefix('Q') {
        let (quoted, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
        return Ok((quoted.len() as u64, behind));
    }
    for assertion in ['b', 'B', 'A', 'z'] {
        if let Some(behind) = rest.strip_prefix(assertion) {
            return Ok((1, behind));
        }
    }
    if let Some(found) = class(text)? {
        return Ok(found);
    }
    let (_, behind) = character(text)?;
    Ok((1, behind))
}

/// A class, in brackets or outside: `\d`, `\pL`, `\p{Greek}`.
pub(super) fn class(text: &str) -> Result<Option<(u64, &str)>, Fault> {
    let rest = text.strip_prefix('\\').unwrap_or(text);
    if let Some(behind) = rest.strip_prefix(['d', 'D', 's', 'S', 'w', 'W']) {
        return Ok(Some((PERL_CLASS, behind)));
    }
    let Some(name) = rest.strip_prefix(['p', 'P']) else { return Ok(None) };
    let Some(braced) = name.strip_prefix('{') else {
        let behind = name.strip_prefix(['C', 'L', 'M', 'N', 'P', 'S', 'Z']).ok_or_else(|| syntax(text, 3))?;
        return Ok(Some((UNICODE_CLASS, behind)));
    };
    let (name, behind) = braced.split_once('}').ok_or_else(|| syntax(text, text.len()))?;
    if is_class(name.strip_prefix('^').unwrap_or(name)) {
        return Ok(Some((UNICODE_CLASS, behind)));
    }
    Err(syntax(text, text.chars().count() - behind.chars().count()))
}

fn is_class(name: &str) -> bool {
    let is_category =
        ["C", "L", "M", "N", "P", "S", "Z", "Zs", "Any"].contains(&name) || CATEGORIES.contains(&name);
    is_category || is_script(name)
}

/// A script by its full name, in the spelling of Unicode's tables.
fn is_script(name: &str) -> bool {
    let is_spelled = name.split('_').all(|word| {
        let mut marks = word.chars();
        marks.next().is_some_and(|first| first.is_ascii_uppercase())
            && marks.all(|mark| mark.is_ascii_lowercase())
    });
    let is_abbreviated = name.len() == 4 && !SHORT_SCRIPTS.contains(&name);
    is_spelled && !is_abbreviated && regex::Regex::new(&format!("\\p{{sc={name}}}")).is_ok()
}

/// One character, in brackets or outside, and what stands behind it.
pub(super) fn character(text: &str) -> Result<(char, &str), Fault> {
    let rest = text.strip_prefix('\\').unwrap_or(text);
    let mut marks = rest.chars();
    let mark = marks.next().ok_or_else(|| syntax(text, 1))?;
    let behind = marks.as_str();
    match mark {
        '0'..='7' => octal(text, rest),
        '8' | '9' => Err(Fault::Backreference),
        'x' => hexadecimal(text, behind),
        'a' => Ok(('\x07', behind)),
        'f' => Ok(('\x0C', behind)),
        'n' => Ok(('\n', behind)),
        'r' => Ok(('\r', behind)),
        't' => Ok(('\t', behind)),
        'v' => Ok(('\x0B', behind)),
        _ if mark.is_ascii() && !mark.is_ascii_alphanumeric() => Ok((mark, behind)),
        _ => Err(syntax(text, 2)),
    }
}

/// `\0`, `\101`; a single other digit would go back to a group.
fn octal<'a>(text: &str, rest: &'a str) -> Result<(char, &'a str), Fault> {
    let length = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    let (digits, behind) = rest.split_at(length);
    if length == 1 && digits != "0" {
        return Err(Fault::Backreference);
    }
    let value = u32::from_str_radix(digits, 8).ok().and_then(|value| u8::try_from(value).ok());
    value.map(|value| (char::from(value), behind)).ok_or_else(|| syntax(text, 1 + length))
}

/// `\x41`, `\x{41}`: Envoy reads bytes.
fn hexadecimal<'a>(text: &str, rest: &'a str) -> Result<(char, &'a str), Fault> {
    let (digits, behind) = match rest.strip_prefix('{') {
        Some(braced) => braced.split_once('}').ok_or_else(|| syntax(text, text.len()))?,
        None => rest.split_at_checked(2).ok_or_else(|| syntax(text, text.len()))?,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = if is_number { u8::from_str_radix(digits, 16).ok() } else { None };
    let length = text.chars().count() - behind.chars().count();
    value.map(|value| (char::from(value), behind)).ok_or_else(|| syntax(text, length))
}
