//! Files, streams and environments as they really are.

use std::os::unix::fs::PermissionsExt as _;

use super::world::{BUILT, ROUTING, World, ran};

#[test]
fn output_that_cannot_be_written_is_named() {
    let world = World::new();
    for target in ["/dev/full", "topology.yaml", "topology.yaml/deeper", "/proc/none/dist"] {
        let ran = world.run(&format!("build topology.yaml routing.yaml -o {target}"));
        assert_eq!(ran.code, 2, "{target}");
        assert!(ran.stderr.contains("cannot"), "{}", ran.stderr);
    }
    let ran = world.shell("$M build topology.yaml routing.yaml --cluster cluster1 >/dev/full");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("No space left on device"), "{}", ran.stderr);
    let ran = world.shell("$M check topology.yaml routing.yaml --format json >/dev/full");
    assert_eq!(ran.code, 2);
}

#[test]
fn the_output_directory_is_made_with_its_parents() {
    let world = World::new();
    assert_eq!(world.run("build topology.yaml routing.yaml -o a/b/c").code, 0);
    assert_eq!(world.names("a/b/c"), BUILT);
}

#[test]
fn closed_streams_are_no_reason_to_panic() {
    let world = World::new();
    for line in [
        "$M build topology.yaml routing.yaml >&- 2>&-",
        "$M build topology.yaml routing.yaml --cluster cluster1 >&-",
        "$M check none.yaml 2>&-",
        "$M --help >&-",
        "$M --version >&-",
        "$M --version >/dev/full",
    ] {
        world.shell(line);
    }
    assert_eq!(world.shell("$M --help >&-").code, 0);
    let ran = world.shell("($M explain MG0101; echo $? >&2) | true");
    assert!(!ran.stderr.contains("panic") && !ran.stderr.contains("error"), "{}", ran.stderr);
}

#[test]
fn permissions_obey_the_umask() {
    let world = World::new();
    world.shell("umask 027; $M build topology.yaml routing.yaml");
    let mode = |name: &str| world.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("dist"), mode("dist/cluster1.yaml")), (0o750, 0o640));
}

#[test]
fn two_runs_at_once_leave_one_set() {
    let world = World::new();
    world.write("other.yaml", &ROUTING.replace("v1: 50, v2: 50", "v1: 10, v2: 90"));
    let start = |routing: &str| world.command(["build", "-q", "topology.yaml", routing]).spawn().unwrap();
    let runs: Vec<_> = (0..4).flat_map(|_| [start("routing.yaml"), start("other.yaml")]).collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    assert_eq!(world.names("dist"), BUILT);
    let is_one = |routing: &str| world.run(&format!("build --check topology.yaml {routing}")).code == 0;
    assert!(is_one("routing.yaml") || is_one("other.yaml"));
}

#[test]
fn neither_locale_nor_zone_nor_home_reach_the_output() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    for (name, value) in
        [("LC_ALL", "tr_TR.UTF-8"), ("LC_ALL", "C"), ("TZ", "Asia/Tokyo"), ("RUST_BACKTRACE", "1")]
    {
        let output = world
            .command(["build", "--check", "topology.yaml", "routing.yaml"])
            .env(name, value)
            .env_remove("HOME")
            .output();
        assert_eq!(ran(output.unwrap()).code, 0, "{name}={value}");
    }
}

#[test]
fn a_working_directory_that_is_gone_is_survived() {
    let world = World::new();
    let root = world.root.path().display();
    let line = format!(
        "mkdir gone && cd gone && rmdir ../gone && $M check {root}/topology.yaml {root}/routing.yaml"
    );
    assert_eq!(world.shell(&line).code, 0);
    assert_eq!(world.shell("mkdir gone && cd gone && rmdir ../gone && $M check topology.yaml").code, 2);
}
