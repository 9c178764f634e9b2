//! All services at once, and what if something is down.

use serde_json::Value;

use super::world::World;

/// Two clusters that stand in for each other, and a third that calls.
const STAND_INS: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters:
  a: {gateway: 198.51.100.1, locality: eu}
  b: {gateway: 198.51.100.2, locality: us}
  c: {gateway: 198.51.100.3, locality: eu}
services:
  db: {ports: {tcp: 5432}, clusters: [a, b], acrossClusters: failover, clients: [c]}
  shop/web: {ports: 80, versions: {v1: a, v2: b}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  db: any
  shop/web: {to: {v1: 90, v2: 10}}
";

const ALL: &str = "\
| service     | a             | b             | c                 |
|-------------|---------------|---------------|-------------------|
| db:5432     | any           | any           | a/any             |
| shop/web:80 | 90 v1, 10 b/v2 | 90 a/v1, 10 v2 | 90 a/v1, 10 b/v2 |
";

#[test]
fn all_services_are_one_table() {
    let world = World::new();
    world.write("topology.yaml", STAND_INS);
    let cells = |text: &str| -> Vec<Vec<String>> {
        let lines = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|-"));
        lines.map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
    };
    let ran = world.run("trace topology.yaml --all");
    assert_eq!(cells(&ran.stdout), cells(ALL), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, 0);
    let ran = world.run("trace topology.yaml --all --from c");
    assert!(cells(&ran.stdout).contains(&["", "db:5432", "a/any", ""].map(str::to_owned).to_vec()));
    let ran = world.run("trace topology.yaml --all --format json");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let answer = &document["answers"][2];
    assert_eq!((&answer["service"], &answer["cluster"]), (&"db".into(), &"c".into()));
    assert_eq!(answer["shares"], serde_json::json!([{"place": "a/any", "percent": 100.0}]));
}

#[test]
fn what_if_something_is_down() {
    let world = World::new();
    world.write("topology.yaml", STAND_INS);
    let ran = world.run("trace topology.yaml --survive");
    let lines: Vec<Vec<&str>> =
        ran.stdout.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    for row in [
        ["", "a", "db:5432", "c", "b/any", "a/any", ""],
        ["", "gateway of a", "db:5432", "c", "b/any", "a/any", ""],
        ["", "b", "shop/web:80", "a, c", "LOST 10 %", "90 a/v1, 10 b/v2", ""],
        ["", "web-v1 in a", "shop/web:80", "a, b, c", "LOST 90 %", "90 a/v1, 10 b/v2", ""],
    ] {
        assert!(lines.contains(&row.to_vec()), "{row:?}: {}{}", ran.stdout, ran.stderr);
    }
    assert!(ran.stdout.ends_with(" outages lose no request\n"), "{}", ran.stdout);
    assert_eq!(ran.code, 0);
    let ran = world.run("trace topology.yaml --survive --format json");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["outages"][0]["down"]["kind"], "cluster");
    for (line, word) in [
        ("--all http://db/", "is one request"),
        ("--all --from c/shop", "names a cluster alone"),
        ("--survive --from d", "there is no cluster `d`"),
        ("--all --survive", "cannot be used with"),
        ("", "--from"),
    ] {
        world.refuses(&format!("trace topology.yaml {line}"), word);
    }
}
