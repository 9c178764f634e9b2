//! Changes under traffic: an order that serves first, then calls, then routes loses no request, and the reverse is seen to lose some.
//!
//! Enters: a release of Istio, and the judge of traffic. Leaves: lines of the table, one a request, and as remarks how many were lost of
//! how many that were sent meanwhile. What exists before and after exists all the time.

use std::collections::BTreeMap;
use std::path::PathBuf;

use meshgen::source::{Found, Source, Sources};
use serde_json::{Map, Value, json};

use crate::istio::Istio;
use crate::scene::{self, pinned, put, world_of};
use crate::support::case::{DIAGNOSTICS, Files};
use crate::support::compiled::compile;
use crate::table::Table;
use crate::traffic::{COLUMN, Traffic};

/// A version that starts elsewhere and gets a tenth of everybody: before and after.
const ADDED: [&str; 2] = [
    "
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: 203.0.113.10}
  cluster2: {gateway: 203.0.113.20}
services:
  ratings: {ports: 9080, versions: {v1: cluster2}}
  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2, v3: cluster2}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews:
  - match: {headers: {end-user: jason}}
    to: {v2: 50, v3: 50}
  - to: v1
",
    "
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: 203.0.113.10}
  cluster2: {gateway: 203.0.113.20}
services:
  ratings: {ports: 9080, versions: {v1: cluster2}}
  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2, v3: cluster2, v4: cluster2}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews:
  - match: {headers: {end-user: jason}}
    to: {v2: 50, v3: 50}
  - to: {v1: 90, v4: 10}
",
];

/// What objects are for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// So that far callers find their way in.
    Serve,
    /// So that callers have names for what is far.
    Call,
    /// What sends requests there.
    Route,
}

/// The directories of before and after.
const SIDES: [&str; 2] = ["old", "new"];

/// Before and after, where the judge finds them.
struct Change {
    below: tempfile::TempDir,
    files: [Files; 2],
    requests: Vec<Value>,
}

/// Judges the change in both orders.
pub fn judge(istio: &Istio, traffic: &Traffic, table: &mut Table) {
    let change = Change::of(istio, ADDED);
    let forward = change.states(&[Part::Serve, Part::Call, Part::Route]);
    run(istio, traffic, "an added version: serve, call, route", &change, &forward, false, table);
    let backward = change.states(&[Part::Route, Part::Call, Part::Serve]);
    run(istio, traffic, "an added version: route, call, serve", &change, &backward, true, table);
}

fn run(
    istio: &Istio,
    traffic: &Traffic,
    row: &str,
    change: &Change,
    states: &[PathBuf],
    loses: bool,
    table: &mut Table,
) {
    let counted = match traffic.change(istio, &change.path("old"), &change.path("new"), states) {
        Ok(counted) => counted,
        Err(why) => return table.broken(COLUMN, &why),
    };
    let (lost, sent) = counted.iter().fold((0, 0), |(lost, sent), one| (lost + one.lost, sent + one.sent));
    table.remark(format!("{COLUMN}: {row}: {lost} of {sent} lost in {} states", states.len()));
    if loses {
        let faults = if lost == 0 { vec!["nothing was lost".to_owned()] } else { Vec::new() };
        return table.check(row, COLUMN, "some are lost", &faults);
    }
    for (request, counted) in change.requests.iter().zip(&counted) {
        table.check(row, COLUMN, &request.to_string(), &counted.differences);
    }
}

impl Change {
    fn of(istio: &Istio, inputs: [&str; 2]) -> Self {
        let below = tempfile::tempdir().unwrap();
        let sides = inputs.map(|text| {
            let texts = vec![Source::new("in.yaml", Found::Named, text.as_bytes().to_vec())];
            let sources = pinned(Sources { texts, ..Sources::default() }, &istio.release).unwrap();
            let mut files = compile(&sources);
            files.remove(DIAGNOSTICS);
            (world_of(&meshgen::world(&sources).value.unwrap()), files)
        });
        let [(before, old), (after, new)] = sides;
        let world = json!({ "clusters": joined(&before["clusters"], &after["clusters"]) });
        let requests = requests(&world);
        let mut change = Self { below, files: [old, new], requests: Vec::new() };
        let ends = [0, 1].map(|side| {
            let queries = json!({ "queries": requests });
            scene::write(&change.path(SIDES[side]), &change.files[side], &world, &queries);
            let answers = istio.follow(&[&change.path(SIDES[side])]).unwrap();
            answers.into_iter().map(|answer| answer.distribution.unwrap()).collect::<Vec<_>>()
        });
        // What both serve.
        let is_served =
            |index: &usize| ends.iter().all(|ends| ends[*index].keys().all(|place| is_pods(place)));
        let served: Vec<usize> = (0..requests.len()).filter(is_served).collect();
        change.requests = served.iter().map(|index| requests[*index].clone()).collect();
        for (side, ends) in ends.iter().enumerate() {
            let queries = served.iter().map(|index| {
                let mut query = requests[*index].clone();
                query["expect"] = json!(ends[*index]);
                query
            });
            let queries = json!({ "queries": queries.collect::<Vec<_>>() });
            scene::write(&change.path(SIDES[side]), &change.files[side], &world, &queries);
        }
        change
    }

    fn path(&self, name: &str) -> PathBuf {
        self.below.path().join(name)
    }

    /// The bundles after each part, in an order: of the parts before, and of that one, as they are to be.
    fn states(&self, order: &[Part]) -> Vec<PathBuf> {
        let names: Vec<String> = order.iter().map(|part| format!("{part:?}")).collect();
        let states = order.iter().enumerate().map(|(index, part)| {
            let state = self.path(&format!("{}-{index}-{part:?}", names.concat()));
            let done = &order[..=index];
            for file in self.files.iter().flat_map(BTreeMap::keys) {
                let of = |side: usize| objects(self.files[side].get(file).map_or("", String::as_str));
                let (old, new) = (of(0), of(1));
                let kept = old.iter().filter(|object| !done.contains(&part_of(object)));
                let wanted = new.iter().filter(|object| done.contains(&part_of(object)));
                put(&state.join(file), &kept.chain(wanted).copied().collect::<Vec<_>>().join("---\n"));
            }
            state
        });
        states.collect()
    }
}

fn objects(bundle: &str) -> Vec<&str> {
    bundle.split("---\n").filter(|object| object.contains("\nkind: ")).collect()
}

fn part_of(object: &str) -> Part {
    let is = |kind: &str| object.contains(&format!("\nkind: {kind}\n"));
    match () {
        () if is("VirtualService") => Part::Route,
        () if is("ServiceEntry")
            || is("Service")
            || object.contains("\n  host: reviews.default.global\n") =>
        {
            Part::Call
        }
        () => Part::Serve,
    }
}

/// Pods answer, and no dead end or address outside.
fn is_pods(place: &str) -> bool {
    !place.contains(':') && place != "passthrough"
}

/// To every service and port, from every cluster, with the header that rules speak of and without.
fn requests(world: &Value) -> Vec<Value> {
    let clusters = || world["clusters"].as_array().unwrap().iter();
    let services: BTreeMap<String, &Value> = clusters()
        .flat_map(|cluster| cluster["services"].as_array().into_iter().flatten())
        .map(|service| (service["name"].as_str().unwrap().to_owned(), service))
        .collect();
    let mut requests = Vec::new();
    for cluster in clusters() {
        for (name, service) in &services {
            for port in service["ports"].as_array().unwrap() {
                for headers in [json!({}), json!({"end-user": "jason"})] {
                    let namespace = service["namespace"].as_str().unwrap_or("default");
                    requests.push(json!({
                        "name": requests.len().to_string(),
                        "from": {"cluster": cluster["name"], "labels": {"app": "caller"}},
                        "host": format!("{name}.{namespace}"),
                        "port": port["port"],
                        "headers": headers,
                    }));
                }
            }
        }
    }
    requests
}

/// What stands in either of two descriptions: things by their names, and of anything else both, or the second.
fn joined(first: &Value, second: &Value) -> Value {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => {
            let mut all: Map<String, Value> = first.clone();
            for (key, value) in second {
                let value = all.get(key).map_or_else(|| value.clone(), |before| joined(before, value));
                all.insert(key.clone(), value);
            }
            Value::Object(all)
        }
        (Value::Array(first), Value::Array(second)) => {
            let mut all = first.clone();
            for value in second {
                let same = |known: &&mut Value| {
                    **known == *value || value.get("name").is_some_and(|name| known.get("name") == Some(name))
                };
                match all.iter_mut().find(same) {
                    Some(known) => *known = joined(known, value),
                    None => all.push(value.clone()),
                }
            }
            Value::Array(all)
        }
        (_, second) => second.clone(),
    }
}
