//! What is written?
//!
//! Enters: texts. Leaves: a [`Input`], the inputs as written, all documents joined. Refuses to know: what a name
//! stands for and what is meant where nothing is written; that is `resolve`'s.
//!
//! Every value knows its place. What could not be read is poison ([`Written::Illegible`], [`Listed::complete`]):
//! it is reported here, once, and nobody later complains about it or fills in a default for it.

mod problems; // the wording of every finding
pub mod tree; // text → tree
pub mod document; // which documents are meshgen's
pub mod join; // several documents as one
pub mod reader; // tree → fields and scalars, collecting every mistake
mod written; // a value, its absence, or poison
mod topology; // mesh, clusters, services: all Topology documents
pub mod reach; // how a call gets into another cluster
pub mod mesh;
pub mod cluster;
pub mod gateway;
pub mod service;
pub mod traffic_policy;
pub mod routing;
pub mod condition;
pub mod action;
pub mod change; // what a change is meant to do
pub mod query; // what is to stay true

use crate::diagnostic::Outcome;
use crate::source::{Limits, Place, SourceId, Sources, StepChoice};
use document::Documents;
use reader::Reader;
pub use topology::Include;
use topology::Topology;

pub use written::{Keyed, Listed, ServiceName, Written};

/// Everything that is written, joined over all documents.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// `mesh`; illegible fields and all.
    pub mesh: mesh::Mesh,
    /// `clusters`, each name once.
    pub clusters: Listed<cluster::Cluster>,
    /// Where clusters are written, or else where the inputs begin.
    pub clusters_place: Option<Place>,
    /// Whether there is a Topology at all.
    pub has_topology: bool,
    /// `services`, each name once.
    pub services: Listed<service::Service>,
    /// `gateways`, each name once.
    pub gateways: Listed<gateway::IngressGateway>,
    /// `routes`, each service once.
    pub routes: Listed<routing::Routes>,
    /// Steps that are asked for from outside.
    pub steps: Vec<StepChoice>,
    /// The release of every cluster, if it is asked for from outside.
    pub istio: Option<String>,
    /// Routing that exists already, in other words than meshgen's.
    pub foreign: Vec<document::Foreign>,
}

/// Reads all texts as far as they are sound. No value if nothing is.
pub fn parse(sources: &Sources) -> Outcome<Input> {
    let mut reader = Reader::default();
    let documents = Documents::read(sources, &mut reader);
    let Topology { mesh, mut clusters, clusters_place, mut services, mut gateways } =
        Topology::read(&documents.topologies, &mut reader);
    let mut routes = routing::read(&documents.routings, &mut reader);
    // What could not be read at all may have named any of them.
    clusters.complete &= documents.complete;
    services.complete &= documents.complete;
    gateways.complete &= documents.complete;
    routes.complete &= documents.complete;
    // Where there is no Topology, that is the finding.
    services.complete &= !documents.topologies.is_empty();
    let nothing = documents.topologies.is_empty()
        && documents.routings.is_empty()
        && documents.foreign.is_empty()
        && !documents.complete;
    let mut others = documents.routings.iter().chain(documents.foreign.iter().map(|foreign| &foreign.node));
    let clusters_place = clusters_place.or_else(|| others.next().map(|document| document.place));
    let has_topology = !documents.topologies.is_empty() || !documents.complete;
    let input = Input {
        mesh,
        clusters,
        clusters_place,
        has_topology,
        services,
        gateways,
        routes,
        steps: sources.steps.clone(),
        istio: sources.istio.clone(),
        foreign: documents.foreign,
    };
    Outcome { value: (!nothing).then_some(input), findings: reader.into_findings() }
}

/// Reads what Change documents say; nothing if there is none, or if some of it could not be read.
pub fn changes(sources: &Sources) -> Outcome<change::Changes> {
    let mut reader = Reader::default();
    let documents = Documents::read(sources, &mut reader);
    let changes = change::Changes::read(&documents.changes, &mut reader)
        .filter(|changes| documents.complete && changes.is_complete());
    Outcome { value: changes, findings: reader.into_findings() }
}

/// Reads what is to stay true, as far as it is sound. What the other documents say is for [`parse`].
pub fn queries(sources: &Sources) -> Outcome<Listed<query::Query>> {
    let mut reader = Reader::default();
    let documents = Documents::read(sources, &mut reader);
    for document in &documents.queries {
        document::decided(document, sources, &mut reader);
    }
    let queries = query::read(&documents.queries, &mut reader);
    Outcome::new(queries, reader.into_findings())
}

/// What the Topologies of one text include, as written; nothing if it cannot be read.
pub fn includes(source: SourceId, text: &str, limits: &Limits) -> Vec<Include> {
    // Most files include nothing, and this is asked of each before it is read in earnest.
    if !text.contains("include") && !text.contains("routing") {
        return Vec::new();
    }
    let reading = tree::read(source, text, limits, &mut Vec::new());
    reading.documents.iter().flat_map(topology::includes).collect()
}

#[cfg(test)]
mod tests;
