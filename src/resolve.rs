//! What is meant?
//!
//! Enters: the inputs as written. Leaves: the mesh, every name resolved and every default filled in. Refuses to
//! know: what a cluster must be told so that it holds. All errors about names end here.
//!
//! What could not be read has been reported; it stands in the mesh as harmlessly as it can, so that nothing later
//! complains about it again.

mod name; // the forms that Kubernetes and Istio demand
mod address; // how a gateway is dialled
mod label; // labels and annotations
mod reach; // how a call gets into another cluster
mod defaults; // `mesh`: what holds where nothing else is said
mod cluster;
mod address_from; // gateways that some callers dial at other addresses
mod control_plane; // who configures whom, and sees what
mod clients;
mod port;
mod service;
mod traffic_policy;
mod service_account;
mod gateway;
mod ingress;
mod routing;
mod value; // texts and numbers in rules
mod condition;
mod action;
mod speaks; // which ports a rule is for
mod host; // the names that come out
mod sni; // names that callers ask for in TLS
mod virtual_ip;
mod trust; // callers of another trust domain
mod allow; // findings that a team has judged
mod unused; // what is declared and never used
mod problems;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Finding, Outcome, Severity};
use crate::input::{self, Input, Listed, Written};
use crate::model::{Callers, ClusterId, Mesh};
use crate::source::{At, Place};
use clients::CallersByCluster;

/// Resolves every name and fills in every default.
#[must_use]
pub fn resolve(input: &Input) -> Outcome<Mesh> {
    let Input {
        mesh,
        clusters,
        clusters_place,
        has_topology: _,
        services,
        gateways,
        routes,
        steps,
        istio,
        // Taken already.
        foreign: _,
    } = input;
    let mut findings = Vec::new();
    let defaults = defaults::of(mesh, istio.as_deref(), &mut findings);
    if clusters.entries.is_empty() && clusters.complete {
        findings.push(problems::topology::no_clusters(*clusters_place, input.has_topology));
    }
    let mut names = ClusterNames::of(clusters);
    let clusters = cluster::all(clusters, &defaults, &mut names, &mut findings);
    let clients = clients::default_of(mesh, &mut names, &mut findings);
    let services = service::all(services, &defaults, &clients, &mut names, &mut findings);
    let gateways = gateway::all(gateways, &mut names, &mut findings);
    let known = ingress::Gateways { known: &gateways, complete: input.gateways.complete };
    let services = routing::route(
        routes,
        input.services.complete,
        services,
        &known,
        (&clusters, &mut names),
        steps,
        &mut findings,
    );
    let all_known = names.complete && input.services.complete && names.unknown.is_empty();
    findings.extend(names.unknown_names());

    let allow = allow::all(input, all_known, &mut findings);
    let mesh = Mesh { clusters, services, gateways, allow, ..defaults.mesh };
    address::local_names(&mesh, &mut findings);
    trust::note(&mesh, &mut findings);
    ingress::check(&mesh, &mut findings);
    sni::check(&mesh, &mut findings);
    virtual_ip::check(&mesh, &mut findings);
    // What a mistake hides may well be what is missing here.
    if all_known && findings.iter().all(|finding| finding.severity() != Severity::Error) {
        unused::note(&mesh, &mut findings);
    }
    Outcome::new(mesh, findings)
}

/// The clusters there are; a name that is none of them is reported once, however often it is used.
struct ClusterNames {
    ids: BTreeMap<String, ClusterId>,
    everyone: CallersByCluster,
    complete: bool,
    unknown: BTreeMap<String, Vec<Place>>,
}

impl ClusterNames {
    fn of(written: &Listed<input::cluster::Cluster>) -> Self {
        let names: BTreeSet<&String> = written.entries.iter().map(|cluster| &cluster.name.value).collect();
        let ids: BTreeMap<_, _> =
            names.into_iter().enumerate().map(|(index, name)| (name.clone(), ClusterId(index))).collect();
        let everyone = Arc::new(ids.values().map(|id| (*id, Callers::All)).collect());
        // Where there are no clusters, that is the finding; every name of one would only repeat it.
        let complete = written.complete && !ids.is_empty();
        Self { ids, everyone, complete, unknown: BTreeMap::new() }
    }

    fn find(&mut self, name: &At<String>) -> Option<ClusterId> {
        let id = self.ids.get(&name.value).copied();
        if id.is_none() && self.complete {
            self.unknown.entry(name.value.clone()).or_default().push(name.place);
        }
        id
    }

    /// The name of a cluster that was found by it.
    fn name(&self, id: ClusterId) -> &str {
        self.ids.iter().nth(id.0).map_or("", |(name, _)| name)
    }

    fn names(&self, ids: &[ClusterId]) -> Vec<&str> {
        self.ids.iter().filter(|(_, id)| ids.contains(id)).map(|(name, _)| name.as_str()).collect()
    }

    fn all(&self) -> impl Iterator<Item = ClusterId> {
        self.ids.values().copied()
    }

    fn unknown_names(self) -> impl Iterator<Item = Finding> {
        let Self { ids, everyone: _, complete: _, unknown } = self;
        unknown
            .into_iter()
            .map(move |(name, places)| problems::topology::unknown_cluster(&name, &places, ids.keys()))
    }
}

/// The entries of a list, and whether they are all that was written.
fn entries<T>(written: &Written<Listed<T>>) -> (&[T], bool) {
    match written {
        Written::Absent => (&[], true),
        Written::Illegible => (&[], false),
        Written::As(at) => (&at.value.entries, at.value.complete),
    }
}

/// Says which names a list holds twice.
fn each_once(names: &[At<String>], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for name in names {
        if let Some(first) = seen.insert(&name.value, name.place) {
            findings.push(problems::topology::listed_twice(name, first));
        }
    }
}

/// What was written, else a default. The default also stands for what could not be read.
fn or<T: Clone>(written: &Written<T>, default: T) -> T {
    written.value().cloned().unwrap_or(default)
}
