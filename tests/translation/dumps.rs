//! Dumps say the same as the world that they are of: every query of every world and of every case ends in dumps where it ends in
//! the world with its bundles.

use std::collections::BTreeMap;

use meshgen::dump::{Dumps, Origin, State};
use meshgen::trace::Tracer;
use meshgen::trace::object::Routing;
use meshgen::trace::world::World;
use serde_json::Value;

use crate::support::case::{Case, DIAGNOSTICS};
use crate::support::compiled::compile;
use crate::support::dump;
use crate::support::query::Queries;
use crate::translation::followed;
use crate::translation::worlds;

const LIMIT: usize = 16 << 20;

#[test]
fn every_query_of_every_world_ends_in_dumps_where_it_ends_in_the_world() {
    let (mut followed, mut differences) = (0, Vec::new());
    for directory in std::fs::read_dir(worlds::root()).unwrap().map(|entry| entry.unwrap().path()) {
        let world = worlds::world(&directory);
        let name = directory.file_name().unwrap().to_str().unwrap();
        if !dump::can_say(&world) {
            continue;
        }
        let mut bundles = BTreeMap::new();
        for entry in std::fs::read_dir(directory.join("bundles")).unwrap() {
            let path = entry.unwrap().path();
            let cluster = path.file_stem().unwrap().to_str().unwrap().to_owned();
            bundles.insert(cluster, std::fs::read_to_string(path).unwrap());
        }
        let queries = Queries::read(&directory.join("queries.yaml")).unwrap();
        followed += queries.queries.len();
        differences.extend(compare(name, &world, &worlds::routing(&directory), &bundles, &queries));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(followed >= 100, "only {followed} queries");
}

#[test]
fn every_query_of_every_case_ends_in_dumps_where_it_ends_in_the_world() {
    let (mut followed, mut differences) = (0, Vec::new());
    for case in Case::all() {
        let Some(queries) = Queries::of(&case.name) else { continue };
        let sources = case.sources();
        let mut world = meshgen::world(&sources).value.unwrap();
        queries.extend(&mut world);
        if !dump::can_say(&world) {
            continue;
        }
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        let bundles = dump::joined(&files);
        followed += queries.queries.len();
        differences.extend(compare(&case.name, &world, &followed::routing(&files), &bundles, &queries));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(followed >= 100, "only {followed} queries");
}

/// Whatever is cut or broken: an answer or a refusal, and never the value of a Secret.
#[test]
fn broken_dumps_are_refused_without_a_secret() {
    let mut world = worlds::world(&worlds::root().join("two-networks"));
    for cluster in &mut world.clusters {
        cluster.sees = vec!["other".to_owned()];
    }
    let dump = dump::of(&world.clusters[0], "");
    let (mut sound, mut refused) = (0, 0);
    for text in [serde_yaml::to_string(&dump).unwrap(), dump.to_string()] {
        assert!(text.contains(dump::SECRET));
        for at in (0..text.len()).step_by(23) {
            let mut marks = [b'{', b'"', b'\n', b'-', 0xFF].into_iter().cycle();
            let broken =
                [&text.as_bytes()[..at], &[marks.nth(at).unwrap()], &text.as_bytes()[at + 1..]].concat();
            for bytes in [&text.as_bytes()[..at], &broken] {
                let mut dumps = Dumps::default();
                match dumps.read(&Origin::named("near", "dump"), bytes, LIMIT) {
                    Ok(()) => {
                        sound += 1;
                        let State { world, routing, notes, findings } = dumps.state();
                        assert!(
                            !format!("{world:?}{routing:?}{notes:?}{findings:?}").contains(dump::SECRET),
                            "{at}"
                        );
                    }
                    Err(unreadable) => {
                        refused += 1;
                        assert!(!format!("{unreadable:?}").contains(dump::SECRET), "{at}");
                    }
                }
            }
        }
    }
    assert!(sound > 10 && refused > 10, "{sound} sound, {refused} refused");
}

/// The queries that end elsewhere in dumps, of YAML or of JSON.
fn compare(
    name: &str,
    world: &World,
    routing: &Routing,
    bundles: &BTreeMap<String, String>,
    queries: &Queries,
) -> Vec<String> {
    let mut differences = Vec::new();
    let there = Tracer::new(world, routing);
    for json in [false, true] {
        let State { world, routing, notes, findings } = state(world, bundles, json);
        assert_eq!(findings, [], "{name}");
        assert_eq!(notes, [""; 0], "{name}");
        let here = Tracer::new(&world, &routing);
        for query in &queries.queries {
            let request = query.request().unwrap();
            let (here, there) = (here.trace(&request).unwrap(), there.trace(&request).unwrap());
            let places = [&here, &there].map(|trace| trace.places(query.app()));
            if places[0] != places[1] || here.features != there.features {
                differences
                    .push(format!("{name}: {query}: {:?} in dumps, {:?} in the world", places[0], places[1]));
            }
        }
    }
    differences
}

fn state(world: &World, bundles: &BTreeMap<String, String>, json: bool) -> State {
    let as_yaml = |dump: &Value| serde_yaml::to_string(dump).unwrap();
    let write: &dyn Fn(&Value) -> String = if json { &Value::to_string } else { &as_yaml };
    dump::read(world, bundles, write).state()
}
