//! `routes.KEY`: the rules of a service, out of the `VirtualService`s of its callers.
//!
//! Enters: objects, and what their names mean. Leaves: rules in one of several styles. Refuses to know: which style says it in
//! the fewest words.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::condition::clause;
use super::draft::{Fields, Name};
use super::names::{Meaning, Names, list, text, texts};
use super::problems;
use super::service::Taken;
use super::share::{Share, Style, to, version, word};
use crate::diagnostic::{Finding, Spot};
use crate::dump::Object;

/// Fields of routes that a rule has under the same names.
const SAME: [&str; 9] =
    ["name", "redirect", "directResponse", "rewrite", "timeout", "retries", "fault", "corsPolicy", "headers"];

/// A route of one caller.
#[derive(Clone, Debug)]
struct Caught {
    clauses: Vec<Fields>,
    to: Vec<Share>,
    copies: Vec<Copies>,
    rest: Fields,
}

#[derive(Clone, Debug)]
struct Copies {
    meaning: Meaning,
    percent: f64,
}

/// The rules of one service, a list for each caller.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    callers: BTreeMap<String, Vec<Caught>>,
    /// The object that says it to callers of a cluster.
    objects: BTreeMap<String, Spot>,
}

impl Rules {
    /// Adds what an object says to callers of a cluster. What cannot be said in a rule is the error.
    pub(super) fn take(
        &mut self,
        names: &Names<'_>,
        cluster: &str,
        service: &Name,
        object: &Object,
    ) -> Result<(), Finding> {
        let mut all = Vec::new();
        for kind in ["http", "tls", "tcp"] {
            for route in list(&object.spec, kind) {
                let mut rule = caught(names, cluster, service, object, route)?;
                let port = rule.to.first().and_then(|to| to.port);
                for clause in rule.clauses.iter_mut().filter(|_| kind == "tls") {
                    // Names tell services apart there, and ports need not be said.
                    clause.entry("port").or_insert(json!(port));
                }
                all.push(rule);
            }
        }
        self.callers.insert(cluster.to_owned(), all);
        self.objects.insert(cluster.to_owned(), problems::spot(cluster, object, "is not taken over"));
        Ok(())
    }

    /// Who gets rules.
    pub(super) fn callers(&self) -> impl Iterator<Item = &String> {
        self.callers.keys()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    /// All services that answer.
    pub(super) fn services(&self) -> impl Iterator<Item = &Name> {
        let rules = self.callers.values().flatten();
        rules.flat_map(|rule| {
            rule.to
                .iter()
                .map(|to| &to.meaning.service)
                .chain(rule.copies.iter().map(|to| &to.meaning.service))
        })
    }

    /// The services of which versions are named.
    pub(super) fn versioned(&self) -> impl Iterator<Item = &Name> {
        let rules = self.callers.values().flatten();
        let meanings = rules.flat_map(|rule| {
            rule.to.iter().map(|to| &to.meaning).chain(rule.copies.iter().map(|to| &to.meaning))
        });
        let named = meanings.filter(|meaning| !meaning.labels.is_empty() || meaning.subset.is_some());
        named.map(|meaning| &meaning.service)
    }

    /// Whether some destination stands for clusters that follow each other.
    pub(super) fn fails_over(&self) -> bool {
        self.callers.values().flatten().flat_map(|rule| &rule.to).any(|to| to.meaning.fails_over)
    }

    /// By version: weights of its clusters, where a rule shares it among several.
    pub(super) fn sizes(
        &self,
        service: &Name,
        services: &BTreeMap<Name, Taken>,
    ) -> BTreeMap<String, BTreeMap<String, u64>> {
        let mut sizes: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for (caller, rule) in
            self.callers.iter().flat_map(|(caller, rules)| rules.iter().map(move |rule| (caller, rule)))
        {
            let mut here: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
            for to in rule.to.iter().filter(|to| to.meaning.service == *service) {
                let Some(weight) = to.weight else { continue };
                let cluster = to.meaning.cluster.as_ref().unwrap_or(caller);
                let Ok(version) = version(&to.meaning, services) else { continue };
                here.entry(version).or_default().insert(cluster.clone(), weight);
            }
            for (version, weights) in here.into_iter().filter(|(_, weights)| weights.len() > 1) {
                let known = sizes.entry(version).or_default();
                if weights.len() > known.len() {
                    *known = weights;
                }
            }
        }
        sizes
    }

    /// The rules in a style: what all callers have in common once, and the rest for those that it holds for.
    pub(super) fn written(
        &self,
        service: &Name,
        services: &BTreeMap<Name, Taken>,
        style: Style,
    ) -> Result<Vec<Value>, Finding> {
        let mut all: Vec<(Vec<String>, Fields)> = Vec::new();
        for (caller, rules) in &self.callers {
            let mut written: Vec<Fields> = Vec::new();
            for rule in rules {
                let rule = rule.written(service, services, style).map_err(|mut finding| {
                    finding.spots.extend(self.objects.get(caller).cloned());
                    finding
                })?;
                if !written.contains(&rule) {
                    written.push(rule);
                }
            }
            // Rules that others have, too, keep their order; those of this caller stand between them.
            let mut next = 0;
            for rule in written {
                let known = all.iter().skip(next).position(|(_, known)| *known == rule);
                if let Some((callers, _)) = known.and_then(|known| all.get_mut(next + known)) {
                    callers.push(caller.clone());
                    next += known.unwrap_or(0) + 1;
                } else {
                    all.insert(next, (vec![caller.clone()], rule));
                    next += 1;
                }
            }
        }
        let everybody = |callers: &[String]| !style.callers && callers.len() == self.callers.len();
        let written = |(callers, rule): (Vec<String>, Fields)| {
            short(if everybody(&callers) { rule } else { for_callers(rule, &callers) })
        };
        Ok(all.into_iter().map(written).collect())
    }
}

/// A rule that holds for some callers alone.
fn for_callers(mut rule: Fields, callers: &[String]) -> Fields {
    let callers = if let [only] = callers { json!(only) } else { json!(callers) };
    let with = |clause: &Value| {
        let mut clause = clause.clone();
        if let Some(clause) = clause.as_object_mut() {
            clause.insert("sourceClusters".to_owned(), callers.clone());
        }
        clause
    };
    let conditions = match rule.get("match") {
        Some(Value::Array(clauses)) => clauses.iter().map(with).collect(),
        Some(clause) => with(clause),
        None => json!({"sourceClusters": callers}),
    };
    rule.insert("match".to_owned(), conditions);
    rule
}

/// A rule that only says who answers, in one word.
fn short(rule: Fields) -> Value {
    match rule.get("to") {
        Some(Value::String(only)) if rule.len() == 1 => json!(only),
        Some(_) | None => Value::Object(rule),
    }
}

impl Caught {
    fn written(
        &self,
        service: &Name,
        services: &BTreeMap<Name, Taken>,
        style: Style,
    ) -> Result<Fields, Finding> {
        let mut rule = self.rest.clone();
        let mut clauses: Vec<Value> = Vec::new();
        let mut holds_always = self.clauses.is_empty();
        for clause in &self.clauses {
            let mut clause = clause.clone();
            if !style.ports {
                clause.remove("port");
            }
            holds_always |= clause.is_empty();
            let clause = Value::Object(clause);
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        match clauses.as_slice() {
            _ if holds_always => {}
            [only] => {
                rule.insert("match".to_owned(), only.clone());
            }
            several => {
                rule.insert("match".to_owned(), json!(several));
            }
        }
        if !self.to.is_empty() {
            rule.insert("to".to_owned(), to(&self.to, service, services, style)?);
        }
        let mut copies = Fields::new();
        for Copies { meaning, percent } in &self.copies {
            let word = word(&version(meaning, services)?, meaning, style);
            let known = copies.get(&word).and_then(Value::as_f64).unwrap_or(0.0);
            copies.insert(word, number(known + percent));
        }
        match copies.iter().next() {
            Some((only, percent)) if copies.len() == 1 && percent.as_f64() == Some(100.0) => {
                rule.insert("mirror".to_owned(), json!(only));
            }
            Some(_) => {
                rule.insert("mirror".to_owned(), Value::Object(copies));
            }
            None => {}
        }
        Ok(rule)
    }
}

/// A whole number where it is one.
fn number(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "percentages, and whole ones"
    )]
    if number.fract() == 0.0 { json!(number as u64) } else { json!(number) }
}

/// Spellings of releases before 1.5 in those of today.
fn of_today(value: &Value) -> Value {
    let Some(map) = value.as_object() else { return value.clone() };
    let fields = map.iter().map(|(field, value)| match field.as_str() {
        "allowOrigin" => ("allowOrigins".to_owned(), value.clone()),
        "percent" => ("percentage".to_owned(), value.clone()),
        _ => (field.clone(), of_today(value)),
    });
    Value::Object(fields.collect())
}

fn caught(
    names: &Names<'_>,
    cluster: &str,
    service: &Name,
    object: &Object,
    route: &Value,
) -> Result<Caught, Finding> {
    let meaning = |destination: &Value| {
        let host = text(destination, &["host"]).unwrap_or_default();
        let subset = text(destination, &["subset"]);
        let meant = names.meaning(cluster, host, subset, &object.namespace);
        meant.ok_or_else(|| problems::destination_outside(host))
    };
    let mut to = Vec::new();
    for share in list(route, "route") {
        let destination = share.get("destination").unwrap_or(&Value::Null);
        to.push(Share {
            meaning: meaning(destination)?,
            weight: share.get("weight").and_then(Value::as_u64),
            port: destination.get("port").and_then(|port| port.get("number")).and_then(Value::as_u64),
            headers: share.get("headers").cloned(),
        });
    }
    let mut copies = Vec::new();
    let percent = |holder: &Value, field: &str| {
        holder.get(field).and_then(|percent| percent.get("value")).and_then(Value::as_f64)
    };
    if let Some(mirror) = route.get("mirror") {
        let whole =
            route.get("mirrorPercent").or_else(|| route.get("mirror_percent")).and_then(Value::as_f64);
        let percent = percent(route, "mirrorPercentage").or(whole).unwrap_or(100.0);
        copies.push(Copies { meaning: meaning(mirror)?, percent });
    }
    for mirror in list(route, "mirrors") {
        let meaning = meaning(mirror.get("destination").unwrap_or(&Value::Null))?;
        copies.push(Copies { meaning, percent: percent(mirror, "percentage").unwrap_or(100.0) });
    }
    let mut rest = Fields::new();
    for (field, value) in route.as_object().into_iter().flatten() {
        match field.as_str() {
            "match" | "route" | "mirror" | "mirrors" | "mirrorPercentage" | "mirrorPercent"
            | "mirror_percent" => {}
            same if SAME.contains(&same) => {
                rest.insert(field.clone(), of_today(value));
            }
            other => return Err(problems::unsayable(other)),
        }
    }
    let spoken = |host: &str| names.plain(cluster, host, &object.namespace).as_ref() == Some(service);
    let mut clauses = Vec::new();
    for written in list(route, "match") {
        // Where the full name is among them, all spellings are.
        let all = texts(written, "sniHosts").into_iter().any(|host| host.contains(".svc.") && spoken(host));
        clauses.push(clause(written, all)?);
    }
    Ok(Caught { clauses, to, copies, rest })
}
