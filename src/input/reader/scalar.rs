//! Scalars: text as written, and what the language says is a number, a boolean or one of a few words.
//!
//! Enters: values of the tree. Leaves: typed scalars. Refuses to know: what they are for.

use std::ops::RangeInclusive;

use super::super::problems;
use super::super::tree::{Scalar, Value, View};
use super::Reader;
use crate::source::{At, Place, Span};

impl Reader {
    /// The scalar, if it is one.
    pub fn scalar<'t>(&mut self, value: Value<'t>, expected: &str, example: &str) -> Option<At<&'t Scalar>> {
        match value.view() {
            View::Text(scalar) => Some(At::new(scalar, value.place())),
            View::Nothing | View::List(_) | View::Map(_) | View::Illegible => {
                self.wrong_form(value, expected, example);
                None
            }
        }
    }

    /// Text, as written: `1.10`, `no` and `0777` are what they look like.
    pub fn text(&mut self, value: Value<'_>) -> Option<At<String>> {
        self.scalar(value, "a text", "").map(|scalar| scalar.map(|scalar| scalar.text.as_ref().to_owned()))
    }

    /// A plain decimal number; `what` it is goes into the message: "a port", "a share".
    pub fn number<T>(&mut self, value: Value<'_>, what: &str, range: RangeInclusive<u32>) -> Option<At<T>>
    where
        T: TryFrom<u32>,
    {
        let At { value: scalar, place } = self.scalar(value, "a number", "80")?;
        let digits = scalar.text.strip_prefix('-').unwrap_or(&scalar.text);
        if !scalar.plain || !is_whole(digits) {
            let bare = scalar.text.trim_end_matches('%');
            let instead = plain_digits(bare).or_else(|| whole_numbers_around(bare));
            self.report(problems::not_a_number(&scalar.text, !scalar.plain, instead.as_deref(), place));
            return None;
        }
        let number = scalar.text.parse::<u32>().ok().filter(|number| range.contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            let bounds = format!("{} to {}", range.start(), range.end());
            self.report(problems::out_of_range(&scalar.text, what, &bounds, place));
        }
        number.map(|number| At::new(number, place))
    }

    /// A percentage: decimal, fractions allowed, 0 to 100.
    pub fn percent(&mut self, value: Value<'_>) -> Option<At<f64>> {
        let At { value: scalar, place } = self.scalar(value, "a number", "12.5")?;
        let positive = scalar.text.strip_prefix('-').unwrap_or(&scalar.text);
        let (whole, fraction) = positive.split_once('.').unwrap_or((positive, "0"));
        let plain =
            is_whole(whole) && !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
        if !scalar.plain || !plain {
            let instead = plain_digits(scalar.text.trim_end_matches('%'));
            self.report(problems::not_a_number(&scalar.text, !scalar.plain, instead.as_deref(), place));
            return None;
        }
        let number = scalar.text.parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
        if number.is_none() {
            self.report(problems::out_of_range(&scalar.text, "percentage", "0 to 100", place));
        }
        number.map(|number| At::new(number, place))
    }

    /// `true` or `false`, and nothing else.
    pub fn boolean(&mut self, value: Value<'_>) -> Option<At<bool>> {
        let At { value: scalar, place } = self.scalar(value, "`true` or `false`", "true")?;
        match (&*scalar.text, scalar.plain) {
            ("true", true) => Some(At::new(true, place)),
            ("false", true) => Some(At::new(false, place)),
            (text, plain) => {
                self.report(problems::not_a_boolean(text, !plain, place));
                None
            }
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, value: Value<'_>, words: &[(&'static str, T)]) -> Option<At<T>> {
        let known = || words.iter().map(|(word, _)| *word);
        let example = known().next().unwrap_or_default();
        let At { value: scalar, place } = self.scalar(value, "a word", example)?;
        let found = words.iter().find(|(word, _)| *word == &*scalar.text);
        if found.is_none() {
            self.report(problems::unknown_word(&At::new(&*scalar.text, place), known()));
        }
        found.map(|(_, meaning)| At::new(*meaning, place))
    }

    /// Splits at a separator; each half knows its own characters if the text stands as it is, or in plain quotes.
    /// A half that is empty, or a name that holds the separator where it may not, is reported: `form` is what was
    /// expected.
    pub fn halves(
        &mut self,
        text: &At<&str>,
        at: Option<usize>,
        form: &str,
    ) -> Option<(Option<At<String>>, At<String>)> {
        let Some(at) = at else {
            if text.value.is_empty() {
                self.report(problems::bad_compound(text.value, form, text.place));
                return None;
            }
            return Some((None, At::new(text.value.to_owned(), text.place)));
        };
        let (left, right) = (text.value.get(..at)?, text.value.get(at + 1..)?);
        if left.is_empty() || right.is_empty() {
            self.report(problems::bad_compound(text.value, form, text.place));
            return None;
        }
        let left_place = part(text, 0, left.len());
        let right_place = part(text, at + 1, right.len());
        Some((Some(At::new(left.to_owned(), left_place)), At::new(right.to_owned(), right_place)))
    }
}

/// The place of a part of a text, or of all of it where quoting moves its characters.
fn part(text: &At<&str>, offset: usize, length: usize) -> Place {
    let Span { source, start, end } = text.place.span;
    let written = (end - start) as usize;
    let quotes = match written.checked_sub(text.value.len()) {
        Some(0) => 0,
        Some(2) => 1,
        Some(_) | None => return text.place,
    };
    let begin = u32::try_from(quotes + offset).map_or(start, |offset| start + offset);
    let finish = u32::try_from(length).map_or(end, |length| begin + length);
    Place { span: Span { source, start: begin, end: finish }, via: text.place.via }
}

/// Digits without a leading zero.
fn is_whole(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}

/// What to write for a fraction where there are none.
fn whole_numbers_around(text: &str) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    (0.0..1e9)
        .contains(&number)
        .then(|| format!("a whole number: {:.0} or {:.0}", number.floor(), number.ceil()))
}

/// The plain number that a text may have meant; nothing for what is too long to be any number of the language.
fn plain_digits(text: &str) -> Option<String> {
    const LONGEST: usize = 20;
    if text.len() > LONGEST {
        return None;
    }
    let bare = text.trim().trim_start_matches('+').replace('_', "");
    if is_whole(&bare) {
        return Some(bare);
    }
    if let Some(hex) = bare.strip_prefix("0x") {
        return u32::from_str_radix(hex, 16).ok().map(|number| number.to_string());
    }
    let unpadded = bare.trim_start_matches('0');
    if is_whole(unpadded) {
        return Some(unpadded.to_owned());
    }
    let number: f64 = bare.parse().ok()?;
    (number.fract() == 0.0 && (0.0..1e9).contains(&number)).then(|| format!("{number:.0}"))
}
