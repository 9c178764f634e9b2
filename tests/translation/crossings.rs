//! No finding where requests are delivered: meshgen's own bundles, of every case, are judged as dumps.

use std::path::Path;

use meshgen::diagnostic::Severity;
use meshgen::dump::State;
use meshgen::trace::crossing;
use serde_json::Value;

use crate::support::case::{Case, DIAGNOSTICS};
use crate::support::compiled::compile;
use crate::support::dump;
use crate::support::query::Queries;
use crate::translation::worlds;

#[test]
fn bundles_of_cases_are_quiet() {
    let (mut faults, mut crossings) = (Vec::new(), 0);
    for case in Case::all() {
        let Some(queries) = Queries::of(&case.name) else { continue };
        let sources = case.sources();
        let mut world = meshgen::world(&sources).value.unwrap();
        queries.extend(&mut world);
        // Where pods are not who they should be, that is shown on purpose.
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(&case.name);
        let has_strangers =
            std::fs::read_to_string(directory.join("trace.yaml")).unwrap().contains("san-mismatch");
        if !dump::can_say(&world) || has_strangers {
            continue;
        }
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        let bundles = dump::joined(&files);
        let dumps = dump::read(&world, &bundles, &Value::to_string);
        let State { world, routing, notes: _, findings: _ } = dumps.state();
        let verdict = crossing::judge(&world, &routing).unwrap();
        crossings += verdict.account.crossings;
        let grave = verdict.findings.iter().filter(|finding| finding.severity() != Severity::Note);
        faults.extend(grave.map(|finding| format!("{}: {} {}", case.name, finding.code, finding.message)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(crossings > 300, "only {crossings} crossings");
}

/// A world with bundles by hand is as good as a dump: what is found there is what its questions show.
#[test]
fn what_is_found_in_worlds_by_hand_is_lost_there() {
    let mut faults = Vec::new();
    for directory in std::fs::read_dir(worlds::root()).unwrap().map(|entry| entry.unwrap().path()) {
        let (mut world, routing) = (worlds::world(&directory), worlds::routing(&directory));
        world.is_open = true;
        let queries = std::fs::read_to_string(directory.join("queries.yaml")).unwrap();
        let verdict = crossing::judge(&world, &routing).unwrap();
        let errors = verdict.findings.iter().filter(|finding| finding.severity() == Severity::Error);
        if !queries.contains("error:") {
            let name = directory.file_name().unwrap().to_str().unwrap();
            faults.extend(errors.map(|finding| format!("{name}: {} {}", finding.code, finding.message)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
