//! Where does this request go? A second opinion, from the bundles themselves.
//!
//! Enters: a [`World`] (what exists) and the text of bundles (what is applied to it). Leaves: for a request, each share of
//! it followed hop by hop as Istio and Envoy would: name, VirtualService, route, DestinationRule, endpoint, SNI, far
//! Gateway, far subset, pods. Refuses to know: rules, plans and how bundles come about; it never sees the model they
//! came from. docs/proof.md says what is followed and what is not.

pub mod world; // what exists
pub mod object; // what is applied
pub mod request; // what is asked
pub mod report; // what becomes of it
mod registry; // what one control plane knows
mod condition; // whether a route is meant
mod policy;
mod pool;
mod joined; // what is said of a connection
mod feature; // what else happens
mod walk; // the shares under way
mod call; // the caller's sidecar
mod connection; // the same, for what is no request
mod upstream; // towards endpoints
mod rewrite; // names that a gateway is taught
mod enter; // the far gateway

use std::collections::BTreeMap;

use object::{Objects, Routing};
use registry::Registry;
use report::Trace;
use request::Request;
use walk::Walk;
use world::World;

/// Follows requests through a world with routing.
#[derive(Debug)]
pub struct Tracer<'a> {
    world: &'a World,
    registries: BTreeMap<&'a str, Registry<'a>>,
}

/// What a cluster without bundle is told.
static NOTHING: Objects = Objects::NONE;

impl<'a> Tracer<'a> {
    /// Sees each cluster as its control plane does.
    #[must_use]
    pub fn new(world: &'a World, routing: &'a Routing) -> Self {
        let registry = |cluster: &'a world::Cluster| {
            let objects = routing.clusters.get(&cluster.name).unwrap_or(&NOTHING);
            (cluster.name.as_str(), Registry::new(cluster, objects))
        };
        Self { world, registries: world.clusters.iter().map(registry).collect() }
    }

    /// What becomes of a request; nothing if the caller's cluster does not exist.
    #[must_use]
    pub fn trace(&self, request: &Request) -> Option<Trace> {
        let caller = self.registries.get(request.caller.cluster.as_str())?;
        let mut walk = Walk::new(self, request);
        walk.call(caller);
        Some(walk.trace)
    }
}
