//! The schemas in `schemas/istio/` judge as the API server does: a test that cannot fail proves nothing about output.

use serde_json::{Value, json};

use crate::support::schema::Schemas;
use crate::support::schema::rules::Rules;

/// The API version that a release is written in.
fn api_version(minor: u32) -> &'static str {
    match minor {
        ..5 => "networking.istio.io/v1alpha3",
        5..22 => "networking.istio.io/v1beta1",
        22.. => "networking.istio.io/v1",
    }
}

fn object(minor: u32, kind: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": api_version(minor),
        "kind": kind,
        "metadata": {"name": "reviews", "namespace": "default", "labels": {"app.kubernetes.io/managed-by": "meshgen"}},
        "spec": spec,
    })
}

fn service_entry() -> Value {
    json!({
        "hosts": ["reviews.default.global"],
        "addresses": ["240.0.69.235"],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [{"name": "http", "number": 9080, "protocol": "HTTP"}],
        "endpoints": [{"address": "203.0.113.20", "ports": {"http": 15443}}],
    })
}

fn virtual_service() -> Value {
    let destination =
        json!({"host": "reviews.default.svc.cluster.local", "subset": "v1", "port": {"number": 9080}});
    json!({
        "hosts": ["reviews.default.svc.cluster.local"],
        "http": [{
            "match": [{"headers": {"end-user": {"exact": "jason"}, "x-any": {}}}],
            "route": [{"destination": destination}],
            "timeout": "10s",
        }],
    })
}

/// The faults of a spec after one change, for a release.
fn after(minor: u32, kind: &str, mut spec: Value, change: impl FnOnce(&mut Value)) -> Vec<String> {
    change(&mut spec);
    Schemas::read().faults(minor, &object(minor, kind, &spec))
}

/// The only fault, in words.
fn the_fault(faults: &[String]) -> &str {
    let [fault] = faults else { panic!("not one fault: {faults:#?}") };
    fault
}

#[test]
fn what_is_valid_passes_in_every_release() {
    let schemas = Schemas::read();
    for minor in 1..=31 {
        for (kind, spec) in [("ServiceEntry", service_entry()), ("VirtualService", virtual_service())] {
            assert_eq!(schemas.faults(minor, &object(minor, kind, &spec)), Vec::<String>::new(), "1.{minor}");
        }
    }
}

#[test]
fn a_misspelt_field_fails() {
    for minor in [1, 5, 13, 22, 30, 31] {
        let faults = after(minor, "VirtualService", virtual_service(), |spec| {
            spec["http"][0]["route"][0]["destination"]["subsets"] = json!("v1");
        });
        assert_eq!(faults, [".spec.http[0].route[0].destination.subsets: unknown field"], "1.{minor}");
    }
}

#[test]
fn a_field_newer_than_the_release_fails() {
    let add_mirrors = |spec: &mut Value| spec["http"][0]["mirrors"] = json!([{"destination": {"host": "a"}}]);
    assert_eq!(after(18, "VirtualService", virtual_service(), add_mirrors).len(), 1);
    assert!(after(20, "VirtualService", virtual_service(), add_mirrors).is_empty());
}

#[test]
fn an_api_version_of_another_release_fails() {
    let schemas = Schemas::read();
    for (minor, other) in [(4, 5), (5, 22), (21, 30)] {
        let mut object = object(minor, "ServiceEntry", &service_entry());
        object["apiVersion"] = json!(api_version(other));
        assert!(the_fault(&schemas.faults(minor, &object)).contains("is not known"), "1.{minor}");
    }
}

#[test]
fn a_wrong_type_fails() {
    let faults =
        after(30, "ServiceEntry", service_entry(), |spec| spec["hosts"] = json!("reviews.default.global"));
    assert!(the_fault(&faults).contains("`type: \"array\"`"));
    let faults = after(30, "ServiceEntry", service_entry(), |spec| spec["hosts"] = json!([true]));
    assert!(the_fault(&faults).starts_with(".spec.hosts[0]: true"));
    let faults = after(30, "ServiceEntry", service_entry(), |spec| spec["resolution"] = json!("STATICS"));
    assert!(the_fault(&faults).contains("`enum"));
}

#[test]
fn two_of_one_fail() {
    let faults = after(30, "VirtualService", virtual_service(), |spec| {
        spec["http"][0]["match"][0]["headers"]["end-user"]["prefix"] = json!("j");
    });
    assert!(the_fault(&faults).contains("`oneOf"));
}

#[test]
fn two_items_with_one_key_fail() {
    let faults = after(30, "ServiceEntry", service_entry(), |spec| {
        spec["ports"] = json!([{"name": "a", "number": 1}, {"name": "a", "number": 2}]);
    });
    assert!(the_fault(&faults).contains("list-map-keys"));
}

#[test]
fn a_broken_rule_fails() {
    for minor in [24, 26, 30, 31] {
        let faults = after(minor, "ServiceEntry", service_entry(), |spec| {
            spec["workloadSelector"] = json!({"labels": {"app": "reviews"}});
        });
        assert!(the_fault(&faults).to_lowercase().contains("only one of workloadselector"), "{faults:?}");
    }
    let faults = after(30, "ServiceEntry", service_entry(), |spec| spec["ports"][0]["number"] = json!(65536));
    assert!(the_fault(&faults).contains("port must be between"));
    let faults = after(30, "ServiceEntry", service_entry(), |spec| {
        spec["endpoints"][0]["address"] = json!("unix://a");
    });
    assert!(the_fault(&faults).contains("absolute path"));
}

#[test]
fn a_duration_that_is_none_fails() {
    for timeout in ["0s", "10", "1d", "-1s", "500us"] {
        let faults = after(30, "VirtualService", virtual_service(), |spec| {
            spec["http"][0]["timeout"] = json!(timeout);
        });
        assert!(the_fault(&faults).starts_with(".spec.http[0].timeout"), "{timeout}: {faults:?}");
    }
    for timeout in ["1ms", "1.5s", "1h30m"] {
        let faults = after(30, "VirtualService", virtual_service(), |spec| {
            spec["http"][0]["timeout"] = json!(timeout);
        });
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn names_and_labels_are_looked_at() {
    let schemas = Schemas::read();
    for (field, value) in [
        ("name", json!("Reviews")),
        ("namespace", json!("a.b")),
        ("labels", json!({"version": "v".repeat(64)})),
        ("labels", json!({"a/b/c": "v"})),
        ("annotations", json!({"note": 1})),
        ("annotations", json!({"note": "a".repeat(300_000)})),
        ("resourceVersion", json!("1")),
    ] {
        let mut object = object(30, "ServiceEntry", &service_entry());
        object["metadata"][field] = value;
        assert!(the_fault(&schemas.faults(30, &object)).starts_with(&format!("metadata.{field}")));
    }
}

/// A rule that does not compile would only show on the day it is needed.
#[test]
fn every_rule_of_every_release_compiles() {
    let schemas = Schemas::read();
    let rules = Rules::default();
    let mut below: Vec<&Value> = schemas.releases.values().collect();
    let mut compiled = 0;
    while let Some(value) = below.pop() {
        for rule in value["x-kubernetes-validations"].as_array().into_iter().flatten() {
            assert_eq!(rules.compile(rule["rule"].as_str().unwrap()).err(), None);
            compiled += 1;
        }
        below.extend(value.as_object().into_iter().flat_map(|fields| fields.values()));
        below.extend(value.as_array().into_iter().flatten());
    }
    assert!(compiled > 500, "only {compiled} rules were found");
}
