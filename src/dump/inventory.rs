//! What an import asks of dumps beside the world: whose objects they are, and what runs without a pod in the dump.
//!
//! Enters: objects, as they are read. Leaves: an [`Inventory`]. Refuses to know: what becomes of them in a topology.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::cluster::{Name, Objects};
use super::item::Item;
use super::object::{Labels, Metadata, PortOrName};
use super::{Dumps, State};
use crate::diagnostic::Finding;
use crate::trace::object::Routing;
use crate::trace::world::World;

/// The mark of Services that only give a name to what runs elsewhere.
const STAND_IN: &str = "meshgen-stand-in";

/// All that dumps say of a mesh.
#[derive(Debug)]
pub struct Inventory {
    /// What exists.
    pub world: World,
    /// What is applied to it.
    pub routing: Routing,
    /// By cluster, in the order of the world.
    pub clusters: BTreeMap<String, Found>,
    /// What was not read, and what does not run.
    pub notes: Vec<String>,
    /// What is wrong with the dumps, though they can be read.
    pub findings: Vec<Finding>,
}

/// What one cluster has.
#[derive(Debug, Default)]
pub struct Found {
    /// The 2 of Istio 1.30.2, if that is known.
    pub patch: Option<u8>,
    /// By namespace and name.
    pub services: BTreeMap<Name, ServiceFacts>,
    /// Istio's objects, the older first.
    pub objects: Vec<Object>,
}

/// What a world does not know of a Service.
#[derive(Debug)]
pub struct ServiceFacts {
    /// meshgen made it, for what runs elsewhere.
    pub stand_in: bool,
    /// What its pods carry.
    pub selector: Labels,
    /// Nothing but the ports of nodes leads to it from outside.
    pub node_port: bool,
    /// By port: the pods' port, where it has a name.
    pub named_targets: BTreeMap<u16, String>,
}

/// An object of Istio.
#[derive(Debug)]
pub struct Object {
    /// As in the field `kind`.
    pub kind: String,
    /// Of the object.
    pub namespace: String,
    /// Of the object.
    pub name: String,
    /// Of the object.
    pub labels: Labels,
    /// Of an object of meshgen's.
    pub annotations: Labels,
    /// Who would write it again if it were deleted.
    pub owner: Option<String>,
    /// When it was made; nothing for one that is in no cluster yet.
    pub created: Option<String>,
    /// What it says.
    pub spec: Value,
}

/// What is remembered of an object whose text is kept elsewhere.
#[derive(Debug)]
pub(super) struct Marks {
    kind: String,
    name: Name,
    labels: Labels,
    annotations: Labels,
    owner: Option<String>,
    created: Option<String>,
    /// Its part of the routing's text.
    text: std::ops::Range<usize>,
}

#[derive(Deserialize)]
struct Annotated {
    metadata: Annotations,
}

#[derive(Deserialize)]
struct Annotations {
    annotations: Option<Labels>,
}

#[derive(Deserialize)]
struct Document {
    spec: Value,
}

impl Marks {
    fn new(
        kind: &str,
        name: &Name,
        metadata: &Metadata,
        item: &Item<'_>,
        text: std::ops::Range<usize>,
    ) -> Self {
        let labels = metadata.labels.clone().unwrap_or_default();
        // Others may hold whole objects.
        let is_own = labels.get("app.kubernetes.io/managed-by").is_some_and(|tool| tool == "meshgen");
        let annotated = is_own.then(|| item.parse::<Annotated>().ok()).flatten();
        let mut annotations = annotated.and_then(|object| object.metadata.annotations).unwrap_or_default();
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        let tool = labels.get("app.kubernetes.io/managed-by").filter(|tool| *tool != "meshgen");
        let tool = tool.or_else(|| labels.get("argocd.argoproj.io/instance"));
        let flux = labels.get("kustomize.toolkit.fluxcd.io/name");
        let owners = metadata.owner_references.iter().flatten();
        let owner = owners.map(|owner| format!("{} {}", owner.kind, owner.name)).next();
        Self {
            kind: kind.to_owned(),
            name: name.clone(),
            owner: owner.or_else(|| tool.or(flux).cloned()),
            labels,
            annotations,
            created: metadata.creation_timestamp.clone(),
            text,
        }
    }
}

impl Objects {
    /// Keeps the text of an object of Istio's, and whose it is.
    pub(super) fn keep(&mut self, kind: &str, name: &Name, metadata: &Metadata, item: &Item<'_>, text: &str) {
        self.routing.push_str("---\n");
        let start = self.routing.len();
        self.routing.push_str(text);
        self.marks.push(Marks::new(kind, name, metadata, item, start..self.routing.len()));
    }

    /// What an import asks for.
    fn found(&mut self) -> Found {
        let text = &self.routing;
        let objects = std::mem::take(&mut self.marks).into_iter().map(|marks| {
            let Marks { kind, name, labels, annotations, owner, created, text: range } = marks;
            let document = text.get(range).unwrap_or_default();
            let spec = serde_yaml::from_str::<Document>(document).map(|document| document.spec);
            let (namespace, name) = name;
            Object {
                kind,
                namespace,
                name,
                labels,
                annotations,
                owner,
                created,
                spec: spec.unwrap_or_default(),
            }
        });
        let mut objects: Vec<_> = objects.collect();
        objects.sort_by(|a, b| {
            let key = |object: &Object| {
                (object.created.clone(), object.name.clone(), object.namespace.clone(), object.kind.clone())
            };
            key(a).cmp(&key(b))
        });
        let services = self.services.iter().map(|(name, service)| {
            let balanced = service.status.load_balancer.iter().any(|balancer| balancer.ingress.is_some());
            let ports = service.spec.ports.iter().flatten();
            let facts = ServiceFacts {
                stand_in: service.labels.get(STAND_IN).is_some_and(|word| word == "true"),
                selector: service.spec.selector.clone().unwrap_or_default(),
                node_port: service.spec.form.as_deref() == Some("NodePort") && !balanced,
                named_targets: ports
                    .filter_map(|port| match port.target_port.as_ref()? {
                        PortOrName::Name(target) => Some((port.port, target.clone())),
                        PortOrName::Port(_) => None,
                    })
                    .collect(),
            };
            (name.clone(), facts)
        });
        Found { patch: self.installation.patch(), services: services.collect(), objects }
    }
}

impl Dumps {
    /// All that they say, for an import.
    #[must_use]
    pub fn inventory(self) -> Inventory {
        let mut clusters = BTreeMap::new();
        let state = self.said(&mut |name, objects| {
            clusters.insert(name.to_owned(), objects.found());
        });
        let State { world, routing, notes, findings } = state;
        Inventory { world, routing, clusters, notes, findings }
    }
}
