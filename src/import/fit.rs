//! A service as it must be written to give the objects that are there.
//!
//! Enters: what is known of a service, and the objects of its callers. Leaves: fields and rules that the compiler makes these
//! objects of. Refuses to know: the order of its tries is no meaning; the compiler decides.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::draft::{Draft, Name, Service};
use super::names::list;
use super::policy::policy;
use super::rules::Rules;
use super::service::{Taken, places};
use super::share::STYLES;
use super::trial::{Build, Objects, distance, is_about};
use crate::diagnostic::Finding;

/// Tries of one service, from one start.
const MOST: usize = 220;

/// One way to change a service.
#[derive(Clone, Debug)]
enum Change {
    /// This field, or none.
    Field(&'static str, Option<Value>),
    /// It has versions, or only runs in clusters.
    Runs(&'static str, Value),
    Rules(Vec<Value>),
}

impl Change {
    fn apply(&self, service: &mut Service) {
        let fields = &mut service.part.fields;
        match self {
            Self::Field(name, Some(value)) => {
                fields.insert((*name).to_owned(), value.clone());
            }
            Self::Field(name, None) => {
                fields.remove(*name);
            }
            Self::Runs(name, value) => {
                fields.remove("versions");
                fields.remove("clusters");
                fields.insert((*name).to_owned(), value.clone());
            }
            Self::Rules(rules) => service.rules.clone_from(rules),
        }
    }
}

/// What may be different of a service; each list is one question.
pub(super) struct Questions {
    runs: Vec<Change>,
    rules: Vec<Change>,
    across: Vec<Change>,
    reach: Vec<Change>,
    others: Vec<Vec<Change>>,
}

/// Words of the field, or none.
fn words(field: &'static str, words: &[&str]) -> Vec<Change> {
    let none = std::iter::once(Change::Field(field, None));
    none.chain(words.iter().map(|word| Change::Field(field, Some(json!(word))))).collect()
}

impl Questions {
    /// All that may be asked of a service. The second are rules that could not be said.
    pub(super) fn of(
        name: &Name,
        taken: &Taken,
        rules: &Rules,
        services: &BTreeMap<Name, Taken>,
        label: &str,
        wanted: &Objects,
    ) -> (Self, Vec<Finding>) {
        let mut problems = Vec::new();
        let mut written = vec![Change::Rules(Vec::new())];
        for style in STYLES.iter().filter(|_| !rules.is_empty()) {
            match rules.written(name, services, *style) {
                Ok(rules) => written.push(Change::Rules(rules)),
                Err(problem) if !problems.contains(&problem) => problems.push(problem),
                Err(_) => {}
            }
        }
        let about = || {
            wanted.iter().flat_map(|(cluster, objects)| {
                objects
                    .iter()
                    .filter(|(key, spec)| is_about(name, key, spec))
                    .map(move |(key, spec)| (cluster, key, spec))
            })
        };
        let mut others = vec![words("plainNames", &["entry", "none"])];
        let clients: BTreeSet<&String> = about().map(|(cluster, _, _)| cluster).collect();
        let callers: BTreeSet<&String> =
            about().filter(|(_, key, _)| key.0 != "DestinationRule").map(|(cluster, _, _)| cluster).collect();
        let mut who = vec![Change::Field("clients", None), Change::Field("clients", Some(json!([])))];
        let by_namespace: BTreeMap<&String, Vec<&Value>> = about()
            .filter(|(_, key, _)| key.0 != "DestinationRule" || callers.is_empty())
            .filter_map(|(cluster, _, spec)| Some((cluster, list_of(spec)?)))
            .collect();
        for set in [&callers, &clients, &taken.pods.keys().collect()] {
            who.push(Change::Field("clients", Some(one_or_list(set))));
            let named: BTreeMap<&&String, Value> = set
                .iter()
                .map(|cluster| {
                    let namespaces = by_namespace
                        .get(*cluster)
                        .map(|all| all.iter().filter(|name| *name != &".").collect::<Vec<_>>());
                    (cluster, namespaces.map_or(json!("all"), |all| json!(all)))
                })
                .collect();
            if !by_namespace.is_empty() {
                who.push(Change::Field("clients", Some(json!(named))));
            }
        }
        others.push(who);
        let mut policies = vec![Change::Field("trafficPolicy", None)];
        for (_, _, spec) in about().filter(|(_, key, _)| key.0 == "DestinationRule") {
            policies.extend(policy(spec).map(|policy| Change::Field("trafficPolicy", Some(policy))));
        }
        others.push(policies);
        if let Some([short, long]) = accounts(wanted, name) {
            others.push(vec![
                Change::Field("serviceAccounts", Some(short)),
                Change::Field("serviceAccounts", Some(long)),
                Change::Field("serviceAccounts", None),
            ]);
        }
        let address = about().find_map(|(_, key, spec)| {
            (key.0 == "ServiceEntry").then(|| list(spec, "addresses").first()?.as_str()).flatten()
        });
        if let Some(address) = address {
            others.push(words("virtualIP", &[address]));
        }
        let questions = Self {
            runs: runs(name, taken, rules, services, label),
            rules: written,
            across: words("acrossClusters", &["spread", "failover", "local"]),
            reach: words("reach", &["sni", "rewrite", "merged", "discovery"]),
            others,
        };
        (questions, problems)
    }

    /// The same from several sets of clients, for one that is wrong may hide what is right; none is as it is.
    pub(super) fn fit_from(
        &self,
        clients: &[Option<Value>],
        build: Build<'_>,
        draft: &mut Draft,
        only: &BTreeSet<Name>,
        wanted: &Objects,
        name: &Name,
    ) {
        let Some(start) = draft.services.get(name).cloned() else { return };
        let mut best: Option<(usize, Service)> = None;
        for clients in clients {
            let mut service = start.clone();
            if let Some(clients) = clients {
                service.part.fields.insert("clients".to_owned(), clients.clone());
            }
            draft.services.insert(name.clone(), service);
            let found = self.fit(build, draft, only, wanted, name);
            let Some(service) = draft.services.get(name).cloned() else { return };
            if best.as_ref().is_none_or(|(known, _)| found < *known) {
                best = Some((found, service));
            }
            if found == 0 {
                return;
            }
        }
        if let Some((_, service)) = best {
            draft.services.insert(name.clone(), service);
        }
    }

    /// Changes a service until the compiler makes of it what is wanted, or nothing helps. Says how much still differs.
    pub(super) fn fit(
        &self,
        build: Build<'_>,
        draft: &mut Draft,
        only: &BTreeSet<Name>,
        wanted: &Objects,
        name: &Name,
    ) -> usize {
        let best = distance(build, draft, only, wanted, name);
        let mut tries = Tries { build, only, wanted, name, best, left: MOST };
        for _ in 0..2 {
            let before = tries.best;
            tries.all(draft, &[&self.rules, &self.across, &self.runs]);
            for question in &self.others {
                tries.all(draft, &[question]);
            }
            tries.all(draft, &[&self.reach]);
            if tries.best == 0 || tries.best == before {
                break;
            }
        }
        tries.best
    }
}

/// What is tried, and how much differed at best.
struct Tries<'t> {
    build: Build<'t>,
    only: &'t BTreeSet<Name>,
    wanted: &'t Objects,
    name: &'t Name,
    best: usize,
    left: usize,
}

impl Tries<'_> {
    /// Tries all answers to some questions together, the first one slowest, and keeps the best.
    fn all(&mut self, draft: &mut Draft, questions: &[&Vec<Change>]) {
        self.below(draft, questions, &mut Vec::new());
    }

    fn below<'q>(&mut self, draft: &mut Draft, questions: &[&'q Vec<Change>], answers: &mut Vec<&'q Change>) {
        if let [first, rest @ ..] = questions {
            for answer in *first {
                answers.push(answer);
                self.below(draft, rest, answers);
                answers.pop();
            }
            return;
        }
        let Some(service) = draft.services.get_mut(self.name).filter(|_| self.best > 0 && self.left > 0)
        else {
            return;
        };
        let before = service.clone();
        for answer in answers.iter() {
            answer.apply(service);
        }
        if service.part.fields == before.part.fields && service.rules == before.rules {
            return;
        }
        self.left -= 1;
        let found = distance(self.build, draft, self.only, self.wanted, self.name);
        if found < self.best {
            self.best = found;
        } else {
            draft.services.insert(self.name.clone(), before);
        }
    }
}

/// The ways to say where it runs.
fn runs(
    name: &Name,
    taken: &Taken,
    rules: &Rules,
    services: &BTreeMap<Name, Taken>,
    label: &str,
) -> Vec<Change> {
    let mut all = Vec::new();
    let by_rules = rules.sizes(name, services);
    if !taken.versions.is_empty() {
        all.push(Change::Runs("versions", taken.written_versions(label, false)));
        if !by_rules.is_empty() {
            let mut sized = taken.clone();
            for version in &mut sized.versions {
                for (cluster, weight) in by_rules.get(&version.name).into_iter().flatten() {
                    version.pods.insert(cluster.clone(), u32::try_from(*weight).unwrap_or(1).max(1));
                }
            }
            all.push(Change::Runs("versions", sized.written_versions(label, true)));
        }
        all.push(Change::Runs("versions", taken.written_versions(label, true)));
    }
    all.push(Change::Runs("clusters", taken.written_clusters(false)));
    if let Some(weights) = by_rules.get("any") {
        let mut pods = taken.pods.clone();
        pods.extend(
            weights
                .iter()
                .map(|(cluster, weight)| (cluster.clone(), u32::try_from(*weight).unwrap_or(1).max(1))),
        );
        all.push(Change::Runs("clusters", places(&pods, true)));
    }
    all.push(Change::Runs("clusters", taken.written_clusters(true)));
    all
}

/// Who servers of a service may be: by their names in its namespace, and in full.
pub(super) fn accounts(wanted: &Objects, name: &Name) -> Option<[Value; 2]> {
    let mut accounts: BTreeSet<&str> = BTreeSet::new();
    for (key, spec) in wanted.values().flatten() {
        if is_about(name, key, spec) {
            identities(spec, &mut accounts);
        }
    }
    let here = format!("/ns/{}/sa/", name.0);
    let short = |account: &&str| account.split_once(&here).map_or(*account, |(_, short)| short).to_owned();
    let short: BTreeSet<String> = accounts.iter().map(short).collect();
    (!accounts.is_empty()).then(|| [json!(short), json!(accounts)])
}

/// Who servers may be, wherever an object says it.
fn identities<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(map) => {
            for (field, value) in map {
                match (field.as_str(), value) {
                    ("subjectAltNames", Value::Array(names)) => {
                        found.extend(names.iter().filter_map(Value::as_str));
                    }
                    ("serviceAccount", Value::String(name)) => {
                        found.insert(name);
                    }
                    _ => identities(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| identities(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Namespaces that see an object.
fn list_of(spec: &Value) -> Option<Vec<&Value>> {
    let all = list(spec, "exportTo");
    (!all.is_empty()).then(|| all.iter().collect())
}

/// The clusters that have what only callers have.
fn calling<'o>(wanted: &'o Objects, name: &Name) -> BTreeSet<&'o String> {
    let calls = |cluster: &&String| {
        let objects = wanted.get(*cluster).into_iter().flatten();
        objects.filter(|(key, spec)| is_about(name, key, spec)).any(|(key, _)| key.0 != "DestinationRule")
    };
    wanted.keys().filter(calls).collect()
}

/// The same, as `clients`; nothing where there are none.
pub(super) fn callers(wanted: &Objects, name: &Name) -> Option<Value> {
    let callers = calling(wanted, name);
    (!callers.is_empty()).then(|| one_or_list(&callers))
}

/// Who may be called `clients`; nothing where that may be everybody.
pub(super) fn clients(wanted: &Objects, name: &Name, taken: &Taken, clusters: usize) -> Option<Value> {
    let callers = calling(wanted, name);
    let at_home: BTreeSet<&String> = taken.pods.keys().collect();
    if wanted.values().all(BTreeMap::is_empty) || callers.union(&at_home).count() == clusters {
        return None;
    }
    Some(one_or_list(if callers.is_empty() { &at_home } else { &callers }))
}

/// One word for a list of one.
fn one_or_list(set: &BTreeSet<&String>) -> Value {
    match (set.first(), set.len()) {
        (Some(only), 1) => json!(only),
        (_, _) => json!(set),
    }
}
