//! `--all` and `--survive`: all services at once, as tables.
//!
//! Enters: a world and its routing. Leaves: tables, or one JSON document. Refuses to know: how a request is followed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::human::percent;
use super::table::{table, width};
use crate::trace::overview::{Answer, Question};
use crate::trace::survival::{Change, Outage, Part};
use crate::trace::world::World;
use crate::trace::{Tracer, Untraced};

/// Of the shapes below.
const VERSION: u32 = 1;
/// A name that means nothing to callers of a cluster.
const UNKNOWN: &str = "–";

/// What is known of all services.
pub(super) struct Overview {
    answered: Vec<(Question, Answer)>,
    clusters: Vec<String>,
}

/// What becomes of each outage.
pub(super) struct Survival {
    outages: Vec<(Outage, Vec<Change>)>,
}

impl Overview {
    /// Asks everything; from one cluster alone if it is named.
    pub(super) fn of(tracer: &Tracer<'_>, world: &World, from: Option<&str>) -> Result<Self, Untraced> {
        let is_asked = |cluster: &str| from.is_none_or(|from| from == cluster);
        let questions = Question::all(world).into_iter().filter(|question| is_asked(&question.cluster));
        let answer = |question: Question| Ok((question.clone(), tracer.answer(&question, &[])?));
        let clusters = world.clusters.iter().map(|cluster| cluster.name.clone());
        Ok(Self {
            answered: questions.map(answer).collect::<Result<_, Untraced>>()?,
            clusters: clusters.filter(|cluster| is_asked(cluster)).collect(),
        })
    }

    /// Whether some share of what is known reaches nobody.
    pub(super) fn is_dead(&self) -> bool {
        self.answered.iter().any(|(_, answer)| answer.is_known && answer.lost > 0.0)
    }

    /// A row a service and port, a column a cluster; if that is too wide, a row for callers that get the same.
    pub(super) fn text(&self, room: usize) -> String {
        let mut by_service: BTreeMap<String, BTreeMap<&str, String>> = BTreeMap::new();
        for (question, answer) in &self.answered {
            let cells = by_service.entry(name(question)).or_default();
            cells.insert(&question.cluster, gets(answer, &question.cluster));
        }
        let head: Vec<&str> =
            ["service"].into_iter().chain(self.clusters.iter().map(String::as_str)).collect();
        let rows: Vec<Vec<String>> = by_service
            .iter()
            .map(|(service, cells)| {
                let cell = |cluster: &String| cells.get(cluster.as_str()).cloned().unwrap_or_default();
                [service.clone()].into_iter().chain(self.clusters.iter().map(cell)).collect()
            })
            .collect();
        let matrix = table(&head, &rows);
        if width(&matrix) <= room {
            return matrix;
        }
        let mut alike: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        for (question, answer) in &self.answered {
            // In full, since callers of several clusters share the row.
            alike.entry((name(question), gets(answer, ""))).or_default().push(&question.cluster);
        }
        let rows: Vec<Vec<String>> = alike
            .into_iter()
            .map(|((service, gets), callers)| vec![service, callers.join(", "), gets])
            .collect();
        table(&["service", "callers", "get"], &rows)
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        let answers = self.answered.iter().map(|(question, answer)| {
            let is_dead = answer.is_known && answer.lost > 0.0;
            let found = json!({"shares": shares(answer), "known": answer.is_known, "dead": is_dead});
            joined(question, found)
        });
        let answers: Vec<Value> = answers.collect();
        json!({"version": VERSION, "answers": answers}).to_string() + "\n"
    }
}

impl Survival {
    /// Lets everything be down in turn.
    pub(super) fn of(tracer: &Tracer<'_>, world: &World, overview: &Overview) -> Result<Self, Untraced> {
        let survive = |outage: Outage| {
            let changes = tracer.survive(&outage, &overview.answered)?;
            Ok((outage, changes))
        };
        Ok(Self { outages: Outage::all(world).into_iter().map(survive).collect::<Result<_, Untraced>>()? })
    }

    /// A row for callers to whom the same happens, and how many outages nobody notices by losing something.
    pub(super) fn text(&self) -> String {
        let mut rows = Vec::new();
        for (outage, changes) in &self.outages {
            let mut alike: BTreeMap<(String, String, String), Vec<&str>> = BTreeMap::new();
            for change in changes {
                let Change { question, before, after } = change;
                let lost = change.lost();
                let gets = if lost > 0.0 { format!("LOST {} %", percent(lost)) } else { gets(after, "") };
                let key = (name(question), gets, self::gets(before, ""));
                alike.entry(key).or_default().push(&question.cluster);
            }
            for ((service, gets, before), callers) in alike {
                rows.push(vec![outage_name(outage), service, callers.join(", "), gets, before]);
            }
        }
        let lossy =
            self.outages.iter().filter(|(_, changes)| changes.iter().any(|change| change.lost() > 0.0));
        let (lossy, all) = (lossy.count(), self.outages.len());
        let table = table(&["down", "service", "callers", "get", "instead of"], &rows);
        format!("{table}{} of {all} outages lose no request\n", all - lossy)
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        let outages = self.outages.iter().map(|(outage, changes)| {
            let changes = changes.iter().map(|change| {
                let (before, after) = (shares(&change.before), shares(&change.after));
                joined(&change.question, json!({"before": before, "after": after, "lost": change.lost()}))
            });
            let kind = match &outage.what {
                Part::Cluster => json!({"kind": "cluster"}),
                Part::Gateway => json!({"kind": "gateway"}),
                Part::Version { namespace, service, workload } => {
                    json!({"kind": "version", "namespace": namespace, "service": service, "workload": workload})
                }
            };
            json!({"cluster": outage.cluster, "down": kind, "changes": changes.collect::<Vec<_>>()})
        });
        json!({"version": VERSION, "outages": outages.collect::<Vec<_>>()}).to_string() + "\n"
    }
}

/// `reviews:9080`, with its namespace unless that is the usual one.
fn name(question: &Question) -> String {
    let Question { namespace, service, port, cluster: _ } = question;
    match namespace.as_str() {
        "default" => format!("{service}:{port}"),
        namespace => format!("{namespace}/{service}:{port}"),
    }
}

/// `50 v1, 50 cluster2/v2`; places of the callers' own cluster go without its name.
fn gets(answer: &Answer, own: &str) -> String {
    if !answer.is_known {
        return UNKNOWN.to_owned();
    }
    let place = |place: &str| match (place.strip_prefix("error:"), place.split_once('/')) {
        (Some(reason), _) => format!("DEAD {reason}"),
        (None, Some((cluster, rest))) if cluster == own => rest.to_owned(),
        (None, _) => place.to_owned(),
    };
    let one = |(name, share): (&String, &f64)| match answer.places.len() {
        1 => place(name),
        _ => format!("{} {}", percent(*share), place(name)),
    };
    answer.places.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn outage_name(Outage { cluster, what }: &Outage) -> String {
    match what {
        Part::Cluster => cluster.clone(),
        Part::Gateway => format!("gateway of {cluster}"),
        Part::Version { namespace: _, service: _, workload } => format!("{workload} in {cluster}"),
    }
}

/// A question, and what is found.
fn joined(Question { namespace, service, port, cluster }: &Question, found: Value) -> Value {
    let question = json!({"namespace": namespace, "service": service, "port": port, "cluster": cluster});
    let both = [question, found].into_iter().filter_map(|value| match value {
        Value::Object(fields) => Some(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    });
    Value::Object(both.flatten().collect())
}

fn shares(answer: &Answer) -> Value {
    let shares: BTreeSet<(&String, String)> =
        answer.places.iter().map(|(place, share)| (place, percent(*share))).collect();
    shares
        .into_iter()
        .map(|(place, share)| json!({"place": place, "percent": share.parse::<f64>().unwrap_or_default()}))
        .collect()
}
