//! What callers notice, in as few rows as say it.
//!
//! Enters: requests with what becomes of them. Leaves: rows: callers with equal answers are joined, then services. Refuses
//! to know: how rows are shown.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Answer;
use super::class::Class;
use super::scene::Asked;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What is noticed.
    pub class: Class,
    /// Services whose callers notice the same.
    pub services: Vec<String>,
    /// What the requests say, in words: `end-user: jason`; empty for those that say nothing.
    pub words: Vec<String>,
    /// Whether other requests to the service say something.
    pub is_rest: bool,
    /// By which name or on which port, where that makes a difference.
    pub by: Option<String>,
    /// Clusters of callers.
    pub callers: Vec<String>,
    /// Places with percents before and after, in order of name.
    pub cells: Vec<Cell>,
    /// What else happened, and will.
    pub features: (Vec<String>, Vec<String>),
    /// What was dialled, and will be.
    pub dials: (Vec<String>, Vec<String>),
    /// Requests that are in it.
    pub requests: usize,
}

/// A place, and how much gets there.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// `cluster2/v3`
    pub place: String,
    /// Percents.
    pub before: f64,
    /// Percents.
    pub after: f64,
}

/// All that makes a row, but who calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    class: Class,
    service: String,
    order: usize,
    words: Vec<String>,
    is_rest: bool,
    by: Option<String>,
    cells: Vec<(String, String, String)>,
    features: (Vec<String>, Vec<String>),
    dials: (Vec<String>, Vec<String>),
}

/// How many requests there are of each class.
#[must_use]
pub fn counts(asked: &[Asked]) -> BTreeMap<Class, usize> {
    let mut counts = BTreeMap::new();
    for asked in asked {
        *counts.entry(Class::of(&asked.before, &asked.after)).or_default() += 1;
    }
    counts
}

/// The rows of all requests that are not unchanged, worst first.
#[must_use]
pub fn rows(asked: &[Asked]) -> Vec<Row> {
    let mut groups: BTreeMap<(&str, &[String]), Vec<&Asked>> = BTreeMap::new();
    let mut spoken: BTreeSet<&str> = BTreeSet::new();
    for asked in asked {
        groups.entry((&asked.ask.service, &asked.ask.words)).or_default().push(asked);
        if !asked.ask.words.is_empty() {
            spoken.insert(&asked.ask.service);
        }
    }
    let mut joined: BTreeMap<Key, (BTreeSet<String>, usize)> = BTreeMap::new();
    let order: BTreeMap<(&str, &[String]), usize> = asked
        .iter()
        .rev()
        .enumerate()
        .map(|(at, asked)| ((&*asked.ask.service, &*asked.ask.words), usize::MAX - at))
        .collect();
    for ((service, words), members) in groups {
        let is_rest = spoken.contains(service) && words.is_empty();
        for asked in &members {
            let class = Class::of(&asked.before, &asked.after);
            if class == Class::Unchanged {
                continue;
            }
            let key = Key {
                class,
                service: service.to_owned(),
                order: order.get(&(service, words)).copied().unwrap_or(0),
                words: words.to_vec(),
                is_rest,
                by: by(asked, &members),
                cells: keys(&asked.before, &asked.after),
                features: features(class, asked),
                dials: dials(class, asked),
            };
            let (callers, requests) = joined.entry(key).or_default();
            callers.insert(asked.ask.request.caller.cluster.clone());
            *requests += 1;
        }
    }
    joined.into_iter().map(|(key, (callers, requests))| row(key, callers, requests)).collect()
}

/// Joins rows of several services that say the same.
#[must_use]
pub fn over_services(rows: &[Row]) -> Vec<Row> {
    let mut joined: Vec<Row> = Vec::new();
    for row in rows {
        match joined.iter_mut().find(|known| known.says_as(row)) {
            Some(known) => {
                known.services.extend(row.services.iter().cloned());
                known.requests += row.requests;
                if known.cells != row.cells {
                    known.cells = known.without_clusters();
                }
            }
            None => joined.push(row.clone()),
        }
    }
    joined
}

impl Row {
    /// Whether only the services differ, and the clusters of places.
    fn says_as(&self, other: &Self) -> bool {
        self.class == other.class
            && self.words == other.words
            && self.is_rest == other.is_rest
            && self.by == other.by
            && self.callers == other.callers
            && self.features == other.features
            && self.dials == other.dials
            && self.without_clusters() == other.without_clusters()
    }

    fn without_clusters(&self) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::new();
        for Cell { place, before, after } in &self.cells {
            let version = place.split_once('/').map_or(place.as_str(), |(_, version)| version);
            match cells.iter_mut().find(|known| known.place == version) {
                Some(known) => {
                    known.before += before;
                    known.after += after;
                }
                None => cells.push(Cell { place: version.to_owned(), before: *before, after: *after }),
            }
        }
        cells
    }
}

fn row(key: Key, callers: BTreeSet<String>, requests: usize) -> Row {
    let Key { class, service, order: _, words, is_rest, by, cells, features, dials } = key;
    let number = |text: &str| text.parse().unwrap_or(0.0);
    Row {
        class,
        services: vec![service],
        words,
        is_rest,
        by,
        callers: callers.into_iter().collect(),
        cells: cells
            .into_iter()
            .map(|(place, before, after)| Cell { place, before: number(&before), after: number(&after) })
            .collect(),
        features,
        dials,
        requests,
    }
}

/// The name or port of a request, if its caller gets something else by another.
fn by(asked: &Asked, members: &[&Asked]) -> Option<String> {
    let ask = &asked.ask;
    let own =
        || members.iter().filter(|other| other.ask.request.caller.cluster == ask.request.caller.cluster);
    let is_same = |other: &Asked| {
        Class::of(&other.before, &other.after) == Class::of(&asked.before, &asked.after)
            && keys(&other.before, &other.after) == keys(&asked.before, &asked.after)
    };
    if own().all(|other| is_same(other)) {
        return None;
    }
    let differs_by_port = own().any(|other| {
        other.ask.name == ask.name && other.ask.request.port != ask.request.port && !is_same(other)
    });
    let port = differs_by_port.then(|| format!("port {}", ask.request.port));
    match (&ask.name, port) {
        (None, port) => port,
        (Some(name), None) => Some(name.clone()),
        (Some(name), Some(port)) => Some(format!("{name}, {port}")),
    }
}

/// Places with percents as text, which can be ordered.
fn keys(before: &Answer, after: &Answer) -> Vec<(String, String, String)> {
    let names: BTreeSet<&String> = before.places.keys().chain(after.places.keys()).collect();
    names
        .into_iter()
        .map(|name| (name.clone(), number(before.share(name)), number(after.share(name))))
        .collect()
}

fn features(class: Class, asked: &Asked) -> (Vec<String>, Vec<String>) {
    match class {
        Class::OtherWay | Class::Unchanged | Class::NewlyDead | Class::NewlyAlive => (Vec::new(), Vec::new()),
        Class::PolicyChanged | Class::Shifted => {
            let [before, after] = [&asked.before.features, &asked.after.features];
            let only = |one: &[String], other: &[String]| {
                one.iter().filter(|words| !other.contains(words)).cloned().collect()
            };
            (only(before, after), only(after, before))
        }
    }
}

fn dials(class: Class, asked: &Asked) -> (Vec<String>, Vec<String>) {
    if class != Class::OtherWay {
        return (Vec::new(), Vec::new());
    }
    let [before, after] = [&asked.before.dials, &asked.after.dials];
    let addresses = |one: &BTreeSet<(String, String)>, other: &BTreeSet<(String, String)>| -> Vec<String> {
        let own: BTreeSet<String> = one.difference(other).map(|(address, _)| address.clone()).collect();
        own.into_iter().collect()
    };
    let (gone, come) = (addresses(before, after), addresses(after, before));
    // The same addresses by other names: those make the difference.
    if gone == come {
        let names = |one: &BTreeSet<(String, String)>, other: &BTreeSet<(String, String)>| -> Vec<String> {
            one.difference(other).map(|(_, sni)| sni.clone()).collect()
        };
        return (names(before, after), names(after, before));
    }
    (gone, come)
}

/// A number with as many decimals as it needs, two at most.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
