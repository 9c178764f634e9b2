//! Who answers in the end, and whether that is who was promised.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use crate::model::{ClusterId, VersionId};
use crate::plan::{Promise, Way};

/// Pods of one cluster that answer a share of the requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// Where they run.
    pub cluster: ClusterId,
    /// Of which versions; none for a service without versions.
    pub pods: BTreeSet<Option<VersionId>>,
    /// Beside others of the same priority.
    pub weight: u32,
    /// The lower is tried first.
    pub priority: usize,
    /// Whether it is left out while it fails.
    pub ejected: bool,
}

/// Compares who answers with who was promised; what is wrong, if anything.
pub fn compare(
    facts: &Facts<'_>,
    caller: ClusterId,
    promise: &Promise<'_>,
    landings: &[Landing],
) -> Result<(), String> {
    let service = promise.service;
    let name = |id: ClusterId| facts.view.cluster(id).map_or("", |cluster| cluster.name.as_str());
    let mut weights: BTreeMap<ClusterId, (usize, u32)> = BTreeMap::new();
    for landing in landings {
        if !promise.answers.contains(&landing.cluster) {
            return Err(format!("{} takes in pods of `{}`", shown(promise), name(landing.cluster)));
        }
        if landing.pods != Facts::meant(service, landing.cluster, promise.pick) {
            return Err(format!(
                "other pods than its version's for {} in `{}`",
                shown(promise),
                name(landing.cluster)
            ));
        }
        let (priority, weight) = weights.entry(landing.cluster).or_insert((landing.priority, 0));
        *weight += landing.weight;
        if *priority != landing.priority {
            return Err(format!(
                "some pods of `{}` are tried before others there for {}",
                name(landing.cluster),
                shown(promise)
            ));
        }
    }
    if let Some(missing) = promise.answers.iter().find(|id| !weights.contains_key(id)) {
        return Err(format!("no pods in `{}` for {}", name(*missing), shown(promise)));
    }
    if weights.len() < 2 {
        return Ok(());
    }
    if !landings.iter().all(|landing| landing.ejected) {
        return Err(format!("{} spreads over several clusters", shown(promise)));
    }
    let mut by_distance: Vec<_> = weights.into_iter().collect();
    by_distance.sort_by_key(|(id, _)| facts.distance(caller, *id));
    for pair in by_distance.windows(2) {
        let [(one, (nearer, weight)), (other, (priority, beside))] = pair else { continue };
        let (here, there) = (facts.distance(caller, *one), facts.distance(caller, *other));
        if here.cmp(&there) != nearer.cmp(priority) {
            return Err(format!("{} does not try the nearest cluster first", shown(promise)));
        }
        // What control planes show is shared by pods, whose number nobody knows.
        let sizes = [one, other].map(|id| u64::from(service.size(promise.pick, *id)));
        let [size, also] = match promise.way {
            Way::Discovery => [1, 1],
            Way::Local | Way::Sni | Way::Rewrite | Way::Merged => sizes,
        };
        if here == there && u64::from(*weight) * also != u64::from(*beside) * size {
            return Err(format!("{} has other shares in its clusters than their sizes", shown(promise)));
        }
    }
    Ok(())
}

fn shown(promise: &Promise<'_>) -> String {
    named(&promise.host, promise.subset.as_deref())
}

/// ``subset `v2` of `reviews.default.global` ``, or the name alone.
pub fn named(host: &str, subset: Option<&str>) -> String {
    match subset {
        Some(subset) => format!("subset `{subset}` of `{host}`"),
        None => format!("any version of `{host}`"),
    }
}
