//! A case as a directory for the judge: `world.yaml`, `bundles/`, `queries.yaml`.
//!
//! Enters: a case, and the release that judges. Leaves: the directory, written, with what `meshgen trace` needs for the same
//! questions; or why that release cannot judge the case. The bundles are those of the library, for the judge's release.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use meshgen::diagnostic::Severity;
use meshgen::source::{Found, Source, Sources};
use meshgen::trace::world::World;
use serde_json::{Map, Value, json};

use crate::istio::Istio;
use crate::support::case::{Case, DIAGNOSTICS, Files};
use crate::support::compiled::compile;
use crate::support::query::Queries;

/// The only domain that Istio's test servers know.
pub const DOMAIN: &str = "cluster.local";
/// Codes of findings about what a release cannot say.
const OF_RELEASES: &str = "MG05";

/// What is judged, and by the same questions followed.
pub struct Scene {
    /// What exists, with all that the case says beyond its topology.
    pub world: World,
    /// The bundles.
    pub files: Files,
    /// The questions.
    pub queries: Queries,
    /// Where it is written for the judge.
    pub directory: PathBuf,
}

/// All cases with questions.
pub struct Scenes {
    /// By case.
    pub scenes: BTreeMap<String, Scene>,
    /// Cases that are not for this release, and why.
    pub left_out: BTreeMap<String, String>,
}

impl Scenes {
    /// Each in a directory of its own below this one.
    pub fn of(istio: &Istio, below: &Path) -> Self {
        Self::where_named(istio, below, |_| true)
    }

    /// Of some cases.
    pub fn where_named(istio: &Istio, below: &Path, is_meant: impl Fn(&str) -> bool) -> Self {
        let mut all = Self { scenes: BTreeMap::new(), left_out: BTreeMap::new() };
        for case in Case::all().into_iter().filter(|case| is_meant(&case.name)) {
            match of(&case, &istio.release, below.join(&case.name)) {
                None => {}
                Some(Ok(scene)) => {
                    all.scenes.insert(case.name, scene);
                }
                Some(Err(why)) => {
                    all.left_out.insert(case.name, why);
                }
            }
        }
        all
    }
}

impl Scene {
    /// Has every question expect something else.
    pub fn expect(&self, places: &Value) {
        let path = self.directory.join("queries.yaml");
        let mut file: Value = serde_yaml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for query in file["queries"].as_array_mut().unwrap() {
            query["expect"] = places.clone();
            query.as_object_mut().unwrap().remove("expectFrom");
        }
        put(&path, &yaml(&file));
    }
}

/// The scene of a case for a release like `1.29.1`, written to a directory; or why it is not for that release. Nothing for a case
/// without questions.
fn of(case: &Case, release: &str, directory: PathBuf) -> Option<Result<Scene, String>> {
    let queries = Queries::of(&case.name)?;
    let sources = match pinned(case.sources(), release) {
        Ok(sources) => sources,
        Err(why) => return Some(Err(why)),
    };
    let mut files = compile(&sources);
    files.remove(DIAGNOSTICS);
    let mut world = meshgen::world(&sources).value.unwrap();
    queries.extend(&mut world);
    if let Some(cluster) = world.clusters.iter().find(|cluster| cluster.domain != DOMAIN) {
        return Some(Err(format!("domain {}", cluster.domain)));
    }
    write(&directory, &files, &world_of(&world), &queries_of(&world, &questions(case)));
    Some(Ok(Scene { world, files, queries, directory }))
}

/// The inputs, built for a release; or why they cannot be.
pub fn pinned(mut sources: Sources, release: &str) -> Result<Sources, String> {
    let own = releases(&sources)?;
    // Some patch of `1.24` is as good as any.
    if own.iter().all(|own| own == release || release.rsplit_once('.').is_some_and(|(minor, _)| own == minor))
    {
        return Ok(sources);
    }
    let pin = format!("{{apiVersion: meshgen/v1, kind: Topology, mesh: {{istio: \"{release}\"}}}}\n");
    sources.texts.push(Source::new("release.yaml", Found::Named, pin.into_bytes()));
    match releases(&sources) {
        Ok(releases) if releases.iter().all(|built| built == release) => Ok(sources),
        Ok(releases) => Err(format!("pinned to {}", releases.join(", "))),
        Err(why) if why.starts_with(OF_RELEASES) => Err(format!("not in {release}: {why}")),
        Err(_) => Err(format!("pinned to {}", own.join(", "))),
    }
}

/// The releases that bundles are written for, or the codes of the errors.
fn releases(sources: &Sources) -> Result<Vec<String>, String> {
    let mut releases = Vec::new();
    let outcome = meshgen::compile(sources, &mut |bundle| releases.push(bundle.release));
    releases.sort();
    releases.dedup();
    let mut errors: Vec<_> = outcome
        .findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .map(|finding| finding.code.name())
        .collect();
    errors.sort_unstable();
    errors.dedup();
    if errors.is_empty() { Ok(releases) } else { Err(errors.join(", ")) }
}

/// Writes a scene for the judge.
pub fn write(directory: &Path, files: &Files, world: &Value, queries: &Value) {
    for (file, text) in files {
        let (cluster, name) = match file.strip_suffix(".stand-ins.yaml") {
            Some(cluster) => (cluster, "0-stand-ins.yaml"),
            None => (file.trim_end_matches(".yaml"), "1-bundle.yaml"),
        };
        put(&directory.join("bundles").join(cluster).join(name), text);
    }
    put(&directory.join("world.yaml"), &yaml(world));
    put(&directory.join("queries.yaml"), &yaml(queries));
}

/// The questions, as they stand in the file.
fn questions(case: &Case) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(&case.name).join("trace.yaml");
    let mut file: Value = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["queries"].take()
}

/// The world in the judge's words: pods run as one account, and a gateway has all addresses that anyone dials.
pub fn world_of(world: &World) -> Value {
    let clusters = world.clusters.iter().map(|cluster| {
        let mut words = object(serde_json::to_value(cluster).unwrap());
        for pods in listed(&mut words, "services").flat_map(|service| listed(service, "workloads")) {
            let identities = pods.remove("identities").unwrap_or_default();
            if let Some((_, account)) = identities[0].as_str().and_then(|identity| identity.rsplit_once('/'))
            {
                pods.insert("serviceAccount".to_owned(), account.into());
            }
        }
        for (words, gateway) in listed(&mut words, "gateways").zip(&cluster.gateways) {
            let mut addresses = gateway.addresses.clone();
            addresses.extend(gateway.addresses_from.values().flatten().cloned());
            addresses.sort();
            addresses.dedup();
            words.insert("addresses".to_owned(), addresses.into());
        }
        words
    });
    let clusters: Vec<_> = clusters.collect();
    match world.flat {
        Some(flat) => json!({ "flat": flat, "clusters": clusters }),
        None => json!({ "clusters": clusters }),
    }
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("{value} is no object") };
    object
}

/// The objects in a list that may be missing.
fn listed<'a>(
    words: &'a mut Map<String, Value>,
    field: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> + use<'a> {
    words.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Each by its place in the file, from where the cluster is.
fn queries_of(world: &World, queries: &Value) -> Value {
    let mut queries = queries.clone();
    for (index, query) in queries.as_array_mut().unwrap().iter_mut().enumerate() {
        query["name"] = index.to_string().into();
        let from = &mut query["from"];
        let cluster = from["cluster"].as_str().and_then(|name| world.cluster(name));
        if let (None, Some(locality)) =
            (from.get("locality"), cluster.and_then(|cluster| cluster.locality.clone()))
        {
            from["locality"] = locality.into();
        }
    }
    json!({ "queries": queries })
}

fn yaml(value: &Value) -> String {
    let mut text = String::new();
    meshgen::yaml::write(value, &mut text);
    text
}

/// Writes a file, with the directories above it.
pub fn put(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
