//! Runs that are killed: each file is old or new, none is half, and the next run sweeps up.
//!
//! A run is killed once so many files have been seen being written, or a little later, so that it is caught in the midst of
//! its work however fast the machine is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use super::world::World;

/// How many runs are killed.
const RUNS: usize = 64;
const CLUSTERS: usize = 8;
const SERVICES: usize = 40;

/// Enough files, and large enough, for a run to be killed while it writes.
fn topology() -> String {
    let mut text = "apiVersion: meshgen/v1\nkind: Topology\nclusters:\n".to_owned();
    for number in 1..=CLUSTERS {
        writeln!(text, "  cluster{number}: {{gateway: 203.0.113.{number}}}").unwrap();
    }
    text.push_str("services:\n");
    for number in 0..SERVICES {
        let (one, other) = (number % CLUSTERS + 1, (number + 3) % CLUSTERS + 1);
        writeln!(text, "  s{number}: {{ports: 9080, versions: {{v1: cluster{one}, v2: cluster{other}}}}}")
            .unwrap();
    }
    text
}

fn routing(share: usize) -> String {
    let mut text = "apiVersion: meshgen/v1\nkind: Routing\nroutes:\n".to_owned();
    for number in 0..SERVICES {
        writeln!(text, "  s{number}: {{to: {{v1: {share}, v2: {}}}}}", 100 - share).unwrap();
    }
    text
}

fn files(world: &World) -> BTreeMap<String, String> {
    let names = if world.path("dist").exists() { world.names("dist") } else { Vec::new() };
    let path = |name: &String| world.path(&format!("dist/{name}"));
    let files = names.into_iter().filter(|name| path(name).is_file());
    files.map(|name| (name.clone(), fs::read_to_string(path(&name)).unwrap())).collect()
}

/// Kills a run once it has begun to write so many files, or has ended; before that, looks a few times more.
fn kill_while_writing(world: &World, routing: &str, count: usize, more: usize) {
    let temporary = || -> BTreeSet<_> {
        let names =
            world.path("dist").read_dir().into_iter().flatten().flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".meshgen-")).collect()
    };
    let of_others = temporary();
    let begun = || temporary().difference(&of_others).count();
    let mut run = world.command(["build", "-q", "topology.yaml", routing]).spawn().unwrap();
    while begun() < count && run.try_wait().unwrap().is_none() {}
    for _ in 0..more {
        begun();
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_sweeps() {
    let world = World::new();
    world.write("topology.yaml", &topology());
    world.write("one.yaml", &routing(10));
    world.write("other.yaml", &routing(20));
    let build = |routing: &str| world.run(&format!("build -q topology.yaml {routing}"));
    assert_eq!(build("other.yaml").code, 0);
    let other = files(&world);
    assert_eq!(build("one.yaml").code, 0);
    let one = files(&world);
    let mut half_way = 0;
    for runs in 0..RUNS {
        let routing = if runs.is_multiple_of(2) { "other.yaml" } else { "one.yaml" };
        kill_while_writing(&world, routing, runs / 2 % (2 * CLUSTERS), runs % 7);
        let mut left = files(&world);
        let before = left.len();
        left.retain(|name, _| !name.starts_with(".meshgen-"));
        for (name, text) in &left {
            assert!(*text == one[name] || *text == other[name], "{name} is half after {runs} runs");
        }
        assert!(left.keys().eq(one.keys()), "{:?}", left.keys());
        half_way += usize::from(before > left.len());
    }
    assert!(half_way > 0, "no run was killed while writing");
    assert_eq!(build("one.yaml").code, 0);
    assert_eq!(files(&world), one, "{half_way} runs were killed while writing");
}

#[test]
fn a_first_run_that_is_killed_leaves_nothing_that_looks_done() {
    let world = World::new();
    for runs in 0..20 {
        kill_while_writing(&world, "routing.yaml", runs % 4, runs);
        for (name, text) in files(&world) {
            assert!(name.starts_with(".meshgen-") || text.ends_with('\n'), "{name} is half");
        }
    }
    assert_eq!(world.run("build topology.yaml routing.yaml").code, 0);
    assert_eq!(world.names("dist"), super::world::BUILT);
}

#[test]
fn a_limit_on_files_is_an_error_that_leaves_nothing() {
    let world = World::new();
    world.write("topology.yaml", &topology());
    world.write("routing.yaml", &routing(50));
    let meshgen = env!("CARGO_BIN_EXE_meshgen");
    let line = format!("ulimit -f 4; exec {meshgen} build topology.yaml routing.yaml");
    let ran = std::process::Command::new("bash")
        .args(["-c", &line])
        .current_dir(world.root.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("cannot write dist/") && stderr.contains("too large"), "{stderr}");
    assert!(!world.path("dist").exists());
}
