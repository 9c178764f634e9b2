//! A plan in words: for programs, for people, for a pull request.
//!
//! Enters: a plan. Leaves: what stands beside the rows of the change. Refuses to know: where its files are; it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::human::line;
use super::mix::Counterexample;
use super::plan::{Plan, Step, Verdict};
use super::row::number;
use super::scene::Scene;
use super::words::{callers, counted};
use super::world::{Move, Moved, named};
use crate::trace::world::{Cluster, Gateway, World};

/// What a plan says beside its objects.
#[derive(Clone, Debug)]
pub struct Told<'t> {
    /// The plan.
    pub plan: &'t Plan,
    /// What must be there before the first step.
    pub before: Vec<String>,
    /// What gets requests as soon as it runs, whatever is applied.
    pub at_once: Vec<String>,
    /// What people must do, and how they see that it is done.
    pub waits: Vec<Wait>,
    /// What may go after the last step.
    pub after: Vec<String>,
    clusters: Vec<String>,
}

/// Something that only people can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What.
    pub what: String,
    /// The command that does it, or shows that it is done.
    pub command: String,
}

impl<'t> Told<'t> {
    /// Of a plan; `context` is how kubectl reaches a cluster.
    #[must_use]
    pub fn of(scene: &Scene, plan: &'t Plan, context: &dyn Fn(&str) -> String) -> Self {
        let (old, new) = (&scene.old.world, &scene.new.world);
        Self {
            plan,
            before: only(new, old, Edge::Before),
            at_once: Vec::new(),
            waits: waits(scene, context),
            after: only(old, new, Edge::After),
            clusters: scene.clusters().into_iter().collect(),
        }
    }

    /// What ends a heading.
    #[must_use]
    pub fn verdict(&self) -> Option<String> {
        if self.plan.steps.is_empty() && self.plan.verdict == Verdict::OneGo {
            return None;
        }
        let steps = match self.plan.steps.len() {
            1 => "one step".to_owned(),
            2 => "two steps".to_owned(),
            3 => "three steps".to_owned(),
            many => format!("{many} steps"),
        };
        Some(match self.plan.verdict {
            Verdict::OneGo if self.after.is_empty() => "safe in one go".to_owned(),
            Verdict::OneGo => "safe in one go while what goes still answers".to_owned(),
            Verdict::Phases | Verdict::Generation | Verdict::SecondName => format!("{steps}, nothing lost"),
            Verdict::WorldStep => format!("{steps} and one of yours, nothing lost"),
            Verdict::None => "no safe order was found".to_owned(),
        })
    }

    /// What people must do when so many steps are done.
    #[must_use]
    pub fn waits_after(&self, steps: usize) -> &[Wait] {
        if self.plan.waits_at.unwrap_or(self.plan.steps.len()) == steps { &self.waits } else { &[] }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let generation = |step: &Step| {
            let clusters: BTreeMap<&str, Value> = step
                .clusters()
                .into_iter()
                .map(|cluster| {
                    let (applied, deleted) = step.of_cluster(cluster);
                    (cluster, json!({"apply": applied.len(), "delete": deleted.len()}))
                })
                .collect();
            json!({"name": step.name, "clusters": clusters})
        };
        let waits: Vec<Value> =
            self.waits.iter().map(|wait| json!({"what": wait.what, "command": wait.command})).collect();
        json!({
            "verdict": self.plan.verdict.key(),
            "generations": self.plan.steps.iter().map(generation).collect::<Vec<_>>(),
            "needsBefore": self.before,
            "waitsForYou": waits,
            "waitsAfter": self.plan.waits_at,
            "mayGoAfter": self.after,
            "guardedRequests": self.plan.guarded,
            "counterexample": self.plan.counterexample.as_ref().map(|found| json!({
                "applied": found.applied.iter().map(|(cluster, id)| format!("{cluster}: {id}")).collect::<Vec<_>>(),
                "request": request(found),
                "places": found.answer.places,
            })),
        })
    }

    /// For people, without commands.
    #[must_use]
    pub fn why(&self) -> String {
        match (&self.plan.counterexample, self.plan.verdict) {
            (Some(found), Verdict::None) => line("no plan", &[self.counterexample(found)]),
            (Some(found), _) => line("not in one go", &[self.counterexample(found)]),
            (None, _) if self.plan.steps.is_empty() => String::new(),
            (None, _) => line("safe", &["in one go: in any order of clusters and objects".to_owned()]),
        }
    }

    /// The mix that loses a request, as a sentence.
    #[must_use]
    pub fn counterexample(&self, found: &Counterexample) -> String {
        let applied: Vec<String> =
            found.applied.iter().map(|(cluster, id)| format!("{cluster}: {id}")).collect();
        let mut ends = String::new();
        for (place, percent) in &found.answer.places {
            if let Some(reason) = place.strip_prefix("error:") {
                let _ = write!(ends, " {} % end in {reason}", number(*percent));
            }
        }
        if ends.is_empty() {
            let places: Vec<String> = found
                .answer
                .places
                .iter()
                .map(|(place, percent)| format!("{} % at {place}", number(*percent)))
                .collect();
            ends = format!(" end where neither side says: {}", places.join(", "));
        }
        let when = if applied.is_empty() {
            "before anything is applied".to_owned()
        } else {
            let alone = if applied.len() == 1 { " alone" } else { ", and no more" };
            format!("after {}{alone}", applied.join(" and "))
        };
        format!("{when},{ends}: {}", request(found))
    }

    /// The table of a pull request.
    #[must_use]
    pub fn markdown(&self, directory: Option<&str>) -> String {
        let mut text = String::new();
        if let Some(found) = &self.plan.counterexample {
            let what = if self.plan.verdict == Verdict::None {
                "No safe order was found."
            } else {
                "Not in one go."
            };
            let _ = write!(text, "\n> **{what}** {}.\n", capital(&self.counterexample(found)));
        }
        if self.plan.verdict == Verdict::None {
            return text;
        }
        if self.plan.steps.len() > 1 {
            text.push_str("\n| | what | apply | then |\n|---|---|---|---|\n");
            if !self.before.is_empty() {
                let _ = writeln!(text, "| before | {} | | |", self.before.join("; "));
            }
            let yours = |text: &mut String, steps| {
                for wait in self.waits_after(steps) {
                    let command = wait.command.replace('|', "\\|");
                    let _ = writeln!(text, "| wait for you | {} | `{command}` | |", wait.what);
                }
            };
            yours(&mut text, 0);
            for (index, step) in self.plan.steps.iter().enumerate() {
                let number = index + 1;
                let files = match directory {
                    Some(directory) => {
                        format!("`{directory}/{number}-{}/*.changed.yaml`, any order", step.name)
                    }
                    None => "any order".to_owned(),
                };
                let then = if number == self.plan.steps.len() { "" } else { "wait until proxies are synced" };
                let _ = writeln!(
                    text,
                    "| {number} {} | {} | {files} | {then} |",
                    step.name,
                    summary(step, &self.clusters)
                );
                yours(&mut text, number);
            }
            if !self.after.is_empty() {
                let _ = writeln!(text, "| after | {} may go | | |", self.after.join("; "));
            }
            text.push('\n');
            return text;
        }
        if !self.before.is_empty() {
            let _ = write!(text, "\nBefore: {}.", self.before.join("; "));
        }
        if !self.after.is_empty() {
            let _ = write!(text, "\nAfter all clusters are done: {} may go.", self.after.join("; "));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// What a step does, in short: `2 changed in cluster1, cluster2; 1 added in cluster3`.
#[must_use]
pub fn summary(step: &Step, clusters: &[String]) -> String {
    let mut verbs: BTreeMap<(&str, &str), (usize, BTreeSet<String>)> = BTreeMap::new();
    for change in &step.moves {
        let verb = match (&change.from, &change.to) {
            (None, _) => "added",
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "deleted",
        };
        let (count, places) = verbs.entry((verb, &change.id.kind)).or_default();
        *count += 1;
        places.insert(change.cluster.clone());
    }
    let part = |((verb, kind), (count, places)): (&(&str, &str), &(usize, BTreeSet<String>))| {
        let places: Vec<String> = places.iter().cloned().collect();
        format!("{} {verb} in {}", counted(*count, kind), callers(&places, clusters))
    };
    verbs.iter().map(part).collect::<Vec<_>>().join("; ")
}

/// `cluster1 → reviews:9080, end-user: jason`
fn request(found: &Counterexample) -> String {
    let ask = &found.ask;
    let words = if ask.words.is_empty() { String::new() } else { format!(", {}", ask.words.join(" and ")) };
    let from = &ask.request.caller.cluster;
    format!("{from} → {}:{}{words}", ask.request.host, ask.request.port)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

/// Where a change begins, and where it ends.
#[derive(Clone, Copy)]
enum Edge {
    Before,
    After,
}

/// What one world has and the other has not.
fn only(one: &World, other: &World, edge: Edge) -> Vec<String> {
    let mut only = Vec::new();
    for cluster in &one.clusters {
        let Some(known) = other.cluster(&cluster.name) else {
            only.push(cluster.name.clone());
            continue;
        };
        only.extend(pods(cluster, known));
        only.extend(doors(cluster, known, edge));
        let seen: Vec<&str> =
            cluster.sees.iter().filter(|name| !known.sees.contains(name)).map(String::as_str).collect();
        if !seen.is_empty() {
            only.push(format!("the remote secrets in {} for {}", cluster.name, seen.join(", ")));
        }
    }
    only
}

fn pods(cluster: &Cluster, known: &Cluster) -> Vec<String> {
    let mut only = Vec::new();
    for service in &cluster.services {
        let same = known
            .services
            .iter()
            .find(|other| other.name == service.name && other.namespace == service.namespace);
        let pods: Vec<String> = service
            .workloads
            .iter()
            .filter(|pods| {
                same.is_none_or(|same| same.workloads.iter().all(|other| other.labels != pods.labels))
            })
            .map(|pods| pods.labels.get("version").cloned().unwrap_or_else(|| pods.name.clone()))
            .collect();
        let name = named(&service.namespace, &service.name);
        if !pods.is_empty() {
            only.push(format!("pods of {name} {} in {}", pods.join(" "), cluster.name));
        }
        let known_ports = same.into_iter().flat_map(|same| &same.ports).map(|port| port.port);
        let known_ports: BTreeSet<u16> = known_ports.collect();
        let ports: Vec<String> = service
            .ports
            .iter()
            .map(|port| port.port)
            .filter(|port| same.is_some() && !known_ports.contains(port))
            .map(|port| port.to_string())
            .collect();
        if !ports.is_empty() {
            only.push(format!("port {} of {name} in {}", ports.join(" and "), cluster.name));
        }
    }
    only
}

fn doors(cluster: &Cluster, known: &Cluster, edge: Edge) -> Vec<String> {
    let mut only = Vec::new();
    let addresses = |gateways: &[Gateway]| -> BTreeSet<String> {
        let all = gateways
            .iter()
            .flat_map(|gateway| gateway.addresses.iter().chain(gateway.addresses_from.values().flatten()));
        all.cloned().collect()
    };
    let (own, others) = (addresses(&cluster.gateways), addresses(&known.gateways));
    only.extend(
        own.difference(&others)
            .map(|address| format!("{address} answers for the gateway of {}", cluster.name)),
    );
    for gateway in &cluster.gateways {
        let Some(same) = known
            .gateways
            .iter()
            .find(|other| other.name == gateway.name && other.namespace == gateway.namespace)
        else {
            continue;
        };
        if same.labels != gateway.labels {
            let labels: Vec<String> =
                gateway.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            only.push(format!("the gateway pods {} in {}", labels.join(","), cluster.name));
        }
        let is_told = |(dialled, listens): &(&u16, &u16)| match (edge, same.ports.get(dialled)) {
            (_, None) => true,
            (Edge::Before, Some(other)) => other != *listens,
            // It is dialled still.
            (Edge::After, Some(_)) => false,
        };
        let ports = gateway.ports.iter().filter(is_told);
        let ports: Vec<String> =
            ports
                .map(|(dialled, listens)| {
                    if dialled == listens { dialled.to_string() } else { format!("{dialled} (to {listens})") }
                })
                .collect();
        if !ports.is_empty() {
            only.push(format!("port {} of the gateway's Service in {}", ports.join(" and "), cluster.name));
        }
    }
    only
}

/// What people must do in the middle, each with a command.
fn waits(scene: &Scene, context: &dyn Fn(&str) -> String) -> Vec<Wait> {
    let mut waits = Vec::new();
    for Move { cluster, what } in &scene.joint.moves {
        let context = context(cluster);
        waits.push(match what {
            Moved::Address { address, to } => Wait {
                what: format!("move {address} of {cluster} to the pods {to}"),
                command: format!("kubectl --context {context} get services -A -o wide | grep -F {address}"),
            },
            Moved::TrustDomain { to } => Wait {
                what: format!("certificates of the trust domain {to} in {cluster}"),
                command: format!("istioctl --context {context} proxy-config secret deploy/DEPLOYMENT"),
            },
            Moved::Identities { service } => Wait {
                what: format!("new ServiceAccounts for the pods of {service} in {cluster}"),
                command: format!("kubectl --context {context} get pods -A -l app={} -o custom-columns=NAME:.metadata.name,ACCOUNT:.spec.serviceAccountName", service.rsplit('/').next().unwrap_or(service)),
            },
        });
    }
    for (cluster, namespace, name) in scene.names_to_keep() {
        let context = context(&cluster);
        waits.push(Wait {
            what: format!("the Service {} in {cluster} loses its selector instead of being deleted, then its pods may go", named(&namespace, &name)),
            command: format!(
                "kubectl --context {context} -n {namespace} patch service {name} --type merge -p '{{\"metadata\":{{\"labels\":{{\"meshgen-stand-in\":\"true\"}}}},\"spec\":{{\"selector\":null}}}}'"
            ),
        });
    }
    waits
}
