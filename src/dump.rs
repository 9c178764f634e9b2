//! Dumps of clusters (`kubectl get … -A -o yaml`) as a world and its routing.
//!
//! Enters: the text of dumps, a cluster's name with each. Leaves: what exists (a [`World`]), what is applied to it (text of
//! Istio's objects, as in bundles), and what was not read. Refuses to know: topologies, and where requests go.
//!
//! A dump is read once, an object at a time; of each only what a trace follows is kept. Of a Secret that is its name.

mod item; // where an object of a YAML text begins and ends
mod json; // the same of JSON
mod object; // the fields that are kept
mod origin; // which file an object is from, and how it was named
mod identity; // one object is one object
mod template; // texts that wait to be filled in
mod pod; // pods, and what brings them
mod slice; // addresses that are listed by hand
mod cluster; // the objects of one cluster
mod refusal; // what is not taken, and what is said of it
mod gather; // pods to workloads, Services to gateways
mod mesh; // what Istio's own installation says
mod inventory; // what an import asks beside

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader};

use flate2::bufread::MultiGzDecoder;

use crate::diagnostic::{Finding, escape};
use crate::trace::object::{BundleText, Routing};
use crate::trace::world::World;
use cluster::Objects;
pub use origin::Origin;

pub use inventory::{Found, Inventory, Object, ServiceFacts};

/// The dumps of all clusters.
#[derive(Debug, Default)]
pub struct Dumps {
    clusters: BTreeMap<String, Objects>,
}

/// What dumps say.
#[derive(Debug)]
pub struct State {
    /// What exists.
    pub world: World,
    /// What is applied to it.
    pub routing: Routing,
    /// What there is to know of every answer: what was not read.
    pub notes: Vec<String>,
    /// What is wrong with the dumps, though they can be read.
    pub findings: Vec<Finding>,
}

/// Why a dump cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The fact, with the name of the dump.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Unreadable {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// How to get a dump.
const HELP: &str = "a dump is what `kubectl get … -A -o yaml` prints, or `-o json`";

impl Dumps {
    /// Reads one dump of a cluster; there may be several. No object may be longer than `limit` bytes.
    pub fn read(
        &mut self,
        origin: &Origin<'_>,
        mut text: impl BufRead,
        limit: usize,
    ) -> Result<(), Unreadable> {
        let start = text.fill_buf().map_err(|error| unread(&origin.file(), &error))?;
        if let [0x1F, 0x8B, ..] = start {
            return self.plain(origin, BufReader::new(MultiGzDecoder::new(text)), limit);
        }
        self.plain(origin, text, limit)
    }

    /// What is not, or no longer, compressed.
    fn plain(&mut self, origin: &Origin<'_>, mut text: impl BufRead, limit: usize) -> Result<(), Unreadable> {
        let file = &*origin.file();
        let start = text.fill_buf().map_err(|error| unread(file, &error))?;
        refuse_other_bytes(file, start)?;
        // A template may begin like JSON.
        let says =
            start.iter().position(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
        let is_json = says
            .and_then(|at| start.get(at..))
            .is_some_and(|text| text.starts_with(b"{") && !text.starts_with(b"{{"));
        let objects = self.clusters.entry(origin.cluster.to_owned()).or_default();
        let mut count = 0;
        let mut take = |item: &item::Item<'_>| {
            count += 1;
            objects.take(origin, item)
        };
        if is_json {
            json::items(file, text, limit, &mut take)?;
        } else {
            item::items(file, text, limit, &mut take)?;
        }
        if count == 0 && origin.is_named() {
            return Err(Unreadable::new(format!("{file} holds no object")).help(HELP));
        }
        Ok(())
    }

    /// What they say.
    #[must_use]
    pub fn state(self) -> State {
        self.said(&mut |_, _| {})
    }

    /// The same; `look` sees the objects of each cluster first.
    fn said(self, look: &mut dyn FnMut(&str, &mut Objects)) -> State {
        let mut notes = Vec::new();
        let mut texts = Vec::new();
        let mut world = World { is_open: true, ..World::default() };
        let mut findings = Vec::new();
        let mut remote = BTreeSet::new();
        for (name, mut objects) in self.clusters {
            if objects.is_remote() {
                remote.insert(name.clone());
            }
            notes.extend(objects.unread(&name));
            findings.append(&mut objects.findings);
            look(&name, &mut objects);
            let (cluster, text) = objects.cluster(&name, &mut notes);
            texts.push((name, text));
            world.clusters.push(cluster);
        }
        notes.extend(mesh::name_those_seen(&mut world));
        mesh::name_control_planes(&mut world, &remote);
        let bundles: Vec<_> =
            texts.iter().map(|(cluster, text)| BundleText { cluster, file: "", text }).collect();
        State { world, routing: Routing::of(&bundles), notes, findings }
    }
}

fn unread(file: &str, error: &io::Error) -> Unreadable {
    let error = error.to_string();
    Unreadable::new(format!("cannot read {file}: {}", escape::line(&error)))
}

/// Says of bytes that are no text what they are.
fn refuse_other_bytes(file: &str, start: &[u8]) -> Result<(), Unreadable> {
    match start {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Err(Unreadable::new(format!("{file} is UTF-16"))
            .help("write it as UTF-8; PowerShell: `kubectl get … | Out-File -Encoding utf8 dump.yaml`")),
        _ => Ok(()),
    }
}
