//! Findings as SARIF 2.1.0, which code scanners exchange.
//!
//! Enters: findings, the texts they are about, what kept the run from trying, if anything, and where the working directory is.
//! Leaves: exactly one document on one line. Refuses to know: streams.

use serde_json::{Map, Value, json};

use super::position::Index;
use super::{Code, Finding, Label, Severity, Spot, seen_from};
use crate::source::{Sources, Span};

/// The document's own schema.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One run. Names of files lead from the root of the repository, which leads to the working directory by the words of
/// `workspace`.
#[must_use]
pub fn render(findings: &[Finding], sources: &Sources, failure: Option<&str>, workspace: &str) -> String {
    let index = Index::new(sources);
    let mut codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results = findings.iter().map(|finding| result(finding, &codes, &index, workspace));
    let notification = |text: &str| json!({"level": "error", "message": {"text": text}});
    let run = json!({
        "tool": {"driver": {
            "name": "meshgen",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            "executionSuccessful": failure.is_none(),
            "toolExecutionNotifications": failure.into_iter().map(notification).collect::<Vec<_>>(),
        }],
        "results": results.collect::<Vec<_>>(),
    });
    json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).to_string() + "\n"
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.title()},
        "help": {"text": format!("meshgen explain {code}"), "markdown": code.page()},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(finding: &Finding, codes: &[Code], index: &Index<'_>, workspace: &str) -> Value {
    let Finding { code, message, labels, spots, help, weight: _ } = finding;
    let text = match help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message.clone(),
    };
    let mut places = labels.iter().filter_map(|label| place(label, index, workspace));
    let first = places.next().or_else(|| spots.first().map(object));
    let others = spots.iter().skip(usize::from(labels.is_empty())).map(object);
    let related: Vec<Value> = places.chain(others).collect();
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(code.name()));
    result.insert("ruleIndex".to_owned(), json!(codes.iter().position(|known| known == code)));
    result.insert("level".to_owned(), json!(level(finding.severity())));
    result.insert("message".to_owned(), json!({"text": text}));
    result.insert("locations".to_owned(), json!(first.into_iter().collect::<Vec<_>>()));
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), json!(related));
    }
    Value::Object(result)
}

fn place(label: &Label, index: &Index<'_>, workspace: &str) -> Option<Value> {
    let Span { source, start, end } = label.place.span;
    let (source, lines) = index.get(source)?;
    let (start, end) = (lines.position(start), lines.position(end));
    let name = seen_from(workspace, &source.name);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&name)},
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    });
    if let (false, Some(location)) = (label.text.is_empty(), location.as_object_mut()) {
        location.insert("message".to_owned(), json!({"text": label.text}));
    }
    Some(location)
}

/// An object of a cluster is in no text.
fn object(Spot { cluster, object, text }: &Spot) -> Value {
    let mut location = json!({
        "logicalLocations": [{"fullyQualifiedName": format!("{cluster}/{object}"), "kind": "resource"}],
    });
    if let (false, Some(location)) = (text.is_empty(), location.as_object_mut()) {
        location.insert("message".to_owned(), json!({"text": text}));
    }
    location
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a reference: what may not stand there is escaped.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let escaped = |byte: u8| {
        if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    path.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Found, Source, SourceId};

    #[test]
    fn a_run_has_rules_results_and_what_kept_it_from_trying() {
        let texts = vec![Source::new("a b.yaml", Found::Named, "x: y\nzé: b".into())];
        let sources = Sources { texts, ..Sources::default() };
        let place = Span { source: SourceId(0), start: 10, end: 11 }.into();
        let found = [Finding::new(Code::MG0101, "not so").at(place, "here").help("do it")];
        let document: Value =
            serde_json::from_str(&render(&found, &sources, Some("no disk"), "mesh")).unwrap();
        let run = &document["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "MG0101");
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        let result = &run["results"][0];
        assert_eq!(result["message"]["text"], "not so\nhelp: do it");
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "mesh/a%20b.yaml");
        assert_eq!(
            physical["region"],
            json!({"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 6})
        );
    }
}
