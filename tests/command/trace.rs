//! Following requests: what is said, of which bundles, and how it ends.

use serde_json::Value;

use super::world::World;

const SPLIT: &str = "\
reviews:9080 from cluster1
      cluster1    `reviews` is reviews.default.svc.cluster.local
      cluster1    VirtualService reviews, route 1 of 1                 routing.yaml:4
   50 %  v1  cluster1
      cluster1    DestinationRule reviews, subset v1
      cluster1    pods of reviews with version=v1
   50 %  v2  cluster2  203.0.113.20:15443  sni outbound_.9080_.v2_.reviews.default.svc.cluster.local
      cluster1    DestinationRule reviews-global, subset v2--cluster2
      cluster1    endpoints of reviews.default.global
      cluster1    to the gateway of cluster2, with the mesh's TLS
      cluster2    Gateway istio-system/meshgen-east-west
      cluster2    DestinationRule reviews, subset v2
      cluster2    pods of reviews with version=v2
";

/// The same from a directory: each step with its place, as long as a line.
const FROM_FILES: &str = "\
      cluster1    VirtualService reviews, route 1 of 1                    dist/cluster1.yaml:119
   50 %  v1  cluster1
      cluster1    DestinationRule reviews, subset v1                      dist/cluster1.yaml:3
";

/// Two ingress gateways, of which one exists already.
const OUTSIDE: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: 203.0.113.10}
  cluster2: {gateway: {address: 203.0.113.20, existing: true}}
services:
  shop: {ports: 9080, versions: {v1: cluster2}}
gateways:
  public:
    clusters: cluster1
    servers:
    - {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com], tls: {httpsRedirect: true}}
    - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: shop}}
  inner: {clusters: cluster2}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  shop:
    rules: {to: v1}
    ingress: {public: {hosts: [shop.example.com]}, inner: {hosts: [shop.inner.example]}}
";

#[test]
fn every_share_is_followed_to_its_pods() {
    let world = World::new();
    let ran = world.run("trace topology.yaml routing.yaml --from cluster1 http://reviews:9080/");
    assert_eq!(ran.stdout, SPLIT);
    // No file was read.
    assert!(!ran.stdout.contains("dist/"), "{}", ran.stdout);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_share_that_reaches_nobody_ends_in_one() {
    let world = World::new();
    for (line, word) in [
        ("http://ratings:9080/ --down cluster2/gateway", "no healthy endpoint of `ratings.default.global`"),
        ("http://reviews:9080/ --down cluster2/v2", "no healthy pods of reviews with version=v2 in cluster2"),
        ("http://ratngs:9080/", "did you mean `ratings`?"),
        ("http://reviews/", "`reviews.default.svc.cluster.local` has no port 80; it has 9080"),
    ] {
        let ran = world.run(&format!("trace topology.yaml routing.yaml --from cluster1 {line}"));
        assert!(ran.stdout.contains(word), "{line}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("DEAD"), "{}", ran.stdout);
        assert_eq!(ran.code, 1, "{line}");
    }
}

#[test]
fn the_bundles_of_a_directory_are_followed_as_they_are() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    let line = "trace topology.yaml routing.yaml --bundles dist --from cluster1/shop,app=web http://reviews.default:9080/";
    let ran = world.run(line);
    assert!(ran.stdout.contains("dist/cluster2.yaml:"), "{}{}", ran.stdout, ran.stderr);
    assert!(shape(&ran.stdout).contains(&shape(FROM_FILES)), "{}", ran.stdout);
    assert!(!ran.stdout.contains("routing.yaml"), "{}", ran.stdout);
    assert_eq!(ran.code, 0);

    let bundle = world.read("dist/cluster2.yaml");
    world.write("dist/cluster2.yaml", &bundle.replacen("  - name: v2", "  - name: v3", 1));
    let ran = world.run(line);
    let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("no subset `v2` for this host in cluster2"), "{}", ran.stdout);
    assert_eq!(ran.code, 1);

    world.write("dist/cluster2.yaml", "kind: [\n");
    let ran = world.run(line);
    assert!(ran.stderr.contains("cannot read dist/cluster2.yaml:1"), "{}", ran.stderr);
    assert_eq!(ran.code, 2);
    assert_eq!(
        world.run("trace topology.yaml --bundles nowhere --from cluster1 http://reviews:9080/").code,
        2
    );
}

#[test]
fn a_question_that_cannot_be_asked_is_two() {
    let world = World::new();
    for (line, word) in [
        ("--from clutser1 http://reviews:9080/", "did you mean `cluster1`?"),
        ("--from cluster1 http://reviews:9080/ --down cluster9/v1", "did you mean"),
        ("--from cluster1 http://reviews:9080/ --down v1", "cluster2/v2"),
        ("--from cluster1,app http://reviews:9080/", "is no label"),
        ("--from cluster1 http://reviews:9080/ -H jason", "is no header"),
        ("--from cluster1 reviews:9080", "is no URL"),
        ("--from cluster1 http://reviews:0/", "no port between"),
        ("--from cluster1 udp://reviews:9080", "is not followed"),
        ("http://reviews:9080/", "--from"),
    ] {
        world.refuses(&format!("trace topology.yaml routing.yaml {line}"), word);
    }
    assert_eq!(world.run("trace --from cluster1 http://reviews:9080/").code, 2);
}

#[test]
fn requests_from_outside_arrive_at_a_gateway() {
    let world = World::new();
    world.write("topology.yaml", OUTSIDE);
    let trace = |line: &str| world.run(&format!("trace topology.yaml {line}"));
    for (line, word, code) in [
        ("--from cluster1 --gateway public http://shop.example.com/x", "plain HTTP is sent to HTTPS", 0),
        ("--from cluster1 --gateway public https://shop.example.com/x", "v1  cluster2", 0),
        (
            "--from cluster1 --gateway public https://www.example.com/x",
            "no server on port 443 of public in cluster1 takes",
            1,
        ),
        (
            "--from cluster1 --gateway public tcp://shop.example.com:443",
            "no server on port 443 of public in cluster1 takes",
            1,
        ),
        ("--from cluster2 --gateway inner http://shop.inner.example/", "default/inner exists already", 0),
        ("--from cluster2 --gateway inner http://shop.outer.example/", "(no-vhost)", 1),
        ("--from cluster2 --gateway inner http://shop.inner.example:9000/", "v1  cluster2", 0),
    ] {
        let ran = trace(line);
        assert!(ran.stdout.contains(word), "{line}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("from outside, at "), "{}", ran.stdout);
        assert_eq!(ran.code, code, "{line}");
    }
    for (line, word) in [
        ("--from cluster1 --gateway pubic http://a/", "did you mean `public`?"),
        ("--from cluster1 --gateway inner http://a/", "the ingress gateways there are `public`"),
        ("--from cluster1/shop --gateway public http://a/", "neither namespace nor labels"),
        ("--from cluster1 --gateway public --address 192.0.2.1 http://a/", "--address"),
    ] {
        world.refuses(&format!("trace topology.yaml {line}"), word);
    }
    let ran = trace("--from cluster1 --gateway public https://shop.example.com/ --format json");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["request"]["gateway"], "public");
}

#[test]
fn only_bundles_on_the_way_are_read() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    world.write("dist/cluster1.yaml", "kind: [\n");
    let at_home = "trace topology.yaml routing.yaml --bundles dist --from cluster2 http://ratings:9080/";
    assert_eq!(world.run(at_home).code, 0);
    assert_eq!(world.run(&at_home.replace("ratings", "reviews")).code, 2);
}

#[test]
fn rules_may_go_by_the_address_that_is_dialled() {
    let world = World::new();
    world.write("topology.yaml", "apiVersion: meshgen/v1\nkind: Topology\nclusters: {cluster1: {gateway: 203.0.113.10}, cluster2: {gateway: 203.0.113.20}}\nservices:\n  db: {ports: {mysql: 3306}, versions: {v1: cluster1, v2: cluster2}}\n");
    world.write(
        "routing.yaml",
        "apiVersion: meshgen/v1\nkind: Routing\nroutes:\n  db:\n  - match: {destinationSubnets: 192.0.2.0/24}\n    to: v2\n  - to: v1\n",
    );
    let line = "trace topology.yaml routing.yaml --from cluster1 tcp://db:3306";
    let ran = world.run(&format!("{line} --address 192.0.2.9"));
    assert!(ran.stdout.contains("100 %  v2"), "{}{}", ran.stdout, ran.stderr);
    let ran = world.run(&format!("{line} --address 198.51.100.9"));
    assert!(ran.stdout.contains("100 %  v1"), "{}", ran.stdout);
    assert!(world.run(line).stdout.contains("which address is dialled is not known"));
}

#[test]
fn wrong_inputs_are_not_followed() {
    let world = World::new();
    world.write("wrong.yaml", super::world::WRONG);
    let ran = world.run("trace topology.yaml wrong.yaml --from cluster1 http://reviews:9080/");
    assert!(ran.stderr.contains("MG0302"), "{}", ran.stderr);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
}

#[test]
fn programs_read_one_document() {
    let world = World::new();
    let ran =
        world.run("trace topology.yaml routing.yaml --from cluster2 http://reviews:9080/?x=1 --format json");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["request"]["path"], "/?x=1");
    assert_eq!(document["dead"], false);
    assert_eq!(document["shares"][0]["percent"], 50.0);
    assert_eq!(document["shares"][0]["place"], "cluster1/v1");
    let steps = document["shares"][0]["steps"].as_array().unwrap();
    let routed = steps.iter().find(|step| step["route"] == 0).unwrap();
    assert_eq!(routed["object"]["kind"], "VirtualService");
    assert_eq!(routed["origin"]["file"], "routing.yaml");
    let dialled = steps.iter().find_map(|step| step.get("dials")).unwrap();
    assert_eq!(dialled["address"], "203.0.113.10:15443");
}

/// Without the numbers of lines.
fn shape(text: &str) -> String {
    let cut = |line: &str| line.split(".yaml:").next().unwrap().to_owned() + "\n";
    text.lines().map(cut).collect()
}

/// One service a line, each with what it shows.
const DEFECTS: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters:
  eu-1: {gateway: 198.51.100.1, locality: eu}
  eu-2: {gateway: 198.51.100.2, locality: eu}
  us-1: {gateway: 198.51.100.3, locality: us, trustDomain: td-us}
services:
  shop/checkout: {ports: 8080, versions: {stable: [eu-1, eu-2], canary: eu-1}}
  postgres: {ports: {tcp-postgres: 5432}, clusters: [eu-1, eu-2], acrossClusters: failover, clients: [us-1]}
  any: {ports: {grpc: 80}, versions: {v1: eu-2, v2: eu-2}}
  api: {ports: 80, versions: {v1: eu-1, v2: eu-2}}
gateways:
  public:
    clusters: eu-1
    servers:
    - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [api.example.com], tls: {mode: SIMPLE, credentialName: cert}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  postgres: any
  api:
    rules:
    - {match: {headers: {x: {regex: '[a&&b]'}}}, to: v2}
    - {match: {headers: {x: {regex: '[[a]]'}}}, to: v2}
    - {match: {headers: {x: {regex: '\\<a\\>'}}}, to: v2}
    - {to: v1}
    ingress: {public: {hosts: api.example.com}}
";

#[test]
fn what_is_said_is_so() {
    let world = World::new();
    world.write("topology.yaml", DEFECTS);
    for (line, words, code) in [
        (
            "--from eu-1 http://checkout:8080/",
            &["did you mean `checkout.shop`?", "`--from eu-1/shop`"][..],
            1,
        ),
        ("--from eu-1/shop http://checkout:8080/", &["stable"], 0),
        ("--from eu-1 http://chekout.shop:8080/", &["did you mean `checkout.shop`?"], 1),
        ("--from us-1 tcp://postgres:5432 --down eu-1/*", &["100 %  any  eu-2", "some 5 requests there"], 0),
        ("--from us-1 tcp://postgres:5432 --down eu-1/gateway", &["100 %  any  eu-2"], 0),
        ("--from us-1 tcp://postgres:5432", &["names the trust domain `td-us`"], 0),
        ("--from eu-1 grpc://any/", &["shares connections among the pods of any, not requests"], 0),
        (
            "--from eu-1 https://api:80/",
            &["port 80 of api.default.svc.cluster.local speaks HTTP", "past all rules"],
            1,
        ),
        ("--from eu-1 tcp://api:80", &["`meshgen explain passthrough`"], 1),
        (
            "--from eu-1 --gateway public http://api.example.com/",
            &["nothing listens on port 80 of public in eu-1", "HTTPS on port 443 for `api.example.com`"],
            1,
        ),
    ] {
        let ran = world.run(&format!("trace topology.yaml {line}"));
        // However lines are wrapped.
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(&word), "{line}: {word}: {}{}", ran.stdout, ran.stderr);
        }
        assert_eq!(ran.code, code, "{line}: {}", ran.stdout);
    }
    for (header, version) in [("&", "v2"), ("a]", "v2"), ("<a>", "v2"), ("c", "v1"), ("[", "v1")] {
        let arguments = ["trace", "topology.yaml", "--from", "eu-1", "http://api/", "-H"];
        let header = format!("x: {header}");
        let ran = super::world::ran(world.command([&arguments[..], &[&*header]].concat()).output().unwrap());
        assert!(
            ran.stdout.contains(&format!("100 %  {version}  ")),
            "{header}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn what_is_down_exists() {
    let world = World::new();
    world.write("topology.yaml", DEFECTS);
    for (down, word) in [
        ("eu-2/v9", "nothing in eu-2 is called `v9`"),
        ("eu-1/stabel", "did you mean `stable`?"),
        ("eu-1/checkout-canry", "did you mean `checkout-canary`?"),
        ("us-1/v1", "the names there are `gateway` and `*`"),
    ] {
        world.refuses(&format!("trace topology.yaml --from eu-1 http://api/ --down {down}"), word);
    }
}

#[test]
fn a_missing_bundle_is_no_empty_one() {
    let world = World::new();
    world.run("build topology.yaml routing.yaml");
    let line = "trace topology.yaml routing.yaml --bundles dist --from";
    std::fs::remove_file(world.path("dist/cluster2.yaml")).unwrap();
    let ran = world.run(&format!("{line} cluster1 http://reviews:9080/"));
    assert!(ran.stderr.contains("dist/cluster2.yaml is missing"), "{}", ran.stderr);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    world.write("dist/cluster2.yaml", "");
    let ran = world.run(&format!("{line} cluster1 http://reviews:9080/"));
    assert!(ran.stdout.contains("(no-listener)"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, 1);
}

#[test]
fn every_dead_end_is_explained() {
    let world = World::new();
    let ran = world.run("explain no-filter-chain");
    assert!(ran.stdout.starts_with("# no-filter-chain: "), "{}", ran.stdout);
    assert!(world.run("explain --list").stdout.contains("\npassthrough  "));
    assert!(world.run("explain no-filterchain").stderr.contains("did you mean `no-filter-chain`?"));
}
