//! Each field of objects that exist already is used, redundant or reported: there is no fourth case.
//!
//! Each field that the schemas know is put into an object that says something, and must not be unknown; in each map a field that
//! nobody knows must be found, so that no map is passed over.

use meshgen::diagnostic::{Code, Finding};
use meshgen::source::{Found, Source, Sources};
use serde_json::{Value, json};

use crate::support::schema::Schemas;

const TOPOLOGY: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters: {cluster1: {gateway: 203.0.113.10}}
services: {reviews: {ports: {http: 9080, tls: 443, tcp-db: 3306}, versions: {v1: cluster1, v2: cluster1}}}
";

/// Nobody's field.
const UNHEARD_OF: &str = "unheardOf";

/// The specs of the Gateway API's routes as in the experimental channel of 1.4, without descriptions and rules.
const GATEWAY_API: &str = include_str!("gateway-api.json");

/// The specs of the kinds of Service Mesh Hub and Gloo Mesh. What is inside redundant fields is left out.
const GLOO: &str = include_str!("gloo.json");

#[test]
fn each_field_of_an_object_is_used_or_redundant_or_reported() {
    let mut faults = Vec::new();
    let istio = Schemas::read();
    for kind in ["VirtualService", "DestinationRule"] {
        let release = istio.releases.values().next_back().unwrap();
        let schema = &release[kind]["versions"]["v1"]["openAPIV3Schema"]["properties"]["spec"];
        check(kind, "networking.istio.io/v1", schema, &mut faults);
    }
    for (version, specs) in
        [("gateway.networking.k8s.io/v1", GATEWAY_API), ("networking.mesh.gloo.solo.io/v1", GLOO)]
    {
        let specs: Value = serde_json::from_str(specs).unwrap();
        for (kind, schema) in specs.as_object().unwrap() {
            let version = match kind.as_str() {
                "VirtualDestination" => "networking.enterprise.mesh.gloo.solo.io/v1beta1",
                _ => version,
            };
            check(kind, version, schema, &mut faults);
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn check(kind: &str, version: &str, schema: &Value, faults: &mut Vec<String>) {
    let mut fields = Vec::new();
    walk(schema, "", &mut fields);
    assert!(fields.len() > 10, "{kind}: no schema");
    for (path, sample) in fields {
        let mut spec = spec(kind);
        put(&mut spec, &path, &sample);
        let findings = findings(kind, version, &spec);
        let field = path.rsplit('/').next().unwrap();
        let name = format!("`{field}`");
        if field == UNHEARD_OF {
            // What is inside a field that is not taken over is of no account.
            let ancestors: Vec<String> = path.split('/').map(|part| format!("`{part}`")).collect();
            let is_reported = |finding: &Finding| {
                finding.code != Code::MG0120 && ancestors.iter().any(|part| finding.message.contains(part))
            };
            if !findings.iter().any(|finding| finding.message.contains(&name) || is_reported(finding)) {
                faults.push(format!("{kind}: {path} is passed over"));
            }
        } else if let Some(finding) =
            findings.iter().find(|finding| finding.code == Code::MG0120 && finding.message.contains(&name))
        {
            faults.push(format!("{kind}: {path}: {}", finding.message));
        }
    }
}

/// Each field below a map with a value of its type, and one that nobody knows.
fn walk(schema: &Value, prefix: &str, fields: &mut Vec<(String, Value)>) {
    let Some(properties) = schema["properties"].as_object() else { return };
    fields.push((format!("{prefix}{UNHEARD_OF}"), json!(1)));
    for (name, field) in properties {
        let path = format!("{prefix}{name}");
        fields.push((path.clone(), sample(field)));
        walk(field, &format!("{path}/"), fields);
        walk(&field["items"], &format!("{path}/"), fields);
    }
}

fn sample(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("array") => json!([sample(&schema["items"])]),
        Some("object") => json!({}),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => json!("x"),
    }
}

/// Puts a value below a path; of a list it is the first element that gets it.
fn put(value: &mut Value, path: &str, sample: &Value) {
    let (field, rest) = path.split_once('/').map_or((path, None), |(field, rest)| (field, Some(rest)));
    if let Value::Array(elements) = value {
        if elements.is_empty() {
            elements.push(json!({}));
        }
        return put(&mut elements[0], path, sample);
    }
    if !value.is_object() {
        *value = json!({});
    }
    let map = value.as_object_mut().unwrap();
    match rest {
        Some(rest) => put(map.entry(field).or_insert_with(|| json!({})), rest, sample),
        None => {
            map.entry(field).or_insert_with(|| sample.clone());
        }
    }
}

/// What says enough that every part of it is read.
fn spec(kind: &str) -> Value {
    let parents = |port: u16| json!([{"group": "", "kind": "Service", "name": "reviews", "port": port}]);
    let backends = |port: u16| json!([{"name": "reviews-v1", "port": port}]);
    match kind {
        "VirtualService" => {
            let to = json!({"destination": {"host": "reviews"}});
            json!({
                "hosts": ["reviews"],
                "http": [{
                    "match": [{"uri": {"prefix": "/"}}],
                    "route": [to],
                    "mirror": {"host": "reviews"},
                    "mirrors": [{"destination": {"host": "reviews"}}],
                }],
                "tls": [{"match": [{"sniHosts": ["reviews"]}], "route": [to]}],
                "tcp": [{"match": [{"port": 3306}], "route": [to]}],
            })
        }
        "DestinationRule" => {
            let tls = json!({"mode": "ISTIO_MUTUAL"});
            let ports = json!([{"port": {"number": 9080}, "loadBalancer": {"simple": "RANDOM"}, "tls": tls}]);
            let policy = json!({"tls": tls, "portLevelSettings": ports});
            json!({
                "host": "reviews",
                "trafficPolicy": policy,
                "subsets": [{"name": "v1", "labels": {"version": "v1"}, "trafficPolicy": policy}],
            })
        }
        "TrafficPolicy" => json!({
            "destinationSelector": [{"kubeServiceRefs": {"services": [{"name": "reviews", "namespace": "default"}]}}],
        }),
        "VirtualMesh" => json!({"federation": {"selectors": [{}]}}),
        "FailoverService" | "VirtualDestination" => json!({"hostname": "reviews.default.global"}),
        "TLSRoute" => json!({"parentRefs": parents(443), "rules": [{"backendRefs": backends(443)}]}),
        "TCPRoute" => json!({"parentRefs": parents(3306), "rules": [{"backendRefs": backends(3306)}]}),
        _ => json!({
            "parentRefs": parents(9080),
            "rules": [{"matches": [{"headers": [{"name": "a", "value": "b"}]}], "backendRefs": backends(9080)}],
        }),
    }
}

fn findings(kind: &str, version: &str, spec: &Value) -> Vec<Finding> {
    let object = json!({
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "reviews", "namespace": "default"},
        "spec": spec,
    });
    let text = serde_json::to_string(&object).unwrap();
    let source = |name: &str, text: &str| Source::new(name, Found::InDirectory, text.as_bytes().to_vec());
    let texts = vec![source("topology.yaml", TOPOLOGY), source("object.json", &text)];
    meshgen::compile(&Sources { texts, ..Sources::default() }, &mut drop).findings
}
