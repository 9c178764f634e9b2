//! A change as `meshgen plan` writes it: its files, read as clusters would take them.
//!
//! Enters: two inputs, and the program. Leaves: the objects before, after each generation, and after all; what people do between; the
//! mix that is printed as a warning. Refuses to know: how plans are found. Nothing of `src/change` is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;

use crate::scene::put;
use crate::support::case::Files;

/// Objects as text.
pub type Objects = BTreeMap<Id, String>;

/// Which object, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// The cluster.
    pub cluster: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// A plan.
#[derive(Debug)]
pub struct Planned {
    /// What is applied before.
    pub old: Objects,
    /// What is wanted.
    pub new: Objects,
    /// In order; none if there is no plan.
    pub generations: Vec<Generation>,
    /// After so many generations people act, if they must.
    pub waits_after: Option<usize>,
    /// Why it is not one go.
    pub counterexample: Option<Counterexample>,
}

/// A generation.
#[derive(Debug)]
pub struct Generation {
    /// As its directory is called.
    pub name: String,
    /// All objects when it is done.
    pub whole: Objects,
    /// Those to apply.
    changed: Objects,
    /// Those to create where they are missing.
    created: Objects,
    /// Those to delete.
    deleted: Objects,
}

/// A mix of old and new that loses a request.
#[derive(Debug, Deserialize)]
pub struct Counterexample {
    /// The objects that are new already.
    pub applied: Vec<String>,
    /// The request, in words.
    pub request: String,
    /// Where it ends.
    pub places: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Printed {
    plan: PrintedPlan,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrintedPlan {
    waits_after: Option<usize>,
    counterexample: Option<Counterexample>,
}

impl Planned {
    /// What the program makes of two inputs.
    pub fn of(old: &str, new: &str) -> Self {
        let below = tempfile::tempdir().unwrap();
        let directory = below.path();
        for (name, text) in [("old", old), ("new", new)] {
            put(&directory.join(name).join("mesh.yaml"), text);
            meshgen(directory, &["build", name, "-o", &format!("{name}-bundles"), "--quiet"], &[0]);
        }
        let output = meshgen(directory, &["plan", "old", "new", "-o", "plan", "--format", "json"], &[0, 1]);
        let Printed { plan } = serde_json::from_slice(&output.stdout).unwrap();
        let PrintedPlan { waits_after, counterexample } = plan;
        let folders = listed(&directory.join("plan")).into_iter().filter(|path| path.is_dir());
        Self {
            old: read(&directory.join("old-bundles"), WHOLE),
            new: read(&directory.join("new-bundles"), WHOLE),
            generations: folders.map(|folder| Generation::of(&folder)).collect(),
            waits_after,
            counterexample,
        }
    }

    /// What is applied before each generation, and that generation.
    pub fn steps(&self) -> impl Iterator<Item = (&Objects, &Generation)> {
        let wholes = self.generations.iter().map(|generation| &generation.whole);
        [&self.old].into_iter().chain(wholes).zip(&self.generations)
    }

    /// The mix that is printed, or why it cannot be made of the objects that there are.
    pub fn mix(&self, counterexample: &Counterexample) -> Result<Objects, String> {
        let mut mix = self.old.clone();
        for words in &counterexample.applied {
            let id = self.old.keys().chain(self.new.keys()).find(|id| id.to_string() == *words);
            let id = id.ok_or_else(|| format!("`{words}` is neither in OLD nor in NEW"))?;
            set(&mut mix, id, self.new.get(id));
        }
        Ok(mix)
    }

    /// What is amiss with the files: small ones that do not add up to the whole ones, or a last generation that is not what is wanted.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (before, generation) in self.steps() {
            let mut applied = before.clone();
            for cluster in generation.clusters() {
                generation.apply_in(&cluster, &mut applied);
            }
            let odd = differing(&applied, &generation.whole);
            faults
                .extend(odd.iter().map(|id| format!("{}: {id}: not as the files bring it", generation.name)));
        }
        if let Some(last) = self.generations.last() {
            let odd = differing(&last.whole, &self.new);
            // Stand-ins stay: their names must not go.
            let odd = odd.iter().filter(|id| id.kind != "Service" || self.new.contains_key(id));
            faults.extend(odd.map(|id| format!("{id}: not as wanted when all is done")));
        }
        faults
    }
}

impl Generation {
    fn of(folder: &Path) -> Self {
        Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            whole: read(folder, WHOLE),
            changed: read(folder, &[".changed.yaml"]),
            created: read(folder, &[".create.yaml"]),
            deleted: read(folder, &[".delete.yaml"]),
        }
    }

    /// The clusters in which it does something.
    pub fn clusters(&self) -> BTreeSet<String> {
        [&self.created, &self.changed, &self.deleted].into_iter().flat_map(clusters).collect()
    }

    /// Does to a cluster what the commands of this generation do: `create`, `apply`, `delete`.
    pub fn apply_in(&self, cluster: &str, objects: &mut Objects) {
        let own = |objects: &Objects| -> Objects {
            objects
                .iter()
                .filter(|(id, _)| id.cluster == cluster)
                .map(|(id, text)| (id.clone(), text.clone()))
                .collect()
        };
        for (id, text) in own(&self.created) {
            objects.entry(id).or_insert(text);
        }
        objects.extend(own(&self.changed));
        objects.retain(|id, _| id.cluster != cluster || !self.deleted.contains_key(id));
    }
}

/// Objects that are not the same in both.
pub fn differing(one: &Objects, other: &Objects) -> Vec<Id> {
    let all: BTreeSet<&Id> = one.keys().chain(other.keys()).collect();
    all.into_iter().filter(|id| one.get(id) != other.get(id)).cloned().collect()
}

/// Has an object be as it is elsewhere, or gone if it is not there.
pub fn set(objects: &mut Objects, id: &Id, text: Option<&String>) {
    match text {
        Some(text) => objects.insert(id.clone(), text.clone()),
        None => objects.remove(id),
    };
}

/// All clusters that have objects.
pub fn clusters(objects: &Objects) -> BTreeSet<String> {
    objects.keys().map(|id| id.cluster.clone()).collect()
}

/// What is applied, as files of whole bundles.
pub fn files(objects: &Objects) -> Files {
    let file = |cluster: String| (format!("{cluster}.yaml"), text(objects, &cluster));
    clusters(objects).into_iter().map(file).collect()
}

/// The text that is applied to a cluster.
pub fn text(objects: &Objects, cluster: &str) -> String {
    let own = objects.iter().filter(|(id, _)| id.cluster == cluster).map(|(_, text)| text.as_str());
    own.collect::<Vec<_>>().join("---\n")
}

/// Of whole bundles.
const WHOLE: &[&str] = &[".stand-ins.yaml", ".yaml"];

/// The objects of the files with one of these endings, the rest of whose names are clusters.
fn read(folder: &Path, endings: &[&str]) -> Objects {
    let mut objects = Objects::new();
    for path in listed(folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let stand_ins = name.strip_suffix(".stand-ins").filter(|_| path.is_dir());
        if let Some(cluster) = stand_ins {
            for path in listed(&path) {
                objects.extend(parsed(cluster, &path));
            }
            continue;
        }
        let cluster = endings.iter().find_map(|ending| name.strip_suffix(ending));
        if let Some(cluster) = cluster.filter(|cluster| !cluster.contains('.')) {
            objects.extend(parsed(cluster, &path));
        }
    }
    objects
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The objects of a file, each without what is said of it.
fn parsed(cluster: &str, path: &Path) -> Objects {
    let mut objects = Objects::new();
    for text in fs::read_to_string(path).unwrap().split("---\n") {
        let value: Value = serde_yaml::from_str(text).unwrap();
        let Some(kind) = value["kind"].as_str() else { continue };
        let metadata = |field: &str| value["metadata"][field].as_str().unwrap().to_owned();
        let id = Id {
            cluster: cluster.to_owned(),
            kind: kind.to_owned(),
            namespace: metadata("namespace"),
            name: metadata("name"),
        };
        let is_said = |line: &&str| line.starts_with('#');
        objects.insert(id, text.split_inclusive('\n').filter(|line| !is_said(line)).collect());
    }
    objects
}

/// Runs the program; it must end as expected.
fn meshgen(directory: &Path, arguments: &[&str], codes: &[i32]) -> Output {
    let output =
        Command::new(env!("CARGO_BIN_EXE_meshgen")).args(arguments).current_dir(directory).output().unwrap();
    let is_expected = output.status.code().is_some_and(|code| codes.contains(&code));
    assert!(is_expected, "meshgen {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cluster, kind, namespace, name } = self;
        match namespace.as_str() {
            "default" => write!(f, "{cluster}: {kind} {name}"),
            _ => write!(f, "{cluster}: {kind} {namespace}/{name}"),
        }
    }
}
