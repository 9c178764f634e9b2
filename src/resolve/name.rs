//! The forms of names that Kubernetes and Istio demand.
//!
//! Source: `IsDNS1123Label` and label validation in Kubernetes' apimachinery; host names as Istio's
//! `pkg/config/validation/agent` checks them.

use super::problems::name as problems;
use crate::diagnostic::Finding;
use crate::model::name::{LABEL, SUBDOMAIN};
use crate::source::At;

/// Says what is wrong with a DNS label: up to 63 of `a`–`z`, `0`–`9` and `-`, and no `-` at either end.
pub fn dns_label(what: &str, name: &At<String>, findings: &mut Vec<Finding>) {
    if !is_dns_label(&name.value) {
        findings.push(problems::not_a_dns_label(what, name, &as_dns_label(&name.value)));
    }
}

/// Says what is wrong with the name of a cluster: a DNS label. What kubectl calls one is often none.
pub fn cluster(name: &At<String>, findings: &mut Vec<Finding>) {
    // Those of EKS, of GKE, and of kubeadm and many others.
    let is_context =
        name.value.starts_with("arn:") || name.value.starts_with("gke_") || name.value.contains('@');
    let last = name.value.rsplit(['/', ':', '_', '@']).next().unwrap_or_default().to_ascii_lowercase();
    if !is_dns_label(&name.value) && is_context && name.value.is_ascii() && is_dns_label(&last) {
        findings.push(problems::cluster_is_a_context(name, &last));
    } else {
        dns_label("cluster", name, findings);
    }
    if is_device(&name.value) {
        findings.push(problems::cluster_is_a_device(name));
    }
}

/// Names that Windows keeps for devices, whatever follows behind a dot.
fn is_device(name: &str) -> bool {
    let numbered = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    matches!(name, "con" | "prn" | "aux" | "nul")
        || numbered.is_some_and(|digit| matches!(digit.as_bytes(), [b'1'..=b'9']))
}

/// Says what is wrong with the name of a service: a DNS label that begins with a letter, by Kubernetes' `IsDNS1035Label`.
pub fn service(name: &At<String>, findings: &mut Vec<Finding>) {
    dns_label("service", name, findings);
    if is_dns_label(&name.value) && name.value.starts_with(|c: char| c.is_ascii_digit()) {
        findings.push(problems::service_begins_with_digit(name));
    }
}

/// Says what is wrong with a DNS name: labels with dots between them, 253 characters at most.
pub fn dns_name(what: &str, name: &At<String>, findings: &mut Vec<Finding>) {
    if !is_dns_name(&name.value) {
        let meant =
            name.value.rsplit("://").next().unwrap_or_default().trim_matches('.').to_ascii_lowercase();
        let meant = Some(meant.as_str()).filter(|meant| is_dns_name(meant));
        findings.push(problems::not_a_dns_name(what, name, meant));
    }
}

/// Says what is wrong with the value of a label: up to 63 letters, digits, `-`, `_` and `.`, a letter or digit at
/// either end. An empty one is no version.
pub fn label_value(what: &str, name: &At<String>, findings: &mut Vec<Finding>) {
    if name.value.is_empty() || !is_label_value(&name.value) {
        findings.push(problems::not_a_label_value(what, name, &as_label_value(&name.value)));
    }
}

/// Whether Kubernetes takes it as the name of a namespace.
pub fn is_dns_label(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LABEL).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether it is a host name in lower case.
pub fn is_dns_name(name: &str) -> bool {
    (1..=SUBDOMAIN).contains(&name.len()) && name.split('.').all(is_dns_label)
}

/// Whether Kubernetes takes it as the value of a label; it may be empty.
pub fn is_label_value(value: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let end = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    value.len() <= LABEL && value.bytes().all(inner) && end(value.bytes().next()) && end(value.bytes().last())
}

fn as_dns_label(name: &str) -> String {
    let label: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    shortened(&label, &['-'])
}

fn as_label_value(name: &str) -> String {
    let value: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    shortened(&value, &['-', '_', '.'])
}

/// ASCII in, ASCII out.
fn shortened(name: &str, ends: &[char]) -> String {
    let start: String = name.trim_matches(ends).chars().take(LABEL).collect();
    start.trim_end_matches(ends).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_63_characters_at_most() {
        assert!(is_dns_label(&"a".repeat(63)));
        assert!(!is_dns_label(&"a".repeat(64)));
        assert!(is_dns_label("1a") && !is_dns_label("") && !is_dns_label("-a") && !is_dns_label("A"));
    }

    #[test]
    fn versions_may_have_dots_and_capitals() {
        assert!(
            is_label_value("2024.11.1")
                && is_label_value("V1_b")
                && !is_label_value("v1.")
                && !is_label_value("größe")
        );
    }

    #[test]
    fn suggestions_are_sound() {
        assert_eq!(as_dns_label("My_Service."), "my-service");
        assert_eq!(as_dns_label("../../etc"), "etc");
        assert_eq!(as_label_value("v1 beta."), "v1-beta");
    }
}
