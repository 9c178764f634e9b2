//! Bundles as files, and whether requests in them go where they are promised to.

use std::collections::{BTreeMap, BTreeSet};

use meshgen::trace::Tracer;
use meshgen::trace::object::Routing;
use meshgen::trace::report::{End, Trace};
use meshgen::trace::request::{Caller, Request};

use crate::support::bundles;
use crate::support::case::Files;
use crate::translation::mesh::Mesh;
use crate::translation::promise::{self, Asked, Promise};

/// What the files of a run say, by the clusters that their names give.
pub fn routing(files: &Files) -> Routing {
    Routing::read(&bundles::texts(files)).unwrap()
}

/// The promises of a mesh that these bundles do not keep.
pub fn broken(mesh: &Mesh, files: &Files) -> Vec<String> {
    let world = meshgen::world(&mesh.sources()).value.unwrap();
    let routing = routing(files);
    let tracer = Tracer::new(&world, &routing);
    let mut broken = Vec::new();
    for (asked, promise, request) in requests(mesh) {
        let trace = tracer.trace(&request).unwrap();
        let what = difference(&promise, &trace, &asked, request.port);
        broken.extend(what.map(|what| {
            let Asked { caller, service: _, port, header, path, label } = &asked;
            let host = &request.host;
            format!("{host}:{port}{path} from {caller}, header {header:?}, label {label:?}: {what}")
        }));
    }
    broken
}

/// Every question, by each of the names that the mesh promises to answer.
pub fn requests(mesh: &Mesh) -> Vec<(Asked<'_>, Promise, Request)> {
    let mut requests = Vec::new();
    for asked in questions(mesh) {
        let promise = promise::of(mesh, &asked);
        if promise.is_open {
            continue;
        }
        let plain = format!("{}.{}", asked.service.name, asked.service.namespace);
        let has_remote = promise.is_far && !mesh.per_cluster_names && !asked.service.discovered;
        let remote = has_remote.then(|| plain.clone() + ".global");
        for host in [plain].into_iter().chain(remote) {
            requests.push((asked.clone(), promise.clone(), request(&asked, host)));
        }
    }
    requests
}

/// Every caller, service, port, header, path and label that some rule speaks of, and those that none does.
fn questions(mesh: &Mesh) -> Vec<Asked<'_>> {
    let mut questions = Vec::new();
    for service in &mesh.services {
        let headers: BTreeSet<Option<&str>> =
            service.rules.iter().map(|rule| rule.header.as_deref()).chain([None]).collect();
        let paths: BTreeSet<&str> =
            service.rules.iter().filter_map(|rule| rule.prefix.as_deref()).chain(["/"]).collect();
        let labels: BTreeSet<Option<&str>> =
            service.rules.iter().map(|rule| rule.label.as_deref()).chain([None]).collect();
        for cluster in &mesh.clusters {
            for (port, _) in &service.ports {
                for header in &headers {
                    for path in &paths {
                        for label in &labels {
                            questions.push(Asked {
                                caller: &cluster.name,
                                service,
                                port,
                                header: *header,
                                path,
                                label: *label,
                            });
                        }
                    }
                }
            }
        }
    }
    questions
}

fn request(asked: &Asked<'_>, host: String) -> Request {
    let one = |name: &str, value: Option<&str>| -> BTreeMap<String, String> {
        value.map(|value| (name.to_owned(), value.to_owned())).into_iter().collect()
    };
    let port = asked.service.ports.iter().find(|(name, _)| name == asked.port).unwrap().1;
    Request {
        caller: Caller {
            cluster: asked.caller.to_owned(),
            namespace: "default".to_owned(),
            labels: one("app", asked.label),
            ..Caller::default()
        },
        host,
        port,
        method: "GET".to_owned(),
        path: asked.path.to_owned(),
        headers: one("x-case", asked.header),
        down: Vec::new(),
        ..Request::default()
    }
}

fn difference(promise: &Promise, trace: &Trace, asked: &Asked<'_>, port: u16) -> Option<String> {
    let found = trace.places(&asked.service.name);
    for share in &trace.shares {
        if let End::Pods { port: found, .. } = share.end
            && found != port
        {
            return Some(format!("promised port {port}; found port {found}"));
        }
    }
    let is_kept = found.len() == promise.places.len()
        && promise
            .places
            .iter()
            .all(|(place, share)| found.get(place).is_some_and(|found| (found - share).abs() < 0.001));
    let copies: BTreeSet<String> = trace
        .features
        .iter()
        .filter_map(|feature| feature.strip_prefix("mirror reaches "))
        .filter_map(|feature| feature.split(' ').next().map(str::to_owned))
        .collect();
    let is_complete = trace.notes.is_empty();
    (!is_kept || copies != promise.copies || !is_complete).then(|| {
        format!(
            "promised {:?}, {:?}; found {found:?}, {copies:?}, {:?}",
            promise.places, promise.copies, trace.notes
        )
    })
}
