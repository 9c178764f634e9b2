//! Stand-ins: Services without selector, which give a name and an address to what runs only in other clusters.

use super::kind::object::{Metadata, Object, Spec};
use super::kind::service::{ServicePort, ServiceSpec, TargetPort};
use crate::model::{self, Mesh, Port, Protocol};
use crate::plan::PlainName;

/// The mark of a stand-in. It has no `managed-by`: deleted by that label, it would take a name away.
const STAND_IN: (&str, &str) = ("meshgen-stand-in", "true");

/// A stand-in for a plain name that is made by one.
pub(super) fn object(mesh: &Mesh, name: &PlainName<'_>) -> Object {
    let service = name.service;
    let further = if name.known {
        "the control plane knows where it does"
    } else {
        "its VirtualService sends requests on"
    };
    let mut labels = mesh.labels.clone();
    labels.insert(STAND_IN.0.to_owned(), STAND_IN.1.to_owned());
    Object {
        why: format!("Gives {service} a name here, where it does not run; {further}."),
        api_version: "v1",
        metadata: Metadata {
            name: service.name.clone(),
            namespace: service.namespace.clone(),
            labels,
            annotations: mesh.annotations.clone(),
        },
        spec: Spec::Service(ServiceSpec { ports: service.crossing_ports().map(service_port).collect() }),
    }
}

/// `appProtocol` only where the name does not tell: Kubernetes before 1.20 does not know it. `targetPort` leads
/// nowhere here, but istioctl finds fault with Services of one name whose ports differ from cluster to cluster.
fn service_port(port: &Port) -> ServicePort {
    let told = Protocol::parse(Protocol::word_of_name(&port.name)) == Some(port.protocol);
    let app_protocol = if told { None } else { Some(port.protocol.istio().to_ascii_lowercase()) };
    let target_port = port.target.as_ref().map(|target| match target {
        model::TargetPort::Number(number) => TargetPort::Number(*number),
        model::TargetPort::Name(name) => TargetPort::Name(name.clone()),
    });
    ServicePort { name: port.name.clone(), port: port.number, app_protocol, target_port }
}
