//! Names that Kubernetes or Istio would refuse.

use crate::diagnostic::{Code, Finding};
use crate::model::name::LABEL;
use crate::source::At;

const DNS_LABEL: &str =
    "lower-case letters a–z, digits and `-`, a letter or digit at either end, 63 characters at most";
const LABEL_VALUE: &str =
    "letters a–z and A–Z, digits, `-`, `_` and `.`, a letter or digit at either end, 63 characters at most";

pub fn not_a_dns_label(what: &str, name: &At<String>, suggestion: &str) -> Finding {
    let reason = reason(&name.value, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    refused(Code::MG0202, what, name, &reason, DNS_LABEL, suggestion)
}

pub fn not_a_label_value(what: &str, name: &At<String>, suggestion: &str) -> Finding {
    let reason = reason(&name.value, |c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    refused(Code::MG0203, what, name, &reason, LABEL_VALUE, suggestion)
}

pub fn not_a_dns_name(what: &str, name: &At<String>) -> Finding {
    Finding::new(Code::MG0219, format!("{what} `{name}` is not a DNS name"))
        .at(name.place, "not a DNS name")
        .help(format!("labels with dots between them: {DNS_LABEL} each"))
}

pub fn version_called_any(name: &At<String>) -> Finding {
    Finding::new(Code::MG0203, "a version may not be called `any`")
        .at(name.place, "means every version")
        .help("call it by another name, and say which pods it has: `{clusters: …, labels: {version: any}}`")
}

fn refused(code: Code, what: &str, name: &At<String>, reason: &str, rule: &str, suggestion: &str) -> Finding {
    let finding = Finding::new(code, format!("{what} `{name}` is not a name that Kubernetes takes"))
        .at(name.place, reason);
    if suggestion.is_empty() { finding.help(rule) } else { finding.help(format!("{rule}: `{suggestion}`")) }
}

/// The first thing wrong with it.
fn reason(name: &str, allowed: impl Fn(char) -> bool) -> String {
    if name.is_empty() {
        return "empty".to_owned();
    }
    match name.chars().find(|c| !allowed(*c)) {
        Some(c) if c.is_ascii_uppercase() => format!("`{c}` is a capital"),
        Some(c) if c.is_ascii_graphic() => format!("`{c}` is not allowed"),
        Some(c) => format!("U+{:04X} is not allowed", u32::from(c)),
        None if name.len() > LABEL => format!("{} characters long", name.len()),
        None => "begins or ends with a sign".to_owned(),
    }
}
