//! Where the bundles of a build go.
//!
//! Enters: bundles, one at a time. Leaves: files, a text on stdout or a comparison, once the run is found sound. Refuses to
//! know: why it is sound.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::arguments::Build;
use super::failure::{Failure, shown};
use super::layout::Layout;
use super::write::{Comparison, Difference, LeftOver, Staging, Stale, Written};
use super::{load, problems, stream};
use crate::bundle::Bundle;
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
        let Build { inputs: _, output, cluster, check, prune, layout: _, split: _, annotate: _ } = arguments;
        let is_stdout = match output {
            Some(output) => output == Path::new("-"),
            None => !cluster.is_empty() && !*check && !*prune,
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

/// Takes bundles until it is known whether they count.
pub(super) struct Target<'a> {
    sink: Sink<'a>,
    layout: Layout,
    wanted: &'a [String],
    prune: bool,
    left_over: Vec<Stale>,
    mesh: String,
    clusters: Vec<String>,
    /// By cluster; of those whose context has another name.
    contexts: BTreeMap<String, String>,
    failure: Option<Failure>,
}

enum Sink<'a> {
    Files(Staging<'a>),
    Text(String),
    Comparison(&'a Path, Comparison<'a>),
}

impl<'a> Target<'a> {
    /// At a place, clear of the inputs.
    pub(super) fn new(place: &'a Place, arguments: &'a Build, inputs: &'a BTreeSet<PathBuf>) -> Self {
        let sink = match place {
            Place::Directory(path) => Sink::Files(Staging::new(path, inputs)),
            Place::Stdout => Sink::Text(String::new()),
            Place::Comparison(path) => Sink::Comparison(path, Comparison::new(path, inputs)),
        };
        Self {
            sink,
            layout: arguments.layout(),
            wanted: &arguments.cluster,
            prune: arguments.prune,
            left_over: Vec::new(),
            mesh: String::new(),
            clusters: Vec::new(),
            contexts: BTreeMap::new(),
            failure: None,
        }
    }

    /// Whether a cluster's bundle was asked for.
    pub(super) fn wants(&self, cluster: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == cluster)
    }

    /// Takes a bundle. After a failure the others are only counted.
    pub(super) fn take(&mut self, bundle: &Bundle) {
        self.clusters.push(bundle.cluster.clone());
        self.mesh.clone_from(&bundle.mesh);
        if bundle.context != bundle.cluster {
            self.contexts.insert(bundle.cluster.clone(), bundle.context.clone());
        }
        if self.failure.is_none() && self.wants(&bundle.cluster) {
            self.failure = self.sink.add(bundle, self.layout).err();
        }
    }

    /// Looks at what is there, once all bundles are taken, and says what is wrong with it.
    pub(super) fn inspect(&mut self) -> Result<Vec<Finding>, Failure> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.choice()?;
        let wanted = self.wanted;
        let concerned = |cluster: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == cluster);
        match &mut self.sink {
            Sink::Files(staging) => {
                let LeftOver { mut stale, copies } = staging.left_over(&self.mesh)?;
                stale.retain(|stale| concerned(&stale.mark.cluster));
                let mut findings = Vec::new();
                if wanted.is_empty() {
                    findings.extend(copies.iter().map(|file| problems::copy(file)));
                }
                if self.prune {
                    self.left_over = stale;
                } else {
                    let context = |cluster: &str| self.contexts.get(cluster).cloned();
                    findings.extend(stale.iter().map(|stale| {
                        let cluster = &stale.mark.cluster;
                        problems::left_over(stale, &context(cluster).unwrap_or_else(|| cluster.clone()))
                    }));
                }
                Ok(findings)
            }
            Sink::Text(_) => Ok(Vec::new()),
            Sink::Comparison(path, comparison) => {
                let mut differences = comparison.finish(&self.mesh)?;
                differences.retain(|difference| match difference {
                    Difference::LeftOver(_, cluster) => concerned(cluster),
                    Difference::Differs(..) | Difference::Missing(_) => true,
                });
                Ok(if differences.is_empty() {
                    vec![]
                } else {
                    vec![problems::out_of_date(path, &differences)]
                })
            }
        }
    }

    /// What is to be removed, once everything was looked at.
    pub(super) fn pruned(&self) -> &[Stale] {
        &self.left_over
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
        if let Some(unknown) = self.wanted.iter().find(|wanted| !names().any(|name| name == *wanted)) {
            return Err(Failure::no_cluster(unknown, &self.clusters));
        }
        let count = if self.wanted.is_empty() { self.clusters.len() } else { self.wanted.len() };
        match &self.sink {
            Sink::Text(_) if count > 1 => {
                let message = format!("stdout holds one bundle, and there are {count}");
                let first = names().next().unwrap_or_default();
                Err(Failure::new(message).help(format!(
                    "choose one, as in `--cluster {first}`, or a directory, as in `--output {}`",
                    load::DEFAULT_OUTPUT
                )))
            }
            Sink::Text(_) | Sink::Files(_) | Sink::Comparison(..) => Ok(()),
        }
    }
}

impl Sink<'_> {
    fn add(&mut self, bundle: &Bundle, layout: Layout) -> Result<(), Failure> {
        match self {
            // Stand-ins are created, never applied: not to be piped into `kubectl apply`.
            Self::Text(out) => {
                out.push_str(&bundle.text);
                Ok(())
            }
            Self::Files(staging) => {
                layout.files(bundle).into_iter().try_for_each(|(name, text)| staging.stage(&name, &text))
            }
            Self::Comparison(_, comparison) => {
                layout.files(bundle).into_iter().try_for_each(|(name, text)| comparison.add(&name, &text))
            }
        }
    }
}

#[cfg(test)]
mod tests;
