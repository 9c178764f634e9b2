//! `to`: who answers, in the shortest form that says it.
//!
//! Enters: destinations and what they mean. Leaves: values of the language. Refuses to know: conditions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::draft::{Fields, Name};
use super::names::Meaning;
use super::problems;
use super::service::Taken;
use crate::diagnostic::Finding;

/// A share of the requests of one caller.
#[derive(Clone, Debug)]
pub(super) struct Share {
    pub(super) meaning: Meaning,
    pub(super) weight: Option<u64>,
    pub(super) port: Option<u64>,
    pub(super) headers: Option<Value>,
}

/// How rules are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// Destinations name the cluster that answers.
    pub(super) pinned: bool,
    /// Conditions name ports.
    pub(super) ports: bool,
    /// Conditions name callers, even where all of them have the same rules.
    pub(super) callers: bool,
}

/// The styles, the shorter first.
pub(super) const STYLES: [Style; 8] = {
    const fn style(pinned: bool, ports: bool, callers: bool) -> Style {
        Style { pinned, ports, callers }
    }
    [
        style(false, false, false),
        style(false, true, false),
        style(true, false, false),
        style(true, true, false),
        style(false, false, true),
        style(false, true, true),
        style(true, false, true),
        style(true, true, true),
    ]
};

/// `v2`, or `v2@cluster2`
pub(super) fn word(version: &str, meaning: &Meaning, style: Style) -> String {
    match meaning.cluster.as_ref().filter(|_| style.pinned) {
        Some(cluster) => format!("{version}@{cluster}"),
        None => version.to_owned(),
    }
}

/// The version that is meant.
pub(super) fn version(meaning: &Meaning, services: &BTreeMap<Name, Taken>) -> Result<String, Finding> {
    let taken =
        services.get(&meaning.service).ok_or_else(|| problems::destination_without_pods(&meaning.service))?;
    if let Some(subset) = &meaning.subset {
        let known = taken.dialled(subset).map(|version| version.name.clone());
        return known.ok_or_else(|| problems::subset_of_nobody(subset, &meaning.service, taken));
    }
    if meaning.labels.is_empty() {
        return Ok("any".to_owned());
    }
    let known = taken.version(&meaning.labels).map(|version| version.name.clone());
    known.ok_or_else(|| problems::labels_of_nobody(&meaning.labels, &meaning.service, taken))
}

/// `to`, in the shortest form that says it.
pub(super) fn to(
    shares: &[Share],
    service: &Name,
    services: &BTreeMap<Name, Taken>,
    style: Style,
) -> Result<Value, Finding> {
    let mut all: Vec<(String, &Share, u64)> = Vec::new();
    let sum: u64 = shares.iter().filter_map(|share| share.weight).sum();
    for share in shares {
        let word = word(&version(&share.meaning, services)?, &share.meaning, style);
        let weight = match (shares, share.weight) {
            ([_], _) => 100,
            (_, Some(weight)) if sum > 0 && (weight * 100) % sum == 0 => weight * 100 / sum,
            (_, Some(weight)) => {
                return Err(problems::no_whole_percent(weight, sum));
            }
            (_, None) => 0,
        };
        let same = all.iter_mut().find(|(known, first, _)| {
            *known == word && first.meaning.service == share.meaning.service && first.headers == share.headers
        });
        match same {
            Some((_, _, known)) => *known += weight,
            None => all.push((word, share, weight)),
        }
    }
    let is_plain =
        all.iter().all(|(_, share, _)| share.meaning.service == *service && share.headers.is_none());
    if let ([(word, _, _)], true) = (all.as_slice(), is_plain) {
        return Ok(json!(word));
    }
    if is_plain {
        return Ok(Value::Object(all.into_iter().map(|(word, _, weight)| (word, json!(weight))).collect()));
    }
    let several = all.len() > 1;
    let destinations = all.into_iter().map(|(word, share, weight)| {
        let mut fields = Fields::new();
        let (version, cluster) = word
            .rsplit_once('@')
            .map_or((word.as_str(), None), |(version, cluster)| (version, Some(cluster)));
        let other =
            (share.meaning.service != *service).then(|| services.get(&share.meaning.service)).flatten();
        let unversioned = other.is_some_and(|other| other.versions.is_empty());
        if !(unversioned && version == "any") {
            fields.insert("version".to_owned(), json!(version));
        }
        if let Some(cluster) = cluster {
            fields.insert("cluster".to_owned(), json!(cluster));
        }
        if share.meaning.service != *service {
            let (namespace, name) = &share.meaning.service;
            let is_near = *namespace == service.0;
            fields.insert(
                "service".to_owned(),
                json!(if is_near { name.clone() } else { format!("{namespace}/{name}") }),
            );
            let ports = other.and_then(|other| other.part.fields.get("ports")).and_then(Value::as_object);
            if let (Some(port), true) = (share.port, ports.is_some_and(|ports| ports.len() > 1)) {
                fields.insert("port".to_owned(), json!(port));
            }
        }
        if several {
            fields.insert("weight".to_owned(), json!(weight));
        }
        if let Some(headers) = &share.headers {
            fields.insert("headers".to_owned(), headers.clone());
        }
        Value::Object(fields)
    });
    let mut destinations: Vec<_> = destinations.collect();
    match (destinations.len(), destinations.pop()) {
        (1, Some(only)) => Ok(only),
        (_, last) => {
            destinations.extend(last);
            Ok(Value::Array(destinations))
        }
    }
}
