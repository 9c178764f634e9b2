//! Limits on one object, from both sides.

use std::collections::BTreeMap;

use crate::istio::Bundle;
use crate::istio::bundle::Ground;
use crate::istio::object::Metadata;
use crate::istio::object::{Object, Spec};
use crate::istio::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec};
use crate::model::Release;
use crate::prove::limits::{ANNOTATION, JSON_PER_YAML, check, json_size};
use crate::yaml;

/// A bundle with one ServiceEntry, each of whose endpoints has an address of this length.
fn bundle(endpoints: usize, address: usize) -> Bundle {
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
    let entry = Object {
        why: String::new(),
        api_version: "networking.istio.io/v1",
        metadata: Metadata { name: "reviews-global".to_owned(), ..Metadata::default() },
        spec: Spec::ServiceEntry(spec),
    };
    Bundle {
        configured_by: None,
        cluster: "cluster1".to_owned(),
        context: "cluster1".to_owned(),
        release: Release::DEFAULT,
        objects: vec![entry],
        stand_ins: Vec::new(),
        reaches: Vec::new(),
        origins: Vec::new(),
        places: BTreeMap::new(),
        ground: Ground::default(),
    }
}

fn found(endpoints: usize, address: usize) -> Vec<&'static str> {
    let bundle = bundle(endpoints, address);
    check(&bundle, yaml::render(&bundle, "mesh").longest).iter().map(|finding| finding.code.name()).collect()
}

#[test]
fn an_object_has_as_many_endpoints_as_its_schema_allows() {
    assert_eq!(found(4096, 8), [""; 0]);
    assert_eq!(found(4097, 8), ["MG0603"]);
}

#[test]
fn an_object_is_as_large_as_an_annotation_may_be() {
    let frame = bundle(1, 0).objects.iter().map(json_size).sum::<usize>();
    assert_eq!(found(1, ANNOTATION - frame), [""; 0]);
    assert_eq!(found(1, ANNOTATION - frame + 1), ["MG0602"]);
}

#[test]
fn json_is_bounded_by_yaml() {
    let mut shortest = bundle(0, 0);
    for object in &mut shortest.objects {
        object.metadata.labels = ('a'..='z').map(|name| (name.to_string(), "\u{1}".to_owned())).collect();
    }
    for bundle in [bundle(1, 0), bundle(1000, 1), shortest] {
        let json = bundle.objects.iter().map(json_size).max().unwrap();
        assert!(json < yaml::render(&bundle, "mesh").longest * JSON_PER_YAML, "{json}");
    }
}
