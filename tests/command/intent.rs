//! What a change is meant to do, beside what it does.

use super::world::World;

const CANARY: &str = "\
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews:
  - match: {headers: {end-user: jason}}
    to: {v2: 25, v1: 75}
  - match: {headers: {beta: x}, uri: {prefix: /api}}
    to: v2
  - to: {v1: 95, v2: 5}
";

/// `routing.yaml` sends half of all requests to each version, `next.yaml` does as above.
fn world() -> World {
    let world = World::new();
    world.write("next/topology.yaml", &world.read("topology.yaml"));
    world.write("next/routing.yaml", CANARY);
    world.write("now/topology.yaml", &world.read("topology.yaml"));
    world.write("now/routing.yaml", &world.read("routing.yaml"));
    world
}

fn change(entries: &str) -> String {
    format!("apiVersion: meshgen/v1\nkind: Change\nchanges:\n{entries}")
}

const MEANT: &str = "\
- {service: reviews, from: all, match: {headers: {end-user: jason}}, becomes: {v1: 75, v2: 25}}
- {service: reviews, match: {headers: {beta: x}, uri: {prefix: /api}}, becomes: v2@cluster2}
- {service: reviews, from: [cluster1, cluster2], becomes: {v1@cluster1: 95, v2: 5}}
";

#[test]
fn what_is_meant_passes_and_anything_else_does_not() {
    let world = world();
    world.write("change.yaml", &change(MEANT));
    let meant = world.run("diff now next --expect change.yaml");
    assert_eq!((meant.code, meant.stderr.as_str()), (0, ""), "{}", meant.stdout);
    for (from, to, code, label) in [
        (
            "v1@cluster1: 95, v2: 5",
            "v1@cluster1: 90, v2: 10",
            "MG0631",
            "is to become v1@cluster1 90 · v2 10",
        ),
        ("v1@cluster1: 95", "v1@cluster2: 95", "MG0631", "become v1@cluster1 95 · v2@cluster2 5"),
        ("[cluster1, cluster2]", "cluster1", "MG0630", "from cluster2 change from"),
        ("[cluster1, cluster2]", "cluster3", "MG0632", "there is no such cluster"),
        ("- {service: reviews, match", "- {service: review, match", "MG0632", "did you mean `reviews`?"),
        ("beta: x", "beta: y", "MG0632", "no request that a rule tells apart meets this condition"),
        ("v1@cluster1: 95, v2: 5", "v1@cluster1: 95", "MG0632", "not 100 percent"),
    ] {
        assert!(MEANT.contains(from), "{from}");
        world.write("change.yaml", &change(&MEANT.replace(from, to)));
        let differs = world.run("diff now next --expect change.yaml");
        // What names nothing at all is known before anything is compared.
        let ending = if label == "not 100 percent" { 2 } else { 1 };
        assert_eq!(differs.code, ending, "{to}: {}", differs.stderr);
        assert!(differs.stderr.contains(code) && differs.stderr.contains(label), "{to}: {}", differs.stderr);
    }
}

#[test]
fn what_is_not_named_stays_or_at_least_lives() {
    let world = world();
    let (first, _) = MEANT.split_once('\n').unwrap();
    world.write("change.yaml", &change(first));
    let differs = world.run("diff now next --expect change.yaml");
    assert_eq!(differs.code, 1);
    assert!(differs.stderr.contains("MG0630"), "{}", differs.stderr);
    world.write("change.yaml", &format!("{}\nelse: no-loss\n", change(first)));
    assert_eq!(world.run("diff now next --expect change.yaml").code, 0);
    // Nobody has v1 any more, and a rule sends requests there.
    let dead = world.read("topology.yaml").replace("v1: cluster1", "v1: []");
    world.write("dead/topology.yaml", &dead);
    world.write("dead/routing.yaml", &world.read("routing.yaml"));
    world.write("change.yaml", "apiVersion: meshgen/v1\nkind: Change\nelse: no-loss\n");
    let ran = world.run("diff now dead --expect change.yaml");
    assert_ne!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn the_document_that_is_written_fits() {
    let world = world();
    assert_eq!(world.run("diff now next --write-expect change.yaml").code, 0);
    let written = world.read("change.yaml");
    assert_eq!(world.run("diff now next --write-expect").stdout, written);
    assert_eq!(world.run("diff now next --expect change.yaml").code, 0, "{written}");
    assert_eq!(written.matches("service: reviews").count(), 3, "{written}");
    // It is of this change, not of another.
    assert_eq!(world.run("diff next now --expect change.yaml").code, 1);
    // It is replaced, and nothing else is.
    assert_eq!(world.run("diff next now --write-expect change.yaml").code, 0);
    assert_ne!(world.read("change.yaml"), written);
    world.refuses("diff now next --write-expect now/routing.yaml", "is no Change document");
}

#[test]
fn other_commands_pass_over_it() {
    let world = world();
    let before = world.run("build now -o before -q");
    world.write("now/change.yaml", &change(MEANT));
    let after = world.run("build now -o after -q");
    assert_eq!((before.code, after.code, after.stderr.as_str()), (0, 0, ""));
    assert_eq!(world.read("before/cluster1.yaml"), world.read("after/cluster1.yaml"));
    world.refuses("diff now next --expect now/routing.yaml", "says nothing of a change");
}

#[test]
fn while_a_plan_runs_a_version_may_answer_for_another() {
    let world = world();
    // Two versions exchange their clusters: some mix of old and new sends requests to the other one.
    let topology = world.read("topology.yaml");
    let moved = topology.replace("v1: cluster1", "v1: X").replace("v2: cluster2", "v2: cluster1");
    world.write("moved/topology.yaml", &moved.replace("v1: X", "v1: cluster2"));
    world.write("moved/routing.yaml", &world.read("routing.yaml"));
    world.write("change.yaml", "apiVersion: meshgen/v1\nkind: Change\nduring: {v1: [v2], v2: [v1]}\n");
    let strict = world.run("plan now moved");
    let lenient = world.run("plan now moved --expect change.yaml");
    assert_eq!(lenient.code, 0, "{}{}", lenient.stdout, lenient.stderr);
    let steps = |text: &str| text.matches(" apply ").count();
    assert!(steps(&lenient.stdout) <= steps(&strict.stdout), "{}\n{}", strict.stdout, lenient.stdout);
}
