//! The mesh as its users could have written it, leaving nothing to a default.
//!
//! Enters: the mesh as meant. Leaves: text of the input language, a Topology and a Routing, each shorthand in its one
//! long form. Refuses to know: how the inputs were written, and what becomes of them; the text means the same mesh.
//!
//! The model is opened by full destructuring, so that nothing of it can be left unsaid. What the model gives to each
//! cluster or service is written there, and not once more below `mesh`.

mod topology; // the first document
mod reach; // how a call gets into another cluster
mod cluster;
mod service;
mod gateway;
mod traffic_policy;
mod routing; // the second
mod condition;
mod action;

use serde::Serialize;

use crate::model::{ClusterId, Mesh, Pick, Service};
use crate::yaml;
use routing::Routing;
use topology::Topology;

/// Writes both documents; the second is left out if no service has rules.
#[must_use]
pub fn write(mesh: &Mesh) -> String {
    let mut text = String::new();
    yaml::comment(
        "The inputs with every default written out, in the long form of each shorthand.",
        &mut text,
    );
    document("Topology", &Topology::of(mesh), &mut text);
    let routing = Routing::of(mesh);
    if !routing.routes.is_empty() {
        text.push_str("---\n");
        document("Routing", &routing, &mut text);
    }
    text
}

/// What every document begins with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'d, T> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(flatten)]
    says: &'d T,
}

fn document<T: Serialize>(kind: &'static str, says: &T, text: &mut String) {
    yaml::write(&Document { api_version: "meshgen/v1", kind, says }, text);
}

/// A cluster as others refer to it.
fn cluster_name(mesh: &Mesh, id: ClusterId) -> &str {
    mesh.cluster(id).map_or("", |cluster| cluster.name.as_str())
}

/// A service as routes and destinations refer to it, whatever their own namespace.
fn service_name(service: &Service) -> String {
    format!("{}/{}", service.namespace, service.name)
}

/// A version as destinations refer to it.
fn version_name(service: &Service, pick: Pick) -> &str {
    match pick {
        Pick::Any => "any",
        Pick::Version(id) => service.version(id).map_or("", |version| version.name.as_str()),
    }
}

/// A port as conditions and destinations refer to it: by name, for a name may look like another port's number.
fn port_name(service: &Service, number: u16) -> &str {
    service.ports.iter().find(|port| port.number == number).map_or("", |port| port.name.as_str())
}
