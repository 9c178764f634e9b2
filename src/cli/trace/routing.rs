//! The bundles that a trace follows: those in a directory, or those that the inputs give.
//!
//! Enters: a directory, or the inputs. Leaves: texts with the names of their files, and where their routes come from if
//! that is known. Refuses to know: what bundles say.

use std::path::Path;

use crate::bundle::{Bundle, FarService, Origin};
use crate::cli::failure::{Failure, shown};
use crate::cli::layout::{self, Layout};
use crate::cli::load::Loaded;
use crate::diagnostic::Finding;
use crate::source::Place;
use crate::trace::object::{BundleText, Routing};
use crate::trace::report::Step;

/// Bundles with the names of their files.
#[derive(Debug, Default)]
pub(in crate::cli) struct Texts {
    files: Vec<Text>,
    /// What the inputs give and the directory has not, by cluster.
    missing: Vec<(String, String)>,
    /// By cluster; only for bundles of this run.
    origins: Vec<(String, Origin)>,
    /// What callers of a cluster reach in another; only for bundles of this run.
    reached: Vec<(String, FarService)>,
}

#[derive(Debug)]
struct Text {
    cluster: String,
    /// Empty for a bundle of this run, which is in none.
    file: String,
    text: String,
}

impl Texts {
    /// The bundles that the inputs give. They are in no file.
    pub(in crate::cli) fn built(loaded: &Loaded) -> (Self, Vec<Finding>) {
        let mut texts = Self::default();
        let outcome = loaded.compile(&mut |bundle| texts.add(bundle));
        (texts, outcome.findings)
    }

    fn add(&mut self, bundle: Bundle) {
        let Bundle {
            mesh: _,
            cluster,
            context: _,
            release: _,
            configured_by: _,
            objects: _,
            text,
            stand_ins,
            reaches,
            origins,
            steps: _,
        } = bundle;
        for text in [text].into_iter().chain(stand_ins.map(|stand_ins| stand_ins.text)) {
            self.files.push(Text { cluster: cluster.clone(), file: String::new(), text });
        }
        self.reached.extend(reaches.into_iter().map(|far| (cluster.clone(), far)));
        self.origins.extend(origins.into_iter().map(|origin| (cluster.clone(), origin)));
    }

    /// The bundles of these clusters in a directory. A cluster may have none: it needs no object then.
    pub(in crate::cli) fn read<'c>(
        directory: &Path,
        clusters: impl Iterator<Item = &'c str>,
    ) -> Result<Self, Failure> {
        if !directory.is_dir() {
            let message = format!("there is no directory {}", shown(directory));
            return Err(
                Failure::new(message).help("`meshgen build` writes one; without `--bundles` it need not")
            );
        }
        let mut texts = Self::default();
        for cluster in clusters {
            for path in layout::of_cluster(directory, cluster)? {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| Failure::system("read", &path, &error))?;
                texts.files.push(Text { cluster: cluster.to_owned(), file: shown(&path), text });
            }
        }
        Ok(texts)
    }

    /// Remembers which files the inputs give and the directory has not; nothing if the inputs give none.
    pub(in crate::cli) fn with_missing(mut self, directory: &Path, loaded: &Loaded) -> Self {
        let mut given: Vec<(String, String)> = Vec::new();
        let layout = Layout::of(directory);
        loaded.compile(&mut |bundle| {
            let files = layout.files(&bundle).into_iter().map(|(file, _)| file);
            let files = files.filter(|file| layout::holds_objects(file));
            given.extend(files.map(|file| (bundle.cluster.clone(), shown(&directory.join(file)))));
        });
        let is_there = |file: &str| self.files.iter().any(|text| text.file == file);
        self.missing = given.into_iter().filter(|(_, file)| !is_there(file)).collect();
        self
    }

    /// The texts.
    pub(in crate::cli) fn bundles(&self) -> Vec<BundleText<'_>> {
        self.files.iter().map(|Text { cluster, file, text }| BundleText { cluster, file, text }).collect()
    }

    /// The texts, to be read when a request comes by.
    pub(in crate::cli) fn routing(&self) -> Routing {
        let mut routing = Routing::of(&self.bundles());
        for (cluster, file) in &self.missing {
            routing.miss(cluster, file);
        }
        routing
    }

    /// Callers' cluster, the cluster that they reach, and the service.
    pub(in crate::cli) fn reached(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.reached.iter().map(|(from, far)| (from.as_str(), far.cluster.as_str(), far.service.as_str()))
    }

    /// The place in the inputs behind a step, if it is taken by a route of this run.
    pub(in crate::cli) fn origin(&self, step: &Step) -> Option<Place> {
        let (object, route) = (step.object.as_ref()?, step.route?);
        let found = self.origins.iter().find(|(cluster, origin)| {
            *cluster == object.cluster
                && origin.route == route
                && origin.name == object.name
                && origin.namespace == object.namespace
        });
        found.map(|(_, origin)| origin.place)
    }
}
