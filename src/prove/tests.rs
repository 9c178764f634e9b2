//! Mutations of sound bundles, each of which must be noticed.
//!
//! The bundles are those that the stages before make of [`INPUT`]; one thing in them is changed. A fault is told
//! from a sound bundle by what the proof says of it.

mod alike; // names of clusters that end alike
mod discovery; // what control planes see of each other
mod doors; // what is dialled leads elsewhere
mod connection; // what connections need beyond that
mod every_case; // faults in the bundles of every case
mod far; // what the cluster behind a gateway lacks
mod merged; // what joins the plain name, and must not
mod limits; // what Kubernetes would refuse
mod ingress; // what requests from outside lack
mod near; // what the caller's cluster lacks
mod pool; // what does not fail over
mod promise; // what a caller's rule no longer says beside the SNI
mod rewrite; // what a gateway is taught
mod twice; // what is there more than once

use std::rc::Rc;

use super::Proof;
use crate::diagnostic::{Outcome, Severity};
use crate::istio::kind::destination_rule::DestinationRuleSpec;
use crate::istio::kind::gateway::GatewaySpec;
use crate::istio::kind::object::{Kind, Object, Spec};
use crate::istio::kind::service::ServiceSpec;
use crate::istio::kind::service_entry::ServiceEntrySpec;
use crate::istio::kind::virtual_service::VirtualServiceSpec;
use crate::istio::{self, ClassObjects, Lacks, Step};
use crate::model;
use crate::plan::{self, ClassPlan, ClusterPlan, ServicePlan, View};
use crate::source::{Found, Limits, Source, Sources};
use crate::{input, resolve};

/// Callers in `here`: a split across clusters, several ports, a version in several clusters, a service that runs
/// only elsewhere, one that only some namespaces call, and connections by TLS and by TCP.
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

/// Objects of one class or cluster.
type Written = Vec<(Step, Object)>;

/// What was promised, and what is written of it. Each cluster is a class of its own, so that one can be changed
/// alone.
#[derive(Clone)]
struct Mesh {
    view: &'static View<'static>,
    services: Vec<(ServicePlan<'static>, Vec<ClassObjects>)>,
    clusters: Vec<(Rc<ClusterPlan<'static>>, Written)>,
}

/// The place of an object.
#[derive(Clone, Copy)]
enum Spot {
    OfClass { service: usize, class: usize, at: usize },
    OfCluster { cluster: usize, at: usize },
}

impl Mesh {
    fn new(text: &str) -> Self {
        let source = Source::new("input.yaml", Found::Named, text.as_bytes().to_vec());
        let input = input::parse(&Sources { texts: vec![source], ..Sources::default() }).value.unwrap();
        Self::of(resolve::resolve(&input).value.unwrap(), &Limits::default()).0.unwrap()
    }

    /// The plans and objects of a mesh, and whether all that was found lets them be written.
    fn of(mesh: model::Mesh, limits: &Limits) -> (Option<Self>, bool) {
        let mesh: &'static model::Mesh = Box::leak(Box::new(mesh));
        let view: &'static View<'static> = Box::leak(Box::new(View::of(mesh)));
        let mut lacks = Lacks::default();
        let mut services = Vec::new();
        let planned = plan::plan(view, limits, &mut |plan| {
            let objects = istio::lower::service(plan, &mut lacks);
            services.push(one_by_one(plan.clone(), &objects));
        });
        let has_errors = planned.has_errors();
        let Some(plans) = planned.value else { return (None, false) };
        let clusters = plans.into_iter().map(|plan| {
            let objects = istio::lower::cluster(&plan, &mut lacks);
            (Rc::new(plan), objects)
        });
        let clusters = clusters.collect();
        let lacks = lacks.findings().iter().any(|finding| finding.severity() == Severity::Error);
        (Some(Self { view, services, clusters }), !has_errors && !lacks)
    }

    /// What the proof says, without what all of its findings begin with.
    fn messages(&self) -> Vec<String> {
        let mut messages: Vec<_> =
            self.proved().findings.into_iter().map(|finding| finding.message).collect();
        messages.sort();
        messages.dedup();
        messages
    }

    fn proved(&self) -> Outcome<usize> {
        let mut proof = Proof::of(self.view);
        for (plan, objects) in &self.services {
            proof.service(plan, objects, 0);
        }
        for (plan, objects) in &self.clusters {
            proof.cluster(plan, objects, 0);
        }
        proof.hold()
    }

    /// Holds the same objects against the promises of another input.
    fn judged_by(&mut self, text: &str) {
        let other = Self::new(text);
        self.view = other.view;
        for ((plan, _), (theirs, _)) in self.services.iter_mut().zip(other.services) {
            *plan = theirs;
        }
        for ((plan, _), (theirs, _)) in self.clusters.iter_mut().zip(other.clusters) {
            *plan = theirs;
        }
    }

    fn class(&mut self, cluster: &str, service: &str) -> &mut ClassObjects {
        let id = self.view.clusters.iter().find(|known| known.name == cluster).unwrap().id;
        let (_, objects) = self.services.iter_mut().find(|(plan, _)| plan.service.name == service).unwrap();
        objects.iter_mut().find(|class| class.members == [id]).unwrap()
    }

    /// The list of objects in a cluster that an object is in, and where.
    fn spot(&mut self, cluster: &str, kind: Kind, name: &str) -> (&mut Written, usize) {
        let id = self.view.clusters.iter().find(|known| known.name == cluster).unwrap().id;
        let classes = self.services.iter_mut().flat_map(|(_, objects)| objects);
        let classes = classes.filter(|class| class.members == [id]).map(|class| &mut class.objects);
        let own =
            self.clusters.iter_mut().filter(|(plan, _)| plan.cluster.id == id).map(|(_, objects)| objects);
        let is = |(_, object): &(Step, Object)| object.kind() == kind && object.metadata.name == name;
        let found = classes.chain(own).find_map(|objects| {
            let at = objects.iter().position(is)?;
            Some((objects, at))
        });
        found.unwrap_or_else(|| panic!("no {kind} `{name}` in `{cluster}`"))
    }

    /// Where all objects are.
    fn spots(&self) -> Vec<Spot> {
        let count = |objects: &[(Step, Object)]| 0..objects.len();
        let services = self.services.iter().enumerate().flat_map(|(service, (_, classes))| {
            let of_class = move |(class, objects): (usize, &ClassObjects)| {
                count(&objects.objects).map(move |at| Spot::OfClass { service, class, at })
            };
            classes.iter().enumerate().flat_map(of_class)
        });
        let clusters = self.clusters.iter().enumerate();
        let clusters = clusters.flat_map(|(cluster, (_, objects))| {
            count(objects).map(move |at| Spot::OfCluster { cluster, at })
        });
        services.chain(clusters).collect()
    }

    fn list(&self, spot: Spot) -> (&[(Step, Object)], usize) {
        match spot {
            Spot::OfClass { service, class, at } => (&self.services[service].1[class].objects, at),
            Spot::OfCluster { cluster, at } => (&self.clusters[cluster].1, at),
        }
    }

    fn list_mut(&mut self, spot: Spot) -> (&mut Written, usize) {
        match spot {
            Spot::OfClass { service, class, at } => (&mut self.services[service].1[class].objects, at),
            Spot::OfCluster { cluster, at } => (&mut self.clusters[cluster].1, at),
        }
    }

    fn at(&self, spot: Spot) -> &Object {
        let (objects, at) = self.list(spot);
        &objects[at].1
    }

    /// The cluster that an object is for.
    fn whose(&self, spot: Spot) -> &str {
        match spot {
            Spot::OfClass { service, class, at: _ } => {
                &self.view.cluster(self.services[service].1[class].members[0]).unwrap().name
            }
            Spot::OfCluster { cluster, at: _ } => &self.clusters[cluster].0.cluster.name,
        }
    }

    /// Another object in its place, or none.
    fn put(&mut self, spot: Spot, object: Option<Object>) {
        let (objects, at) = self.list_mut(spot);
        let step = objects[at].0;
        objects.splice(at..=at, object.map(|object| (step, object)));
    }

    /// The objects around a place as they were.
    fn restore(&mut self, sound: &Self, spot: Spot) {
        *self.list_mut(spot).0 = sound.list(spot).0.to_vec();
    }

    fn object(&mut self, cluster: &str, kind: Kind, name: &str) -> &mut Object {
        let (objects, at) = self.spot(cluster, kind, name);
        &mut objects[at].1
    }

    fn remove(&mut self, cluster: &str, kind: Kind, name: &str) {
        let (objects, at) = self.spot(cluster, kind, name);
        objects.remove(at);
    }

    /// Adds a copy of an object, changed.
    fn copy(&mut self, cluster: &str, kind: Kind, name: &str, change: fn(&mut Object)) {
        let (objects, at) = self.spot(cluster, kind, name);
        let mut copy = objects[at].clone();
        change(&mut copy.1);
        objects.push(copy);
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
        let stand_in = self.class("here", name).stand_in.as_mut().unwrap();
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
        if !found.contains(&format!("a promise to callers in `{caller}` is broken: {expected}")) {
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
fn destinations_are_counted() {
    assert!(Mesh::new(INPUT).proved().value.unwrap() > 20);
}

/// The same plan and objects, each cluster a class of its own.
fn one_by_one(
    mut plan: ServicePlan<'static>,
    objects: &[ClassObjects],
) -> (ServicePlan<'static>, Vec<ClassObjects>) {
    let classes = std::mem::take(&mut plan.classes);
    plan.classes = classes.iter().flat_map(ClassPlan::one_by_one).collect();
    plan.classes.sort_by_key(|class| class.class.id);
    let mut objects: Vec<_> = objects
        .iter()
        .flat_map(|class| class.members.iter().map(|id| ClassObjects { members: vec![*id], ..class.clone() }))
        .collect();
    objects.sort_by(|one, other| one.members.cmp(&other.members));
    (plan, objects)
}

impl ClassPlan<'static> {
    fn one_by_one(&self) -> Vec<Self> {
        let alone = |id: &model::ClusterId| {
            let class = plan::class::Class { id: *id, members: vec![*id] };
            Self { class, cluster: self.view.cluster(*id).unwrap(), ..self.clone() }
        };
        self.class.members.iter().map(alone).collect()
    }
}
