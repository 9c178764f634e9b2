//! Limits on one object, from both sides.

use crate::istio::kind::object::{Metadata, Object, Spec};
use crate::istio::kind::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec};
use crate::prove::limits::{ANNOTATION, JSON_PER_YAML, check, json_size};
use crate::yaml;

/// A ServiceEntry, each of whose endpoints has an address of this length.
fn entry(endpoints: usize, address: usize) -> Object {
    let endpoint = Endpoint { address: "a".repeat(address), ..Endpoint::default() };
    let spec = ServiceEntrySpec {
        hosts: vec!["reviews.default.global".to_owned()],
        addresses: Vec::new(),
        export_to: Vec::new(),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: Vec::new(),
        endpoints: vec![endpoint; endpoints],
    };
    Object {
        why: String::new(),
        api_version: "networking.istio.io/v1",
        metadata: Metadata { name: "reviews-global".to_owned(), ..Metadata::default() },
        spec: Spec::ServiceEntry(spec),
    }
}

fn yaml_size(object: &Object) -> usize {
    let mut text = String::new();
    yaml::write(object, &mut text);
    text.len()
}

/// In a class of two clusters: a finding for each.
fn found(endpoints: usize, address: usize) -> Vec<&'static str> {
    let entry = entry(endpoints, address);
    let clusters = [&"cluster1".to_owned(), &"cluster2".to_owned()];
    let findings = check(&clusters, &entry, yaml_size(&entry), None);
    findings.iter().map(|finding| finding.code.name()).collect()
}

#[test]
fn an_object_has_as_many_endpoints_as_its_schema_allows() {
    assert_eq!(found(4096, 8), [""; 0]);
    assert_eq!(found(4097, 8), ["MG0603", "MG0603"]);
}

#[test]
fn an_object_is_as_large_as_an_annotation_may_be() {
    let frame = json_size(&entry(1, 0));
    assert_eq!(found(1, ANNOTATION - frame), [""; 0]);
    assert_eq!(found(1, ANNOTATION - frame + 1), ["MG0602", "MG0602"]);
}

#[test]
fn json_is_bounded_by_yaml() {
    let mut shortest = entry(0, 0);
    shortest.metadata.labels = ('a'..='z').map(|name| (name.to_string(), "\u{1}".to_owned())).collect();
    for entry in [entry(1, 0), entry(1000, 1), shortest] {
        let json = json_size(&entry);
        assert!(json < yaml_size(&entry) * JSON_PER_YAML, "{json}");
    }
}
