//! Every example of the product: the inputs of cases, the YAML of the documents, the bundles that are expected.
//!
//! Enters: the repository. Leaves: texts, and the scalars in them. Refuses to know: which of them are right.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser};

use crate::support::case::{Case, DIAGNOSTICS};
use crate::support::document;

/// Larger ones are about size and nothing else.
const LARGEST: usize = 16_000;

/// Scalars that somebody misreads.
const HOSTILE: [&str; 44] = [
    "''",
    "~",
    "no",
    "y",
    "1.10",
    "0777",
    "-1",
    "65536",
    "1e3",
    "49.5",
    "50%",
    "99999999999999999999",
    "[]",
    "{}",
    "- x",
    "{a: b}",
    "*a",
    "&a x",
    "!t x",
    "!!str",
    "<<",
    "\"\\0\"",
    "\"\\e[31m\"",
    "größe",
    "日本",
    "a\u{202e}b",
    "../../x",
    "*.x",
    "::1",
    "127.0.0.1",
    "münchen.example",
    "-rf",
    "any",
    "all",
    "v1@",
    "@cluster1",
    "a@b@c",
    "/",
    "a/b/c",
    "{present: true}",
    "{regex: '('}",
    "5s",
    "[a, [b, {c: d}]]",
    "'::error::%0A'",
];

/// What is broken, and what it is broken with.
pub struct Corpus {
    pub inputs: Vec<String>,
    pub bundles: Vec<String>,
    pub scalars: Vec<String>,
}

impl Corpus {
    /// Reads all examples.
    pub fn read() -> Self {
        let (mut inputs, mut bundles) = (Vec::new(), Vec::new());
        for case in Case::all() {
            let sources = case.sources();
            let texts: Vec<_> = sources.texts.iter().map(|source| ended(source.text())).collect();
            inputs.push(texts.join("---\n"));
            bundles.extend(
                case.expected().into_iter().filter(|(file, _)| file != DIAGNOSTICS).map(|(_, text)| text),
            );
        }
        for (_, page) in document::all() {
            inputs.extend(document::blocks(&page, "yaml").into_iter().map(str::to_owned));
        }
        inputs.retain(|text| text.len() < LARGEST);
        bundles.retain(|text| text.len() < LARGEST);
        let scalars: BTreeSet<_> = inputs.iter().flat_map(|text| scalars(text)).collect();
        let scalars = HOSTILE.map(str::to_owned).into_iter().chain(scalars).collect();
        Self { inputs, bundles, scalars }
    }
}

/// A text that another may follow.
fn ended(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// The scalars of a text as far as it can be read.
fn scalars(text: &str) -> Vec<String> {
    let events = Parser::new_from_str(text).map_while(Result::ok);
    let scalar = |(event, _)| {
        if let Event::Scalar(text, _, _, _) = event { Some(text.into_owned()) } else { None }
    };
    events.filter_map(scalar).filter(|text| text.len() < 200).collect()
}
