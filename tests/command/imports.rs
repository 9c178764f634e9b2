//! Inputs out of dumps, and inputs beside dumps.

use serde_json::{Value, json};

use super::dumps::{BOOKINFO, DUMPS, RULES, applied, write};
use crate::support::dump;

#[test]
fn an_import_of_dumps_builds_what_is_applied_and_shows_no_secret() {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let secret = json!({
        "apiVersion": "v1",
        "data": {"password": dump::SECRET},
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "a"},
    });
    dumps[0].1["items"].as_array_mut().unwrap().push(secret);
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("import {DUMPS} -o mesh.yaml"));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("import    reproduces "), "{}", ran.stderr);
    let text = world.read("mesh.yaml");
    assert!(!(text.clone() + &ran.stderr).contains(dump::SECRET));
    assert!(
        text.contains("reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2, v3: cluster2}}"),
        "{text}"
    );
    let built = world.run("build mesh.yaml -o again");
    assert_eq!(built.code, 0, "{}", built.stderr);
    for cluster in ["cluster1", "cluster2"] {
        assert_eq!(world.read(&format!("again/{cluster}.yaml")), world.read(&format!("dist/{cluster}.yaml")));
    }
    // What somebody may have worked on is not written over.
    world.refuses(&format!("import {DUMPS} -o mesh.yaml"), "mesh.yaml exists already");
    world.refuses("import topology.yaml", "names no cluster");
    assert!(world.run("import --kinds").stdout.starts_with("kubectl get nodes,"));
}

/// The address of a gateway that waits for one is open, and nothing is built until it is decided.
#[test]
fn what_nobody_can_tell_is_open() {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    for object in dumps[1].1["items"].as_array_mut().unwrap() {
        if object["kind"] == "Service" && object["metadata"]["name"] == "istio-eastwestgateway" {
            object["status"] = json!({"loadBalancer": {}});
        }
    }
    write(&world, "cluster2", &dumps[1].1);
    let ran = world.run(&format!("import {DUMPS} -o mesh.yaml"));
    assert!(ran.stderr.contains("TODO      clusters.cluster2.gateway: "), "{}", ran.stderr);
    let text = world.read("mesh.yaml");
    assert!(text.contains("; entries in cluster1 dial 203.0.113.20\n  cluster2: {gateway: TODO"), "{text}");
    let built = world.run("build mesh.yaml -o again");
    assert_eq!(built.code, 1);
    assert!(
        built.stderr.contains("MG0704") && built.stderr.contains("dial 203.0.113.20"),
        "{}",
        built.stderr
    );
    world.write("mesh.yaml", &text.replace("gateway: TODO", "gateway: 203.0.113.20"));
    assert_eq!(world.run("build mesh.yaml -o again").code, 0);
    assert_eq!(world.read("again/cluster1.yaml"), world.read("dist/cluster1.yaml"));
}

#[test]
fn inputs_are_held_against_what_runs() {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let check = format!("check topology.yaml routing.yaml --against {DUMPS}");
    let ran = world.run(&check);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout
            .ends_with("hold?\n  yes\nwhat would defeat the bundles?\n  nothing\nare they applied?\n  yes\n"),
        "{}",
        ran.stdout
    );

    let items = dumps[0].1["items"].as_array_mut().unwrap();
    let routed =
        |object: &Value| object["kind"] == "VirtualService" && object["metadata"]["name"] == "reviews";
    let mut older = items.iter().find(|object| routed(object)).unwrap().clone();
    for object in items.iter_mut().filter(|object| routed(object)) {
        object["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z".into();
        object["spec"]["http"][0]["timeout"] = "5s".into();
    }
    older["metadata"] =
        json!({"name": "by-hand", "namespace": "default", "creationTimestamp": "2020-01-01T00:00:00Z"});
    items.push(older);
    items.retain(|object| object["kind"] != "Pod" || object["metadata"]["labels"]["app"] != "details");
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&check);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for line in [
        "  error cluster1: no pod of Service default/details is ready\n",
        "  error cluster1: VirtualService default/by-hand is older, and rules alone for reviews.default.svc.cluster.local: delete it once the bundle is applied\n",
        "  error cluster1: VirtualService default/reviews is not what the inputs give: edited, or not applied again\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}{}", ran.stdout);
    }
    world.refuses(
        "check topology.yaml routing.yaml --against cluster3=cluster1.dump",
        "there is no cluster `cluster3`",
    );
}
