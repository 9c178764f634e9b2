//! Twice the input takes about twice the time, in these dimensions of it.
//!
//! Processor time of one thread is taken, since a busy machine makes any clock wrong; the best of two, since it also makes
//! caches cold.

use std::time::Duration;

use meshgen::source::Sources;

use super::one;
use crate::support::work::worked;

/// Below this, what does not grow hides what does.
const ENOUGH: Duration = Duration::from_millis(50);
/// Twice is right, with what sorting takes and what the machine adds; four times is every pair.
const MOST: f64 = 3.0;

/// A dimension, how large it is at first, and the input of a size.
type Dimension = (&'static str, usize, fn(usize) -> String);

const DIMENSIONS: [Dimension; 9] = [
    ("ports", 500, ports),
    ("TCP ports", 500, tcp_ports),
    ("rules by prefix", 500, rules),
    ("rules by expression", 500, expressions),
    ("rules of one path, by header", 500, headers),
    ("rules by the name in TLS", 500, names),
    ("versions", 500, versions),
    ("clusters", 200, clusters),
    ("services", 50, services),
];

#[test]
fn twice_the_input_takes_twice_the_time() {
    // What grows too fast does so every time; what a busy machine delays does not.
    let slow: Vec<_> = DIMENSIONS.iter().filter_map(|of| (0..3).map_while(|_| slow(of)).nth(2)).collect();
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// What is wrong with how time grows, once there is enough of it.
fn slow((name, size, text): &Dimension) -> Option<String> {
    let (mut size, mut before) = (*size, taken(&text(*size)));
    while before < ENOUGH {
        size *= 2;
        before = taken(&text(size));
    }
    let after = taken(&text(2 * size));
    let ratio = after.as_secs_f64() / before.as_secs_f64();
    (ratio > MOST).then(|| format!("{name}: {size} take {before:?}, twice as many {after:?}"))
}

fn taken(text: &str) -> Duration {
    let sources: Sources = one(text);
    let run = || {
        let before = worked();
        let outcome = meshgen::compile(&sources, &mut |_| {});
        assert!(!outcome.has_errors(), "{:?}", outcome.findings.first());
        worked().saturating_sub(before)
    };
    (0..2).map(|_| run()).min().unwrap_or_default()
}

fn many(number: usize, each: impl Fn(usize) -> String) -> String {
    (0..number).map(each).collect::<Vec<_>>().join(", ")
}

fn topology(clusters: usize, services: &str, routes: &str) -> String {
    let clusters =
        many(clusters, |at| format!("c{at}: {{gateway: 192.0.{}.{}}}", 2 + at / 250, 1 + at % 250));
    format!(
        "apiVersion: meshgen/v1\nkind: Topology\nclusters: {{{clusters}}}\nservices: {{{services}}}\n---\n\
         apiVersion: meshgen/v1\nkind: Routing\nroutes: {{{routes}}}\n"
    )
}

fn ports(number: usize) -> String {
    let ports = many(number, |at| format!("http-{at}: {}", 1000 + at));
    let rules = "{match: {headers: {x-a: \"1\"}}, to: {v1: 50, v2: 50}}, {to: v1}";
    topology(
        2,
        &format!("api: {{ports: {{{ports}}}, versions: {{v1: c0, v2: c1}}}}"),
        &format!("api: [{rules}]"),
    )
}

fn tcp_ports(number: usize) -> String {
    let ports = many(number, |at| format!("tcp-{at}: {}", 1000 + at));
    let service = format!("api: {{ports: {{{ports}}}, versions: {{v1: c0, v2: c1}}}}");
    topology(2, &service, "api: {to: {v1: 50, v2: 50}}")
}

fn rules(number: usize) -> String {
    let rules = many(number, |at| format!("{{match: {{uri: {{prefix: /p{at}/}}}}, to: v{}}}", at % 2));
    topology(2, "api: {ports: 80, versions: {v0: c0, v1: c1}}", &format!("api: [{rules}, {{to: v0}}]"))
}

fn expressions(number: usize) -> String {
    let rules =
        many(number, |at| format!("{{match: {{headers: {{x-a: {{regex: p{at}}}}}}}, to: v{}}}", at % 2));
    topology(2, "api: {ports: 80, versions: {v0: c0, v1: c1}}", &format!("api: [{rules}, {{to: v0}}]"))
}

fn headers(number: usize) -> String {
    let rules =
        many(number, |at| format!("{{match: {{uri: /p, headers: {{x-a: a{at}}}}}, to: v{}}}", at % 2));
    topology(2, "api: {ports: 80, versions: {v0: c0, v1: c1}}", &format!("api: [{rules}, {{to: v0}}]"))
}

fn names(number: usize) -> String {
    let rules = many(number, |at| format!("{{match: {{sniHosts: \"*.a{at}.example\"}}, to: v{}}}", at % 2));
    topology(
        2,
        "api: {ports: {tls: 443}, versions: {v0: c0, v1: c1}}",
        &format!("api: [{rules}, {{to: v0}}]"),
    )
}

fn versions(number: usize) -> String {
    let versions = many(number, |at| format!("v{at}: c{}", at % 2));
    topology(2, &format!("api: {{ports: 80, versions: {{{versions}}}}}"), "api: {to: v0}")
}

fn clusters(number: usize) -> String {
    topology(number, "api: {ports: 80, versions: {v0: c0, v1: c1}}", "api: {to: {v0: 50, v1: 50}}")
}

fn services(number: usize) -> String {
    let services = many(number, |at| format!("s{at}: {{ports: 80, versions: {{v0: c0, v1: c1}}}}"));
    topology(2, &services, &many(number, |at| format!("s{at}: {{to: {{v0: 50, v1: 50}}}}")))
}
