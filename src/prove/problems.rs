//! What proving finds, in words.

use crate::diagnostic::{Code, Finding};
use crate::source::Place;

/// A promise that is not kept. It is not the input's fault, because that has been checked.
pub fn broken(cluster: &str, what: &str) -> Finding {
    Finding::new(Code::MG0601, format!("a promise to callers in `{cluster}` is broken: {what}"))
        .help("this is a mistake of meshgen, not of the input; please report it together with the input")
}

pub fn too_large(cluster: &str, object: &str, bytes: usize, service: Option<Place>) -> Finding {
    let finding = Finding::new(
        Code::MG0602,
        format!("{object} in `{cluster}` has {bytes} bytes, more than a client-side `kubectl apply` takes"),
    );
    at(finding, service).help(format!(
        "apply it with `kubectl --context {cluster} apply --server-side --field-manager=meshgen -f …`"
    ))
}

pub fn too_many_endpoints(cluster: &str, object: &str, endpoints: usize, service: Option<Place>) -> Finding {
    let finding = Finding::new(
        Code::MG0603,
        format!("{object} in `{cluster}` has {endpoints} endpoints, more than Istio's 4096"),
    );
    at(finding, service)
        .help("list fewer gateway addresses, or give each cluster its own names: `remoteNames: per-cluster`")
}

fn at(finding: Finding, service: Option<Place>) -> Finding {
    match service {
        Some(place) => finding.at(place, "it is about this service"),
        None => finding,
    }
}
