//! The whole of an expression: groups, alternatives, repetitions.
//!
//! Enters: the text. Leaves: nothing, or the first fault. No tree is built; what is known of each open group is how large it gets
//! and how often it repeats.

use super::{Fault, MOST_REPETITIONS, class, escape, syntax};

/// Steps of the largest program that Istio lets Envoy make of an expression, by a count that is rather too high.
const LARGEST: u64 = 32_768;

/// What repetitions make of a part.
#[derive(Clone, Copy, Debug)]
struct Extent {
    /// Steps of the program.
    size: u64,
    /// Counted repetitions within each other, multiplied.
    repetitions: u32,
}

/// A group that is open, or the whole.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// All parts but the last.
    before: Extent,
    /// What a repetition would repeat; nothing at the beginning and behind `|`.
    last: Option<Extent>,
}

impl Extent {
    const NOTHING: Self = Self { size: 0, repetitions: 1 };

    fn of(size: u64) -> Self {
        Self { size, ..Self::NOTHING }
    }

    fn and(self, other: Self) -> Self {
        let size = self.size.saturating_add(other.size);
        Self { size, repetitions: self.repetitions.max(other.repetitions) }
    }
}

impl Group {
    const EMPTY: Self = Self { before: Extent::NOTHING, last: None };

    fn whole(self) -> Extent {
        self.before.and(self.last.unwrap_or(Extent::NOTHING))
    }

    fn push(&mut self, part: Extent) {
        *self = Self { before: self.whole(), last: Some(part) };
    }

    fn alternative(&mut self) {
        *self = Self { before: self.whole().and(Extent::of(1)), last: None };
    }
}

/// Reads all of an expression.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let mut outer = Vec::new();
    let mut group = Group::EMPTY;
    let mut rest = text;
    // Whether a repetition stands directly before.
    let mut repeated = false;
    while let Some(mark) = rest.chars().next() {
        let here = rest;
        let was_repeated = std::mem::take(&mut repeated);
        rest = here.strip_prefix(mark).unwrap_or_default();
        match mark {
            '(' => match flags(here)? {
                Opened::Group(behind) => {
                    rest = behind;
                    outer.push(std::mem::replace(&mut group, Group::EMPTY));
                }
                Opened::Nothing(behind) => rest = behind,
            },
            ')' => {
                let closed = group.whole().and(Extent::of(2));
                group = outer.pop().ok_or_else(|| syntax(here, 1))?;
                group.push(closed);
            }
            '|' => group.alternative(),
            '[' => {
                let (size, behind) = class::read(here)?;
                group.push(Extent::of(size));
                rest = behind;
            }
            '\\' => {
                let (size, behind) = escape::read(here)?;
                if size > 0 {
                    group.push(Extent::of(size));
                }
                rest = behind;
            }
            '*' | '+' | '?' | '{' => match count(here) {
                Some((least, most, behind)) => {
                    if was_repeated {
                        return Err(Fault::BadRepetition);
                    }
                    group.last = Some(repeat(group.last.ok_or(Fault::BadRepetition)?, least, most, here)?);
                    rest = behind.strip_prefix('?').unwrap_or(behind);
                    repeated = true;
                }
                None => group.push(Extent::of(1)),
            },
            _ => group.push(Extent::of(mark.len_utf8() as u64)),
        }
        if group.whole().size > LARGEST {
            return Err(Fault::TooLarge);
        }
    }
    if outer.is_empty() { Ok(()) } else { Err(syntax(text, text.len())) }
}

/// How many groups of a sound expression keep what they match.
pub(super) fn groups(text: &str) -> usize {
    let mut groups = 0;
    let mut rest = text;
    while let Some(mark) = rest.chars().next() {
        let here = rest;
        rest = here.strip_prefix(mark).unwrap_or_default();
        match mark {
            '(' if !here.starts_with("(?") || here.starts_with("(?P<") => groups += 1,
            '[' => rest = class::read(here).map_or(rest, |(_, behind)| behind),
            '\\' => rest = escape::read(here).map_or(rest, |(_, behind)| behind),
            _ => {}
        }
    }
    groups
}

/// What an opening parenthesis opens, and what stands behind it.
enum Opened<'a> {
    Group(&'a str),
    /// Flags for what follows.
    Nothing(&'a str),
}

fn flags(text: &str) -> Result<Opened<'_>, Fault> {
    let Some(mut rest) = text.strip_prefix("(?") else {
        return Ok(Opened::Group(text.strip_prefix('(').unwrap_or(text)));
    };
    if ["=", "!", "<=", "<!"].iter().any(|looks| rest.starts_with(looks)) {
        return Err(Fault::LookAround);
    }
    if let Some(named) = rest.strip_prefix("P<") {
        let (name, behind) = named.split_once('>').ok_or_else(|| syntax(text, text.len()))?;
        let is_name =
            !name.is_empty() && name.chars().all(|mark| mark.is_ascii_alphanumeric() || mark == '_');
        return if is_name { Ok(Opened::Group(behind)) } else { Err(syntax(text, 4 + name.len())) };
    }
    let (mut negated, mut said) = (false, false);
    loop {
        let mut marks = rest.chars();
        let mark = marks.next();
        rest = marks.as_str();
        match mark {
            Some('i' | 'm' | 's' | 'U') => said = true,
            Some('-') if !negated => (negated, said) = (true, false),
            Some(':') if said || !negated => return Ok(Opened::Group(rest)),
            Some(')') if said || !negated => return Ok(Opened::Nothing(rest)),
            _ => return Err(syntax(text, text.len() - rest.len())),
        }
    }
}

/// How often at least and at most, and what stands behind; nothing for a brace that is a character.
fn count(text: &str) -> Option<(u32, Option<u32>, &str)> {
    if let Some(behind) = text.strip_prefix('*') {
        return Some((0, None, behind));
    }
    if let Some(behind) = text.strip_prefix('+') {
        return Some((1, None, behind));
    }
    if let Some(behind) = text.strip_prefix('?') {
        return Some((0, Some(1), behind));
    }
    let (numbers, behind) = text.strip_prefix('{')?.split_once('}')?;
    let (least, most) = match numbers.split_once(',') {
        None => (number(numbers)?, Some(number(numbers)?)),
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((least, most, behind))
}

/// A number without a zero before it.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = is_number && (text.len() == 1 || !text.starts_with('0'));
    is_plain.then(|| text.parse().unwrap_or(u32::MAX))
}

fn repeat(part: Extent, least: u32, most: Option<u32>, text: &str) -> Result<Extent, Fault> {
    if most.is_some_and(|most| most < least) {
        return Err(syntax(text, text.find('}').map_or(1, |end| end + 1)));
    }
    let times = most.unwrap_or(least).max(1);
    let repetitions = part.repetitions.saturating_mul(times);
    if repetitions > MOST_REPETITIONS {
        return Err(Fault::TooManyRepetitions);
    }
    // Each may come or not; without an end, once more.
    let size = part.size.saturating_add(1).saturating_mul(u64::from(times) + u64::from(most.is_none()));
    Ok(Extent { size, repetitions })
}
