//! What a change is meant to do, beside what it does.
//!
//! Enters: what people say of requests, and what becomes of all requests. Leaves: findings, where the two differ. Refuses to
//! know: how either is written.

mod draft; // what fits
mod problems;

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Answer;
use super::ask::Ask;
use super::class::Class;
use super::scene::Asked;
use crate::diagnostic::Finding;
use crate::source::Place;
use crate::trace::stated::Stated;
use crate::trace::world::{Cluster, World};

pub use draft::draft;

/// Percents that are the same to people, who write two decimals at most.
const SAME: f64 = 0.0101;

/// What is meant; what it does not name stays.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Where it begins.
    pub place: Place,
    /// In order.
    pub entries: Vec<Entry>,
    /// What becomes of requests that no entry names.
    pub rest: Rest,
    /// While a plan runs, a version may answer for some others.
    pub during: BTreeMap<String, Vec<String>>,
}

/// Some requests, and what becomes of them.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it is written.
    pub place: Place,
    /// As people name it.
    pub service: String,
    /// Clusters; nothing means all.
    pub from: Option<BTreeSet<String>>,
    /// Any of them. None means requests that say nothing.
    pub conditions: Vec<Stated>,
    /// Percents by place: `v2@cluster2`, `v2` wherever it is, `dead`, `dead:no-route`, or as a trace says it.
    pub becomes: BTreeMap<String, f64>,
}

/// What becomes of requests that no entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// They stay as they are.
    Same,
    /// They may move, and none dies.
    NoLoss,
}

/// Requests of several callers that differ from what was meant in the same way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Difference {
    /// The entry that names them; nothing if none does.
    entry: Option<usize>,
    service: String,
    words: Vec<String>,
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
}

impl Intent {
    /// The entry that names a request: of those that mean it the one that says most, the first of equals.
    fn entry(&self, ask: &Ask) -> Option<usize> {
        let mut best: Option<(usize, usize)> = None;
        for (index, entry) in self.entries.iter().enumerate() {
            let Some(words) = entry.means(ask) else { continue };
            if best.is_none_or(|(_, most)| words > most) {
                best = Some((index, words));
            }
        }
        best.map(|(index, _)| index)
    }

    /// Whether a request becomes what was meant, by the entry that names it.
    fn holds(&self, asked: &Asked, entry: Option<usize>) -> bool {
        let Asked { ask: _, before, after } = asked;
        match (entry.and_then(|index| self.entries.get(index)), self.rest) {
            (Some(entry), _) => entry.fits(after),
            (None, Rest::Same) => !Class::of(before, after).is_noticed(),
            (None, Rest::NoLoss) => Class::of(before, after) != Class::NewlyDead,
        }
    }

    /// Where a change differs from what was meant.
    #[must_use]
    pub fn judge(&self, all: &[Asked], clusters: &BTreeSet<String>) -> Vec<Finding> {
        let mut differences: BTreeMap<Difference, BTreeSet<String>> = BTreeMap::new();
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for asked in all {
            let entry = self.entry(&asked.ask);
            used.extend(entry);
            if !self.holds(asked, entry) {
                let callers = differences.entry(Difference::of(asked, entry)).or_default();
                callers.insert(asked.ask.request.caller.cluster.clone());
            }
        }
        let services: BTreeSet<&str> = all.iter().map(|asked| asked.ask.service.as_str()).collect();
        let unused = self.entries.iter().enumerate().filter(|(index, _)| !used.contains(index));
        let unused = unused.map(|(_, entry)| problems::unused(entry, &services, clusters));
        let differing = differences.iter().map(|(difference, callers)| {
            let entry = difference.entry.and_then(|index| self.entries.get(index));
            match entry {
                Some(entry) => problems::otherwise(difference, callers, clusters, entry),
                None => problems::unnamed(difference, callers, clusters, self.place),
            }
        });
        unused.chain(differing).collect()
    }

    /// Where a request may end too, while a plan runs: at a version that may answer for one where it may end.
    pub(super) fn also(&self, allowed: &BTreeSet<String>, worlds: &[World]) -> BTreeSet<String> {
        let clusters = worlds.iter().flat_map(|world| &world.clusters);
        let places = self.during.iter().flat_map(|(version, others)| {
            let stands_in = others.iter().any(|other| allowed.iter().any(|place| is_at(other, place)));
            let (version, only) = version.split_once('@').map_or((&**version, None), |(v, c)| (v, Some(c)));
            let here = move |cluster: &&Cluster| only.is_none_or(|only| only == cluster.name);
            clusters
                .clone()
                .filter(here)
                .map(move |cluster| format!("{}/{version}", cluster.name))
                .filter(move |_| stands_in)
        });
        places.collect()
    }
}

impl Entry {
    /// How much it says of a request; nothing if it does not mean it.
    fn means(&self, ask: &Ask) -> Option<usize> {
        let caller = &ask.request.caller.cluster;
        if self.service != ask.service || self.from.as_ref().is_some_and(|from| !from.contains(caller)) {
            return None;
        }
        if self.conditions.is_empty() {
            return ask.words.is_empty().then_some(0);
        }
        let meant = self.conditions.iter().filter(|stated| stated.means(&ask.request));
        // What says nothing of the request itself means those that say nothing.
        meant.map(Stated::words).filter(|words| *words > 0 || ask.words.is_empty()).max()
    }

    fn fits(&self, after: &Answer) -> bool {
        let mut left = after.places.clone();
        for (key, percent) in &self.becomes {
            let mut sum = 0.0;
            left.retain(|place, share| {
                let is_here = is_at(key, place);
                if is_here {
                    sum += *share;
                }
                !is_here
            });
            if (sum - percent).abs() > SAME {
                return false;
            }
        }
        left.values().all(|share| *share <= SAME)
    }
}

impl Difference {
    fn of(asked: &Asked, entry: Option<usize>) -> Self {
        let Asked { ask, before, after } = asked;
        let shown = |answer: &Answer| {
            let shares = answer.places.iter();
            shares.map(|(place, percent)| (key(place), super::row::number(*percent))).collect()
        };
        Self {
            entry,
            service: ask.service.clone(),
            words: ask.words.clone(),
            before: shown(before),
            after: shown(after),
        }
    }
}

/// Whether people mean a place by a key.
fn is_at(key: &str, place: &str) -> bool {
    if key == "dead" {
        return place.starts_with("error:") || place == "passthrough" || place == "nobody";
    }
    key == self::key(place) || place.split_once('/').is_some_and(|(_, version)| version == key)
}

/// A place as people write it.
fn key(place: &str) -> String {
    match place.split_once('/') {
        Some((cluster, version)) => format!("{version}@{cluster}"),
        None => match place.split_once(':') {
            Some(("error", reason)) => format!("dead:{reason}"),
            Some(_) | None => place.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_meant_by_its_version_with_or_without_cluster() {
        assert!(is_at("v2", "cluster2/v2") && is_at("v2@cluster2", "cluster2/v2"));
        assert!(!is_at("v2@cluster1", "cluster2/v2") && !is_at("v", "cluster2/v2"));
        assert!(is_at("dead", "error:no-route") && is_at("dead:no-route", "error:no-route"));
        assert!(!is_at("dead:no-listener", "error:no-route") && !is_at("dead", "cluster1/dead-end"));
        assert!(is_at("redirect:FOUND", "redirect:FOUND"));
    }
}
