//! What is written?
//!
//! Enters: texts. Leaves: a [`Spec`], the inputs as written, all documents joined. Refuses to know: what a name
//! stands for and what is meant where nothing is written; that is `resolve`'s.
//!
//! Every value knows its place. What could not be read is poison ([`Written::Illegible`], [`Listed::complete`]):
//! it is reported here, once, and nobody later complains about it or fills in a default for it.

mod written; // a value, its absence, or poison
pub mod mesh;
pub mod cluster;
pub mod service;
pub mod routing;
pub mod condition;
pub mod action;

use crate::diagnostic::Outcome;
use crate::source::Sources;

pub use written::{Keyed, Listed, ServiceName, Written};

/// Everything that is written, joined over all documents.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// `mesh`
    pub mesh: mesh::Mesh,
    /// `clusters`, each name once.
    pub clusters: Listed<cluster::Cluster>,
    /// `services`, each name once.
    pub services: Listed<service::Service>,
    /// `routes`, each service once.
    pub routes: Listed<routing::Routes>,
}

/// Reads all texts as far as they are sound.
pub fn parse(sources: &Sources) -> Outcome<Spec> {
    let _ = sources;
    Outcome::new(Spec::default(), Vec::new())
}
