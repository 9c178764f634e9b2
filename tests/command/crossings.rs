//! What is silently broken between clusters, found in dumps alone.

use serde_json::{Value, json};

use super::dumps::{BOOKINFO, DUMPS, RULES, applied, write};
use super::world::World;
use crate::support::dump;

/// The dumps of Bookinfo, in which the entry for ratings has lost its `DestinationRule`, as most that are written by hand.
fn without_rule() -> (World, Vec<(String, Value)>) {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let items = dumps[0].1["items"].as_array_mut().unwrap();
    items.retain(|object| {
        object["kind"] != "DestinationRule" || object["metadata"]["name"] != "ratings-global"
    });
    items.retain(|object| object["kind"] != "VirtualService" || object["metadata"]["name"] != "ratings");
    write(&world, "cluster1", &dumps[0].1);
    (world, dumps)
}

#[test]
fn what_is_sound_is_said_in_one_line() {
    let (world, _) = applied(BOOKINFO, RULES);
    let ran = world.run(&format!("check {DUMPS}"));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert_eq!(ran.stderr, "2 clusters, 4 services, 7 crossings: 7 deliver\n");
}

#[test]
fn a_dead_crossing_is_shown_with_both_clusters_and_its_cure() {
    let (world, mut dumps) = without_rule();
    let ran = world.run(&format!("check {DUMPS}"));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "\
error MG0720: requests from cluster1 to `ratings.default.global` end at a gateway that wants TLS
   cluster1  ServiceEntry default/ratings-global     endpoint 203.0.113.20:15443, no DestinationRule
   cluster2  Gateway istio-system/meshgen-east-west
               port 15443 is AUTO_PASSTHROUGH: it looks for an SNI
  help: apply in cluster1:
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: ratings.default.global, namespace: default}
        spec:
          host: ratings.default.global
          trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: outbound_.9080_._.ratings.default.svc.cluster.local}}
  more: meshgen explain MG0720
"
    );
    assert_eq!(ran.stderr, "2 clusters, 4 services, 7 crossings: 6 deliver, 1 is dead\n");
    // The cure, pasted, cures.
    let cure: Vec<&str> = ran
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("  help:"))
        .filter_map(|line| line.strip_prefix("        "))
        .collect();
    let object: Value = serde_yaml::from_str(&cure.join("\n")).unwrap();
    dumps[0].1["items"].as_array_mut().unwrap().push(object);
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("check {DUMPS}"));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
}

#[test]
fn findings_of_dumps_have_all_forms() {
    let (world, _) = without_rule();
    let ran = world.run(&format!("check {DUMPS} --format json"));
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, 1);
    assert_eq!(found["findings"][0]["code"], "MG0720");
    assert_eq!(
        found["findings"][0]["objects"][0],
        json!({
            "cluster": "cluster1",
            "object": "ServiceEntry default/ratings-global",
            "text": "endpoint 203.0.113.20:15443, no DestinationRule",
        })
    );
    let ran = world.run(&format!("check {DUMPS} --format github"));
    assert!(ran.stdout.starts_with("::error title=MG0720::"), "{}", ran.stdout);
    assert!(ran.stdout.contains("%0Acluster1  ServiceEntry default/ratings-global"), "{}", ran.stdout);
}

/// What is not known is a question, and no question fails a run.
#[test]
fn a_cluster_without_dump_is_a_question() {
    let (world, _) = without_rule();
    let ran = world.run("check cluster1=cluster1.dump");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("note MG0720: requests from cluster1 to `ratings.default.global` leave these dumps at 203.0.113.20:15443"), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("note MG0742: requests from cluster1 to `reviews.default.global` leave these dumps"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("error"), "{}", ran.stdout);
    assert!(ran.stderr.ends_with("are not known\n"), "{}", ran.stderr);
}

#[test]
fn what_is_not_judged_is_counted_and_secrets_are_not_shown() {
    let (world, mut dumps) = without_rule();
    let items = dumps[0].1["items"].as_array_mut().unwrap();
    items.push(json!({"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "a", "namespace": "a"}}));
    items.push(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"}, "data": {"a": dump::SECRET}}));
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("check {DUMPS} --error-limit 0"));
    assert!(
        ran.stdout
            .contains("note MG0701: cluster1: objects of other kinds are not read: AuthorizationPolicy (1)"),
        "{}",
        ran.stdout
    );
    assert!(!(ran.stdout + &ran.stderr).contains(dump::SECRET));
    world.refuses("check cluster1=missing", "cannot read missing");
    world.refuses("check cluster1=cluster1.dump topology.yaml", "is a dump, and `topology.yaml` an input");
}

/// The dumps of Bookinfo with one more object in that of cluster1.
fn with(object: Value) -> World {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    dumps[0].1["items"].as_array_mut().unwrap().push(object);
    write(&world, "cluster1", &dumps[0].1);
    world
}

fn route(parent: &Value) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "details", "namespace": "default", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"parentRefs": [parent], "rules": [{"backendRefs": [{"name": "productpage", "port": 9080}]}]}
    })
}

#[test]
fn routes_of_the_gateway_api_are_obeyed_where_their_parent_is_a_service() {
    let parent = json!({"group": "", "kind": "Service", "name": "details"});
    let world = with(route(&parent));
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://details:9080/"));
    assert!(ran.stdout.contains("HTTPRoute details, rule 1 of 1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("pods of productpage"), "{}", ran.stdout);
}

#[test]
fn a_parent_that_nobody_is_is_named_with_the_right_spelling() {
    let parent = json!({"kind": "Service", "name": "details"});
    let world = with(route(&parent));
    let ran = world.run(&format!("check {DUMPS}"));
    assert_eq!(
        ran.stdout,
        "\
warning MG0731: HTTPRoute default/details in cluster1 is for `details`, which nobody is there
   cluster1  HTTPRoute default/details
               without its group, or spelt otherwise, the kind is not that of a Service
  help: write `{group: \"\", kind: Service, name: details}`
  more: meshgen explain MG0731
"
    );
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://details:9080/"));
    assert!(!ran.stdout.contains("HTTPRoute"), "{}", ran.stdout);
}
