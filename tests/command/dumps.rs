//! Following requests in dumps of clusters, without a topology.

use std::fs;

use meshgen::source::{Found, Source, Sources};
use serde_json::{Value, json};

use super::world::{ROUTING, Ran, World};
use crate::support::dump;

/// Bookinfo over two clusters: the product page in the first, its reviews in both.
pub(super) const BOOKINFO: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters:
  cluster1: {gateway: 203.0.113.10}
  cluster2: {gateway: 203.0.113.20}
services:
  productpage: {ports: 9080, versions: {v1: cluster1}}
  details: {ports: 9080, versions: {v1: cluster1}}
  ratings: {ports: 9080, versions: {v1: cluster2}}
  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2, v3: cluster2}}
";
pub(super) const RULES: &str = "\
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews:
    rules:
    - {match: {headers: {end-user: jason}}, to: v2}
    - {to: {v1: 75, v3: 25}}
";
pub(super) const DUMPS: &str = "cluster1=cluster1.dump cluster2=cluster2.dump";

/// A directory with inputs, their bundles in `dist`, and the dumps of clusters to which these are applied.
pub(super) fn applied(topology: &str, routing: &str) -> (World, Vec<(String, Value)>) {
    let world = World::new();
    world.write("topology.yaml", topology);
    world.write("routing.yaml", routing);
    let built = world.run("build topology.yaml routing.yaml");
    assert_eq!(built.code, 0, "{}", built.stderr);
    let texts = [("topology.yaml", topology), ("routing.yaml", routing)]
        .map(|(name, text)| Source::new(name.to_owned(), Found::Named, text.as_bytes().to_vec()));
    let ground = meshgen::world(&Sources { texts: texts.into(), ..Sources::default() }).value.unwrap();
    let mut dumps = Vec::new();
    for cluster in &ground.clusters {
        let own = |file: &String| {
            file.strip_prefix(&cluster.name)
                .is_some_and(|rest| rest == ".yaml" || rest.starts_with(".stand-ins/"))
        };
        let files: Vec<String> = world.names("dist").into_iter().filter(own).collect();
        let texts: Vec<String> = files.iter().map(|file| world.read(&format!("dist/{file}"))).collect();
        let dump = dump::of(cluster, &texts.join("\n---\n"));
        write(&world, &cluster.name, &dump);
        dumps.push((cluster.name.clone(), dump));
    }
    (world, dumps)
}

pub(super) fn write(world: &World, cluster: &str, dump: &Value) {
    world.write(format!("{cluster}.dump"), &serde_yaml::to_string(dump).unwrap());
}

/// An answer without the places of files, which dumps have not.
fn plain(ran: &Ran) -> Value {
    let mut answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    for share in answer["shares"].as_array_mut().unwrap() {
        for step in share["steps"].as_array_mut().unwrap() {
            step.as_object_mut().unwrap().remove("origin");
            // A stand-in that is applied is a Service as any other.
            if step["object"]["kind"] == "Service" {
                step.as_object_mut().unwrap().remove("object");
            }
            if let Some(object) = step.get_mut("object").and_then(Value::as_object_mut) {
                object.remove("file");
                object.remove("line");
            }
        }
    }
    answer
}

#[test]
fn dumps_give_the_answers_of_the_inputs_and_their_bundles() {
    let (world, _) = applied(BOOKINFO, RULES);
    for request in [
        "--from cluster1 http://reviews:9080/",
        "--from cluster1,app=productpage http://reviews:9080/ -H end-user:jason",
        "--from cluster2 http://reviews:9080/",
        "--from cluster1 http://ratings:9080/",
        "--from cluster1 http://ratings.default.global:9080/",
        "--from cluster2 http://details:9080/",
        "--from cluster1 http://reviews:9080/ --down cluster2/v3",
        "--from cluster1 http://reviews:9080/ --down cluster2/gateway",
        "--from cluster1 tcp://reviews:9080",
        "--from cluster1 http://nobody:9080/",
    ] {
        let inputs =
            world.run(&format!("trace topology.yaml routing.yaml --bundles dist {request} --format json"));
        let dumps = world.run(&format!("trace {DUMPS} {request} --format json"));
        assert_eq!((plain(&dumps), dumps.code), (plain(&inputs), inputs.code), "{request}: {}", dumps.stderr);
    }
    for table in ["--all", "--all --from cluster1", "--survive"] {
        let inputs = world.run(&format!("trace topology.yaml routing.yaml --bundles dist {table}"));
        let dumps = world.run(&format!("trace {DUMPS} {table}"));
        // A dump has the stand-ins and the gateways, too.
        let has = |line: &&str| line.contains("reviews");
        let rows = [&inputs, &dumps].map(|ran| ran.stdout.lines().filter(has).map(words).collect::<Vec<_>>());
        assert_eq!(rows[0], rows[1], "{table}: {}", dumps.stderr);
        assert!(!rows[0].is_empty() || table == "--survive", "{}", inputs.stdout);
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn an_answer_names_objects_and_no_lines() {
    let (world, _) = applied(BOOKINFO, RULES);
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://reviews:9080/ -H end-user:jason"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "\
reviews:9080 from cluster1
      cluster1    `reviews` is reviews.default.svc.cluster.local
      cluster1    VirtualService reviews, route 1 of 2
  100 %  v2  cluster2  203.0.113.20:15443  sni outbound_.9080_.v2_.reviews.default.svc.cluster.local
      cluster1    DestinationRule reviews-global, subset v2--cluster2
      cluster1    endpoints of reviews.default.global
      cluster1    to the gateway of cluster2, with the mesh's TLS
      cluster2    Gateway istio-system/meshgen-east-west
      cluster2    DestinationRule reviews, subset v2
      cluster2    pods of reviews with version=v2
"
    );
}

/// What most crossings that are written by hand lack, and nobody says so.
#[test]
fn a_crossing_without_a_destination_rule_is_dead() {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let is_lost = |object: &Value| {
        object["kind"] == "DestinationRule" && object["metadata"]["name"] == "ratings-global"
    };
    let items = dumps[0].1["items"].as_array_mut().unwrap();
    let before = items.len();
    items.retain(|object| !is_lost(object));
    assert_eq!(items.len() + 1, before);
    for object in items.iter_mut().filter(|object| object["kind"] == "VirtualService") {
        // By hand nobody names subsets that nobody defines.
        let routes = object["spec"]["http"].as_array_mut().unwrap();
        let destinations = routes.iter_mut().flat_map(|route| route["route"].as_array_mut().unwrap());
        for destination in destinations.filter(|to| to["destination"]["host"] == "ratings.default.global") {
            destination["destination"].as_object_mut().unwrap().remove("subset");
        }
    }
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://ratings.default.global:9080/"));
    assert!(ran.stdout.contains("DEAD") && ran.stdout.contains("(plaintext-to-gateway)"), "{}", ran.stdout);
    assert_eq!(ran.code, 1);
}

/// What is not ready does not answer, and the older of two objects counts.
#[test]
fn readiness_and_age_are_read() {
    let (world, mut dumps) = applied(BOOKINFO, RULES);
    let items = dumps[0].1["items"].as_array_mut().unwrap();
    let mut older = items
        .iter()
        .find(|object| object["kind"] == "VirtualService" && object["metadata"]["name"] == "reviews")
        .unwrap()
        .clone();
    older["metadata"]["name"] = "zz-by-hand".into();
    older["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z".into();
    older["spec"]["http"] = json!([{"route": [{"destination": {"host": "details"}}]}]);
    items.push(older);
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://reviews:9080/"));
    assert!(ran.stdout.contains("VirtualService zz-by-hand, route 1 of 1"), "{}", ran.stdout);

    for object in dumps[0].1["items"].as_array_mut().unwrap() {
        if object["kind"] == "Pod" && object["metadata"]["labels"]["app"] == "details" {
            object["status"]["conditions"][0]["status"] = "False".into();
        }
    }
    write(&world, "cluster1", &dumps[0].1);
    let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://details:9080/"));
    assert!(ran.stdout.contains("(no-endpoints)"), "{}", ran.stdout);
    assert_eq!(ran.code, 1);
}

#[test]
fn what_is_not_read_is_counted_and_secrets_are_not_shown() {
    let (world, mut dumps) = applied(BOOKINFO, ROUTING);
    let items = dumps[0].1["items"].as_array_mut().unwrap();
    let named = |kind: &str, name: &str| json!({"apiVersion": "x/v1", "kind": kind, "metadata": {"name": name, "namespace": "a"}});
    items.extend([named("Lease", "a"), named("Lease", "b"), named("TrafficPolicy", "c")]);
    items.push(json!({
        "apiVersion": "v1",
        "data": {"password": dump::SECRET},
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "a", "annotations": {"last": dump::SECRET}},
    }));
    write(&world, "cluster1", &dumps[0].1);
    for format in ["human", "json"] {
        let ran = world.run(&format!("trace {DUMPS} --from cluster1 http://details:9080/ --format {format}"));
        assert_eq!(ran.stdout.matches("Lease (2)").count(), 1, "{}", ran.stdout);
        assert!(
            ran.stdout.contains("these route, and are not followed: TrafficPolicy (1)"),
            "{}",
            ran.stdout
        );
        assert!(!(ran.stdout.clone() + &ran.stderr).contains(dump::SECRET));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    // A Secret that is no sound object is not quoted either.
    for broken in [
        format!("apiVersion: v1\ndata: {{a: {0}\nkind: Secret\n", dump::SECRET),
        format!("apiVersion: v1\nkind: Secret\nmetadata: {}\n", dump::SECRET),
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a, labels: {}}}\n", dump::SECRET),
    ] {
        world.write("broken", &broken);
        let ran = world.run("trace cluster1=broken --from cluster1 http://a/");
        assert!(!(ran.stdout.clone() + &ran.stderr).contains(dump::SECRET), "{}", ran.stderr);
        assert_eq!(ran.code, 2);
    }
}

#[test]
fn what_is_no_dump_is_told_for_what_it_is() {
    let (world, dumps) = applied(BOOKINFO, ROUTING);
    let whole = world.read("cluster1.dump");
    let other = whole.replace("203.0.113.10", "203.0.113.99");
    let half = &whole[..whole.len() / 2];
    let json = dumps[0].1.to_string();
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec: {ports: [{port: 1}]}\n";
    for (text, message, help) in [
        ("NAMESPACE   NAME      READY\ndefault     reviews   2/2\n", "is a table of kubectl", "`-o yaml`"),
        (half, "ends in the middle of a list", "whole dump again"),
        (&json[..json.len() / 2], "ends in the middle of an object", "whole dump again"),
        (&service.replace("port: 1", "port: http"), "is no sound Service a", "again"),
        ("- just\n- a list\n", "is no object of Kubernetes", "kubectl get"),
        ("", "holds no object", "kubectl get"),
        ("# nothing\n", "holds no object", "kubectl get"),
        ("\u{1f}\u{0}", "is no object of Kubernetes", "kubectl get"),
        ("{\"items\": [1, 2", "ends in the middle", "again"),
        (
            "apiVersion: v1\nkind: List\nitems: [{kind: Service}]\n",
            "do not stand on lines of their own",
            "kubectl",
        ),
        (
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec: {http: 5}\n",
            "cannot follow VirtualService a",
            "leave it out",
        ),
    ] {
        world.write("bad", text);
        let ran = world.run("trace cluster1=bad --from cluster1 http://a/");
        assert!(ran.stderr.contains(message) && ran.stderr.contains(help), "{message}: {}", ran.stderr);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{message}");
    }
    for (text, message, help) in [
        ("kind: {{ .Values.kind }}\n", "MG0702: bad: line 1 is a template", "helm template"),
        ("{{- if .Values.on }}\nkind: x\n{{- end }}\n", "MG0702", "helm template"),
        (&service.replace("name: a", "name: '${NAME}'"), "MG0702", "envsubst"),
        (
            &service.replace(", namespace: b", ""),
            "MG0705: bad: Service a names no namespace",
            "cluster1/NAMESPACE=bad",
        ),
        (
            &format!("{service}---\n{}", service.replace("port: 1", "port: 2")),
            "MG0703: bad has Service b/a twice, with different contents",
            "name the files that are applied",
        ),
    ] {
        world.write("bad", text);
        let ran = world.run("trace cluster1=bad --from cluster1 http://a/");
        assert!(ran.stderr.contains(message) && ran.stderr.contains(help), "{message}: {}", ran.stderr);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{message}");
    }
    world.write("other.dump", &other);
    fs::create_dir(world.path("empty")).unwrap();
    fs::write(world.path("packed"), [0x1F, 0x8B, 8]).unwrap();
    fs::write(world.path("wide"), [0xFF, 0xFE, b'a', 0]).unwrap();
    fs::write(world.path("bytes"), b"kind: \xFF\n").unwrap();
    for (dumps, message) in [
        ("cluster1=cluster1.dump topology.yaml", "is a dump, and `topology.yaml` an input"),
        ("cluster1=cluster1.dump --bundles dist", "`--bundles` names others"),
        ("cluster1=empty", "there are no dumps in empty"),
        ("cluster1=missing", "cannot read missing: No such file"),
        ("cluster1=packed", "cannot read packed: "),
        ("cluster1=wide", "is UTF-16"),
        ("cluster1=bytes", "this is no UTF-8"),
        ("cluster1=- cluster2=-", "stdin holds one dump"),
        ("cluster2=cluster2.dump", "there is no cluster `cluster1`"),
        ("cluster1=cluster1.dump --max-input-size 100", "longer than 100 bytes"),
    ] {
        world.refuses(&format!("trace {dumps} --from cluster1 http://reviews:9080/"), message);
    }
}

#[test]
fn one_cluster_may_have_several_dumps_and_one_may_come_by_stdin() {
    let (world, _) = applied(BOOKINFO, RULES);
    let whole = world.run(&format!("trace {DUMPS} --from cluster1 http://reviews:9080/"));
    let twice =
        world.run(&format!("trace {DUMPS} cluster1=cluster1.dump --from cluster1 http://reviews:9080/"));
    let piped = world.shell(
        "$M trace cluster1=- cluster2=cluster2.dump --from cluster1 http://reviews:9080/ <cluster1.dump",
    );
    assert_eq!((whole.code, &whole.stdout), (0, &twice.stdout), "{}", twice.stderr);
    assert_eq!(whole.stdout, piped.stdout, "{}", piped.stderr);
}

/// The far cluster's dump is missing: nobody knows what is behind the address.
#[test]
fn an_address_in_no_dump_is_said_to_be_unknown() {
    let (world, _) = applied(BOOKINFO, RULES);
    let ran = world.run("trace cluster1=cluster1.dump --from cluster1 http://ratings:9080/");
    assert!(
        ran.stdout.contains("100 %  not known: leaves these dumps at 203.0.113.20:15443"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.code, 0);
}
