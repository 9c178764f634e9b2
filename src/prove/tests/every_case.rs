//! Faults of every kind in the bundles of every case, each as many times as there is a place for it.
//!
//! The tests beside this one say in words what is found of one mesh. Here the question is whether anything is
//! found, in every mesh that is shown anywhere.

#![expect(clippy::disallowed_methods, reason = "cases are files")]

#[path = "../../../tests/support/case.rs"]
#[expect(dead_code, reason = "what is expected of cases is for another test")]
mod case; // a directory below testdata/
mod faults; // what can be wrong with an object

use std::collections::{BTreeMap, BTreeSet};

use super::Mesh;
use crate::istio::kind::object::{Object, Spec};
use crate::istio::sni;
use crate::source::{Found, Source, Sources};
use crate::{input, resolve};
use case::{Case, assert_none};
use faults::{FAULTS, destinations, snis};

/// How often a fault was put in, and what was not noticed.
#[derive(Default)]
struct Count {
    noticed: usize,
    /// Subsets that no route and no SNI names: nothing leads there, so nothing is lost.
    idle: usize,
    unnoticed: BTreeSet<String>,
}

/// Why faults of a kind can pass: each place is in the record of a case, and was looked at.
const UNNOTICED: [(&str, &str); 5] = [
    (
        "a missing object",
        "a rule whose subsets only callers of another cluster's pods name, or with policies alone",
    ),
    ("a missing subset", "named for pods of another cluster alone"),
    ("labels that no pod carries", "the same"),
    ("a gateway open for others", "callers of old releases say other names, for which it stays open"),
    ("a rule without TLS", "pods that take plain text too are reached without, or Istio does it by itself"),
];

/// What came of the faults in a case.
const RECORD: &str = "faults-proof.txt";

#[test]
fn every_fault_of_every_case_is_noticed() {
    let mut differences = Vec::new();
    let mut sound = 0;
    for case in Case::all() {
        let mesh = mesh(&case).filter(is_sound);
        sound += usize::from(mesh.is_some());
        let counts = mesh.as_ref().map(counts).unwrap_or_default();
        for (kind, Count { unnoticed, .. }) in &counts {
            let is_known = UNNOTICED.iter().any(|(known, _)| known == kind);
            assert!(unnoticed.is_empty() || is_known, "{}: {kind}: {unnoticed:#?}", case.name);
        }
        let lines = counts.iter().map(|(kind, Count { noticed, idle, unnoticed })| {
            let unnoticed: Vec<_> = unnoticed.iter().map(|place| format!("    not {place}\n")).collect();
            format!("{kind}: {noticed} noticed, {idle} idle\n{}", unnoticed.concat())
        });
        differences.extend(case.differs_from_record(RECORD, &lines.collect::<String>()));
    }
    assert!(sound > 100, "only {sound} cases are sound");
    assert_none(&differences);
}

/// Puts each fault into each object, one at a time; what came of them, by kind.
fn counts(mesh: &Mesh) -> BTreeMap<&'static str, Count> {
    let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
    let named = named(mesh);
    let mut changed = mesh.clone();
    for spot in mesh.spots() {
        let sound = mesh.at(spot).clone();
        let mut count = |kind: &'static str, faulty: Option<Object>| {
            let count = counts.entry(kind).or_default();
            let is_idle = is_idle(&named, &sound, faulty.as_ref());
            changed.put(spot, faulty);
            if !is_sound(&changed) {
                count.noticed += 1;
            } else if is_idle {
                count.idle += 1;
            } else {
                let place = format!("{}: {} {}", mesh.whose(spot), sound.kind(), sound.metadata.name);
                count.unnoticed.insert(place);
            }
            changed.restore(mesh, spot);
        };
        for (kind, fault) in FAULTS {
            let with = |n| {
                let mut faulty = sound.clone();
                fault(&mut faulty, n).then_some(faulty)
            };
            (0..).map_while(with).for_each(|faulty| count(kind, Some(faulty)));
        }
        count("a missing object", None);
    }
    counts
}

/// Whether a fault concerns subsets only that nothing names.
fn is_idle(named: &BTreeSet<(String, String)>, sound: &Object, faulty: Option<&Object>) -> bool {
    let Spec::DestinationRule(sound) = &sound.spec else { return false };
    let left = if let Some(Object { spec: Spec::DestinationRule(rule), .. }) = faulty {
        rule.subsets.as_slice()
    } else {
        &[]
    };
    let changed = sound.subsets.iter().filter(|subset| !left.contains(subset));
    let mut names = changed.map(|subset| (whose(&sound.host), subset.name.clone()));
    sound.traffic_policy.as_ref().is_none_or(|policy| policy.tls.is_none())
        && !names.any(|name| named.contains(&name))
}

/// Services and subsets that some route or SNI names.
fn named(mesh: &Mesh) -> BTreeSet<(String, String)> {
    let mut named = BTreeSet::new();
    for spot in mesh.spots() {
        let mut object = mesh.at(spot).clone();
        named.extend(destinations(&mut object).filter_map(|to| Some((whose(&to.host), to.subset.clone()?))));
        let snis = snis(&mut object).filter_map(|sni| {
            let (_, subset, host) = sni::parse(sni)?;
            Some((whose(host), subset?.to_owned()))
        });
        named.extend(snis);
    }
    named
}

/// Name and namespace.
fn whose(host: &str) -> String {
    host.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn is_sound(mesh: &Mesh) -> bool {
    mesh.proved().findings.is_empty()
}

/// What is written of a case, unless its inputs are wrong.
fn mesh(case: &Case) -> Option<Mesh> {
    let texts = case.inputs().into_iter().map(|(name, bytes)| Source::new(name, Found::Named, bytes));
    let sources = Sources { texts: texts.collect(), ..Sources::default() };
    let resolved = input::parse(&sources).and_then(|input| resolve::resolve(&input));
    let has_errors = resolved.has_errors();
    let (mesh, sound) = Mesh::of(resolved.value?, &sources.limits);
    mesh.filter(|_| sound && !has_errors)
}
