//! Versions that share a pool of pods must be told apart by their labels: a subset takes every pod that carries
//! its labels, whatever other labels the pod has.
//!
//! The pods of one cluster are one pool. Under `merged` and `discovery`, the pods of several clusters are one.

use std::collections::BTreeMap;

use super::problems;
use super::visibility::View;
use super::way::Way;
use crate::diagnostic::Finding;
use crate::model::{ClusterId, Service, Version};

/// A finding for each two versions of a service that their labels do not tell apart.
pub fn check(view: &View<'_>, service: &Service) -> Vec<Finding> {
    let pooled = |id: &ClusterId| match view.way_into(service, *id) {
        Way::Merged | Way::Discovery => true,
        Way::Local | Way::Sni | Way::Rewrite => false,
    };
    let mut findings = Vec::new();
    for (index, one) in service.versions.iter().enumerate() {
        for other in service.versions.iter().skip(index + 1) {
            let Some(together) = together(one, other, pooled) else { continue };
            let clusters = names(view, together);
            if among(&one.labels, &other.labels) {
                findings.push(problems::not_told_apart(service, one, other, &clusters));
            } else if among(&other.labels, &one.labels) {
                findings.push(problems::not_told_apart(service, other, one, &clusters));
            }
        }
    }
    findings
}

/// Whether all labels of one are labels of the other.
fn among(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> bool {
    // A version without labels has been reported.
    !one.is_empty() && one.iter().all(|(key, value)| other.get(key) == Some(value))
}

/// A cluster that runs both versions, or two clusters whose pods are one pool.
fn together(
    one: &Version,
    other: &Version,
    pooled: impl Fn(&ClusterId) -> bool,
) -> Option<(ClusterId, ClusterId)> {
    let same = one.clusters.keys().find(|id| other.clusters.contains_key(id)).map(|id| (*id, *id));
    let pairs =
        || one.clusters.keys().flat_map(|left| other.clusters.keys().map(move |right| (*left, *right)));
    same.or_else(|| pairs().find(|(left, right)| pooled(left) || pooled(right)))
}

fn names<'m>(view: &View<'m>, (left, right): (ClusterId, ClusterId)) -> Vec<&'m str> {
    let mut names: Vec<_> =
        [left, right].into_iter().filter_map(|id| view.cluster(id)).map(|it| it.name.as_str()).collect();
    names.dedup();
    names
}
