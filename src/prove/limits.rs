//! Limits of Kubernetes and of Istio's CRDs on one object.

use std::io;

use super::problems;
use crate::diagnostic::Finding;
use crate::istio::kind::object::{Object, Spec};
use crate::source::Place;

/// Bytes of JSON: a client-side apply keeps the whole object in one annotation, and that is all it may hold.
pub(super) const ANNOTATION: usize = 262_144;
/// `maxItems` of `spec.endpoints` in the CRD of ServiceEntry.
const ENDPOINTS: usize = 4096;

/// No value is so much longer as JSON than it is as YAML: of its marks, `a: b` and a line end become `"a":"b",`,
/// and what is escaped is escaped by both.
pub(super) const JSON_PER_YAML: usize = 4;

/// Whether Kubernetes takes an object of these clusters, one finding for each. `longest` is the size of the
/// longest of the objects that are looked at, as YAML, which is known anyway: hardly ever is one so long that its
/// JSON has to be counted.
pub fn check(clusters: &[&String], object: &Object, longest: usize, place: Option<Place>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Spec::ServiceEntry(spec) = &object.spec
        && spec.endpoints.len() > ENDPOINTS
    {
        let many = spec.endpoints.len();
        let found = |cluster: &&String| problems::too_many_endpoints(cluster, &name(object), many, place);
        findings.extend(clusters.iter().map(found));
    }
    let fits = longest.saturating_mul(JSON_PER_YAML) <= ANNOTATION;
    let bytes = if fits { 0 } else { json_size(object) };
    if bytes > ANNOTATION {
        findings
            .extend(clusters.iter().map(|cluster| problems::too_large(cluster, &name(object), bytes, place)));
    }
    findings
}

fn name(object: &Object) -> String {
    format!("{} `{}/{}`", object.kind(), object.metadata.namespace, object.metadata.name)
}

pub(super) fn json_size(object: &Object) -> usize {
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
