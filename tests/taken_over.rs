//! Taking over what runs: in no state between the first dump and the last line `retire` is a request lost, or goes elsewhere.
//!
//! Enters: dumps of meshes that never heard of meshgen. The states are followed by `trace`.

use std::collections::{BTreeMap, BTreeSet};

use meshgen::diagnostic::Severity;
use meshgen::dump::{Dumps, Inventory, Object, Origin};
use meshgen::import::{Imported, Texts, applied};
use meshgen::source::{Found, Source, Sources};
use meshgen::trace::Tracer;
use meshgen::trace::object::Routing;
use meshgen::trace::request::{Caller, Request};
use meshgen::trace::world::World;

use crate::support::compiled::compile_with_findings;

/// Services and workloads as seed and Istio's samples have them.
fn workloads(all: &[(&str, &[&str])]) -> String {
    let service = |name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: default}}\n\
             spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 9080}}]}}\n"
        )
    };
    let workload = |name: &str, version: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}-{version}, namespace: default}}\n\
             spec:\n  replicas: 1\n  template:\n    metadata: {{labels: {{app: {name}, version: {version}}}}}\n    \
             spec: {{containers: [{{name: app, image: app}}]}}\n"
        )
    };
    let of = |(name, versions): &(&str, &[&str])| {
        let workloads: Vec<String> = versions.iter().map(|version| workload(name, version)).collect();
        service(name) + &workloads.concat()
    };
    all.iter().map(of).collect::<Vec<_>>().concat()
}

/// An object of Istio's, older the smaller its year.
fn object(kind: &str, name: &str, year: u32, spec: &str) -> String {
    format!(
        "---\napiVersion: networking.istio.io/v1\nkind: {kind}\n\
         metadata: {{name: {name}, namespace: default, creationTimestamp: \"{year}-01-01T00:00:00Z\"}}\nspec: {spec}\n"
    )
}

const SUBSETS: &str = "{host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}, {name: v3, labels: {version: v3}}]}";
const BOOKINFO: &[(&str, &[&str])] =
    &[("productpage", &["v1"]), ("details", &["v1"]), ("ratings", &["v1"]), ("reviews", &["v1", "v2", "v3"])];

/// Meshes of one cluster: what is in it beside Bookinfo.
fn of_one_cluster() -> Vec<(&'static str, String)> {
    let subsets = || object("DestinationRule", "reviews", 2020, SUBSETS);
    let other = || object("DestinationRule", "by-hand", 2020, SUBSETS);
    let route = |name: &str, year: u32, http: &str| {
        object("VirtualService", name, year, &format!("{{hosts: [reviews], http: [{http}]}}"))
    };
    let jason = "{match: [{headers: {end-user: {exact: jason}}}], route: [{destination: {host: reviews, subset: v2}}]}";
    let all = "{route: [{destination: {host: reviews, subset: v1}, weight: 50}, {destination: {host: reviews, subset: v3}, weight: 50}]}";
    let late = "{route: [{destination: {host: reviews, subset: v3}}], timeout: 5s}";
    vec![
        (
            "rules under the names of meshgen's",
            subsets() + &route("reviews", 2021, &format!("{jason}, {all}")),
        ),
        ("rules under other names", other() + &route("routes", 2021, &format!("{jason}, {all}"))),
        ("the older of two", subsets() + &route("z", 2021, all) + &route("a", 2022, late)),
        (
            "the younger has the name of meshgen's",
            other() + &route("z", 2021, all) + &route("reviews", 2022, late),
        ),
        (
            "a full name",
            subsets()
                + &route("routes", 2021, all)
                    .replace("hosts: [reviews]", "hosts: [reviews.default.svc.cluster.local]"),
        ),
        (
            "a policy of its own",
            other().replace(
                "{host: reviews,",
                "{host: reviews, trafficPolicy: {connectionPool: {http: {http1MaxPendingRequests: 7}}},",
            ) + &route("routes", 2021, all),
        ),
        (
            "weights that are no percents",
            other()
                + &route(
                    "routes",
                    2021,
                    &all.replace("weight: 50", "weight: 1").replacen("weight: 1", "weight: 999", 1),
                ),
        ),
        ("a share for nobody", other() + &route("routes", 2021, &all.replace("subset: v3", "subset: v4"))),
    ]
}

fn read(texts: &[(&str, String)]) -> Dumps {
    let mut dumps = Dumps::default();
    for (cluster, text) in texts {
        dumps.read(&Origin::named(cluster, "dump"), text.as_bytes(), 16 << 20).unwrap();
    }
    dumps
}

fn bundles(imported: &Imported) -> Texts {
    let source = Source::new("mesh.yaml".to_owned(), Found::Named, imported.text.clone().into_bytes());
    let (files, findings) = compile_with_findings(&Sources { texts: vec![source], ..Sources::default() });
    let is_wrong = findings.iter().any(|finding| finding.severity() == Severity::Error);
    assert!(!is_wrong, "{findings:?}\n{}", imported.text);
    let mut texts = Texts::new();
    for (file, text) in files {
        let cluster = file.split(['.', '/']).next().unwrap().to_owned();
        texts.entry(cluster).or_default().extend(["---\n", &text]);
    }
    texts
}

/// By question: who answers, and what else is done.
type Answers = BTreeMap<String, (BTreeMap<String, String>, Vec<String>)>;

fn answers(world: &World, routing: &Routing) -> Answers {
    let tracer = Tracer::new(world, routing);
    let services: BTreeSet<(&String, u16)> = world
        .clusters
        .iter()
        .flat_map(|cluster| &cluster.services)
        .filter(|service| service.namespace == "default")
        .flat_map(|service| service.ports.iter().map(|port| (&service.name, port.port)))
        .collect();
    let mut answers = Answers::new();
    for (cluster, (service, port), user) in world.clusters.iter().flat_map(|cluster| {
        let services = services.iter().map(move |service| (cluster, *service));
        services.flat_map(|(cluster, service)| ["", "jason"].map(|user| (cluster, service, user)))
    }) {
        let headers = [("end-user", user)].into_iter().filter(|(_, user)| !user.is_empty());
        let request = Request {
            caller: Caller {
                cluster: cluster.name.clone(),
                namespace: "default".to_owned(),
                ..Caller::default()
            },
            host: service.clone(),
            port,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            ..Request::default()
        };
        let trace = tracer.trace(&request).unwrap();
        let places = trace.places(service).into_iter();
        let places = places.map(|(place, share)| (place, format!("{share:.0}"))).collect();
        answers.insert(format!("{service} {user} from {}", cluster.name), (places, trace.features));
    }
    answers
}

/// What the lines `retire` name, in their order: cluster, kind, namespace and name.
fn retired(imported: &Imported) -> Vec<[String; 4]> {
    let lines = imported.retire.iter().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, _, cluster, _, namespace, _, kind, name, ..] = words[..] else { panic!("{line}") };
        [cluster, kind, namespace, name].map(str::to_owned)
    });
    lines.collect()
}

fn is(cluster: &str, object: &Object, gone: &[String; 4]) -> bool {
    *gone == [cluster.to_owned(), object.kind.to_lowercase(), object.namespace.clone(), object.name.clone()]
}

/// Where requests that arrive today go in each state of the take-over; the number of states.
fn take_over(title: &str, inventory: &Inventory, today: &Answers, imported: &Imported) -> usize {
    let texts = bundles(imported);
    let gone = retired(imported);
    for count in 0..=gone.len() {
        let keeps =
            |cluster: &str, object: &Object| !gone[..count].iter().any(|gone| is(cluster, object, gone));
        let routing = applied::routing(inventory, &texts, &keeps);
        let then = answers(&inventory.world, &routing);
        for (question, answer) in today {
            let is_nowhere = |place: &String| place.starts_with("error:") || place == "passthrough";
            let is_said = imported.retire.iter().any(|line| line.contains("right after the apply"));
            if count < gone.len() && is_said {
                assert!(
                    answer.0.keys().any(is_nowhere) || !then[question].0.keys().any(is_nowhere),
                    "{title}: {question}"
                );
            } else if !answer.0.keys().any(is_nowhere) {
                assert_eq!(
                    then[question],
                    *answer,
                    "{title}: {question}, {:?} deleted\n{}",
                    &gone[..count],
                    imported.text
                );
            }
        }
    }
    gone.len() + 1
}

#[test]
fn no_state_of_a_take_over_loses_a_request() {
    let mut states = 0;
    for (title, objects) in of_one_cluster() {
        let text = [workloads(BOOKINFO), objects].concat();
        let state = read(&[("a", text.clone())]).state();
        let today = answers(&state.world, &state.routing);
        let inventory = read(&[("a", text)]).inventory();
        let imported = meshgen::imported(&inventory);
        // Whatever is lost today is said.
        let lost = today.values().any(|(places, _)| places.keys().any(|place| place.starts_with("error:")));
        assert!(!lost || !imported.findings.is_empty(), "{title}");
        states += take_over(title, &inventory, &today, &imported);
    }
    assert!(states >= 14, "{states}");
}

/// A mesh of two clusters that somebody joined by hand, as docs/import.md shows it.
#[test]
fn no_state_of_a_take_over_of_two_clusters_loses_a_request() {
    let pending = "loadBalancer: {}\n";
    let texts = ["a", "b"].map(|cluster| {
        let path = format!("{}/docs/import/{cluster}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        // The address that the first cluster dials already.
        let (before, gateway) = text.split_once("name: istio-eastwestgateway\n").unwrap();
        let gateway = gateway.replacen(
            pending,
            "loadBalancer: {ingress: [{ip: 203.0.113.20}]}\n",
            usize::from(cluster == "b"),
        );
        (cluster, format!("{before}name: istio-eastwestgateway\n{gateway}"))
    });
    let state = read(&texts).state();
    let today = answers(&state.world, &state.routing);
    let inventory = read(&texts).inventory();
    let imported = meshgen::imported(&inventory);
    assert_eq!(imported.open, [], "{}", imported.text);
    assert!(
        imported.findings.iter().any(|finding| finding.code.name() == "MG0720"),
        "the crossing without its rule is said"
    );
    assert!(take_over("two clusters", &inventory, &today, &imported) > 1);
}

/// The rules of a mesh of one cluster say the same when a second one is beside it.
#[test]
fn rules_that_are_taken_over_say_the_same_beside_a_second_cluster() {
    let (_, objects) = of_one_cluster().swap_remove(1);
    let text = [workloads(BOOKINFO), objects].concat();
    let inventory = read(&[("a", text.clone())]).inventory();
    let state = read(&[("a", text)]).state();
    let today = answers(&state.world, &state.routing);
    let mut imported = meshgen::imported(&inventory);
    imported.text =
        imported.text.replacen("  a: {", "  b: {gateway: 203.0.113.20}\n  a: {gateway: 203.0.113.10, ", 1);
    assert!(
        imported.text.contains("  reviews: {clusters: a") || imported.text.contains("v1: a"),
        "{}",
        imported.text
    );
    let source = Source::new("mesh.yaml".to_owned(), Found::Named, imported.text.clone().into_bytes());
    let world = meshgen::world(&Sources { texts: vec![source], ..Sources::default() }).value.unwrap();
    let texts = bundles(&imported);
    let files: Vec<_> = texts
        .iter()
        .map(|(cluster, text)| meshgen::trace::object::BundleText { cluster, file: "", text })
        .collect();
    let then = answers(&world, &Routing::of(&files));
    for (question, answer) in today.iter().filter(|(question, _)| question.starts_with("reviews")) {
        assert_eq!(then[question], *answer, "{question}\n{}", imported.text);
        // The new callers obey the rules as well, in the cluster where the service runs.
        let from_b = &then[&question.replace("from a", "from b")];
        assert_eq!(*from_b, *answer, "{question}\n{}", imported.text);
    }
}
