//! Regular expressions: what meshgen lets pass, Envoy's RE2 takes, and so does Istio's webhook, which is Go's.
//!
//! Enters: Envoy, and a release of Istio if there is one. Leaves: lines of the table, one an expression, and what meshgen refuses
//! although Envoy would take it, printed. Right ones and wrong ones, and such as are put together by chance.

use std::fmt::Write;

use meshgen::source::{Found, Source, Sources};
use serde_json::{Value, json};

use crate::envoy::Envoy;
use crate::istio::Istio;
use crate::proxies::COLUMN;
use crate::scene;
use crate::support::case::Files;
use crate::table::Table;

/// The row.
const ROW: &str = "regular expressions";

/// What people write, and what one dialect has and another has not.
const WRITTEN: [&str; 62] = [
    ".*",
    "/api/v[0-9]+/.*",
    "^/exact$",
    "(?i)jason",
    "(?-i)jason",
    "(?s).",
    "(?m)^a$",
    "(?U)a+",
    "(?P<name>a)",
    "(?<name>a)",
    "(?:a|b)",
    "a|b|",
    "|",
    "()",
    "a{0}",
    "a{1000}",
    "a{1001}",
    "a{2,}",
    "a{2,1}",
    "a{,3}",
    "{",
    "a{",
    "a{x}",
    "}",
    "]",
    "[]a]",
    "[^]a]",
    "[a-]",
    "[z-a]",
    "[[:alpha:]]",
    "[[:nothing:]]",
    "[[a]]",
    "[a&&b]",
    "[a--b]",
    "[a~~b]",
    "\\d+",
    "\\D\\s\\S\\w\\W",
    "\\bword\\b",
    "\\B",
    "\\A",
    "\\z",
    "\\Z",
    "\\pL",
    "\\p{Greek}",
    "\\p{Nothing}",
    "\\x41",
    "\\x{10FFFF}",
    "\\x{110000}",
    "\\u0041",
    "\\101",
    "\\1",
    "\\C",
    "\\Qa.b\\E",
    "\\Q(",
    "\\",
    "a**",
    "a*?",
    "a+*",
    "*a",
    "(?=a)",
    "(?<!a)",
    "(?x)a b",
];

/// What expressions by chance are put together from.
const PARTS: [&str; 30] = [
    "a", "b", "/", ".", "*", "+", "?", "|", "(", ")", "[", "]", "^", "$", "-", "{2}", "{1,3}", "\\d", "\\w",
    "\\.", "\\b", "(?:", "(?i)", "[^a]", "[0-9]", "é", "\\x41", ",", "{400}", "\\pL",
];
/// How many of them.
const BY_CHANCE: usize = 600;
/// How many fit into one configuration.
const AT_ONCE: usize = 100;

/// Those that are written, and those by chance.
pub fn all() -> Vec<String> {
    let mut expressions: Vec<String> = WRITTEN.map(str::to_owned).into();
    expressions.extend(by_chance());
    expressions
}

/// Judges all of them.
pub fn judge(envoy: &Envoy, istio: Option<&Istio>, table: &mut Table) {
    let (accepted, refused): (Vec<String>, Vec<String>) =
        all().into_iter().partition(|expression| is_accepted(expression));
    if let Some(istio) = istio {
        validated(istio, &accepted, table);
    }
    for batch in accepted.chunks(AT_ONCE) {
        if envoy.refusal(&routes(batch)).is_none() {
            for expression in batch {
                table.check(ROW, COLUMN, expression, &[]);
            }
            continue;
        }
        let alone: Vec<Value> = batch.iter().map(|one| routes(std::slice::from_ref(one))).collect();
        for (expression, refusal) in batch.iter().zip(envoy.refusals(&alone)) {
            table.check(ROW, COLUMN, &format!("`{expression}` is accepted"), refusal.as_slice());
        }
    }
    let written: Vec<&String> =
        refused.iter().filter(|refused| WRITTEN.contains(&refused.as_str())).collect();
    let alone: Vec<Value> = written.iter().map(|one| routes(std::slice::from_ref(one))).collect();
    for (expression, refusal) in written.into_iter().zip(envoy.refusals(&alone)) {
        match refusal {
            Some(_) => table.check(ROW, COLUMN, &format!("`{expression}` is refused"), &[]),
            None => table.remark(format!("{COLUMN}: meshgen refuses `{expression}`, Envoy would not")),
        }
    }
}

/// What Istio's webhook says to them, each in a VirtualService of its own.
fn validated(istio: &Istio, expressions: &[String], table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let services = expressions.iter().enumerate().map(|(index, expression)| {
        let object = json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": format!("r{index}"), "namespace": "default"},
            "spec": {"hosts": [format!("r{index}")], "http": [{
                "match": [{"headers": {"x": {"regex": expression}}}],
                "route": [{"destination": {"host": format!("r{index}")}}],
            }]},
        });
        let mut text = "---\n".to_owned();
        meshgen::yaml::write(&object, &mut text);
        text
    });
    let files = Files::from([("cluster1.yaml".to_owned(), services.collect())]);
    let world = json!({"clusters": [{"name": "cluster1"}]});
    scene::write(below.path(), &files, &world, &json!({"queries": []}));
    let messages = match istio.validate(&[below.path()]) {
        Ok(messages) => messages,
        Err(why) => return table.broken(&istio.column(), &why),
    };
    for (index, expression) in expressions.iter().enumerate() {
        let refusals = messages.iter().filter(|message| {
            message.code == "VALIDATE" && message.resource == format!("VirtualService/default/r{index}")
        });
        let refusals: Vec<String> = refusals.map(|message| message.text.clone()).collect();
        table.check(ROW, &istio.column(), &format!("`{expression}` is accepted"), &refusals);
    }
}

/// Whether meshgen lets a rule with this expression pass.
fn is_accepted(expression: &str) -> bool {
    let input = [
        json!({
            "apiVersion": "meshgen/v1",
            "kind": "Topology",
            "clusters": {"cluster1": {"gateway": "203.0.113.10"}},
            "services": {"reviews": {"ports": 9080, "versions": {"v1": "cluster1"}}},
        }),
        json!({
            "apiVersion": "meshgen/v1",
            "kind": "Routing",
            "routes": {"reviews": [{"match": {"headers": {"x": {"regex": expression}}}, "to": "v1"}, {"to": "v1"}]},
        }),
    ];
    let texts =
        input.map(|document| Source::new("input.yaml", Found::Named, document.to_string().into_bytes()));
    let outcome = meshgen::compile(&Sources { texts: texts.into(), ..Sources::default() }, &mut |_| {});
    !outcome.findings.iter().any(|finding| finding.code.name() == "MG0351")
}

/// A configuration with a route for each expression.
fn routes(expressions: &[String]) -> Value {
    let route = |expression: &String| {
        let matcher = json!({"name": "x", "string_match": {"safe_regex": {"regex": expression}}});
        json!({"match": {"prefix": "/", "headers": [matcher]}, "direct_response": {"status": 200}})
    };
    let router = json!({
        "name": "router",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
    });
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "x",
        "http_filters": [router],
        "route_config": {"virtual_hosts": [{
            "name": "x", "domains": ["*"], "routes": expressions.iter().map(route).collect::<Vec<_>>(),
        }]},
    });
    let listener = json!({
        "name": "x",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 1}},
        "filter_chains": [{"filters": [{"name": "manager", "typed_config": manager}]}],
    });
    // As large as Istio lets them be.
    let runtime = json!({"name": "x", "static_layer": {"re2.max_program_size.error_level": 32768}});
    json!({
        "node": {"id": "x", "cluster": "x"},
        "layered_runtime": {"layers": [runtime]},
        "static_resources": {"listeners": [listener]},
    })
}

/// The same ones in every run.
fn by_chance() -> Vec<String> {
    let mut state: u64 = 0x2545_F491_4F6C_DD1D;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let mut expressions = Vec::new();
    for _ in 0..BY_CHANCE {
        let mut expression = String::new();
        for _ in 0..=next(9) {
            write!(expression, "{}", PARTS[next(PARTS.len())]).unwrap();
        }
        expressions.push(expression);
    }
    expressions
}
