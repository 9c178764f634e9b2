//! How the objects of a cluster are laid out in files.
//!
//! Enters: a bundle. Leaves: names of files, seen from the output directory, with their texts; and the commands that apply
//! them. Refuses to know: what objects say, and what lies in the directory.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::failure::Failure;
use super::shell;
use crate::bundle::{Bundle, StandIn, StandIns, Steps};

/// What a directory holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Layout {
    /// A file for each cluster
    #[default]
    Flat,
    /// A directory for each cluster
    Cluster,
    /// A directory for each cluster, its objects in the order in which they are applied where nothing is there yet
    Split,
    /// A directory for each cluster, for `kubectl apply -k`
    Kustomize,
}

const BUNDLE: &str = "bundle.yaml";
const KUSTOMIZATION: &str = "kustomization.yaml";
const NAMES: &str = "0-names";
/// How many steps the objects of a cluster are laid out in.
pub(super) const STEPS: usize = 3;
const STEP_FILES: [&str; STEPS] = ["1-serve.yaml", "2-call.yaml", "3-route.yaml"];
const STAND_INS: &str = "stand-ins";

impl Layout {
    /// The layout that a directory has: the first that has left a file there.
    pub(super) fn of(directory: &Path) -> Self {
        let files = candidates(directory).unwrap_or_default();
        let has = |end: &str| files.iter().any(|file| file.ends_with(end));
        if has(&format!("/{KUSTOMIZATION}")) {
            Self::Kustomize
        } else if has(&format!("/{BUNDLE}")) {
            Self::Cluster
        } else if STEP_FILES.iter().any(|step| has(&format!("/{step}"))) {
            Self::Split
        } else {
            Self::Flat
        }
    }

    /// Where the stand-ins of a cluster are.
    pub(super) fn stand_ins(self, cluster: &str) -> String {
        match self {
            Self::Flat => format!("{cluster}.{STAND_INS}"),
            Self::Cluster | Self::Kustomize => format!("{cluster}/{STAND_INS}"),
            Self::Split => format!("{cluster}/{NAMES}"),
        }
    }

    /// The files of a bundle, each with its text.
    pub(super) fn files(self, bundle: &Bundle) -> Vec<(String, Cow<'_, str>)> {
        let Bundle { cluster, text, steps, stand_ins, .. } = bundle;
        let stand_ins = stand_ins.as_ref().map_or(&[][..], |StandIns { services, text: _ }| services);
        self.files_of(cluster, text, Some(steps), stand_ins)
    }

    /// The files of a cluster's objects, each with its text; without steps those are not told apart.
    pub(super) fn files_of<'t>(
        self,
        cluster: &str,
        text: &'t str,
        steps: Option<&Steps>,
        stand_ins: &'t [StandIn],
    ) -> Vec<(String, Cow<'t, str>)> {
        let directory = self.stand_ins(cluster);
        let mut files: Vec<(String, Cow<'_, str>)> = stand_ins
            .iter()
            .map(|one| (format!("{directory}/{}.{}.yaml", one.namespace, one.name), one.text.as_str().into()))
            .collect();
        if text.is_empty() {
            return files;
        }
        match self {
            Self::Flat => files.push((format!("{cluster}.yaml"), text.into())),
            Self::Cluster => files.push((format!("{cluster}/{BUNDLE}"), text.into())),
            Self::Split => {
                let Some(Steps { serve, call, route }) = steps else { return files };
                let mark = text.split_inclusive('\n').next().unwrap_or_default();
                let parts = STEP_FILES.into_iter().zip([serve, call, route]);
                files.extend(parts.filter(|(_, range)| !range.is_empty()).map(|(name, range)| {
                    let part = text.get(range.clone()).unwrap_or_default();
                    (format!("{cluster}/{name}"), format!("{mark}{part}").into())
                }));
            }
            Self::Kustomize => {
                let mark = text.split_inclusive('\n').next().unwrap_or_default();
                let kustomization = format!(
                    "{mark}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- {BUNDLE}\n"
                );
                files.push((format!("{cluster}/{BUNDLE}"), text.into()));
                files.push((format!("{cluster}/{KUSTOMIZATION}"), kustomization.into()));
            }
        }
        files
    }

    /// The command that applies the objects of a cluster.
    pub(super) fn applies(self, directory: &Path, context: &str, cluster: &str) -> String {
        let (flag, file) = match self {
            Self::Flat => ("-f", format!("{cluster}.yaml")),
            Self::Cluster => ("-f", format!("{cluster}/{BUNDLE}")),
            Self::Split => ("-f", cluster.to_owned()),
            Self::Kustomize => ("-k", cluster.to_owned()),
        };
        apply(context, flag, &directory.join(file))
    }

    /// The command that creates the stand-ins of a cluster that are missing there, and touches no Service that is there.
    pub(super) fn creates(self, directory: &Path, context: &str, cluster: &str) -> String {
        let context = shell::word(context);
        let path = directory.join(self.stand_ins(cluster));
        let files = shell::word(&path.to_string_lossy()).into_owned();
        format!(
            "for f in {files}/*.yaml; do kubectl --context {context} get -f \"$f\" >/dev/null 2>&1 || kubectl --context {context} create -f \"$f\"; done"
        )
    }
}

/// The command that applies one step of a cluster.
pub(super) fn apply_step(directory: &Path, context: &str, cluster: &str, step: usize) -> String {
    let file = STEP_FILES.get(step).copied().unwrap_or_default();
    apply(context, "-f", &directory.join(cluster).join(file))
}

fn apply(context: &str, flag: &str, path: &Path) -> String {
    let (context, path) = (shell::word(context), path.to_string_lossy());
    format!("kubectl --context {context} apply --openapi-patch=false {flag} {}", shell::word(&path))
}

/// Whether a file holds objects for a cluster, rather than the names of such files.
pub(super) fn holds_objects(file: &str) -> bool {
    !file.ends_with(KUSTOMIZATION)
}

/// Whether a file of a cluster is where some layout has one; also where releases before had their stand-ins.
pub(super) fn is_own(cluster: &str, file: &str) -> bool {
    let Some(rest) = file.strip_prefix(cluster) else { return false };
    let is_one = |rest: &str| is_yaml(rest) && !rest.contains('/');
    let below = |directory: &str| rest.strip_prefix(directory).is_some_and(is_one);
    let name = rest.strip_prefix('/').unwrap_or_default();
    rest == ".yaml"
        || rest == ".stand-ins.yaml"
        || name == BUNDLE
        || name == KUSTOMIZATION
        || STEP_FILES.contains(&name)
        || below(".stand-ins/")
        || below("/stand-ins/")
        || below("/0-names/")
}

/// Files of a directory that some layout may have put there, seen from it and in order: nothing deeper than layouts go,
/// and nothing behind links.
pub(super) fn candidates(directory: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, is_directory) in entries(directory)? {
        if !is_directory {
            found.push(name);
            continue;
        }
        for (inner, is_directory) in entries(&directory.join(&name))? {
            let path = format!("{name}/{inner}");
            if is_directory && (inner == STAND_INS || inner == NAMES) {
                let files =
                    entries(&directory.join(&path))?.into_iter().filter(|(_, is_directory)| !is_directory);
                found.extend(files.map(|(file, _)| format!("{path}/{file}")));
            } else if !is_directory {
                let known = inner == BUNDLE || inner == KUSTOMIZATION || STEP_FILES.contains(&inner.as_str());
                found.extend((known || name.ends_with(".stand-ins")).then_some(path));
            }
        }
    }
    found.retain(|name| is_yaml(name));
    found.sort_unstable();
    Ok(found)
}

fn is_yaml(name: &str) -> bool {
    Path::new(name).extension() == Some("yaml".as_ref())
}

fn entries(directory: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut entries = Vec::new();
    for entry in directory.read_dir()? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.starts_with('.') && (kind.is_dir() || kind.is_file()) {
            entries.push((name, kind.is_dir()));
        }
    }
    Ok(entries)
}

/// The files in a directory that hold the objects of a cluster, its stand-ins too, whatever the layout.
pub(super) fn of_cluster(directory: &Path, cluster: &str) -> Result<Vec<PathBuf>, Failure> {
    let failure = |error: io::Error| Failure::system("read", directory, &error);
    let files = candidates(directory).map_err(failure)?;
    let objects = files.into_iter().filter(|file| is_own(cluster, file) && holds_objects(file));
    Ok(objects.map(|file| directory.join(file)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_knows_its_own_files() {
        let own = [
            "a.yaml",
            "a.stand-ins.yaml",
            "a.stand-ins/shop.cart.yaml",
            "a/bundle.yaml",
            "a/kustomization.yaml",
            "a/stand-ins/shop.cart.yaml",
            "a/0-names/shop.cart.yaml",
            "a/1-serve.yaml",
            "a/3-route.yaml",
        ];
        for file in own {
            assert!(is_own("a", file), "{file}");
        }
        for file in ["b.yaml", "aa.yaml", "a/a.yaml", "a.stand-ins/x/y.yaml", "a/0-names.txt", "x/a.yaml"] {
            assert!(!is_own("a", file), "{file}");
        }
    }
}
