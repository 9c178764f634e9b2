//! Regular expressions by the rules of RE2, which Envoy reads them by.
//!
//! Enters: an expression as a bundle says it. Leaves: whether it matches a whole text. Refuses to know: what is compared.
//!
//! Rust's `regex` does the work; the expression is written anew for it. The two differ in classes (`\d`, `\w`, `\s` and `\b` are
//! ASCII in RE2, and `[` `&&` `--` are literals within brackets), in escapes (`\<` is `<`, `\Q…\E` quotes, `\101` is octal), and in
//! what is no repetition (`a{,2}` is text). Source: `re2/parse.cc`, with the flags that Envoy uses.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regex::bytes::Regex;

#[cfg(test)]
mod tests;

/// More is no repetition in RE2.
const MOST_REPEATED: u32 = 1000;

/// Whether an expression matches a whole text; one that RE2 cannot read matches none.
#[must_use]
pub fn matches(expression: &str, text: &str) -> bool {
    let Some(translated) = translate(expression) else { return false };
    // RE2 compares from end to end, whatever flags the expression sets within.
    Regex::new(&format!(r"\A(?:{translated})\z")).is_ok_and(|expression| expression.is_match(text.as_bytes()))
}

/// A text that an expression matches, if one is found.
#[must_use]
pub fn sample(expression: &str) -> Option<String> {
    super::probe::shortest(&translate(expression)?).filter(|text| matches(expression, text))
}

/// The expression in Rust's words; nothing if RE2 would refuse it.
fn translate(expression: &str) -> Option<String> {
    let mut reader = Reader { rest: expression, ..Reader::default() };
    while let Some(next) = reader.take() {
        match next {
            '\\' => reader.escape()?,
            '[' => reader.class()?,
            '(' => reader.group()?,
            ')' => {
                reader.open = reader.open.checked_sub(1)?;
                reader.put(")", true);
            }
            '|' => reader.put("|", false),
            '*' | '+' | '?' => reader.repeat(&next.to_string())?,
            '{' => match reader.counted()? {
                Some(times) => reader.repeat(&times)?,
                None => reader.literal('{'),
            },
            '.' => reader.put(".", true),
            '^' | '$' => reader.put(&next.to_string(), true),
            other => reader.literal(other),
        }
    }
    (reader.open == 0).then_some(reader.out)
}

#[derive(Default)]
struct Reader<'e> {
    rest: &'e str,
    out: String,
    /// Whether something stands before that may be repeated.
    can_repeat: bool,
    /// Whether that is a repetition, which may be repeated only behind flags.
    is_repeated: bool,
    /// Flags that hold from here on: a repetition behind them is still of what stands before.
    flags: String,
    /// Groups that are open.
    open: usize,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = self.rest.get(next.len_utf8()..)?;
        Some(next)
    }

    fn take_if(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn put(&mut self, text: &str, can_repeat: bool) {
        self.out.push_str(&std::mem::take(&mut self.flags));
        self.out.push_str(text);
        (self.can_repeat, self.is_repeated) = (can_repeat, false);
    }

    fn literal(&mut self, letter: char) {
        self.put(&quoted(letter), true);
    }

    /// A mark of repetition, perhaps a lazy one. Two in a row are none.
    fn repeat(&mut self, mark: &str) -> Option<()> {
        if !self.can_repeat {
            return None;
        }
        self.out.push_str(mark);
        if self.take_if("?") {
            self.out.push('?');
        }
        (self.can_repeat, self.is_repeated) = (false, true);
        Some(())
    }

    /// What stands behind a `{`, if it counts: `{2}`, `{2,}`, `{2,5}`. Nothing at all if it counts too far.
    #[expect(clippy::option_option, reason = "no expression, no repetition, or one")]
    fn counted(&mut self) -> Option<Option<String>> {
        let before = self.rest;
        let Some((said, after)) = self.rest.split_once('}') else { return Some(None) };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (least, most) = said
            .split_once(',')
            .map_or((said, Some(said)), |(least, most)| (least, Some(most).filter(|most| !most.is_empty())));
        if !is_number(least) || !most.is_none_or(is_number) {
            self.rest = before;
            return Some(None);
        }
        let least: u32 = least.parse().ok()?;
        let most: Option<u32> = most.map(str::parse).transpose().ok()?;
        if least > MOST_REPEATED || most.is_some_and(|most| most > MOST_REPEATED || most < least) {
            return None;
        }
        self.rest = after;
        Some(Some(most.map_or_else(|| format!("{{{least},}}"), |most| format!("{{{least},{most}}}"))))
    }

    /// An opening bracket, and flags or a name behind it.
    fn group(&mut self) -> Option<()> {
        if !self.take_if("?") {
            self.put("(", false);
            self.open += 1;
            return Some(());
        }
        if self.take_if("P<") || (!self.rest.starts_with(['=', '!']) && self.take_if("<")) {
            let (name, after) = self.rest.split_once('>')?;
            let is_name =
                !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            self.rest = after;
            // Names are for whoever asks for groups; nobody does.
            self.put("(", false);
            self.open += 1;
            return is_name.then_some(());
        }
        let end = self.rest.find([':', ')'])?;
        let (flags, after) = self.rest.split_at_checked(end)?;
        let (on, off) = flags.split_once('-').unwrap_or((flags, ""));
        let known = |flags: &str| flags.bytes().all(|flag| b"imsU".contains(&flag));
        let is_flags = known(on) && known(off) && (!flags.contains('-') || !off.is_empty());
        if !is_flags || (flags.is_empty() && after.starts_with(')')) {
            return None;
        }
        let each = |flags: &str| flags.chars().collect::<BTreeSet<char>>().into_iter().collect::<String>();
        let off = if off.is_empty() { String::new() } else { format!("-{}", each(off)) };
        let flags = format!("(?{}{off}", each(on));
        self.rest = after;
        if self.take_if(":") {
            self.put(&format!("{flags}:"), false);
            self.open += 1;
        } else {
            self.take();
            let _ = write!(self.flags, "{flags})");
            self.can_repeat |= self.is_repeated;
        }
        Some(())
    }

    /// Behind a backslash, outside of brackets.
    fn escape(&mut self) -> Option<()> {
        if self.take_if("Q") {
            let (said, after) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.rest = after;
            for letter in said.chars() {
                self.literal(letter);
            }
            return Some(());
        }
        if let Some(class) = self.class_by_escape()? {
            self.put(&format!("[{class}]"), true);
            return Some(());
        }
        for (said, meant) in PLACES {
            if self.take_if(said) {
                self.put(meant, true);
                return Some(());
            }
        }
        let letter = self.letter()?;
        self.literal(letter);
        Some(())
    }

    /// `d`, `W`, `pL`, `P{Greek}`: what stands for them within brackets.
    #[expect(clippy::option_option, reason = "no expression, no class, or one")]
    fn class_by_escape(&mut self) -> Option<Option<String>> {
        for (said, meant) in PERL {
            if self.take_if(said) {
                return Some(Some((*meant).to_owned()));
            }
        }
        let is_negated = self.rest.starts_with('P');
        if !self.take_if("p") && !self.take_if("P") {
            return Some(None);
        }
        let name = if self.take_if("{") {
            let (name, after) = self.rest.split_once('}')?;
            self.rest = after;
            name.to_owned()
        } else {
            self.take()?.to_string()
        };
        let (name, is_inverse) = name.strip_prefix('^').map_or((name.as_str(), false), |name| (name, true));
        if name == "Any" {
            let class = if is_negated == is_inverse { r"\x{0}-\x{10FFFF}" } else { r"[^\x{0}-\x{10FFFF}]" };
            return Some(Some(class.to_owned()));
        }
        let mark = if is_negated == is_inverse { 'p' } else { 'P' };
        Some(Some(format!("\\{mark}{{{name}}}")))
    }

    /// One letter behind a backslash.
    fn letter(&mut self) -> Option<char> {
        let next = self.take()?;
        match next {
            // One digit alone would mean a group.
            '1'..='7' if !self.rest.starts_with(|digit: char| digit.is_digit(8)) => None,
            '0'..='7' => {
                let mut value = next.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|digit| digit.to_digit(8)) else {
                        break;
                    };
                    self.take();
                    value = value * 8 + digit;
                }
                char::from_u32(value)
            }
            'x' if self.take_if("{") => {
                let (said, after) = self.rest.split_once('}')?;
                self.rest = after;
                u32::from_str_radix(said, 16).ok().and_then(char::from_u32)
            }
            'x' => {
                let said = self.rest.get(..2)?;
                self.rest = self.rest.get(2..)?;
                u32::from_str_radix(said, 16).ok().and_then(char::from_u32)
            }
            'a' => Some('\u{7}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            mark if mark.is_ascii() && !mark.is_ascii_alphanumeric() && mark != '_' => Some(mark),
            _ => None,
        }
    }

    /// What stands in brackets.
    fn class(&mut self) -> Option<()> {
        let negation = if self.take_if("^") { "^" } else { "" };
        let mut items = String::new();
        let mut is_first = true;
        loop {
            if !is_first && self.take_if("]") {
                break;
            }
            if self.rest.starts_with("[:")
                && let Some((name, after)) = self.rest.get(2..)?.split_once(":]")
            {
                let known = name.strip_prefix('^').unwrap_or(name);
                if !POSIX.contains(&known) {
                    return None;
                }
                let _ = write!(items, "[:{name}:]");
                (self.rest, is_first) = (after, false);
                continue;
            }
            is_first = false;
            let low = match self.take()? {
                '\\' => match self.class_by_escape()? {
                    Some(class) => {
                        items.push_str(&class);
                        continue;
                    }
                    None => self.letter()?,
                },
                letter => letter,
            };
            // A dash at the end is one.
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.take();
                let high = match self.take()? {
                    '\\' => self.letter()?,
                    letter => letter,
                };
                if high < low {
                    return None;
                }
                let _ = write!(items, "{}-{}", quoted(low), quoted(high));
            } else {
                items.push_str(&quoted(low));
            }
        }
        self.put(&format!("[{negation}{items}]"), true);
        Some(())
    }
}

/// A letter that means nothing but itself.
fn quoted(letter: char) -> String {
    format!("\\x{{{:X}}}", u32::from(letter))
}

/// Places between letters, where words are ASCII; and any byte.
const PLACES: &[(&str, &str)] =
    &[("b", r"(?-u:\b)"), ("B", r"(?-u:\B)"), ("A", r"\A"), ("z", r"\z"), ("C", "(?s-u:.)")];

/// Perl's classes, in ASCII.
const PERL: &[(&str, &str)] = &[
    ("d", "0-9"),
    ("D", "[^0-9]"),
    ("s", r"\t\n\f\r "),
    ("S", r"[^\t\n\f\r ]"),
    ("w", "0-9A-Za-z_"),
    ("W", "[^0-9A-Za-z_]"),
];

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];
