//! Worlds that no topology gives, with bundles by hand: each a directory in the form of the judge of real Istio, with
//! `world.yaml`, `bundles/<cluster>.yaml` and `queries.yaml`.

use std::path::{Path, PathBuf};

use meshgen::trace::Tracer;
use meshgen::trace::object::{BundleText, Routing};
use meshgen::trace::world::World;

use crate::support::query::Queries;

#[test]
fn every_query_of_every_world_ends_where_it_must() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/translation/worlds");
    let home = std::env::var("WORLDS").map_or(home, PathBuf::from);
    let mut worlds: Vec<_> = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path()).collect();
    worlds.sort();
    let differences: Vec<_> = worlds.iter().flat_map(|world| differences(world)).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The queries of a directory that end elsewhere.
fn differences(directory: &Path) -> Vec<String> {
    let name = directory.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(directory.join("world.yaml")).unwrap();
    let world: World = match serde_yaml::from_str(&text) {
        Ok(w) => w,
        Err(e) => return vec![format!("{name}: {e}")],
    };
    let files: Vec<_> =
        world.clusters.iter().filter_map(|cluster| bundle(directory, &cluster.name)).collect();
    let bundles: Vec<_> =
        files.iter().map(|(cluster, text)| BundleText { cluster, file: cluster, text }).collect();
    let routing = Routing::of(&bundles);
    let tracer = Tracer::new(&world, &routing);
    let mut differences = Vec::new();
    let queries = Queries::read(&directory.join("queries.yaml")).unwrap();
    for query in &queries.queries {
        let request = query.request().unwrap();
        match tracer.trace(&request) {
            Ok(trace) => differences.extend(
                query
                    .differences(&trace)
                    .into_iter()
                    .map(|difference| format!("{name}: {query}: {difference}  {:?}", trace.notes)),
            ),
            Err(untraced) => differences.push(format!("{name}: {query}: {untraced:?}")),
        }
    }
    differences
}

fn bundle(directory: &Path, cluster: &str) -> Option<(String, String)> {
    let text = std::fs::read_to_string(directory.join("bundles").join(format!("{cluster}.yaml"))).ok()?;
    Some((cluster.to_owned(), text))
}
