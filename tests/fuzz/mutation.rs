//! An example, broken: nodes deleted, doubled, retyped, swapped; texts spliced; bytes flipped, put in, taken out.
//!
//! Enters: examples, scalars, chance. Leaves: a text. Refuses to know: the language.

use saphyr_parser::{Event, Parser};

use crate::support::chance::Chance;

/// Breaks a larger one no further.
const LARGEST: usize = 64_000;

/// Bytes that mean something to YAML or to terminals, or that are no UTF-8.
const SIGNS: &[u8] = b"\0\t\n\r \"#%&'*,-:<>?@[]`{|}~\x1b\x7f\xc3\xff";

/// One of the texts, broken in one to four places.
pub fn of(texts: &[String], scalars: &[String], chance: &mut Chance) -> String {
    let mut text = one_of(texts, chance).clone();
    for _ in 0..=chance.below(4) {
        if text.len() > LARGEST {
            break;
        }
        text = match chance.below(11) {
            0..=3 => retyped(&text, scalars, chance),
            4 => swapped(&text, chance),
            5 => deleted(&text, chance),
            6 => doubled(&text, chance),
            7 => spliced(&text, &one_of(texts, chance).clone(), chance),
            8 => format!("{text}---\n{}", one_of(texts, chance)),
            9 => multiplied(&text, chance),
            _ => indented(&text, chance),
        };
    }
    text
}

/// One of the texts with a few bytes changed.
pub fn of_bytes(texts: &[String], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = one_of(texts, chance).clone().into_bytes();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len());
        match chance.below(4) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => bytes.insert(at, *one_of(SIGNS, chance)),
        }
    }
    bytes
}

/// One of them.
fn one_of<'a, T>(all: &'a [T], chance: &mut Chance) -> &'a T {
    &all[chance.below(all.len())]
}

/// A scalar replaced by another, or by something that is none.
fn retyped(text: &str, scalars: &[String], chance: &mut Chance) -> String {
    let places = places(text);
    if places.is_empty() {
        return text.to_owned();
    }
    let (start, end) = *one_of(&places, chance);
    format!("{}{}{}", &text[..start], one_of(scalars, chance), &text[end..])
}

/// Two scalars in each other's place.
fn swapped(text: &str, chance: &mut Chance) -> String {
    let places = places(text);
    if places.is_empty() {
        return text.to_owned();
    }
    let (a, b) = (*one_of(&places, chance), *one_of(&places, chance));
    let (first, second) = (a.min(b), a.max(b));
    if first.1 > second.0 {
        return text.to_owned();
    }
    let (one, other) = (&text[first.0..first.1], &text[second.0..second.1]);
    format!("{}{other}{}{one}{}", &text[..first.0], &text[first.1..second.0], &text[second.1..])
}

/// Without a line and what is indented below it.
fn deleted(text: &str, chance: &mut Chance) -> String {
    let (start, end) = block(text, chance);
    format!("{}{}", &text[..start], &text[end..])
}

/// With a line and what is indented below it twice.
fn doubled(text: &str, chance: &mut Chance) -> String {
    let (start, end) = block(text, chance);
    let seam = if text[..end].ends_with('\n') { "" } else { "\n" };
    format!("{}{seam}{}{}", &text[..end], &text[start..end], &text[end..])
}

/// With a line and what is indented below it many times, each under a key of its own if it has one.
fn multiplied(text: &str, chance: &mut Chance) -> String {
    let (start, end) = block(text, chance);
    let block = &text[start..end];
    let times = (1 << chance.below(14)).min(LARGEST / block.len().max(1));
    let seam = if block.ends_with('\n') { "" } else { "\n" };
    let (key, rest) = block.split_at(block.find(':').unwrap_or(0));
    let copies = (0..times).map(|number| match key {
        "" => format!("{seam}{block}"),
        _ => format!("{seam}{key}{number}{rest}"),
    });
    format!("{}{}{}", &text[..end], copies.collect::<String>(), &text[end..])
}

/// The beginning of one and the end of another, both in whole lines.
fn spliced(text: &str, other: &str, chance: &mut Chance) -> String {
    let (start, _) = block(text, chance);
    let (_, end) = block(other, chance);
    format!("{}{}", &text[..start], &other[end..])
}

/// A line further in.
fn indented(text: &str, chance: &mut Chance) -> String {
    let (start, _) = block(text, chance);
    format!("{}{}{}", &text[..start], " ".repeat(1 + chance.below(4)), &text[start..])
}

/// The bytes of a line and of what is indented below it.
fn block(text: &str, chance: &mut Chance) -> (usize, usize) {
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1).filter(|at| *at < text.len()));
    let first = chance.below(starts.len());
    let indent = |start: usize| text[start..].len() - text[start..].trim_start_matches(' ').len();
    let start = starts[first];
    let end = starts[first + 1..].iter().find(|next| indent(**next) <= indent(start)).copied();
    (start, end.unwrap_or(text.len()))
}

/// The bytes of every scalar as far as the text can be read.
fn places(text: &str) -> Vec<(usize, usize)> {
    let mut offsets: Vec<_> = text.char_indices().map(|(offset, _)| offset).collect();
    offsets.push(text.len());
    let events = Parser::new_from_str(text).map_while(Result::ok);
    events
        .filter(|(event, _)| matches!(event, Event::Scalar(..)))
        .filter_map(|(_, span)| Some((*offsets.get(span.start.index())?, *offsets.get(span.end.index())?)))
        .filter(|(start, end)| start < end)
        .collect()
}
