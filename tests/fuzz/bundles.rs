//! What must be true of any bundle: it is followed or refused, and what meshgen wrote is followed.
//!
//! Enters: texts of bundles, a world. Leaves: what is not true. Refuses to know: where requests should go.

use std::collections::BTreeMap;

use meshgen::source::{Found, Source, Sources};
use meshgen::trace::Tracer;
use meshgen::trace::object::{BundleText, Routing};
use meshgen::trace::request::{Caller, Request};
use meshgen::trace::world::{Cluster, World};

use crate::support::bundles;

/// Shares of a request add up to this.
const ALL: f64 = 100.0;

/// A mesh in which most examples find what they speak of.
const GROUND: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters: {cluster1: {gateway: 203.0.113.10}, cluster2: {gateway: 203.0.113.20}, cluster3: {gateway: 203.0.113.30}}
services:
  reviews: {ports: 9080, versions: {v1: [cluster1, cluster2], v2: cluster2, v3: cluster3}}
  ratings: {ports: 9080, versions: {v1: cluster2}}
";

/// A text by another hand is followed, or said to be unreadable; shares add up either way.
pub fn followed(text: &str) -> Vec<String> {
    let source = Source::new("ground.yaml", Found::Named, GROUND.as_bytes().to_vec());
    let world = meshgen::world(&Sources { texts: vec![source], ..Sources::default() }).value.unwrap();
    let bundles =
        ["cluster1", "cluster2", "cluster3"].map(|cluster| BundleText { cluster, file: "bundle.yaml", text });
    match Routing::read(&bundles) {
        Ok(routing) => lost(&world, &routing),
        Err(_) => Vec::new(),
    }
}

/// What meshgen wrote can be read, and no request is lost in it.
pub fn unanswered(world: &World, files: &BTreeMap<String, String>) -> Vec<String> {
    match Routing::read(&bundles::texts(files)) {
        Ok(routing) => lost(world, &routing),
        Err(unreadable) => {
            vec![unreadable.to_string()]
        }
    }
}

/// Requests to every service of whose shares some are missing.
fn lost(world: &World, routing: &Routing) -> Vec<String> {
    let tracer = Tracer::new(world, routing);
    let mut lost = Vec::new();
    for request in world.clusters.iter().flat_map(|cluster| requests(world, cluster)) {
        let total: f64 =
            tracer.trace(&request).iter().flat_map(|trace| &trace.shares).map(|share| share.percent).sum();
        if (total - ALL).abs() > 0.01 {
            lost.push(format!("{total} % of a request are answered: {request:?}"));
        }
    }
    lost
}

fn requests(world: &World, cluster: &Cluster) -> Vec<Request> {
    let services = world.clusters.iter().flat_map(|cluster| &cluster.services).take(8);
    let ports = services.flat_map(|service| service.ports.iter().map(move |port| (service, port.port)));
    let request = |(service, port): (&meshgen::trace::world::Service, u16)| Request {
        caller: Caller {
            cluster: cluster.name.clone(),
            namespace: service.namespace.clone(),
            ..Caller::default()
        },
        host: format!("{}.{}", service.name, service.namespace),
        port,
        method: "GET".to_owned(),
        path: "/".to_owned(),
        ..Request::default()
    };
    ports.map(request).collect()
}
