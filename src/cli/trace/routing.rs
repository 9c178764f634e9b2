//! The bundles that a trace follows: those in a directory, or those that the inputs give.
//!
//! Enters: a directory, or the inputs. Leaves: texts with the names of their files, and where their routes come from if
//! that is known. Refuses to know: what bundles say.

use std::io;
use std::path::Path;

use crate::bundle::{Bundle, Origin};
use crate::cli::failure::{Failure, shown};
use crate::cli::load::{DEFAULT_OUTPUT, Loaded};
use crate::cli::target::{bundle_file, stand_ins_file};
use crate::diagnostic::Finding;
use crate::source::Place;
use crate::trace::object::{BundleText, Routing};
use crate::trace::report::Step;

/// Bundles with the names of their files.
#[derive(Debug, Default)]
pub(super) struct Texts {
    files: Vec<Text>,
    /// By cluster; only for bundles of this run.
    origins: Vec<(String, Origin)>,
}

#[derive(Debug)]
struct Text {
    cluster: String,
    file: String,
    text: String,
}

impl Texts {
    /// The bundles that the inputs give, by the names that they would have.
    pub(super) fn built(loaded: &Loaded) -> (Self, Vec<Finding>) {
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
            longest: _,
            stand_ins,
            reaches: _,
            origins,
        } = bundle;
        let directory = Path::new(DEFAULT_OUTPUT);
        let file = |name: String| shown(&directory.join(name));
        let stand_ins = stand_ins.map(|stand_ins| (file(stand_ins_file(&cluster)), stand_ins.text));
        for (file, text) in [(file(bundle_file(&cluster)), text)].into_iter().chain(stand_ins) {
            self.files.push(Text { cluster: cluster.clone(), file, text });
        }
        self.origins.extend(origins.into_iter().map(|origin| (cluster.clone(), origin)));
    }

    /// The bundles of these clusters in a directory. A cluster may have none: it needs no object then.
    pub(super) fn read<'c>(
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
            for name in [bundle_file(cluster), stand_ins_file(cluster)] {
                let path = directory.join(name);
                match std::fs::read_to_string(&path) {
                    Ok(text) => {
                        texts.files.push(Text { cluster: cluster.to_owned(), file: shown(&path), text });
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(Failure::system("read", &path, &error)),
                }
            }
        }
        Ok(texts)
    }

    /// The texts, to be read when a request comes by.
    pub(super) fn routing(&self) -> Routing {
        let bundles: Vec<_> = self
            .files
            .iter()
            .map(|Text { cluster, file, text }| BundleText { cluster, file, text })
            .collect();
        Routing::of(&bundles)
    }

    /// The place in the inputs behind a step, if it is taken by a route of this run.
    pub(super) fn origin(&self, step: &Step) -> Option<Place> {
        let (object, route) = (step.object.as_ref()?, step.route?);
        // A cluster may be configured from another.
        let Text { cluster: home, file: _, text: _ } =
            self.files.iter().find(|text| text.file == object.file)?;
        let found = self.origins.iter().find(|(cluster, origin)| {
            cluster == home
                && origin.route == route
                && origin.name == object.name
                && origin.namespace == object.namespace
        });
        found.map(|(_, origin)| origin.place)
    }
}
