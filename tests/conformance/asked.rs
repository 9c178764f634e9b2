//! Bundles and questions without expectation: real Istio and `meshgen trace` are asked alike, and must say the same.
//!
//! Enters: scenes, and a release of Istio. Leaves: lines of the table, one a question.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use meshgen::source::Sources;
use meshgen::trace::Tracer;
use meshgen::trace::request::{Caller, Request, Speaks};
use meshgen::trace::world::World;
use serde_json::{Value, json};

use crate::agreement;
use crate::istio::{Answer, Istio};
use crate::scene;
use crate::support::case::{DIAGNOSTICS, Files};
use crate::support::compiled::compile;
use crate::table::Table;
use crate::translation::followed::{requests, routing};
use crate::translation::mesh::Mesh;

/// A mesh, its bundles, and all questions to it.
pub struct Asked {
    world: World,
    files: Files,
    requests: Vec<Request>,
}

/// The same, where the judge finds it.
pub struct Scene {
    /// What it is called among the faults.
    pub name: String,
    /// Where it is written.
    pub directory: PathBuf,
    asked: Asked,
}

impl Asked {
    /// A mesh as it is built for a release; nothing if it cannot be.
    pub fn of(mesh: &Mesh, istio: &Istio) -> Option<Self> {
        let sources = scene::pinned(mesh.sources(), &istio.release).ok()?;
        Self::to(&sources, requests(mesh).into_iter().map(|(_, _, request)| request).collect())
    }

    /// Questions to what the inputs build.
    pub fn to(sources: &Sources, requests: Vec<Request>) -> Option<Self> {
        let mut files = compile(sources);
        files.remove(DIAGNOSTICS);
        Some(Self { world: meshgen::world(sources).value?, files, requests })
    }

    /// What exists.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The same questions to other bundles.
    pub fn with(&self, change: impl FnOnce(&Files) -> Files) -> Self {
        let Self { world, files, requests } = self;
        Self { world: world.clone(), files: change(files), requests: requests.clone() }
    }

    /// The same bundles and questions in another world.
    pub fn within(&self, change: impl FnOnce(&mut World)) -> Self {
        let Self { world, files, requests } = self;
        let mut world = world.clone();
        change(&mut world);
        Self { world, files: files.clone(), requests: requests.clone() }
    }

    /// Only some of the questions.
    pub fn only(mut self, is_asked: impl Fn(&Request) -> bool) -> Self {
        self.requests.retain(is_asked);
        self
    }

    /// Writes it for a judge that counts: each question expects where `meshgen trace` finds that it ends in sound bundles.
    pub fn write_expecting(&self, sound: &Self, directory: &Path) {
        let routing = routing(&sound.files);
        let tracer = Tracer::new(&sound.world, &routing);
        let queries = self.requests.iter().enumerate().map(|(index, request)| {
            let mut query = query(index, request, &self.world);
            query["podPort"] = request.port.into();
            query["expect"] = json!(tracer.trace(request).unwrap().places(request.app()));
            query
        });
        let queries = json!({ "queries": queries.collect::<Vec<Value>>() });
        scene::write(directory, &self.files, &scene::world_of(&self.world), &queries);
    }

    /// Writes it for the judge.
    pub fn write(self, name: String, directory: PathBuf) -> Scene {
        let queries =
            self.requests.iter().enumerate().map(|(index, request)| query(index, request, &self.world));
        let queries = json!({ "queries": queries.collect::<Vec<Value>>() });
        scene::write(&directory, &self.files, &scene::world_of(&self.world), &queries);
        Scene { name, directory, asked: self }
    }
}

/// Asks both.
pub fn judge(istio: &Istio, row: &str, scenes: &[Scene], table: &mut Table) {
    let column = istio.column();
    let directories: Vec<&Path> = scenes.iter().map(|scene| scene.directory.as_path()).collect();
    let answers = match istio.follow(&directories) {
        Ok(answers) => answers,
        Err(why) => return table.broken(&column, &why),
    };
    for Scene { name, directory, asked: Asked { world, files, requests } } in scenes {
        let routing = routing(files);
        let tracer = Tracer::new(world, &routing);
        let answers = answers.iter().filter(|answer| answer.scene == *directory);
        let answers: BTreeMap<&str, &Answer> =
            answers.map(|answer| (answer.query.as_str(), answer)).collect();
        for (index, request) in requests.iter().enumerate() {
            let differences = match answers.get(index.to_string().as_str()) {
                None => vec!["the judge says nothing".to_owned()],
                Some(answer) => agreement::between(answer, &tracer.trace(request).unwrap(), request.app()),
            };
            table.check(row, &column, &format!("{name}: {}", shown(request)), &differences);
        }
    }
}

fn query(index: usize, request: &Request, world: &World) -> Value {
    let Request { caller, host, port, method, path, headers, down: _, speaks, address } = request;
    let Caller { cluster, namespace, labels, locality, gateway } = caller;
    let of_cluster = world.cluster(cluster).and_then(|cluster| cluster.locality.as_ref());
    let mut query = json!({
        "name": index.to_string(),
        "from": {"cluster": cluster, "namespace": namespace, "labels": labels, "locality": locality.as_ref().or(of_cluster)},
        "host": host,
        "port": port,
        "method": method,
        "path": path,
        "headers": headers,
    });
    match speaks {
        Speaks::Http => {}
        Speaks::Tls { sni } => {
            query["protocol"] = "tls".into();
            query["sni"] = sni.as_str().into();
        }
        Speaks::Bytes => query["protocol"] = "tcp".into(),
    }
    if let Some(address) = address {
        query["address"] = address.to_string().into();
    }
    if let Some(gateway) = gateway {
        query["from"]["gateway"] = gateway.as_str().into();
    }
    query
}

fn shown(request: &Request) -> String {
    let Request { caller, host, port, method, path, headers, down: _, speaks, address } = request;
    let Caller { cluster, namespace, labels, locality: _, gateway } = caller;
    let mut text = format!("{method} {host}:{port}{path} {headers:?} from {cluster}/{namespace} {labels:?}");
    text.extend((*speaks != Speaks::Http).then(|| format!(", {speaks:?}")));
    text.extend(address.map(|address| format!(", to {address}")));
    text.extend(gateway.as_ref().map(|gateway| format!(", at gateway {gateway}")));
    text
}
