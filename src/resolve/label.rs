//! Labels and annotations, by Kubernetes' rules.

use std::collections::BTreeMap;

use super::name::{is_dns_label, is_dns_name, is_label_value};
use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::input::{Keyed, Listed, Written};
use crate::source::At;

type Texts = Written<Listed<Keyed<At<String>>>>;

/// Labels: keys `[prefix/]name`, values up to 63 letters, digits, `-`, `_`, `.`.
pub fn labels(written: &Texts, findings: &mut Vec<Finding>) -> BTreeMap<String, String> {
    let entries = super::entries(written).0;
    for Keyed { key, value } in entries {
        key_form(key, findings);
        if !is_label_value(&value.value) {
            findings.push(problems::label_value(value));
        }
    }
    entries.iter().map(|entry| (entry.key.value.clone(), entry.value.value.clone())).collect()
}

/// Annotations: keys as labels have them, values free.
pub fn annotations(written: &Texts, findings: &mut Vec<Finding>) -> BTreeMap<String, String> {
    let entries = super::entries(written).0;
    for Keyed { key, value: _ } in entries {
        key_form(key, findings);
    }
    entries.iter().map(|entry| (entry.key.value.clone(), entry.value.value.clone())).collect()
}

pub fn key_form(key: &At<String>, findings: &mut Vec<Finding>) {
    let (prefix, name) = match key.value.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key.value.as_str()),
    };
    let prefix_sound = prefix.is_none_or(|prefix| is_dns_label(prefix) || is_dns_name(prefix));
    if name.is_empty() || !is_label_value(name) || !prefix_sound {
        findings.push(problems::label_key(key));
    }
}

/// Keys that meshgen itself writes, that Istio's webhook refuses on its kinds, or that kubectl keeps for itself.
pub fn reserved(written: &Texts, findings: &mut Vec<Finding>) {
    const RESERVED: [(&str, &[&str]); 3] = [
        (
            "meshgen writes it itself",
            &["app.kubernetes.io/managed-by", "app.kubernetes.io/part-of", "meshgen-stand-in"],
        ),
        (
            "Istio refuses it on its own kinds",
            &[
                "internal.istio.io/webhook-always-reject",
                "internal.istio.io/parents",
                "internal.istio.io/parent-namespace",
                "istio.io/dry-run",
            ],
        ),
        ("kubectl writes it at each apply", &["kubectl.kubernetes.io/last-applied-configuration"]),
    ];
    for Keyed { key, value: _ } in super::entries(written).0 {
        if let Some((why, _)) = RESERVED.iter().find(|(_, keys)| keys.contains(&key.value.as_str())) {
            findings.push(problems::reserved_key(key, why));
        }
    }
}
