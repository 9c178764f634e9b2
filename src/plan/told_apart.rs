//! Versions that share a pool of pods must be told apart by their labels: a subset takes every pod that carries
//! its labels, whatever other labels the pod has.
//!
//! The pods of one cluster are one pool. Under `merged` and `discovery`, the pods of several clusters are one.

use std::collections::{BTreeMap, BTreeSet};

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
    for (one, other) in alike(&service.versions) {
        let Some(together) = together(one, other, pooled) else { continue };
        let clusters = names(view, together);
        if among(&one.labels, &other.labels) {
            findings.push(problems::not_told_apart(service, one, other, &clusters));
        } else {
            findings.push(problems::not_told_apart(service, other, one, &clusters));
        }
    }
    findings
}

/// Each two of which one has all labels of the other: found by the label that fewest versions carry.
fn alike(versions: &[Version]) -> Vec<(&Version, &Version)> {
    let mut carriers: BTreeMap<(&String, &String), Vec<usize>> = BTreeMap::new();
    for (index, version) in versions.iter().enumerate() {
        version.labels.iter().for_each(|label| carriers.entry(label).or_default().push(index));
    }
    let mut pairs = BTreeSet::new();
    for (index, one) in versions.iter().enumerate() {
        let carriers = one.labels.iter().filter_map(|label| carriers.get(&label)).min_by_key(|all| all.len());
        for other in carriers.into_iter().flatten().copied().filter(|other| *other != index) {
            if versions.get(other).is_some_and(|other| among(&one.labels, &other.labels)) {
                pairs.insert((index.min(other), index.max(other)));
            }
        }
    }
    pairs.iter().filter_map(|(one, other)| Some((versions.get(*one)?, versions.get(*other)?))).collect()
}

/// Whether all labels of one are labels of the other.
fn among(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> bool {
    one.iter().all(|(key, value)| other.get(key) == Some(value))
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
