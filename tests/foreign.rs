//! What real Istio answers with objects that exist already, and what callers get from the bundles that meshgen makes of the same
//! objects.
//!
//! `tests/foreign/*.yaml` hold small states, each with the answers of real Istio, and a verdict: `agrees`, or which findings
//! say why not. A difference without a finding is a fault.

use std::collections::BTreeMap;

use meshgen::diagnostic::{Code, Severity};
use meshgen::source::{Found, Source, Sources};
use meshgen::trace::Tracer;
use meshgen::trace::report::End;
use serde::Deserialize;

mod fields;

use crate::support::query::Query;
use crate::translation::followed::routing;

/// What is skipped in a directory, and versions that no rule names, are no news.
const COMMON: [Code; 2] = [Code::MG0119, Code::MG0315];

const STATES: [&str; 2] = [include_str!("foreign/istio.yaml"), include_str!("foreign/gateway-api.yaml")];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    name: String,
    /// For people.
    #[serde(rename = "about")]
    _about: String,
    services: serde_yaml::Value,
    objects: String,
    queries: Vec<serde_yaml::Value>,
    /// `agrees`, `refused` or `differs`.
    verdict: String,
    /// The codes of all that is found.
    #[serde(default)]
    findings: Vec<String>,
}

#[test]
fn callers_get_what_real_istio_answers_or_a_finding_says_why_not() {
    let mut faults = Vec::new();
    let mut verdicts = BTreeMap::new();
    for document in STATES.into_iter().flat_map(serde_yaml::Deserializer::from_str) {
        let state = State::deserialize(document).unwrap();
        let (verdict, findings, notes) = judged(&state);
        *verdicts.entry(verdict.clone()).or_insert(0) += 1;
        if (verdict.as_str(), &findings) != (state.verdict.as_str(), &state.findings) {
            faults.push(format!("{}: {verdict}\nfindings: [{}]\n{notes}", state.name, findings.join(", ")));
        }
        if verdict == "differs" && findings.is_empty() {
            faults.push(format!("{}: differs without a word", state.name));
        }
    }
    assert!(faults.is_empty(), "{verdicts:?}\n{}", faults.join("\n"));
}

fn judged(state: &State) -> (String, Vec<String>, String) {
    let services = serde_yaml::to_string(&state.services).unwrap();
    let indented = services.lines().fold(String::new(), |text, line| text + "  " + line + "\n");
    let topology = format!(
        "apiVersion: meshgen/v1\nkind: Topology\nclusters:\n  cluster1: {{gateway: 203.0.113.10}}\nservices:\n{indented}"
    );
    let source = |name: &str, text: &str| Source::new(name, Found::InDirectory, text.as_bytes().to_vec());
    let texts = vec![source("topology.yaml", &topology), source("objects.yaml", &state.objects)];
    let sources = Sources { texts, ..Sources::default() };
    let mut files = BTreeMap::new();
    let outcome = meshgen::compile(&sources, &mut |bundle| {
        files.insert(format!("{}.yaml", bundle.cluster), bundle.text);
        if let Some(stand_ins) = bundle.stand_ins {
            files.insert(format!("{}.stand-ins.yaml", bundle.cluster), stand_ins.text);
        }
    });
    let mut findings: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| !COMMON.contains(&finding.code))
        .map(|finding| finding.code.to_string())
        .collect();
    findings.sort();
    findings.dedup();
    let notes: Vec<String> =
        outcome.findings.iter().map(|finding| format!("    {}", finding.message)).collect();
    if outcome.findings.iter().any(|finding| finding.severity() == Severity::Error) {
        return ("refused".to_owned(), findings, notes.join("\n"));
    }
    let world = meshgen::world(&sources).value.unwrap();
    let routing = routing(&files);
    let tracer = Tracer::new(&world, &routing);
    let mut differences = Vec::new();
    // What gateways do with their own VirtualServices is not meshgen's.
    for query in state.queries.iter().filter(|query| query["from"].get("gateway").is_none()) {
        let mut query = query.clone();
        let read = |query: &serde_yaml::Value| serde_yaml::from_value::<Query>(query.clone()).unwrap();
        let trace = tracer.trace(&read(&query).request().unwrap()).unwrap();
        // Where the rules of a namespace leave a gap, a rule of meshgen's says so outright: it is the same 404.
        let expected = query["expect"].as_mapping_mut().unwrap();
        if trace.shares.iter().any(|share| share.end == End::Direct { status: 404 })
            && let Some(share) = expected.remove("error:no-route")
        {
            expected.insert("direct:404".into(), share);
        }
        let query = read(&query);
        let release = world.cluster(query.caller()).unwrap().release;
        differences.extend(
            query.differences(&trace, release).into_iter().map(|found| format!("    {query}: {found}")),
        );
    }
    let verdict = if differences.is_empty() { "agrees" } else { "differs" };
    (verdict.to_owned(), findings, [notes, differences].concat().join("\n"))
}
