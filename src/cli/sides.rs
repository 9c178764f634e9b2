//! The two sides of a change: inputs, or directories of bundles.
//!
//! Enters: paths. Leaves: what is applied and what exists, on each side. Refuses to know: what changes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::arguments::Sides as Asked;
use super::base::Base;
use super::failure::{Failure, shown};
use super::load::{self, Loaded};
use super::report::Reporter;
use crate::bundle::Bundle;
use crate::change::inferred;
use crate::change::scene::Side;
use crate::change::state::{Library, State};
use crate::diagnostic::{Finding, Severity};
use crate::source::Sources;
use crate::source::mark::Mark;
use crate::trace::object::BundleText;
use crate::trace::world::World;

/// Where a directory of bundles may have more of them: one directory a cluster, and one in that.
const DEEPEST: usize = 3;

/// Both sides, and how kubectl reaches the clusters.
#[derive(Debug)]
pub(super) struct Sides {
    /// As it is.
    pub(super) old: Side,
    /// As it is to be.
    pub(super) new: Side,
    /// The kubectl context of each cluster.
    pub(super) contexts: Contexts,
}

/// The kubectl context of each cluster that some side tells of.
#[derive(Debug, Default)]
pub(super) struct Contexts(BTreeMap<String, String>);

impl Contexts {
    /// That of a cluster; its name, where nobody says another.
    pub(super) fn of(&self, cluster: &str) -> String {
        self.0.get(cluster).cloned().unwrap_or_else(|| cluster.to_owned())
    }
}

/// What could not be compared, with why.
struct Unsound {
    /// The inputs.
    sources: Sources,
    /// What is wrong with them.
    findings: Vec<Finding>,
}

/// One side as it is read.
enum Texts {
    /// What inputs give.
    Inputs { files: Vec<File>, world: World },
    /// As they stand in a directory.
    Bundles(Vec<File>),
}

struct File {
    cluster: String,
    name: String,
    text: String,
}

/// How one side is read.
struct Reading {
    /// Inputs, or one directory of bundles.
    paths: Vec<PathBuf>,
    bounds: load::Bounds,
}

/// Reads both sides for a command. Nothing if inputs are unsound, which has been reported.
pub(super) fn of(command: &str, asked: &Asked, reporter: &Reporter) -> Result<Option<Sides>, Failure> {
    let base = asked.base.as_deref().map(|revision| Base::of(&asked.paths, revision)).transpose()?;
    let both = both(command, asked, base.as_ref())?;
    match read(&both, asked, reporter)? {
        Ok(sides) => Ok(Some(sides)),
        Err(mut unsound) => {
            for source in &mut unsound.sources.texts {
                source.name =
                    base.as_ref().map_or_else(|| source.name.clone(), |base| base.name(&source.name));
            }
            reporter.report(unsound.findings, &unsound.sources, None);
            Ok(None)
        }
    }
}

/// Which paths are which side.
fn both(command: &str, asked: &Asked, base: Option<&Base>) -> Result<[Reading; 2], Failure> {
    let Asked { paths, base: _, istio, world: _, bounds } = asked;
    let (first, rest) = paths.split_at(paths.len().min(1));
    let (old, new) = match base {
        Some(base) => (base.paths.as_slice(), paths.as_slice()),
        None if istio.is_some() && (rest.is_empty() || bundles_of(first)?.is_none()) => (&**paths, &**paths),
        None => (first, rest),
    };
    if new.is_empty() {
        return Err(Failure::new("a change has two sides, and only one is named")
            .help(format!("as in `meshgen {command} dist topology.yaml`")));
    }
    if istio.is_some() && bundles_of(new)?.is_some() {
        return Err(Failure::new("bundles are for the release that they were built for")
            .help("name the inputs, which can be built for another"));
    }
    let old = Reading { paths: old.to_vec(), bounds: bounds.limits() };
    let new =
        Reading { paths: new.to_vec(), bounds: load::Bounds { istio: istio.clone(), ..bounds.limits() } };
    Ok([old, new])
}

/// Bundles say nothing of pods and gateways: those are as `world` says, or as the other side does.
fn read(both: &[Reading; 2], asked: &Asked, reporter: &Reporter) -> Result<Result<Sides, Unsound>, Failure> {
    let mut contexts = Contexts::default();
    let mut texts = Vec::new();
    for reading in both {
        match side(reading, reporter, &mut contexts)? {
            Ok(side) => texts.push(side),
            Err(unsound) => return Ok(Err(unsound)),
        }
    }
    let given = if asked.world.is_empty() {
        None
    } else {
        let world = Reading { paths: asked.world.clone(), bounds: asked.bounds.limits() };
        match inputs(&world, reporter, &mut contexts)? {
            Ok((_, world)) => Some(world),
            Err(unsound) => return Ok(Err(unsound)),
        }
    };
    let [first, second] = [texts.first(), texts.get(1)].map(|side| side.and_then(Texts::world));
    let other = given.as_ref().or(second).or(first);
    let Some(other) = other.cloned() else {
        return Err(Failure::new("bundles alone do not say which pods and gateways there are")
            .help("`--world topology.yaml` says it, or let one side be inputs"));
    };
    let mut library = Library::default();
    let mut sides = Vec::new();
    for side in &texts {
        let state =
            State::read(&side.bundles(), &mut library).map_err(|unread| Failure::new(unread.to_string()))?;
        let world = match (side.world(), &given) {
            (Some(world), _) | (None, Some(world)) => world.clone(),
            // The other side is of another time: what these bundles need was there.
            (None, None) => inferred::world(&state, &other),
        };
        sides.push(Side { state, world });
    }
    let mut sides = sides.into_iter();
    let (Some(old), Some(new)) = (sides.next(), sides.next()) else {
        return Err(Failure::new("a change has two sides"));
    };
    Ok(Ok(Sides { old, new, contexts }))
}

impl Texts {
    fn world(&self) -> Option<&World> {
        match self {
            Self::Inputs { files: _, world } => Some(world),
            Self::Bundles(_) => None,
        }
    }

    fn bundles(&self) -> Vec<BundleText<'_>> {
        let (Self::Inputs { files, world: _ } | Self::Bundles(files)) = self;
        files.iter().map(|File { cluster, name, text }| BundleText { cluster, file: name, text }).collect()
    }
}

fn side(
    reading: &Reading,
    reporter: &Reporter,
    contexts: &mut Contexts,
) -> Result<Result<Texts, Unsound>, Failure> {
    if let Some(files) = bundles_of(&reading.paths)? {
        return Ok(Ok(Texts::Bundles(files)));
    }
    Ok(inputs(reading, reporter, contexts)?.map(|(files, world)| Texts::Inputs { files, world }))
}

/// Whether a directory holds bundles, and nothing else.
pub(super) fn holds_bundles(directory: &Path) -> Result<bool, Failure> {
    Ok(bundles_of(std::slice::from_ref(&directory.to_path_buf()))?.is_some())
}

/// The bundles, if paths are one directory of them.
fn bundles_of(paths: &[PathBuf]) -> Result<Option<Vec<File>>, Failure> {
    match paths {
        [directory] if directory.is_dir() => bundles(directory),
        _ => Ok(None),
    }
}

fn inputs(
    reading: &Reading,
    reporter: &Reporter,
    contexts: &mut Contexts,
) -> Result<Result<(Vec<File>, World), Unsound>, Failure> {
    let loaded: Loaded = load::load(&reading.paths, reading.bounds.clone(), Path::new(load::DEFAULT_OUTPUT))?;
    let world = loaded.world();
    let mut files = Vec::new();
    let outcome = loaded.compile(&mut |bundle| {
        let Bundle { mesh, cluster, context, release, text, stand_ins, .. } = bundle;
        contexts.0.insert(cluster.clone(), context);
        // A cluster that needs no object has a title all the same.
        let title = format!("# {}\n", Mark::line(&cluster, &release, &mesh));
        let texts = [Some(title), Some(text), stand_ins.map(|stand_ins| stand_ins.text)];
        files.extend(texts.into_iter().flatten().map(|text| File {
            cluster: cluster.clone(),
            name: String::new(),
            text,
        }));
    });
    let mut findings = outcome.findings;
    if reporter.denies(&findings) {
        findings.retain(|finding| finding.severity() != Severity::Note);
        return Ok(Err(Unsound { sources: loaded.sources, findings }));
    }
    Ok(Ok((files, world.value.unwrap_or_default())))
}

/// The bundles of a directory that holds nothing else, whatever its layout; one without any file is of clusters to which
/// nothing is applied. Nothing if it holds inputs.
fn bundles(directory: &Path) -> Result<Option<Vec<File>>, Failure> {
    let mut found = Vec::new();
    let mut others = 0;
    gather(directory, DEEPEST, &mut found, &mut others)?;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok((others == 0 || !found.is_empty() && has_only_bundles(directory)).then_some(found))
}

/// Whether the files of a directory itself are bundles: inputs may have theirs below.
fn has_only_bundles(directory: &Path) -> bool {
    let mut others = 0;
    gather(directory, 1, &mut Vec::new(), &mut others).is_ok() && others == 0
}

fn gather(directory: &Path, depth: usize, found: &mut Vec<File>, others: &mut usize) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::system("read", directory, &error);
    let entries = directory.read_dir().map_err(failure)?.collect::<Result<Vec<_>, _>>().map_err(failure)?;
    for path in entries.iter().map(std::fs::DirEntry::path) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') || name.ends_with(".changed.yaml") || name.ends_with(".delete.yaml") {
            continue;
        }
        if path.is_dir() {
            if depth > 1 {
                gather(&path, depth - 1, found, others)?;
            }
            continue;
        }
        if !path
            .extension()
            .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
        {
            continue;
        }
        // It names bundles, and is none.
        if name == "kustomization.yaml" {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::system("read", &path, &error))?;
        match Mark::of(&text) {
            Some(mark) => found.push(File { cluster: mark.cluster, name: shown(&path), text }),
            None => *others += 1,
        }
    }
    Ok(())
}
