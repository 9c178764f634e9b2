//! The two sides of a change: a revision of git, another release.

use std::process::Command;

use super::world::World;

fn git(world: &World, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let made = Command::new("git").args(who).args(arguments).current_dir(world.path(".")).output().unwrap();
    assert!(made.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&made.stderr));
}

fn world() -> World {
    let world = World::new();
    git(&world, &["init", "-q", "-b", "main"]);
    git(&world, &["add", "."]);
    git(&world, &["commit", "-q", "-m", "as it was"]);
    world
}

#[test]
fn a_revision_is_one_side() {
    let world = world();
    let same = world.run("diff --base main topology.yaml routing.yaml");
    assert_eq!((same.code, same.stderr.as_str()), (0, ""), "{}", same.stdout);
    assert!(same.stdout.contains("none changes"), "{}", same.stdout);
    let before = world.read("routing.yaml");
    world.write("routing.yaml", &before.replace("v1: 50, v2: 50", "v1: 25, v2: 75"));
    let changed = world.run("diff --base main topology.yaml routing.yaml");
    assert_eq!(changed.code, 1, "{}", changed.stderr);
    assert!(changed.stdout.contains("v1 (cluster1) 50 → 25 · v2 (cluster2) 50 → 75"), "{}", changed.stdout);
    // By a directory, and from outside of the clone.
    assert_eq!(world.run("diff --base main .").stdout, changed.stdout);
    // The clone is as it was: nothing staged, nothing left.
    git(&world, &["diff", "--cached", "--quiet"]);
    let planned = world.run("plan --base main topology.yaml routing.yaml");
    assert_eq!(planned.code, 0, "{}", planned.stderr);
}

#[test]
fn what_is_wrong_at_a_revision_is_told_with_it() {
    let world = world();
    let before = world.read("topology.yaml");
    world.write("topology.yaml", &before.replace("v2: cluster2", "v2: cluster9"));
    git(&world, &["commit", "-q", "-a", "-m", "broken"]);
    world.write("topology.yaml", &before);
    let broken = world.run("diff --base main topology.yaml routing.yaml");
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.contains("[main:topology.yaml:"), "{}", broken.stderr);
    for (revision, path, said) in [
        ("nope", "topology.yaml", "there is no revision `nope`"),
        ("main", "new.yaml", "none of these paths is there at `main`"),
    ] {
        world.write("new.yaml", "");
        let refused = world.run(&format!("diff --base {revision} {path}"));
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}

#[test]
fn another_release_is_one_side() {
    let world = World::new();
    let same = world.run("diff --istio 1.31 topology.yaml routing.yaml");
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    // Gateways of old installations have another label.
    let older = world.run("diff --istio 1.9 topology.yaml routing.yaml");
    assert_eq!(older.code, 1, "{}", older.stderr);
    assert!(older.stdout.contains("selector.istio eastwestgateway → ingressgateway"), "{}", older.stdout);
    // Beside bundles only what is to be is of that release.
    assert_eq!(world.run("build topology.yaml routing.yaml -q").code, 0);
    assert_eq!(world.run("diff dist topology.yaml routing.yaml --istio 1.31").code, 0);
    assert_eq!(world.run("diff dist topology.yaml routing.yaml --istio 1.9").stdout, older.stdout);
    for (line, said) in [
        ("diff dist --istio 1.9", "bundles are for the release that they were built for"),
        ("diff topology.yaml --istio 1.99", "known are 1.1 to 1.32"),
    ] {
        let refused = world.run(line);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}
