//! Faults of every kind in the bundles of every case, each as many times as there is a place for it.
//!
//! The tests beside this one say in words what is found of one mesh. Here the question is whether anything is found,
//! in every mesh that is shown anywhere.

#![expect(clippy::disallowed_methods, reason = "cases are files")]

mod faults; // what can be wrong with an object

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Links;
use crate::diagnostic::Severity;
use crate::istio::Bundle;
use crate::istio::object::{Object, Spec};
use crate::istio::{self, Lacks, sni};
use crate::source::{Found, Source, Sources};
use crate::{plan, resolve, spec};
use faults::{FAULTS, destinations, snis};

/// How often a fault was put in, and what was not noticed.
#[derive(Default)]
struct Count {
    noticed: usize,
    /// Subsets that no route and no SNI names: nothing leads there, so nothing is lost.
    idle: usize,
    unnoticed: BTreeSet<String>,
}

/// Why faults of a kind can pass: each place is in the snapshot, and was looked at.
const UNNOTICED: [(&str, &str); 13] = [
    (
        "a missing object",
        "a rule whose subsets only callers of another cluster's pods name, or with policies alone",
    ),
    ("a missing subset", "named for pods of another cluster alone"),
    ("labels that no pod carries", "the same"),
    ("a gateway on another port", "what the workload of an ingress gateway listens on is not known"),
    ("a gateway on other pods", "nor which pods it has"),
    ("a gateway open for others", "another server is open, or callers of old releases say other names"),
    ("a rule without TLS", "below 1.5 pods that take plain text too are reached without"),
    ("an alias of another name", "routes answer for the whole name, so that nobody says it"),
    ("an entry for another port", "an entry that only gives a name; its routes are for every port"),
    ("an endpoint on another port", "a port of the service that has no route to this version"),
    ("an SNI of another host", "the same"),
    ("an SNI of another port", "the same"),
    ("an SNI of another subset", "the same"),
];

#[test]
fn every_fault_of_every_case_is_noticed() {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for (name, bundles) in cases().into_iter().filter(|(_, bundles)| is_sound(bundles)) {
        let named = named(&bundles);
        for (bundle, object) in places(&bundles) {
            let sound = &bundles[bundle].objects[object];
            let mut count = |kind: &'static str, faulty: Option<Object>| {
                let count = counts.entry(kind).or_default();
                let mut changed = bundles.clone();
                let is_idle = is_idle(&named, sound, faulty.as_ref());
                changed[bundle].objects.splice(object..=object, faulty);
                if !is_sound(&changed) {
                    count.noticed += 1;
                } else if is_idle {
                    count.idle += 1;
                } else {
                    let place = format!(
                        "{name}, {}: {} {}",
                        bundles[bundle].cluster,
                        sound.kind(),
                        sound.metadata.name
                    );
                    count.unnoticed.insert(place);
                }
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
    }
    for (kind, Count { unnoticed, .. }) in &counts {
        let is_known = UNNOTICED.iter().any(|(known, _)| known == kind);
        assert!(unnoticed.is_empty() || is_known, "{kind}: {unnoticed:#?}");
    }
    let lines = counts.iter().map(|(kind, Count { noticed, idle, unnoticed })| {
        let unnoticed: Vec<_> = unnoticed.iter().map(|place| format!("\n    not {place}")).collect();
        format!("{kind}: {noticed} noticed, {idle} idle{}\n", unnoticed.concat())
    });
    insta::assert_snapshot!(lines.collect::<String>());
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
fn named(bundles: &[Bundle]) -> BTreeSet<(String, String)> {
    let mut named = BTreeSet::new();
    for object in bundles.iter().flat_map(|bundle| &bundle.objects) {
        let mut object = object.clone();
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

/// Every object of every bundle, by their numbers.
fn places(bundles: &[Bundle]) -> Vec<(usize, usize)> {
    let objects = |(at, bundle): (usize, &Bundle)| {
        (0..bundle.objects.len()).map(move |object| (at, object)).collect::<Vec<_>>()
    };
    bundles.iter().enumerate().flat_map(objects).collect()
}

fn is_sound(bundles: &[Bundle]) -> bool {
    let mut links = Links::default();
    for bundle in bundles {
        links.add(bundle, 0);
    }
    links.hold().findings.is_empty()
}

/// The bundles of every case that gives some, by its name.
fn cases() -> Vec<(String, Vec<Bundle>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let cases = entries(&root).into_iter().filter(|path| path.is_dir());
    cases.filter_map(|case| Some((name_of(&case), bundles(&case)?))).collect()
}

/// The bundles of a case, unless its inputs are wrong.
fn bundles(case: &Path) -> Option<Vec<Bundle>> {
    let is_input =
        |path: &PathBuf| path.extension() == Some("yaml".as_ref()) && name_of(path) != "trace.yaml";
    let texts = entries(case)
        .into_iter()
        .filter(is_input)
        .map(|path| Source::new(name_of(&path), Found::Named, std::fs::read(&path).unwrap()));
    let sources = Sources { texts: texts.collect(), ..Sources::default() };
    let mut lacks = Lacks::default();
    let lowered = spec::parse(&sources).and_then(|spec| resolve::resolve(&spec)).and_then(|mesh| {
        plan::plan(&mesh, &sources.limits)
            .map(|plans| plans.iter().map(|plan| istio::lower(plan, &mut lacks)).collect())
    });
    let has_errors = lowered.has_errors();
    lowered.value.filter(|_| {
        !has_errors && !lacks.findings().iter().any(|finding| finding.severity() == Severity::Error)
    })
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
