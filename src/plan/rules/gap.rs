//! What a survey tells of: gaps in the rules, and places at which callers go nowhere. Plain types.

use std::collections::BTreeSet;

use crate::model::{ClusterId, Pick, Service};
use crate::source::Place;

/// What requests get that no rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// A 404, because other rules remain in the caller's proxy.
    NotFound,
    /// Any version in the caller's cluster, because its workload has no rule at all.
    Unruled,
    /// Any version in the caller's cluster: a connection is never refused for want of a rule.
    AnyVersion,
    /// A name that stands for nothing in the caller's cluster.
    Nowhere,
}

/// What callers ask for.
#[derive(Clone, Copy, Debug)]
pub struct AskedAt<'m> {
    /// Of which service.
    pub service: &'m Service,
    /// Which version.
    pub pick: Pick,
    /// Where it was written.
    pub place: Place,
    /// Whether the place names the cluster outright.
    pub named: bool,
}

/// A place at which callers can go nowhere, because all clusters that run what they need are drained.
#[derive(Debug)]
pub struct Drained<'m> {
    /// What is asked for.
    pub service: &'m Service,
    /// Whether the place names the cluster outright.
    pub named: bool,
    /// Clusters that run it.
    pub clusters: BTreeSet<ClusterId>,
    /// Where the callers are.
    pub callers: BTreeSet<ClusterId>,
}
