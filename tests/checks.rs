//! `docs/checks.md` leads from the messages of others to codes that exist, and every link in the documents leads somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::document;
use meshgen::diagnostic::Code;

#[test]
fn every_code_that_a_document_names_exists() {
    let known: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
    let mut faults = Vec::new();
    for (name, text) in document::all() {
        faults
            .extend(codes(&text).filter(|code| !known.contains(code)).map(|code| format!("{name}: {code}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut faults = Vec::new();
    for (name, text) in document::all() {
        let directory = root.join(&name).parent().unwrap().to_owned();
        let dead = targets(&text).filter(|target| !directory.join(target).exists());
        faults.extend(dead.map(|target| format!("{name}: {target}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_link_is_named_after_the_code_it_leads_to() {
    for (name, text) in document::all() {
        for (code, target) in text.match_indices("](errors/MG").map(|(at, _)| (&text[..at], &text[at..])) {
            let (shown, linked) = (&code[code.len() - 6..], &target["](errors/".len()..][..6]);
            assert_eq!(shown, linked, "{name}");
        }
    }
}

/// Words that look like codes.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|mark: char| !mark.is_ascii_alphanumeric());
    words.filter(|word| {
        word.strip_prefix("MG")
            .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// What the links of a document lead to in the repository.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    links.map(|target| target.split('#').next().unwrap()).filter(|target| {
        !target.is_empty() && !target.contains("://") && !target.contains(char::is_whitespace)
    })
}
