//! What is imported builds what was there: dumps of the world of a case, with its bundles applied, become inputs, and these
//! become the same bundles.

use std::collections::BTreeSet;

use meshgen::import::Imported;
use meshgen::source::{Found, Source, Sources};
use meshgen::trace::world::World;
use serde_json::Value;

use crate::support::case::{Case, DIAGNOSTICS, Files};
use crate::support::chance::Chance;
use crate::support::compiled::{compile, compile_with_findings};
use crate::support::dump;
use crate::support::query::Queries;
use crate::translation::tape::Tape;

/// The inputs of dumps of a world to which bundles are applied.
pub fn imported(world: &World, files: &Files) -> Imported {
    let dumps = dump::read(world, &dump::joined(files), &Value::to_string);
    meshgen::imported(&dumps.inventory())
}

/// What the inputs of an import build.
pub fn rebuilt(imported: &Imported) -> (Files, String) {
    let source = Source::new("mesh.yaml".to_owned(), Found::Named, imported.text.clone().into_bytes());
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let (files, findings) = compile_with_findings(&sources);
    let findings = findings.iter().map(|finding| format!("{} {}", finding.code.name(), finding.message));
    (files, findings.collect::<Vec<_>>().join("\n"))
}

/// The files whose objects differ. No API server keeps comments.
fn different(files: &Files, rebuilt: &Files) -> Vec<String> {
    let names: BTreeSet<&String> = files.keys().chain(rebuilt.keys()).collect();
    let said = |files: &Files, name: &str| {
        let lines = files.get(name)?.lines().filter(|line| !line.starts_with('#'));
        Some(lines.map(str::to_owned).collect::<Vec<_>>())
    };
    names.into_iter().filter(|name| said(files, name) != said(rebuilt, name)).cloned().collect()
}

const INGRESS: &str = "gateways that exist already, or that another cluster configures, are not told apart";
const PATCH: &str = "a world says 1.8, and the patch decides what is written";
const HEAD: &str = "no dump says who configures a cluster from outside";

/// No reason, but what is to be done.
const YET: &str = "an import does not recognise it yet";
const OWNER: &str = "weights that another tool turns look like any others";

/// Cases of which an import does not build the same objects, and why.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "backend-behind-a-front",
        "who is called through the rules of another service alone looks like one with clients",
    ),
    ("MG0394-owner-elsewhere", OWNER),
    ("discovery-beside-another-network", YET),
    ("discovery-drain", "a drained cluster looks like one that is not named"),
    ("discovery-external-control-plane", HEAD),
    ("discovery-ingress", INGRESS),
    ("discovery-primary-remote", HEAD),
    ("discovery-seed", HEAD),
    ("discovery-two-control-planes", HEAD),
    ("ingress-servers", INGRESS),
    ("merged-places-of-pods", YET),
    ("mixed-discovery-and-merged-spread", "two ways at once look like a third"),
    ("mixed-ports", "rules of four protocols on one service are more than one rule each"),
    ("names-with-hyphens", "subsets that are called any"),
    ("owned-weights", OWNER),
    ("rewrite-beside-discovery-release-1-8-5", PATCH),
    ("rewrite-existing-gateway-release-1-5", YET),
    ("rewrite-in-an-upgrade", PATCH),
    ("rewrite-release-1-6", PATCH),
    ("rewrite-release-1-8-5", PATCH),
];

/// Cases that may come before somebody looks at them here.
const UNLISTED: usize = 4;

#[test]
fn what_is_imported_of_every_case_builds_the_same_objects() {
    let (mut same, mut faults) = (0, Vec::new());
    for case in Case::all() {
        let sources = case.sources();
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        let Some(mut world) = meshgen::world(&sources).value else { continue };
        if files.is_empty() {
            continue;
        }
        if let Some(queries) = Queries::of(&case.name) {
            queries.extend(&mut world);
        }
        let imported = imported(&world, &files);
        let (rebuilt, findings) = rebuilt(&imported);
        let different = different(&files, &rebuilt);
        let is_known = OTHERWISE.iter().any(|(known, _)| *known == case.name);
        match (different.is_empty(), is_known) {
            (true, false) => same += 1,
            (false, true) => {}
            (true, true) => faults.push(format!("{}: it builds the same now", case.name)),
            (false, false) => {
                faults.push(format!("{}: {different:?}\n{findings}\n{}", case.name, imported.text));
            }
        }
    }
    // Whoever adds a case need not know of imports.
    assert!(faults.len() <= UNLISTED, "{}", faults.join("\n"));
    assert!(same >= 140, "only {same}");
}

/// How many random meshes, how many numbers are enough for one, and of how many the import builds the same.
const MESHES: u64 = 20;
const LENGTH: usize = 400;
const LEAST: usize = 11;

#[test]
fn what_is_imported_of_random_meshes_builds_the_same_objects() {
    let (mut same, mut different) = (0, Vec::new());
    for seed in 0..MESHES {
        let mut chance = Chance::new(seed);
        let numbers: Vec<u32> = (0..LENGTH).map(|_| u32::try_from(chance.below(1 << 32)).unwrap()).collect();
        let sources = Tape::new(&numbers).mesh().sources();
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        let world = meshgen::world(&sources).value.unwrap();
        if files.is_empty() || !dump::can_say(&world) {
            continue;
        }
        let imported = imported(&world, &files);
        let (rebuilt, findings) = rebuilt(&imported);
        if self::different(&files, &rebuilt).is_empty() {
            same += 1;
        } else {
            let texts: String = sources.texts.iter().map(|source| source.text().to_owned() + "\n").collect();
            different.push(format!("{texts}\nas\n{}\n{findings}", imported.text));
        }
    }
    // Two ways at once, and pools that others join, are not all told apart.
    assert!(same >= LEAST, "{same} are the same, and these are not:\n{}", different.join("\n======\n"));
}
