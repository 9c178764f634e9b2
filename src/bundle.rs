//! What leaves the compiler: one bundle per cluster, as text, and the account of the run.

use std::ops::Range;

use crate::source::Place;

/// All that is applied to one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The mesh that the cluster belongs to.
    pub mesh: String,
    /// The cluster's name; names the file.
    pub cluster: String,
    /// The kubectl context in printed commands.
    pub context: String,
    /// The Istio it is written for: `1.31`.
    pub release: String,
    /// The other cluster whose bundle holds what is for this one, too: its control plane configures both.
    pub configured_by: Option<String>,
    /// How many objects `text` holds.
    pub objects: usize,
    /// The objects as YAML; empty for a cluster that needs none (kubectl refuses a file without objects).
    pub text: String,
    /// The parts of `text` that are applied one after the other where nothing is there yet.
    pub steps: Steps,
    /// Services that give a name to what runs only elsewhere; created, never applied over what exists.
    pub stand_ins: Option<StandIns>,
    /// What its callers reach in other clusters, by cluster and service.
    pub reaches: Vec<FarService>,
    /// Where in the inputs its routes come from; the text has no lines for that.
    pub origins: Vec<Origin>,
}

/// The rule behind a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Of the VirtualService.
    pub namespace: String,
    /// Of the VirtualService.
    pub name: String,
    /// Which of its routes, from 0.
    pub route: usize,
    /// The rule; for a route that no rule asked for, the service.
    pub place: Place,
}

/// The documents of a bundle by what they do, as bytes of its text; empty where nothing does it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// What answers.
    pub serve: Range<usize>,
    /// Names for what answers elsewhere.
    pub call: Range<usize>,
    /// Where requests go.
    pub route: Range<usize>,
}

/// The stand-in Services of one cluster: each is a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIns {
    /// Each of them, by namespace and name.
    pub services: Vec<StandIn>,
    /// All of them as YAML.
    pub text: String,
}

/// A Service that gives a name to what runs only elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The service it stands for, as its users name it.
    pub service: String,
    /// Of the Service.
    pub namespace: String,
    /// Of the Service.
    pub name: String,
    /// The Service as YAML.
    pub text: String,
}

/// A service that callers of one cluster reach in another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FarService {
    /// The cluster that answers.
    pub cluster: String,
    /// The service as its users name it.
    pub service: String,
    /// Its versions, in order; empty for any.
    pub versions: Vec<String>,
}

/// A service that is at one of several steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtStep {
    /// The service as its users name it.
    pub service: String,
    /// Which step, from 1.
    pub step: usize,
    /// Of so many.
    pub of: usize,
    /// Its shares, as they are written: `v1: 95, v2: 5`.
    pub shares: String,
    /// What people wait for before the next one.
    pub pause: Option<String>,
    /// What people look at before the next one.
    pub check: Option<String>,
}

/// What was proved of all bundles of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Services of the mesh.
    pub services: usize,
    /// Clusters of the mesh.
    pub clusters: usize,
    /// Destinations of routes that were followed to their pods, each once for every cluster of callers and every port.
    pub destinations: usize,
    /// Clusters whose gateway has an address that is kept for documents.
    pub placeholders: usize,
    /// Findings that are acknowledged in the topology.
    pub acknowledged: usize,
    /// Services that are on their way from one version to another.
    pub steps: Vec<AtStep>,
}
