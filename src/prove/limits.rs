//! Limits of Kubernetes and of Istio's CRDs on one object.

use std::io;

use super::problems;
use crate::diagnostic::Finding;
use crate::istio::Bundle;
use crate::istio::object::{Object, Spec};

/// Bytes of JSON: a client-side apply keeps the whole object in one annotation, and that is all it may hold.
const ANNOTATION: usize = 262_144;
/// `maxItems` of `spec.endpoints` in the CRD of ServiceEntry.
const ENDPOINTS: usize = 4096;

pub fn check(bundle: &Bundle) -> Vec<Finding> {
    let mut findings = Vec::new();
    for object in &bundle.objects {
        if let Spec::ServiceEntry(spec) = &object.spec
            && spec.endpoints.len() > ENDPOINTS
        {
            findings.push(problems::too_many_endpoints(&bundle.cluster, &name(object), spec.endpoints.len()));
        }
        let bytes = json_size(object);
        if bytes > ANNOTATION {
            findings.push(problems::too_large(&bundle.cluster, &name(object), bytes));
        }
    }
    findings
}

fn name(object: &Object) -> String {
    format!("{} `{}/{}`", object.kind(), object.metadata.namespace, object.metadata.name)
}

fn json_size(object: &Object) -> usize {
    struct Counted(usize);
    impl io::Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    // Counting does not fail, and every object is a map with text keys.
    if serde_json::to_writer(&mut counted, object).is_err() { 0 } else { counted.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::istio::bundle::Ground;
    use crate::istio::object::Metadata;
    use crate::istio::service_entry::{Endpoint, Location, Resolution, ServiceEntrySpec};
    use crate::model::Release;

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
            cluster: "cluster1".to_owned(),
            context: "cluster1".to_owned(),
            release: Release::DEFAULT,
            objects: vec![entry],
            stand_ins: Vec::new(),
            reaches: Vec::new(),
            origins: Vec::new(),
            ground: Ground::default(),
        }
    }

    fn found(endpoints: usize, address: usize) -> Vec<&'static str> {
        check(&bundle(endpoints, address)).iter().map(|finding| finding.code.name()).collect()
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
}
