//! Where does this request go? A second opinion, from the bundles themselves.
//!
//! Enters: a [`World`] (what exists) and the text of bundles (what is applied to it). Leaves: for a request, each share of
//! it followed hop by hop as Istio and Envoy would: name, VirtualService, route, DestinationRule, endpoint, SNI, far
//! Gateway, far subset, pods. Refuses to know: rules, plans and how bundles come about; it never sees the model they
//! came from. docs/proof.md says what is followed and what is not.

pub mod world; // what exists
pub mod object; // what is applied
pub mod request; // what is asked
pub mod asked; // as people write it
pub mod report; // what becomes of it
mod registry; // what one control plane knows
mod network; // who dials whom
mod proxy; // who sends
mod endpoint; // who answers
pub mod expression; // what a pattern means
mod condition; // whether a route is meant
mod policy;
mod pool; // which endpoint, how often
mod feature; // what else happens
mod walk; // the shares under way
mod call; // the caller's sidecar
mod connection; // the same, for what is no request
mod ingress; // requests from outside
mod upstream; // towards endpoints
mod eject; // those that fail for others' sake
mod server; // the open ports of a gateway
mod rewrite; // names that a gateway is taught
mod enter; // the far gateway
mod arrive; // the pods
pub mod stated; // which requests somebody means
pub mod overview; // everything, asked at once
pub mod probe; // what rules tell apart
pub mod survival; // and while something is down
pub mod crossing; // and what is silently broken between clusters

use std::collections::BTreeMap;
use std::sync::OnceLock;

use object::{Routing, Unreadable};
use registry::Registry;
use report::Trace;
use request::Request;
use walk::Walk;
use world::World;

/// Follows requests through a world with routing. What is applied to a cluster is read when a request first comes by.
#[derive(Debug)]
pub struct Tracer<'a> {
    world: &'a World,
    routing: &'a Routing,
    registries: BTreeMap<&'a str, OnceLock<Result<Registry<'a>, Unreadable>>>,
}

/// Why a request cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untraced {
    /// The caller's cluster does not exist.
    NoCluster,
    /// The caller's cluster has no such gateway.
    NoGateway,
    /// A bundle on the way cannot be read.
    Unreadable(Unreadable),
}

impl<'a> Tracer<'a> {
    /// Sees each cluster as the control plane does that configures it.
    #[must_use]
    pub fn new(world: &'a World, routing: &'a Routing) -> Self {
        let registries = world.clusters.iter().map(|cluster| (cluster.name.as_str(), OnceLock::new()));
        Self { world, routing, registries: registries.collect() }
    }

    /// What becomes of a request.
    pub fn trace(&self, request: &Request) -> Result<Trace, Untraced> {
        let mut walk = Walk::new(self, request);
        let registry = self.registry(&request.caller.cluster).ok_or(Untraced::NoCluster)?;
        let caller = registry.map_err(|unreadable| Untraced::Unreadable(unreadable.clone()))?;
        match &request.caller.gateway {
            Some(name) => {
                let gateway = caller.cluster.gateways.iter().find(|gateway| gateway.name == *name);
                walk.let_in(caller, gateway.ok_or(Untraced::NoGateway)?);
            }
            None => walk.call(caller),
        }
        walk.unreadable.map_or(Ok(walk.trace), |unreadable| Err(Untraced::Unreadable(unreadable)))
    }

    /// What the proxies of a cluster are told; nothing if there is no such cluster.
    fn registry(&self, cluster: &str) -> Option<Result<&Registry<'a>, &Unreadable>> {
        let registry = self.registries.get(cluster)?;
        let cluster = self.world.cluster(cluster)?;
        Some(registry.get_or_init(|| Registry::new(self.world, self.routing, cluster)).as_ref())
    }
}
