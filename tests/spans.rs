//! Where findings point: in every case of a code, each label covers the very characters in question, never a block, never
//! the space around them.

use std::collections::BTreeSet;

use crate::support::case::Case;
use meshgen::diagnostic::{Code, Finding};
use meshgen::source::{Sources, Span};
use saphyr_parser::{Event, Parser};

/// Findings about texts that are no YAML, or about more of it than a value.
const OTHERWISE: [(&str, &str); 9] = [
    ("MG0101", "where the text ends that is UTF-8"),
    ("MG0102", "a character"),
    ("MG0104", "where reading stopped"),
    ("MG0105", "a bracket too many"),
    ("MG0107", "an alias"),
    ("MG0108", "an alias"),
    ("MG0111", "a tag"),
    ("MG0113", "the beginning of nothing"),
    ("MG0114", "the first line"),
];

#[test]
fn every_label_covers_a_token() {
    let mut faults = Vec::new();
    for case in Case::all().into_iter().filter(|case| case.name.starts_with("MG")) {
        let sources = case.sources();
        let tokens = tokens(&sources);
        for finding in meshgen::compile(&sources, &mut |_| {}).findings {
            faults.extend(
                strays(&finding, &sources, &tokens)
                    .map(|text| format!("{}: {} covers {text:?}", case.name, finding.code)),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a finding's labels cover, where that is no token.
fn strays<'s>(
    finding: &Finding,
    sources: &'s Sources,
    tokens: &BTreeSet<(u32, usize, usize)>,
) -> impl Iterator<Item = &'s str> {
    let is_otherwise = |code: Code| OTHERWISE.iter().any(|(name, _)| *name == code.name());
    let labels = if is_otherwise(finding.code) { &[] } else { finding.labels.as_slice() };
    let spans: Vec<_> = labels.iter().map(|label| label.place.span).collect();
    spans.into_iter().filter_map(move |Span { source, start, end }| {
        let (start, end) = (start as usize, end as usize);
        let text = sources.get(source)?.text().get(start..end).unwrap_or("not in the text");
        let lies_in_token = tokens.iter().any(|(token_source, token_start, token_end)| {
            *token_source == source.0 && *token_start <= start && end <= *token_end && start < end
        });
        (!lies_in_token && !is_flow_or_sign(text)).then_some(text)
    })
}

/// A list or map on one line, an alias, or a sign that leads to a value or opens it.
fn is_flow_or_sign(text: &str) -> bool {
    let is_between = |open, close| text.starts_with(open) && text.ends_with(close) && !text.contains('\n');
    let is_alias = text.starts_with('*') && !text.contains(char::is_whitespace);
    is_between('[', ']') || is_between('{', '}') || is_alias || ["-", ":", "[", "{"].contains(&text)
}

/// The places of all scalars, with their quotes.
fn tokens(sources: &Sources) -> BTreeSet<(u32, usize, usize)> {
    let mut tokens = BTreeSet::new();
    for (id, source) in sources.iter() {
        let mut offsets: Vec<_> = source.text().char_indices().map(|(offset, _)| offset).collect();
        offsets.push(source.text().len());
        for (event, span) in Parser::new_from_str(source.text()).map_while(Result::ok) {
            if matches!(event, Event::Scalar(..)) {
                tokens.insert((id.0, offsets[span.start.index()], offsets[span.end.index()]));
            }
        }
    }
    tokens
}
