//! Labels of pods, and namespaces: what Kubernetes lets them be.

use super::{Checked, Poisoned};
use crate::diagnostic::Finding;
use crate::resolve::problems::value as problems;
use crate::source::At;
use crate::spec::Keyed;

/// A label that a pod can carry.
pub(in crate::resolve) fn pod_label(
    label: &Keyed<At<String>>,
    findings: &mut Vec<Finding>,
) -> Checked<(String, String)> {
    let Keyed { key, value } = label;
    let before = findings.len();
    if !is_key(&key.value) {
        findings.push(problems::label_key(key));
    }
    if !(value.value.is_empty() || is_name(&value.value)) {
        findings.push(problems::label_value(value));
    }
    if findings.len() == before { Ok((key.value.clone(), value.value.clone())) } else { Err(Poisoned) }
}

/// A namespace that there can be.
pub(in crate::resolve) fn namespace(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<String> {
    if is_dns_label(&at.value) {
        return Ok(at.value.clone());
    }
    findings.push(problems::namespace(at));
    Err(Poisoned)
}

/// `name` or `prefix/name`.
fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        None => is_name(key),
        Some((prefix, name)) => prefix.len() <= 253 && prefix.split('.').all(is_dns_label) && is_name(name),
    }
}

/// Up to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at each end.
fn is_name(name: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    name.len() <= 63
        && name.starts_with(ends)
        && name.ends_with(ends)
        && name.chars().all(|c| ends(c) || "-_.".contains(c))
}

/// Up to 63 lower-case letters, digits and `-`, with a letter or digit at each end.
fn is_dns_label(name: &str) -> bool {
    name.len() <= 63
        && !name.is_empty()
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pod_can_carry() {
        assert!(["app", "app.kubernetes.io/name", "a/B_c.d"].into_iter().all(is_key));
        assert!(!["", "-a", "a b", "/a", "a/", "A.com/x", "a/b/c"].into_iter().any(is_key));
        assert!(is_name("1.10") && !is_name(&"a".repeat(64)));
    }
}
