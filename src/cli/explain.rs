//! `meshgen explain`: the page of a code, or of a dead end.
//!
//! Enters: a name as somebody typed it. Leaves: its page, or the list of all. Refuses to know: inputs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::arguments::Explain;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, stream};
use crate::diagnostic::{Code, escape, nearest};
use crate::trace::report::dead_end;

/// What can be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Code(Code),
    DeadEnd(&'static str),
}

/// Prints a page, or a line for each; for programs one JSON document.
pub(super) fn run(arguments: &Explain, reporter: &Reporter) -> Result<Ending, Failure> {
    let Explain { code, list } = arguments;
    let text = match code.as_ref().filter(|_| !list) {
        Some(written) => {
            let subject = find(written)?;
            if reporter.is_json() {
                let mut told = told(subject);
                told.insert("page".to_owned(), json!(page(subject)));
                format!("{:#}\n", Value::Object(told))
            } else {
                page(subject).to_owned()
            }
        }
        None if reporter.is_json() => {
            let of = |kind: fn(&Subject) -> bool| -> Vec<Value> {
                all().filter(kind).map(|subject| Value::Object(told(subject))).collect()
            };
            let codes = of(|subject| matches!(subject, Subject::Code(_)));
            let dead_ends = of(|subject| matches!(subject, Subject::DeadEnd(_)));
            format!("{:#}\n", json!({"codes": codes, "deadEnds": dead_ends}))
        }
        None => lines(),
    };
    stream::data(text.as_bytes())
}

fn all() -> impl Iterator<Item = Subject> {
    Code::ALL.iter().copied().map(Subject::Code).chain(dead_end::names().into_iter().map(Subject::DeadEnd))
}

fn page(subject: Subject) -> &'static str {
    match subject {
        Subject::Code(code) => code.page(),
        Subject::DeadEnd(name) => dead_end::page(name).unwrap_or_default(),
    }
}

fn title(subject: Subject) -> &'static str {
    match subject {
        Subject::Code(code) => code.title(),
        Subject::DeadEnd(_) => {
            let first = page(subject).lines().next().and_then(|line| line.split_once(": "));
            first.map_or("", |(_, title)| title)
        }
    }
}

fn told(subject: Subject) -> serde_json::Map<String, Value> {
    let (what, name, severity) = match subject {
        Subject::Code(code) => ("code", code.name(), Some(code.severity().to_string())),
        Subject::DeadEnd(name) => ("deadEnd", name, None),
    };
    let severity = severity.map(|severity| ("severity".to_owned(), json!(severity)));
    let fields = [(what.to_owned(), json!(name)), ("title".to_owned(), json!(title(subject)))];
    fields.into_iter().chain(severity).collect()
}

fn lines() -> String {
    let mut text = String::new();
    for subject in all() {
        // Writing into a `String` cannot fail.
        let _ = match subject {
            Subject::Code(code) => {
                writeln!(text, "{code}  {:<7}  {}", code.severity().to_string(), title(subject))
            }
            Subject::DeadEnd(name) => writeln!(text, "{name}  {}", title(subject)),
        };
    }
    text
}

fn find(written: &str) -> Result<Subject, Failure> {
    let upper = written.to_ascii_uppercase();
    // `302` is MG0302, as rustc has it.
    let name = format!("MG{:0>4}", upper.strip_prefix("MG").unwrap_or(&upper));
    if let Some(code) = Code::ALL.iter().find(|code| code.name() == name) {
        return Ok(Subject::Code(*code));
    }
    if let Some(page) = dead_end::page(written)
        && let Some(name) = dead_end::names().into_iter().find(|name| dead_end::page(name) == Some(page))
    {
        return Ok(Subject::DeadEnd(name));
    }
    let failure = Failure::new(format!("there is no code `{}`", escape::line(written)));
    let names = Code::ALL.iter().map(|code| code.name()).chain(dead_end::names());
    Err(match nearest(written, names) {
        Some(name) => failure.help(format!("did you mean `{name}`? `meshgen explain --list` shows all")),
        None => failure.help("`meshgen explain --list` shows all"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_any_form() {
        for written in ["mg0101", "MG0101", "MG101", "mg101", "0101", "101"] {
            assert_eq!(find(written), Ok(Subject::Code(Code::MG0101)), "{written}");
        }
        assert_eq!(find("error:No-Filter-Chain"), Ok(Subject::DeadEnd("no-filter-chain")));
    }

    #[test]
    fn a_misspelt_code_has_a_neighbour() {
        let failure = find("MG06O1").unwrap_err();
        assert_eq!(failure.message, "there is no code `MG06O1`");
        assert!(failure.help.unwrap().starts_with("did you mean `MG0601`?"));
        let failure = find("no-filterchain").unwrap_err();
        assert!(failure.help.unwrap().starts_with("did you mean `no-filter-chain`?"));
    }
}
