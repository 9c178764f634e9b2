//! Inputs out of dumps, and inputs beside dumps.

use serde_json::{Value, json};

use super::dumps::{BOOKINFO, DUMPS, RULES, applied, write};
use super::world::World;
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

/// What else is in a cluster may break what meshgen's objects send, though no object has their hosts.
#[test]
fn what_would_break_the_bundles_is_named() {
    let istio = |kind: &str, namespace: &str, spec: Value| {
        let group = if kind == "PeerAuthentication" { "security" } else { "networking" };
        json!({
            "apiVersion": format!("{group}.istio.io/v1"),
            "kind": kind,
            "metadata": {"name": "by-hand", "namespace": namespace, "creationTimestamp": "2020-01-01T00:00:00Z"},
            "spec": spec,
        })
    };
    let gateway = |hosts: &str, mode: &str| {
        json!({
            "selector": {"istio": "eastwestgateway"},
            "servers": [{"port": {"number": 15443, "name": "tls", "protocol": "TLS"}, "tls": {"mode": mode}, "hosts": [hosts]}],
        })
    };
    for (object, found) in [
        (
            istio("PeerAuthentication", "default", json!({"mtls": {"mode": "DISABLE"}})),
            "do not take the mesh's TLS (MG0739)",
        ),
        (istio("PeerAuthentication", "default", json!({"mtls": {"mode": "STRICT"}})), ""),
        (
            istio("Gateway", "istio-system", gateway("*", "AUTO_PASSTHROUGH")),
            "Gateway istio-system/by-hand in cluster2 (MG0728)",
        ),
        (istio("Gateway", "istio-system", gateway("*.global", "AUTO_PASSTHROUGH")), ""),
        (
            istio(
                "DestinationRule",
                "istio-system",
                json!({"host": "*.local", "trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}),
            ),
            "",
        ),
    ] {
        let (world, mut dumps) = applied(BOOKINFO, RULES);
        dumps[1].1["items"].as_array_mut().unwrap().push(object);
        write(&world, "cluster2", &dumps[1].1);
        let ran = world.run(&format!("check topology.yaml routing.yaml --against {DUMPS}"));
        if found.is_empty() {
            assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        } else {
            assert_eq!(ran.code, 1, "{found}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains(found), "{found}: {}", ran.stdout);
        }
    }
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let text = dumps[0].1.to_string().replace("pilot:1.31.1", "pilot:1.24.1");
    dumps[0].1 = serde_json::from_str(&text).unwrap();
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("check topology.yaml routing.yaml --against {DUMPS}"));
    assert!(
        ran.stdout.contains("  note cluster1: it runs Istio 1.24, older than the 1.31"),
        "{}",
        ran.stdout
    );
}

/// One cluster with two versions and a rule of somebody's own.
fn by_hand(route: &str) -> World {
    let workload = |version: &str| {
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": format!("reviews-{version}"), "namespace": "default"},
            "spec": {"replicas": 1, "template": {
                "metadata": {"labels": {"app": "reviews", "version": version}},
                "spec": {"containers": [{"name": "app", "image": "app"}]},
            }},
        })
    };
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "reviews", "namespace": "default"},
        "spec": {"selector": {"app": "reviews"}, "ports": [{"name": "http", "port": 9080}]},
    });
    let istio = |kind: &str, spec: Value| {
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": kind,
            "metadata": {"name": "by-hand", "namespace": "default", "creationTimestamp": "2020-01-01T00:00:00Z"},
            "spec": spec,
        })
    };
    let subsets =
        json!([{"name": "v1", "labels": {"version": "v1"}}, {"name": "v2", "labels": {"version": "v2"}}]);
    let route: Value = serde_yaml::from_str(route).unwrap();
    let items = [
        service,
        workload("v1"),
        workload("v2"),
        istio("DestinationRule", json!({"host": "reviews", "subsets": subsets})),
        istio("VirtualService", json!({"hosts": ["reviews"], "http": [route]})),
    ];
    let world = World::new();
    write(&world, "a", &json!({"apiVersion": "v1", "kind": "List", "items": items}));
    world
}

/// An object whose meaning was not taken is not to be deleted.
#[test]
fn what_is_not_taken_over_is_a_finding_and_is_not_retired() {
    let shares = |first: u32, second: u32| {
        let share = |version, weight| {
            format!("{{destination: {{host: reviews, subset: {version}}}, weight: {weight}}}")
        };
        format!("route: [{}, {}]", share("v1", first), share("v2", second))
    };
    let retired = "delete virtualservice by-hand";
    let world = by_hand(&shares(3, 1));
    let ran = world.run("import a=a.dump");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("  reviews: {to: {v1: 75, v2: 25}}\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains(retired) && !ran.stderr.contains("MG07"), "{}", ran.stderr);
    for (route, found) in [
        (shares(999, 1), "warning MG0753: a share of 999 in 1000 is no whole percent\n"),
        (
            format!("{}\nwebsocketUpgrade: true", shares(1, 1)),
            "warning MG0752: `websocketUpgrade` has no counterpart",
        ),
        (
            format!("{}\nretries: {{attempts: 3, retryOn: 5xxx}}", shares(1, 1)),
            "warning MG0707: no rules are written for `reviews`",
        ),
        (
            shares(1, 1).replace("subset: v2", "subset: v3"),
            "warning MG0754: nobody runs the subset `v3` of `reviews`",
        ),
        (
            "route: [{destination: {host: www.example.com}}]".to_owned(),
            "warning MG0752: the destination `www.example.com`",
        ),
    ] {
        let world = by_hand(&route);
        let ran = world.run("import a=a.dump");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains(found), "{found}{}", ran.stderr);
        assert!(
            !ran.stderr.contains(retired) && !ran.stdout.contains("kind: Routing"),
            "{}{}",
            ran.stderr,
            ran.stdout
        );
        let named = ran.stderr.contains("   a  VirtualService default/by-hand  is not taken over\n");
        assert!(named || found.contains("MG0707"), "{}", ran.stderr);
    }
}
