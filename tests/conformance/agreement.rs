//! Three opinions on every query of every case: what the case expects, what `meshgen trace` finds, what real Istio does.
//!
//! Enters: a release of Istio. Leaves: lines of the table. Expectation, trace and judge must agree query by query, shares
//! included; and Istio's validation and analysis must have nothing to say but what cannot be avoided.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use meshgen::trace::Tracer;
use meshgen::trace::report::Trace;

use crate::istio::{Answer, Istio, Message};
use crate::scene::{Scene, Scenes};
use crate::support::query::Query;
use crate::table::Table;
use crate::translation::followed::routing;

/// Percents that are told apart.
const TOLERANCE: f64 = 0.01;

/// What is said of every EnvoyFilter, by analysis and by validation: that it is one.
const OF_ENVOY_FILTERS: [&str; 2] = ["IST0133", "VALIDATE"];
/// How the judge begins a note on what Istio's simulator of traffic finds otherwise.
const SIMULATOR: &str = "SIMULATOR DISAGREES";

/// Judges every case.
pub fn judge(istio: &Istio, table: &mut Table) {
    let column = istio.column();
    let below = tempfile::tempdir().unwrap();
    let Scenes { scenes, left_out } = Scenes::of(istio, below.path());
    for (case, why) in left_out {
        table.left_out(&case, &column, &why);
    }
    let directories: Vec<&Path> = scenes.values().map(|scene| scene.directory.as_path()).collect();
    let heard = istio.follow(&directories).and_then(|answers| Ok((answers, istio.validate(&directories)?)));
    let (answers, messages) = match heard {
        Ok(heard) => heard,
        Err(why) => return table.broken(&column, &why),
    };
    for (case, scene) in &scenes {
        let answers = answers.iter().filter(|answer| answer.scene == scene.directory);
        let answers: BTreeMap<&str, &Answer> =
            answers.map(|answer| (answer.query.as_str(), answer)).collect();
        queries(case, istio, scene, &answers, table);
        let said = messages.iter().filter(|message| message.scene == scene.directory);
        let said: Vec<String> = said.filter(|message| !is_unavoidable(message)).map(line).collect();
        table.check(case, &column, "validation and analysis", &said);
    }
}

fn queries(case: &str, istio: &Istio, scene: &Scene, answers: &BTreeMap<&str, &Answer>, table: &mut Table) {
    let column = istio.column();
    let routing = routing(&scene.files);
    let tracer = Tracer::new(&scene.world, &routing);
    for (index, query) in scene.queries.queries.iter().enumerate() {
        let differences = match answers.get(index.to_string().as_str()) {
            None => vec!["the judge says nothing".to_owned()],
            Some(answer) => match query.request() {
                Ok(request) => {
                    let release = scene.world.cluster(query.caller()).unwrap().release;
                    disagreements(query, answer, &tracer.trace(&request).unwrap(), release)
                }
                Err(why) => vec![why.to_owned()],
            },
        };
        table.check(case, &column, &query.to_string(), &differences);
    }
}

/// Where the three opinions differ.
fn disagreements(query: &Query, answer: &Answer, trace: &Trace, release: u8) -> Vec<String> {
    let mut differences = of_judge(answer);
    differences.extend(query.differences(trace, release).into_iter().map(|found| format!("trace: {found}")));
    differences.extend(between(answer, trace, query.app()));
    differences
}

/// What the judge says of a query of a world, and how a trace differs.
pub fn of_world(answer: &Answer, trace: &Trace, app: &str) -> Vec<String> {
    let mut differences = of_judge(answer);
    // What nobody reads is what some of them show.
    differences.retain(|found| !found.contains("reads no Istio objects here"));
    let refused = answer.refused.iter().flatten().map(|refused| format!("judge: {refused}"));
    refused.for_each(|refused| differences.retain(|found| *found != refused));
    differences.extend(between(answer, trace, app));
    differences
}

/// How the judge differs from what the case expects, and what else is wrong by it.
fn of_judge(answer: &Answer) -> Vec<String> {
    let Answer {
        scene: _,
        query: _,
        distribution: _,
        features: _,
        differences,
        notes,
        error,
        rejected,
        refused,
        ignored,
    } = answer;
    let doubts = notes.iter().flatten().filter(|note| note.starts_with(SIMULATOR));
    let words =
        differences.iter().chain(rejected).chain(refused).chain(ignored).flatten().chain(error).chain(doubts);
    words.map(|words| format!("judge: {words}")).collect()
}

/// How the judge and a trace differ, whatever was expected.
pub fn between(answer: &Answer, trace: &Trace, app: &str) -> Vec<String> {
    let judged = answer.distribution.clone().unwrap_or_default();
    let mut differences = apart(&judged, &trace.places(app));
    let judged = copies(answer.features.as_deref().unwrap_or_default());
    differences
        .extend(apart(&judged, &copies(&trace.features)).into_iter().map(|apart| format!("copies: {apart}")));
    differences
}

/// The shares of which two opinions differ.
fn apart(judged: &BTreeMap<String, f64>, traced: &BTreeMap<String, f64>) -> Vec<String> {
    let places: BTreeSet<&String> = judged.keys().chain(traced.keys()).collect();
    let share = |shares: &BTreeMap<String, f64>, place: &str| shares.get(place).copied().unwrap_or(0.0);
    places
        .into_iter()
        .map(|place| (place, share(judged, place), share(traced, place)))
        .filter(|(_, judged, traced)| (judged - traced).abs() > TOLERANCE)
        .map(|(place, judged, traced)| format!("{place}: judge {judged:.2}, trace {traced:.2}"))
        .collect()
}

/// Where copies go, in percent of each copy.
fn copies(features: &[String]) -> BTreeMap<String, f64> {
    let mut copies = BTreeMap::new();
    for feature in features {
        let reached = feature.strip_prefix("mirror reaches ").and_then(|words| words.rsplit_once(' '));
        if let Some((place, percent)) = reached {
            *copies.entry(place.to_owned()).or_default() +=
                percent.trim_end_matches('%').parse::<f64>().unwrap();
        }
    }
    copies
}

/// Whether there is no bundle that would not draw it.
fn is_unavoidable(message: &Message) -> bool {
    let is_of_filter =
        message.resource.starts_with("EnvoyFilter") && OF_ENVOY_FILTERS.contains(&message.code.as_str());
    is_of_filter && message.level == "Warning"
}

fn line(message: &Message) -> String {
    let Message { scene: _, level, code, cluster, resource, text } = message;
    format!("{level} {code} {cluster} {resource}: {text}")
}
