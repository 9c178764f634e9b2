//! One object: whose it is, how old it is, for whose callers.
//!
//! Enters: a document. Leaves: [`Object`]. Refuses to know: what its `spec` says.

use std::fmt;

use super::field::Form;
use super::known::Known;
use super::problems;
use crate::input::document::{Foreign, ForeignKind};
use crate::input::reader::Reader;
use crate::input::tree::{Value, View};
use crate::source::Place;

/// An object that says where requests go.
#[derive(Clone, Debug)]
pub struct Object<'t> {
    pub kind: ForeignKind,
    pub namespace: String,
    pub name: String,
    /// `creationTimestamp`, as the API server writes it: it sorts by age.
    pub created: Option<String>,
    /// Its name.
    pub place: Place,
    pub spec: Value<'t>,
    /// The clusters whose callers it is for; empty for all.
    clusters: &'t [String],
}

const DOCUMENT: Form = Form {
    what: "an object",
    used: &["metadata", "spec"],
    redundant: &["apiVersion", "kind", "status"],
    reported: &[],
};

impl<'t> Object<'t> {
    /// Opens a document.
    pub fn read(foreign: &'t Foreign, known: &Known<'_>, reader: &mut Reader) -> Option<Self> {
        let document = Value::root(&foreign.node);
        let fields = DOCUMENT.open(document, reader)?;
        let text = |field: &str| {
            let value = fields.get("metadata").and_then(|metadata| metadata.get(field))?;
            match value.view() {
                View::Text(scalar) => Some((scalar.text.as_ref().to_owned(), value.place())),
                View::Nothing | View::List(_) | View::Map(_) | View::Illegible => None,
            }
        };
        let (name, place) = text("name").unwrap_or_else(|| (String::new(), document.place()));
        let kind = foreign.kind;
        let namespace = match (text("namespace"), known.only_namespace()) {
            (Some((namespace, _)), _) => namespace,
            // Where everything is in one namespace, there is nothing to be told apart.
            (None, Some(only)) => only.to_owned(),
            (None, None) => {
                if known.is_complete() {
                    reader.report(problems::no_namespace(kind, &name, place));
                }
                return None;
            }
        };
        Some(Self {
            kind,
            namespace,
            name,
            created: text("creationTimestamp").map(|(text, _)| text),
            place,
            spec: fields.get("spec").unwrap_or(document),
            clusters: &foreign.clusters,
        })
        .filter(|_| fields.get("spec").is_some())
    }

    /// Whether it is for the callers of a cluster; none stands for any cluster that has nothing of its own.
    pub fn is_for(&self, cluster: Option<&str>) -> bool {
        self.clusters.is_empty()
            || cluster.is_some_and(|cluster| self.clusters.iter().any(|own| own == cluster))
    }

    /// Whether it is for the callers of some clusters alone.
    pub fn is_tied(&self) -> bool {
        !self.clusters.is_empty()
    }

    /// Where it stands among several for one host, if that can be told: the oldest first, then by name, then by namespace.
    pub fn age(&self) -> (&Option<String>, &str, &str) {
        (&self.created, &self.name, &self.namespace)
    }
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}/{}`", word(self.kind), self.namespace, self.name)
    }
}

/// The kind as it is written.
pub fn word(kind: ForeignKind) -> &'static str {
    match kind {
        ForeignKind::VirtualService => "VirtualService",
        ForeignKind::DestinationRule => "DestinationRule",
        ForeignKind::TrafficPolicy => "TrafficPolicy",
        ForeignKind::VirtualMesh => "VirtualMesh",
        ForeignKind::FailoverService => "FailoverService",
        ForeignKind::VirtualDestination => "VirtualDestination",
        ForeignKind::HttpRoute => "HTTPRoute",
        ForeignKind::GrpcRoute => "GRPCRoute",
        ForeignKind::TlsRoute => "TLSRoute",
        ForeignKind::TcpRoute => "TCPRoute",
    }
}
