//! A directory of bundles, one safe step on at a time.

use super::world::{ROUTING, TOPOLOGY, WRONG, World};

/// Another place for a version, and a service that nobody has to name any more.
const WANTED: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: 203.0.113.10}
  cluster2: {gateway: 203.0.113.20}
services:
  ratings: {ports: 9080, versions: {v1: cluster2}}
  reviews: {ports: 9080, versions: {v1: cluster2, v2: cluster1}}
";

#[test]
fn steps_end_at_what_is_built() {
    for layout in ["flat", "cluster", "kustomize"] {
        let world = World::new();
        world.write("wanted.yaml", WANTED);
        let built = world.run(&format!("build topology.yaml routing.yaml --layout {layout} -o dist"));
        assert_eq!(built.code, 0, "{}", built.stderr);
        let next = "next dist wanted.yaml routing.yaml --world topology.yaml";
        let steps: Vec<i32> = (0..3).map(|_| world.run(next).code).collect();
        assert_eq!(steps, [3, 3, 3], "{layout}");
        assert_eq!(world.run(next).code, 0, "{layout}");
        let check = format!("build wanted.yaml routing.yaml --layout {layout} -o dist --check");
        let checked = world.run(&check);
        assert_eq!(checked.code, 0, "{layout}: {}{}", checked.stdout, checked.stderr);
    }
}

#[test]
fn what_is_refused_leaves_everything_as_it_was() {
    let world = World::new();
    world.write("wrong.yaml", WRONG);
    assert_eq!(world.run("build topology.yaml routing.yaml -o dist").code, 0);
    let names = world.names("dist");
    let before: Vec<String> = names.iter().map(|name| world.read(&format!("dist/{name}"))).collect();
    assert_eq!(world.run("next dist topology.yaml wrong.yaml").code, 2);
    let after: Vec<String> = names.iter().map(|name| world.read(&format!("dist/{name}"))).collect();
    assert_eq!((world.names("dist"), before), (names, after));
    world.write("inputs/topology.yaml", TOPOLOGY);
    world.write("inputs/routing.yaml", ROUTING);
    world.refuses("next inputs topology.yaml", "no directory of bundles");
    world.refuses("next nowhere topology.yaml", "no directory of bundles");
}
