//! Bundles with a fault: what real Istio does with them is what `meshgen trace` finds, dead ends included.
//!
//! Enters: a release of Istio. Leaves: lines of the table, one a fault. The faults are those of `tests/translation`, and so are
//! the questions; nothing is expected but that both opinions are the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use meshgen::trace::Tracer;
use meshgen::trace::request::{Caller, Request, Speaks};
use meshgen::trace::world::World;
use serde_json::{Value, json};

use crate::agreement;
use crate::followed::{requests, routing};
use crate::istio::{Answer, Istio};
use crate::mutations::{self, CAUGHT, Fault, NOT_MET};
use crate::scene;
use crate::support::case::{DIAGNOSTICS, Files, compile};
use crate::table::Table;

/// The row.
pub const ROW: &str = "bundles with a fault";

/// Bundles with one fault each, and the questions to all of them.
pub struct Scenes {
    world: World,
    requests: Vec<Request>,
    /// In the order of the faults.
    pub each: Vec<Scene>,
}

/// One of them.
pub struct Scene {
    /// Where it is written for the judge.
    pub directory: PathBuf,
    files: Files,
}

/// Writes a scene for each fault, below a directory.
pub fn scenes(istio: &Istio, faults: &[&Fault], below: &Path) -> Scenes {
    let mesh = mutations::mesh();
    let sources = scene::pinned(mesh.sources(), &istio.release).unwrap();
    let world = meshgen::world(&sources).value.unwrap();
    let mut sound = compile(&sources);
    sound.remove(DIAGNOSTICS);
    let requests: Vec<Request> = requests(&mesh).into_iter().map(|(_, _, request)| request).collect();
    let queries: Vec<Value> =
        requests.iter().enumerate().map(|(index, request)| query(index, request)).collect();
    let queries = json!({ "queries": queries });
    let write = |(index, fault): (usize, &&Fault)| {
        let files = mutations::with(&sound, fault);
        let directory = below.join(index.to_string());
        scene::write(&directory, &files, &scene::world_of(&world), &queries);
        Scene { directory, files }
    };
    let each = faults.iter().enumerate().map(write).collect();
    Scenes { world, requests, each }
}

/// Judges every fault.
pub fn judge(istio: &Istio, table: &mut Table) {
    let column = istio.column();
    let below = tempfile::tempdir().unwrap();
    let faults: Vec<&Fault> = CAUGHT.iter().chain(NOT_MET.iter().map(|(fault, _)| fault)).collect();
    let Scenes { world, requests, each } = scenes(istio, &faults, below.path());
    let directories: Vec<&Path> = each.iter().map(|scene| scene.directory.as_path()).collect();
    let answers = match istio.follow(&directories) {
        Ok(answers) => answers,
        Err(why) => return table.broken(&column, &why),
    };
    for (fault, Scene { directory, files }) in faults.into_iter().zip(&each) {
        let routing = routing(files);
        let tracer = Tracer::new(&world, &routing);
        let answers = answers.iter().filter(|answer| answer.scene == *directory);
        let answers: BTreeMap<&str, &Answer> =
            answers.map(|answer| (answer.query.as_str(), answer)).collect();
        for (index, request) in requests.iter().enumerate() {
            let differences = match answers.get(index.to_string().as_str()) {
                None => vec!["the judge says nothing".to_owned()],
                Some(answer) => agreement::between(answer, &tracer.trace(request).unwrap(), request.app()),
            };
            table.check(ROW, &column, &format!("{fault}: {}", asked(request)), &differences);
        }
    }
}

fn query(index: usize, request: &Request) -> Value {
    let Request { caller, host, port, method, path, headers, down: _, speaks, address: _ } = request;
    let Caller { cluster, namespace, labels, locality: _, gateway: _ } = caller;
    assert_eq!(*speaks, Speaks::Http, "faults are met by requests");
    json!({
        "name": index.to_string(),
        "from": {"cluster": cluster, "namespace": namespace, "labels": labels},
        "host": host,
        "port": port,
        "method": method,
        "path": path,
        "headers": headers,
    })
}

fn asked(request: &Request) -> String {
    let Request { caller, host, port, path, headers, .. } = request;
    format!("{host}:{port}{path} {headers:?} from {} {:?}", caller.cluster, caller.labels)
}
