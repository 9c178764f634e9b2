//! Where the bundles of a build go.
//!
//! Enters: bundles, one at a time. Leaves: files, a text on stdout or a comparison, once the run is found sound. Refuses to
//! know: why it is sound.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::arguments::Build;
use super::failure::{Failure, shown};
use super::write::{Comparison, Staging, Written};
use super::{load, problems, stream};
use crate::bundle::{Bundle, StandIns};
use crate::diagnostic::Finding;

/// Where bundles go, as the command line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Files in a directory.
    Directory(PathBuf),
    /// One bundle on stdout.
    Stdout,
    /// Nowhere: a directory is compared with them.
    Comparison(PathBuf),
}

impl Place {
    /// Reads `--output`, `--cluster` and `--check`.
    pub(super) fn new(arguments: &Build) -> Result<Self, Failure> {
        let Build { inputs: _, output, cluster, check, prune } = arguments;
        let is_stdout = match output {
            Some(output) => output == Path::new("-"),
            None => cluster.is_some(),
        };
        if is_stdout && (*check || *prune) {
            let flag = if *check { "--check" } else { "--prune" };
            return Err(Failure::new(format!("`{flag}` needs a directory, and stdout is none")));
        }
        let directory = output.clone().unwrap_or_else(|| PathBuf::from(load::DEFAULT_OUTPUT));
        Ok(match (is_stdout, check) {
            (true, _) => Self::Stdout,
            (false, true) => Self::Comparison(directory),
            (false, false) => Self::Directory(directory),
        })
    }

    /// The directory with the bundles, whether of this run or of one before.
    pub(super) fn directory(&self) -> &Path {
        match self {
            Self::Directory(path) | Self::Comparison(path) => path,
            Self::Stdout => load::DEFAULT_OUTPUT.as_ref(),
        }
    }

    /// What to say when nothing was done to it.
    pub(super) fn as_it_was(&self) -> String {
        match self {
            Self::Directory(path) if path.is_dir() => {
                let directory = shown(path);
                format!("nothing was written; {}/ is as it was\n", directory.trim_end_matches('/'))
            }
            Self::Directory(_) | Self::Stdout => "nothing was written\n".to_owned(),
            Self::Comparison(_) => String::new(),
        }
    }
}

/// The file of a cluster's objects.
pub(super) fn bundle_file(cluster: &str) -> String {
    format!("{cluster}.yaml")
}

/// The file of a cluster's stand-ins.
pub(super) fn stand_ins_file(cluster: &str) -> String {
    format!("{cluster}.stand-ins.yaml")
}

/// Takes bundles until it is known whether they count.
pub(super) struct Target<'a> {
    sink: Sink<'a>,
    cluster: Option<&'a str>,
    prune: bool,
    left_over: Vec<PathBuf>,
    clusters: Vec<String>,
    failure: Option<Failure>,
}

enum Sink<'a> {
    Files(Staging<'a>),
    Text(String),
    Comparison(&'a Path, Comparison),
}

impl<'a> Target<'a> {
    /// At a place, clear of the inputs.
    pub(super) fn new(place: &'a Place, arguments: &'a Build, inputs: &'a BTreeSet<PathBuf>) -> Self {
        let sink = match place {
            Place::Directory(path) => Sink::Files(Staging::new(path, inputs)),
            Place::Stdout => Sink::Text(String::new()),
            Place::Comparison(path) => Sink::Comparison(path, Comparison::new(path)),
        };
        Self {
            sink,
            cluster: arguments.cluster.as_deref(),
            prune: arguments.prune,
            left_over: Vec::new(),
            clusters: Vec::new(),
            failure: None,
        }
    }

    /// Whether a cluster's bundle was asked for.
    pub(super) fn wants(&self, cluster: &str) -> bool {
        self.cluster.is_none_or(|wanted| wanted == cluster)
    }

    /// Takes a bundle. After a failure the others are only counted.
    pub(super) fn take(&mut self, bundle: &Bundle) {
        self.clusters.push(bundle.cluster.clone());
        if self.failure.is_none() && self.wants(&bundle.cluster) {
            self.failure = self.sink.add(bundle).err();
        }
    }

    /// Looks at what is there, once all bundles are taken, and says what is wrong with it.
    pub(super) fn inspect(&mut self) -> Result<Vec<Finding>, Failure> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.choice()?;
        match &mut self.sink {
            Sink::Files(staging) if self.cluster.is_none() => {
                let left_over = staging.left_over()?;
                if self.prune {
                    self.left_over = left_over;
                    return Ok(Vec::new());
                }
                Ok(left_over.iter().map(|file| problems::left_over(file)).collect())
            }
            Sink::Files(_) | Sink::Text(_) => Ok(Vec::new()),
            Sink::Comparison(path, comparison) => {
                let differences = comparison.finish()?;
                Ok(if differences.is_empty() {
                    vec![]
                } else {
                    vec![problems::out_of_date(path, &differences)]
                })
            }
        }
    }

    /// Puts everything in place.
    pub(super) fn put(self) -> Result<Written, Failure> {
        match self.sink {
            Sink::Files(staging) => staging.commit(self.left_over),
            Sink::Text(text) => stream::data(text.as_bytes()).map(|_| Written::default()),
            Sink::Comparison(..) => Ok(Written::default()),
        }
    }

    /// Whether the cluster that was asked for exists, and whether one had to be.
    fn choice(&self) -> Result<(), Failure> {
        let names = || self.clusters.iter().map(String::as_str);
        match (self.cluster, &self.sink) {
            (Some(wanted), _) if !names().any(|name| name == wanted) => {
                Err(Failure::no_cluster(wanted, &self.clusters))
            }
            (None, Sink::Text(_)) if self.clusters.len() > 1 => {
                let message = format!("stdout holds one bundle, and there are {}", self.clusters.len());
                let first = names().next().unwrap_or_default();
                Err(Failure::new(message).help(format!("choose one, as in `--cluster {first}`")))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }
}

impl Sink<'_> {
    fn add(&mut self, bundle: &Bundle) -> Result<(), Failure> {
        if !bundle.text.is_empty() {
            self.file(&bundle_file(&bundle.cluster), &bundle.text)?;
        }
        match (&bundle.stand_ins, self) {
            // They are created, never applied: not to be piped into `kubectl apply`.
            (_, Self::Text(_)) | (None, _) => Ok(()),
            (Some(StandIns { services: _, text }), sink) => sink.file(&stand_ins_file(&bundle.cluster), text),
        }
    }

    fn file(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        match self {
            Self::Files(staging) => staging.stage(name, text),
            Self::Comparison(_, comparison) => comparison.add(name, text),
            Self::Text(out) => {
                out.push_str(text);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests;
