//! What all objects of a mesh have in common: marks, visibility, how comments name things.

use super::kind::object::{Metadata, Object, Spec};
use super::kind::service_entry::ServicePort;
use crate::diagnostic::join;
use crate::model::{Callers, Mesh, Port, Release};

/// The marks of who wrote an object and for which mesh; kubectl prunes by them.
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "meshgen");
const PART_OF: &str = "app.kubernetes.io/part-of";

/// An object of Istio's, in a cluster of this release and with the marks of its mesh.
pub(super) fn object(
    (mesh, release): (&Mesh, Release),
    name: &str,
    namespace: &str,
    why: String,
    spec: Spec,
) -> Object {
    let Mesh { name: mesh, labels, annotations, .. } = mesh;
    let mut labels = labels.clone();
    labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned());
    labels.insert(PART_OF.to_owned(), mesh.clone());
    Object {
        why,
        api_version: release.api_version(spec.kind()),
        metadata: Metadata {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            labels,
            annotations: annotations.clone(),
        },
        spec,
    }
}

/// Silences one more message of `istioctl analyze` that is wrong about this object.
pub(super) fn suppress(object: &mut Object, message: &str) {
    let silenced = object.metadata.annotations.entry("galley.istio.io/analyze-suppress".to_owned());
    silenced
        .and_modify(|messages| *messages = format!("{messages},{message}"))
        .or_insert_with(|| message.to_owned());
}

/// A port of a service, as entries name it.
pub(super) fn entry_port(port: &Port) -> ServicePort {
    ServicePort { name: port.name.clone(), number: port.number, protocol: port.protocol.istio() }
}

/// `exportTo`: nothing for all namespaces.
pub(super) fn export_to(callers: &Callers) -> Vec<String> {
    match callers {
        Callers::All => Vec::new(),
        Callers::Namespaces(namespaces) => namespaces.iter().cloned().collect(),
    }
}

/// `a`, `b and c`, as comments name things.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = names.into_iter().collect();
    names.dedup();
    join(names, "and")
}
