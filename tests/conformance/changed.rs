//! Changes under traffic: the steps of `meshgen plan`, applied cluster by cluster while requests run, lose none of them; and the mix
//! that the plan prints as a warning, applied first, is seen to lose some.
//!
//! Enters: a release of Istio, and the judge of traffic. Leaves: lines of the table, one a request, and as remarks how many were lost of
//! how many that were sent meanwhile. What exists before and after exists all the time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::between::{Transition, is_alive, transitions};
use crate::istio::Istio;
use crate::joint::{self, Asked, Worlds};
use crate::plans::{self, Objects, Planned};
use crate::scene::{self, put};
use crate::table::Table;
use crate::traffic::{COLUMN, Connections, Counted, Traffic};
use Connections::{Fresh, Kept};

/// Changes of `tests/change` that are run: a version comes, goes, moves; a service moves; a gateway gets another workload and address, or
/// another port; another way; everything at once. A gateway's listener that goes keeps the connections that it has for a while.
const CHANGES: [(&str, Connections); 9] = [
    ("add-version-far", Kept),
    ("remove-version", Kept),
    ("move-version-three", Kept),
    ("tcp-far", Kept),
    ("gateway-selector", Fresh),
    ("gateway-server-port", Fresh),
    ("merged-to-sni", Kept),
    ("local-to-failover", Kept),
    ("big-bang", Kept),
];

/// A change, where the judge finds it.
struct Change {
    below: tempfile::TempDir,
    plan: Planned,
    world: Value,
    asked: Vec<Asked>,
}

/// Judges every plan.
pub fn judge(istio: &Istio, traffic: &Traffic, table: &mut Table) {
    for transition in transitions() {
        let is_run = |(id, _): &&(&str, Connections)| *id == transition.id && traffic.runs(id);
        let Some((_, connections)) = CHANGES.iter().find(is_run) else { continue };
        let row = format!("plan {}", transition.id);
        let change = match Change::of(istio, transition) {
            Ok(change) => change,
            Err(why) => {
                table.broken(COLUMN, &format!("{row}: {why}"));
                continue;
            }
        };
        let steps = change.states("planned", change.applied());
        if let Some(counted) = run(istio, traffic, &row, &change, (&steps, connections), table) {
            for (asked, counted) in change.asked.iter().zip(counted) {
                table.check(&row, COLUMN, &asked.words, &counted.differences);
            }
        }
        let warned = change.plan.counterexample.as_ref().unwrap();
        let in_one_go = change.states("in-one-go", vec![change.plan.mix(warned).unwrap()]);
        let row = format!("{row}, in one go");
        if let Some(counted) = run(istio, traffic, &row, &change, (&in_one_go, connections), table) {
            let lost: u32 = counted.iter().map(|counted| counted.lost).sum();
            let faults = if lost == 0 { vec!["nothing was lost".to_owned()] } else { Vec::new() };
            table.check(&row, COLUMN, &format!("{} first", warned.applied.join(", ")), &faults);
        }
    }
}

fn run(
    istio: &Istio,
    traffic: &Traffic,
    row: &str,
    change: &Change,
    (states, connections): (&[PathBuf], &Connections),
    table: &mut Table,
) -> Option<Vec<Counted>> {
    let below = change.below.path();
    let counted =
        match traffic.change(istio, &below.join("old"), &below.join("new"), states, connections.flags()) {
            Ok(counted) => counted,
            Err(why) => {
                table.broken(COLUMN, &format!("{row}: {why}"));
                return None;
            }
        };
    let (lost, sent) = counted.iter().fold((0, 0), |(lost, sent), one| (lost + one.lost, sent + one.sent));
    table.remark(format!("{COLUMN}: {row}: {lost} of {sent} lost in {} states", states.len()));
    Some(counted)
}

impl Change {
    /// With the requests that both sides serve, each with where it ends on that side.
    fn of(istio: &Istio, Transition { id: _, old, new }: Transition) -> Result<Self, String> {
        let below = tempfile::tempdir().unwrap();
        let plan = Planned::of(&old, &new);
        let worlds = Worlds::of(&old, &new);
        let mut asked = joint::asked(&worlds, [&old, &new], [&plan.old, &plan.new]);
        let sides = [("old", &plan.old), ("new", &plan.new)].map(|(name, objects)| {
            let mut objects = objects.clone();
            joint::yield_names(&mut objects, &worlds.last);
            (below.path().join(name), objects)
        });
        for (side, objects) in &sides {
            write(side, objects, &worlds.last, asked.iter().map(|asked| asked.query.clone()));
        }
        let answers = istio.follow(&sides.each_ref().map(|(side, _)| side.as_path()))?;
        let ends = |side: &Path, asked: &Asked| {
            let of_it =
                answers.iter().find(|answer| answer.scene == side && answer.query == asked.query["name"]);
            of_it.and_then(|answer| answer.distribution.clone()).unwrap_or_default()
        };
        let is_served =
            |ends: &BTreeMap<String, f64>| !ends.is_empty() && ends.keys().all(|place| is_alive(place));
        asked.retain(|asked| sides.iter().all(|(side, _)| is_served(&ends(side, asked))));
        for (side, objects) in &sides {
            let expecting = asked.iter().map(|asked| {
                let mut query = asked.query.clone();
                query["expect"] = json!(ends(side, asked));
                query
            });
            write(side, objects, &worlds.last, expecting);
        }
        Ok(Self { below, plan, world: worlds.last, asked })
    }

    /// What is applied after each command of the plan: one generation after the other, in each one cluster after the other.
    fn applied(&self) -> Vec<Objects> {
        let mut applied = self.plan.old.clone();
        let mut states = Vec::new();
        for generation in &self.plan.generations {
            for cluster in generation.clusters() {
                generation.apply_in(&cluster, &mut applied);
                states.push(applied.clone());
            }
        }
        states
    }

    /// States as the judge takes them.
    fn states(&self, name: &str, states: Vec<Objects>) -> Vec<PathBuf> {
        let write = |(index, mut objects): (usize, Objects)| {
            joint::yield_names(&mut objects, &self.world);
            let directory = self.below.path().join(name).join(index.to_string());
            for (file, text) in plans::files(&objects) {
                put(&directory.join(file), &text);
            }
            directory
        };
        states.into_iter().enumerate().map(write).collect()
    }
}

fn write(directory: &Path, objects: &Objects, world: &Value, queries: impl Iterator<Item = Value>) {
    let queries = json!({ "queries": queries.collect::<Vec<_>>() });
    scene::write(directory, &plans::files(objects), world, &queries);
}
