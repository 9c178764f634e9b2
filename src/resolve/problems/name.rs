//! Names that Kubernetes or Istio would refuse.

use crate::diagnostic::{Code, Finding};
use crate::model::name::LABEL;
use crate::source::At;

/// What a DNS label has, as a list that ends a sentence.
pub const DNS_LABEL: &str =
    "lower-case letters a–z, digits and `-`, a letter or digit at either end, 63 characters at most";
const LABEL_VALUE: &str =
    "letters a–z and A–Z, digits, `-`, `_` and `.`, a letter or digit at either end, 63 characters at most";

pub fn not_a_dns_label(what: &str, name: &At<String>, suggestion: &str) -> Finding {
    let reason = reason(&name.value, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    refused(Code::MG0202, what, name, &reason, DNS_LABEL, suggestion)
}

pub fn cluster_is_a_context(name: &At<String>, short: &str) -> Finding {
    Finding::new(Code::MG0202, format!("`{name}` cannot be the name of a cluster"))
        .at(name.place, "looks like a context of kubectl's")
        .help(format!(
            "take a short name for files and names, and say the context beside it: `{short}: {{context: \"{name}\"}}`"
        ))
}

pub fn cluster_is_a_device(name: &At<String>) -> Finding {
    Finding::new(Code::MG0272, format!("Windows has no file `{name}.yaml`"))
        .at(name.place, "the name of a device there")
        .help("choose another name if anybody is to check the bundles out there")
}

pub fn service_begins_with_digit(name: &At<String>) -> Finding {
    Finding::new(Code::MG0202, format!("`{name}` cannot be the name of a service"))
        .at(name.place, "begins with a digit")
        .help("the name of a Service begins with a letter; write the one that it has in its clusters")
}

pub fn not_a_label_value(what: &str, name: &At<String>, suggestion: &str) -> Finding {
    let reason = reason(&name.value, |c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    refused(Code::MG0203, what, name, &reason, LABEL_VALUE, suggestion)
}

pub fn not_a_dns_name(what: &str, name: &At<String>, suggestion: Option<&str>) -> Finding {
    let rule = format!("a DNS name has labels with dots between them, each of {DNS_LABEL}");
    Finding::new(Code::MG0219, format!("`{name}` cannot be the {what}"))
        .at(name.place, "not a DNS name")
        .help(match suggestion {
            Some(suggestion) => format!("did you mean `{suggestion}`? {rule}"),
            None => rule,
        })
}

pub fn version_called_any(name: &At<String>) -> Finding {
    Finding::new(Code::MG0203, "a version may not be called `any`")
        .at(name.place, "means every version")
        .help("call it by another name, and say which pods it has: `{clusters: …, labels: {version: any}}`")
}

fn refused(code: Code, what: &str, name: &At<String>, reason: &str, rule: &str, suggestion: &str) -> Finding {
    let message = if name.value.is_empty() {
        format!("the name of a {what} is empty")
    } else {
        format!("`{name}` cannot be the name of a {what}")
    };
    let finding = Finding::new(code, message).at(name.place, reason);
    // What is left of a name in another script is no name that anybody meant.
    if suggestion.is_empty() || !name.value.is_ascii() {
        finding.help(format!("a name has {rule}"))
    } else {
        finding.help(format!("did you mean `{suggestion}`? a name has {rule}"))
    }
}

/// The first thing wrong with it.
fn reason(name: &str, allowed: impl Fn(char) -> bool) -> String {
    if name.is_empty() {
        return "empty".to_owned();
    }
    match name.chars().find(|c| !allowed(*c)) {
        Some(' ') => "a space is not allowed".to_owned(),
        Some(c) if c.is_ascii_uppercase() => format!("`{c}` is a capital"),
        Some(c) if c.is_ascii_graphic() => format!("`{c}` is not allowed"),
        Some(c) => format!("`{c}` (U+{:04X}) is not allowed", u32::from(c)),
        None if name.len() > LABEL => format!("{} characters long", name.len()),
        None if name.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
            "does not end with a letter or digit".to_owned()
        }
        None => "does not begin with a letter or digit".to_owned(),
    }
}

pub fn numeric_domain(what: &str, name: &At<String>) -> Finding {
    Finding::new(Code::MG0219, format!("`{name}` ends in a number, and no {what} may"))
        .at(name.place, "its last label is a number")
        .help("Istio refuses hosts whose last label is a number: write a name, such as `cluster.local` or `global`")
}
