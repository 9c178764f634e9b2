//! Worlds that no topology gives, with bundles by hand: each a directory in the form of the judge of real Istio, with
//! `world.yaml`, `bundles/<cluster>.yaml` and `queries.yaml`; and `since`, the first release that takes the bundles, if not all do.
//! `tests/conformance` asks real Istio the same.

use std::path::{Path, PathBuf};

use meshgen::trace::Tracer;
use meshgen::trace::object::{BundleText, Routing};
use meshgen::trace::world::World;

use crate::support::query::Queries;

#[test]
fn every_query_of_every_world_ends_where_it_must() {
    let mut worlds: Vec<PathBuf> =
        std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    worlds.sort();
    let differences: Vec<_> = worlds
        .iter()
        .flat_map(|world| RELEASES.into_iter().flat_map(|release| differences(world, release)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_dead_end_is_met() {
    let directories = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let expected: String =
        directories.map(|world| std::fs::read_to_string(world.join("queries.yaml")).unwrap()).collect();
    let missing: Vec<_> = meshgen::trace::report::DeadEnd::ALL
        .iter()
        .filter(|dead| !expected.contains(&format!("error:{dead}\": ")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(expected.contains("passthrough: "));
}

#[test]
fn what_nobody_reads_is_said() {
    let directory = root().join("primary-remote");
    let (world, routing) = (world(&directory), routing(&directory));
    let queries = Queries::read(&directory.join("queries.yaml")).unwrap();
    let trace = Tracer::new(&world, &routing).trace(&queries.queries[1].request().unwrap()).unwrap();
    assert_eq!(trace.notes, ["near configures far: nobody reads Istio's objects in the bundle of far"]);
}

/// Those of which real Istio is asked.
const RELEASES: [u8; 4] = [24, 26, 29, 31];

/// The first release, of 1, that takes the bundles of a directory.
pub fn since(directory: &Path) -> u8 {
    let text = std::fs::read_to_string(directory.join("since")).ok();
    text.map_or(0, |text| text.trim().strip_prefix("1.").unwrap().parse().unwrap())
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/translation/worlds")
}

/// The queries of a directory that end elsewhere, where control planes and proxies are of a release.
fn differences(directory: &Path, release: u8) -> Vec<String> {
    let name = directory.file_name().unwrap().to_str().unwrap();
    let (mut world, routing) = (world(directory), routing(directory));
    if since(directory) > release {
        return Vec::new();
    }
    for cluster in &mut world.clusters {
        cluster.release = release;
    }
    let tracer = Tracer::new(&world, &routing);
    let queries = Queries::read(&directory.join("queries.yaml")).unwrap();
    let of_query = |query: &crate::support::query::Query| {
        let trace = tracer.trace(&query.request().unwrap()).unwrap();
        let found = query.differences(&trace, release).into_iter();
        found.map(|difference| format!("{name}, 1.{release}: {query}: {difference}")).collect::<Vec<_>>()
    };
    queries.queries.iter().flat_map(of_query).collect()
}

/// As the judge reads it: a Service selects by its name, if nothing is said.
pub fn world(directory: &Path) -> World {
    let text = std::fs::read_to_string(directory.join("world.yaml")).unwrap();
    let mut world: World = serde_yaml::from_str(&text).unwrap();
    for service in world.clusters.iter_mut().flat_map(|cluster| &mut cluster.services) {
        let own = || [("app".to_owned(), service.name.clone())].into();
        service.selector = Some(service.selector.take().unwrap_or_else(own));
    }
    world
}

/// The files below `bundles`, by the clusters that their names give.
pub fn routing(directory: &Path) -> Routing {
    let files: Vec<_> = std::fs::read_dir(directory.join("bundles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let cluster = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (cluster, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let bundles: Vec<_> =
        files.iter().map(|(cluster, text)| BundleText { cluster, file: cluster, text }).collect();
    Routing::read(&bundles).unwrap()
}
