//! Mutations of sound bundles, each of which must be noticed.
//!
//! The bundles are those that the stages before make of [`INPUT`]; one thing in them is changed. A fault is told from
//! a sound bundle by what the proof says of it.

mod discovery; // what control planes see of each other
mod doors; // what is dialled leads elsewhere
mod connection; // what connections need beyond that
mod every_case; // faults in the bundles of every case
mod far; // what the cluster behind a gateway lacks
mod joined; // what joins a service, and must not
mod limits; // what Kubernetes would refuse
mod ingress; // what requests from outside lack
mod near; // what the caller's cluster lacks
mod pool; // what does not fail over
mod promise; // what a caller's rule no longer says beside the SNI
mod rewrite; // what a gateway is taught
mod twice; // what is there more than once

use super::Links;
use crate::istio::kind::destination_rule::DestinationRuleSpec;
use crate::istio::kind::gateway::GatewaySpec;
use crate::istio::kind::object::{Kind, Object, Spec};
use crate::istio::kind::service::ServiceSpec;
use crate::istio::kind::service_entry::ServiceEntrySpec;
use crate::istio::kind::virtual_service::VirtualServiceSpec;
use crate::istio::{self, Bundle, Lacks};
use crate::source::{Found, Limits, Source, Sources};
use crate::{plan, resolve, spec};

/// Callers in `here`: a split across clusters, several ports, a version in several clusters, a service that runs only
/// elsewhere, one that only some namespaces call, and connections by TLS and by TCP.
const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
clusters:
  here: {gateway: 203.0.113.1}
  there: {gateway: 203.0.113.2}
  yonder: {gateway: {address: 203.0.113.3, expose: used}}
services:
  api:
    ports: {http: 80, grpc: 81}
    versions: {v1: here, v2: there}
    trafficPolicy: {outlierDetection: {consecutiveGatewayErrors: 1}}
  cache:     {ports: {redis: 6379}, versions: {v1: there}}
  db:        {ports: {mysql: 3306, tls: 443}, versions: {v1: here, v2: there}}
  parts:     {ports: 80, versions: {v1: [there, yonder]}, serviceAccounts: parts}
  ratings:   {ports: 80, versions: {v1: there}}
  reviews:   {ports: 80, versions: {v1: here, v2: there, v20: there}}
  shop/cart: {ports: 80, versions: {v1: there}, clients: {here: [web]}}
gateways:
  public: {clusters: here, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [parts.example.com]}]}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  api: {to: {v1: 50, v2: 50}}
  db: {to: {v1: 50, v2: 50}}
  parts: {rules: v1, ingress: {public: {hosts: parts.example.com}}}
  ratings: v1
  reviews: {to: {v1: 50, v2: 25, v20: 25}, mirror: v20}
  shop/cart: v1
";

/// One thing to change.
type Mutation = fn(&mut Mesh);

/// The bundles of all clusters.
struct Mesh(Vec<Bundle>);

impl Mesh {
    fn new(text: &str) -> Self {
        let source = Source::new("input.yaml", Found::Named, text.as_bytes().to_vec());
        let spec = spec::parse(&Sources { texts: vec![source], ..Sources::default() }).value.unwrap();
        let mesh = resolve::resolve(&spec).value.unwrap();
        let plans = plan::plan(&mesh, &Limits::default()).value.unwrap();
        let mut lacks = Lacks::default();
        Self(plans.iter().map(|plan| istio::lower(plan, &mut lacks)).collect())
    }

    /// What the proof says, without what all of its findings begin with.
    fn messages(&self) -> Vec<String> {
        let mut links = Links::default();
        self.0.iter().for_each(|bundle| links.add(bundle, 0));
        let mut messages: Vec<_> = links.hold().findings.into_iter().map(|finding| finding.message).collect();
        messages.sort();
        messages.dedup();
        messages
    }

    fn bundle(&mut self, cluster: &str) -> &mut Bundle {
        self.0.iter_mut().find(|bundle| bundle.cluster == cluster).unwrap()
    }

    fn object(&mut self, cluster: &str, kind: Kind, name: &str) -> &mut Object {
        let objects = &mut self.bundle(cluster).objects;
        objects.iter_mut().find(|object| object.kind() == kind && object.metadata.name == name).unwrap()
    }

    fn remove(&mut self, cluster: &str, kind: Kind, name: &str) {
        self.object(cluster, kind, name);
        self.bundle(cluster).objects.retain(|object| object.kind() != kind || object.metadata.name != name);
    }

    /// Adds a copy of an object, changed.
    fn copy(&mut self, cluster: &str, kind: Kind, name: &str, change: fn(&mut Object)) {
        let mut copy = self.object(cluster, kind, name).clone();
        change(&mut copy);
        self.bundle(cluster).objects.push(copy);
    }

    fn rule(&mut self, cluster: &str, name: &str) -> &mut DestinationRuleSpec {
        let Spec::DestinationRule(spec) = &mut self.object(cluster, Kind::DestinationRule, name).spec else {
            unreachable!()
        };
        spec
    }

    fn entry(&mut self, name: &str) -> &mut ServiceEntrySpec {
        self.entry_in("here", name)
    }

    fn entry_in(&mut self, cluster: &str, name: &str) -> &mut ServiceEntrySpec {
        let Spec::ServiceEntry(spec) = &mut self.object(cluster, Kind::ServiceEntry, name).spec else {
            unreachable!()
        };
        spec
    }

    fn routes(&mut self, name: &str) -> &mut VirtualServiceSpec {
        let Spec::VirtualService(spec) = &mut self.object("here", Kind::VirtualService, name).spec else {
            unreachable!()
        };
        spec
    }

    fn stand_in(&mut self, name: &str) -> &mut ServiceSpec {
        let mut stand_ins = self.bundle("here").stand_ins.iter_mut();
        let stand_in = stand_ins.find(|object| object.metadata.name == name).unwrap();
        let Spec::Service(spec) = &mut stand_in.spec else { unreachable!() };
        spec
    }

    fn gateway(&mut self, cluster: &str) -> &mut GatewaySpec {
        let Spec::Gateway(spec) = &mut self.object(cluster, Kind::Gateway, "meshgen-east-west").spec else {
            unreachable!()
        };
        spec
    }
}

/// Every mutation gives this message about `here`. Others may join it: callers of other clusters go the same way.
fn all_are_noticed(mutations: &[(Mutation, &str)]) {
    all_are_noticed_in(INPUT, "here", mutations);
}

/// The same for the bundles of another input, about another caller.
fn all_are_noticed_in(input: &str, caller: &str, mutations: &[(Mutation, &str)]) {
    assert_eq!(Mesh::new(input).messages(), [""; 0]);
    let mut wrong = Vec::new();
    for (mutation, expected) in mutations {
        let mut mesh = Mesh::new(input);
        mutation(&mut mesh);
        let found = mesh.messages();
        if !found.contains(&format!("a link of `{caller}` does not hold: {expected}")) {
            wrong.push(format!("expected {expected}\n   found {}", found.join("\n         ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_sound_is_silent() {
    assert_eq!(Mesh::new(INPUT).messages(), [""; 0]);
    let existing =
        INPUT.replace("{gateway: 203.0.113.2}", "{gateway: {address: 203.0.113.2, existing: true}}");
    assert_eq!(Mesh::new(&existing).messages(), [""; 0]);
    let per_cluster = INPUT.replace("clusters:\n", "mesh: {remoteNames: per-cluster}\nclusters:\n");
    assert_eq!(Mesh::new(&per_cluster).messages(), [""; 0]);
    let entries = INPUT.replace("clusters:\n", "mesh: {plainNames: entry}\nclusters:\n");
    assert_eq!(Mesh::new(&entries).messages(), [""; 0]);
}

#[test]
fn links_are_counted() {
    let mut links = Links::default();
    Mesh::new(INPUT).0.iter().for_each(|bundle| links.add(bundle, 0));
    assert!(links.hold().value.unwrap() > 20);
}
