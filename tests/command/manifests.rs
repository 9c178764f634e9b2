//! Dumps in their many forms: directories, compressed, manifests from git, addresses that are listed by hand.

use std::fs;

use serde_json::json;

use super::dumps::{BOOKINFO, DUMPS, RULES, applied, write};
use super::world::World;

/// Directories, compressed dumps, and manifests whose namespace is said by the name of the dump.
#[test]
fn dumps_may_lie_in_directories_and_be_compressed() {
    let (world, dumps) = applied(BOOKINFO, RULES);
    let asked = "--from cluster1 http://reviews:9080/";
    let whole = world.run(&format!("trace {DUMPS} {asked}"));
    fs::create_dir_all(world.path("all/below")).unwrap();
    let (some, others): (Vec<_>, Vec<_>) =
        dumps[0].1["items"].as_array().unwrap().iter().cloned().partition(|item| item["kind"] == "Service");
    let mut services = String::new();
    for mut service in some {
        if service["metadata"]["namespace"] == "default" {
            service["metadata"].as_object_mut().unwrap().remove("namespace");
        }
        services.push_str("---\n");
        services.push_str(&serde_yaml::to_string(&service).unwrap());
    }
    world.write("services.yaml", &services);
    let list = json!({"apiVersion": "v1", "kind": "List", "items": others}).to_string();
    world.write("all/below/others.json", &list);
    world.write("all/values.yaml", "items:\n- just: values\n");
    world.write("all/notes.md", "# {{ no dump }}\n");
    world.write("all/.hidden.yaml", "{{ }}\n");
    let packed = world.shell("gzip -c cluster2.dump >cluster2.yaml.gz");
    assert_eq!(packed.code, 0, "{}", packed.stderr);
    let apart = world
        .run(&format!("trace cluster1/default=services.yaml cluster1=all cluster2=cluster2.yaml.gz {asked}"));
    assert_eq!(apart.stderr, "");
    assert!(apart.stdout.starts_with(&whole.stdout), "{}", apart.stdout);
    assert!(apart.stdout.contains("no objects of Kubernetes (1)"), "{}", apart.stdout);
}

/// One pod of a version, as git has it.
#[test]
fn workloads_count_as_running_where_a_dump_has_no_pods() {
    let world = World::new();
    let deployment = |name: &str, replicas: u8, inject: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  template:\n    \
             metadata: {{labels: {{app: cart, version: {name}, sidecar.istio.io/inject: '{inject}'}}}}\n    spec: {{containers: [{{name: a, image: a}}]}}\n"
        )
    };
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {selector: {app: cart}, ports: [{name: http, port: 80}]}\n";
    world.write("cart.yaml", &[service, &deployment("v1", 3, "true"), &deployment("v2", 0, "true")].concat());
    let ran = world.run("trace a/shop=cart.yaml --from a/shop http://cart/");
    assert!(ran.stdout.contains("100 %  v1  a"), "{}{}", ran.stdout, ran.stderr);
    world.write("cart.yaml", &[service, &deployment("v1", 1, "false")].concat());
    world.write("strict.yaml", "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: a}\nspec: {mtls: {mode: STRICT}}\n");
    let ran = world.run("trace a/shop=cart.yaml a/shop=strict.yaml --from a/shop http://cart/");
    assert!(ran.stdout.contains("100 %  v1  a"), "{}{}", ran.stdout, ran.stderr);
}

/// A Service that selects nobody leads where an `EndpointSlice` says; a gateway behind a port of the nodes is one.
#[test]
fn listed_addresses_and_ports_of_nodes_are_followed() {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let items = dumps[1].1["items"].as_array_mut().unwrap();
    for item in items.iter_mut().filter(|item| item["spec"]["type"] == "LoadBalancer") {
        item["spec"]["type"] = "NodePort".into();
        item["status"] = json!({});
        item["spec"]["ports"][0]["nodePort"] = 31443.into();
    }
    items.push(json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"},
        "status": {"addresses": [{"type": "InternalIP", "address": "198.51.100.7"}, {"type": "Hostname", "address": "n1"}]},
    }));
    write(&world, "cluster2", &dumps[1].1);
    let items = dumps[0].1["items"].as_array_mut().unwrap();
    for item in items.iter_mut().filter(|item| item["kind"] == "ServiceEntry") {
        let endpoints = item["spec"]["endpoints"].as_array_mut().unwrap();
        for endpoint in endpoints.iter_mut().filter(|some| some["address"] == "203.0.113.20") {
            endpoint["address"] = "198.51.100.7".into();
            for port in endpoint["ports"].as_object_mut().unwrap().values_mut() {
                *port = 31443.into();
            }
        }
    }
    items.push(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "listed", "namespace": "default"},
        "spec": {"ports": [{"name": "http", "port": 80}]},
    }));
    items.push(json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "listed-1", "namespace": "default", "labels": {"kubernetes.io/service-name": "listed"}},
        "endpoints": [{"addresses": ["192.0.2.9"], "conditions": {"ready": true}}],
        "ports": [{"name": "http", "port": 8080}],
    }));
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://ratings:9080/"));
    assert!(ran.stdout.contains("v1  cluster2  198.51.100.7:31443"), "{}", ran.stdout);
    assert_eq!(ran.code, 0);
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://listed/"));
    assert!(ran.stdout.contains("leaves the mesh to 192.0.2.9:8080"), "{}", ran.stdout);
}
