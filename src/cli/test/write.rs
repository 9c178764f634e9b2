//! `--write`: every missing `expect` is filled with what is so, in the text where it is missing.
//!
//! Enters: answered queries and their texts. Leaves: the same files with one more field each; nothing else in them changes.
//! Refuses to write what does not read as it should.

use std::collections::BTreeMap;
use std::path::Path;

use super::Answered;
use crate::cli::failure::{Failure, shown};
use crate::cli::trace::human::percent;
use crate::cli::write::whole;
use crate::query::end::End;
use crate::query::{Expected, Query};
use crate::source::{Source, SourceId, Sources, Span};

/// Fills what is missing, and says which files were written.
pub(super) fn fill(answered: &[Answered], sources: &Sources) -> Result<Vec<String>, Failure> {
    let mut missing: BTreeMap<SourceId, Vec<&Answered>> = BTreeMap::new();
    for answered in answered.iter().filter(|answered| answered.query.expected.is_none()) {
        missing.entry(answered.query.place.span.source).or_default().push(answered);
    }
    let mut files = Vec::new();
    for (id, answered) in missing {
        let Some(source) = sources.get(id) else { continue };
        let text = filled(source, &answered)
            .filter(|text| reads_as(text, source, &answered))
            .ok_or_else(|| Failure::new(format!("cannot fill {} in place", shown(Path::new(&source.name))))
                .help("write `expect` yourself where queries come by aliases or share a line; `meshgen test --format json` says what is so"))?;
        files.push((source, text, answered.len()));
    }
    // All texts are whole before the first file changes.
    let mut said = Vec::new();
    for (source, text, count) in files {
        whole::replace(Path::new(&source.name), &text)?;
        let queries = if count == 1 { "query" } else { "queries" };
        said.push(format!("wrote {}: {count} {queries} filled\n", shown(Path::new(&source.name))));
    }
    Ok(said)
}

/// The text with a field more in each of these queries.
fn filled(source: &Source, answered: &[&Answered]) -> Option<String> {
    let text = source.text();
    let mut additions = Vec::new();
    for Answered { query, is, .. } in answered {
        if query.place.via.is_some() {
            return None;
        }
        additions.push(addition(text, query, &expectation(is))?);
    }
    additions.sort();
    additions.dedup_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, addition) in &additions {
        out += text.get(from..*at)?;
        out += addition;
        from = *at;
    }
    out += text.get(from..)?;
    (additions.len() == answered.len()).then_some(out)
}

/// Where a field is added to a query, and how it is written there.
fn addition(text: &str, query: &Query, expectation: &str) -> Option<(usize, String)> {
    let Span { start, end, .. } = query.place.span;
    let (start, end) = (start as usize, end as usize);
    if text.get(start..)?.starts_with('{') {
        let last = query.last?.end as usize;
        // Behind the last field, if the closing brace is known to follow it.
        let closes = text.get(last..end).is_some_and(|rest| rest.trim() == "}");
        let ends_line = text.get(start + 1..)?.starts_with(['\n', '\r']);
        return Some(if closes {
            (last, format!(", expect: {expectation}"))
        } else {
            (start + 1, format!("expect: {expectation},{}", if ends_line { "" } else { " " }))
        });
    }
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = " ".repeat(text.get(line_start..start)?.chars().count());
    let last = query.last?.end as usize;
    let behind = text.get(last..)?;
    let line_end = if last > 0 && text.get(..last)?.ends_with('\n') {
        last
    } else {
        last + behind.find(['\n', '\r']).unwrap_or(behind.len())
    };
    let break_ = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(if line_end == last && text.get(..last)?.ends_with('\n') {
        (line_end, format!("{indent}expect: {expectation}{break_}"))
    } else {
        (line_end, format!("{break_}{indent}expect: {expectation}"))
    })
}

/// `v1@cluster1`, `{v2@cluster2: 50, v3@cluster2: 50}`, `{dead: no-route}`
fn expectation(is: &[Expected]) -> String {
    match is {
        [Expected { end: End::Dead(Some(reason)), .. }] => format!("{{dead: {reason}}}"),
        [Expected { end, .. }] => word(&end.to_string()),
        ends => {
            // Two decimals each: what is missing in a hundred belongs to the last.
            let mut rest = 100.0;
            let mut parts = Vec::new();
            for (index, Expected { end, percent: share }) in ends.iter().enumerate() {
                let share = if index + 1 == ends.len() { rest } else { (share * 100.0).round() / 100.0 };
                rest -= share;
                parts.push(format!("{}: {}", word(&end.to_string()), percent(share)));
            }
            format!("{{{}}}", parts.join(", "))
        }
    }
}

/// A text of a flow map, in quotes where it may be more than a word.
fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.@/".contains(letter);
    let is_word = text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.chars().all(is_plain);
    if is_word && text.contains('@') { text.to_owned() } else { format!("\"{text}\"") }
}

/// Whether the new text asks the same, and expects in addition what is so.
fn reads_as(text: &str, source: &Source, answered: &[&Answered]) -> bool {
    let read = |text: &str| {
        let source = Source::new(source.name.clone(), source.found, text.as_bytes().to_vec());
        crate::expectations(&Sources { texts: vec![source], ..Sources::default() })
    };
    let (Some(before), Some(after)) = (read(source.text()), read(text)) else { return false };
    let without = |expectations: &[bool]| expectations.iter().filter(|is_there| !**is_there).count();
    before.len() == after.len() && without(&before) == answered.len() + without(&after)
}
