//! What of a dump is not taken, and what is said of it.
//!
//! Enters: objects that are ambiguous, not filled in, or none. Leaves: findings, or why the whole dump is refused. Refuses to know:
//! what objects are for.

use std::hash::Hash;

use super::cluster::{Name, Objects};
use super::identity::Standing;
use super::item::Item;
use super::object::Metadata;
use super::origin::Origin;
use super::{HELP, Unreadable, template};
use crate::diagnostic::{Code, Finding, Spot, escape};

impl Objects {
    /// Whether an object is there for the first time. Twice with the same content counts once; of several contents the first
    /// is kept, and that is said.
    pub(super) fn is_new(
        &mut self,
        origin: &Origin<'_>,
        kind: &str,
        name: &Name,
        content: &impl Hash,
    ) -> bool {
        let file = &*origin.file();
        match self.seen.add(file, &(kind, name), content) {
            Standing::New => true,
            Standing::Known => false,
            Standing::Other(before) => {
                let before = escape::line(before);
                let place =
                    if before == file { format!("{file} has") } else { format!("{before} and {file} have") };
                let title = escape::line(&format!("{kind} {}/{}", name.0, name.1)).into_owned();
                let message = format!("{place} {title} twice, with different contents");
                let help = "name the files that are applied: stages, overlays and other clusters have states of their own";
                let mut finding = Finding::new(Code::MG0703, message).help(help);
                finding.spots.push(Spot {
                    cluster: origin.cluster.to_owned(),
                    object: title,
                    text: String::new(),
                });
                self.findings.push(finding);
                false
            }
        }
    }

    /// A text that is not filled in: said once a file.
    pub(super) fn unfilled(&mut self, file: &str, path: &str) {
        let message = format!("{file}: {path} is a template");
        let help = "render it first, as `helm template …`, `kustomize build …` or `envsubst` do, or take the dump of a cluster";
        let start = format!("{file}: ");
        let is_known = |known: &Finding| known.code == Code::MG0702 && known.message.starts_with(&start);
        if !self.findings.iter().any(is_known) {
            self.findings.push(Finding::new(Code::MG0702, message).help(help));
        }
    }

    /// Namespace and name; where nobody says the namespace, that is said once a file.
    pub(super) fn name(&mut self, origin: &Origin<'_>, kind: &str, metadata: &Metadata) -> Option<Name> {
        let namespace = metadata.namespace.as_deref().filter(|namespace| !namespace.is_empty());
        if let Some(namespace) = namespace.or(origin.namespace) {
            return Some((namespace.to_owned(), metadata.name.clone()));
        }
        let file = origin.file();
        let title = escape::line(&format!("{kind} {}", metadata.name)).into_owned();
        let start = format!("{file}: ");
        let is_known = |known: &Finding| known.code == Code::MG0705 && known.message.starts_with(&start);
        if !self.findings.iter().any(is_known) {
            let message = format!("{file}: {title} names no namespace");
            let help = format!(
                "what a cluster prints names it; for manifests say where they are applied: `{}/NAMESPACE={file}`",
                origin.cluster
            );
            self.findings.push(Finding::new(Code::MG0705, message).help(help));
        }
        None
    }

    /// What is not sound may be a template, too.
    pub(super) fn unsound(
        &mut self,
        origin: &Origin<'_>,
        item: &Item<'_>,
        kind: &str,
        name: &str,
    ) -> Result<(), Unreadable> {
        if template::is_source(item.text) {
            self.unfilled(&origin.file(), item.path);
            return Ok(());
        }
        if !origin.is_named() {
            return self.no_object(origin, item);
        }
        let file = origin.file();
        let title = escape::line(&format!("{kind} {name}")).into_owned();
        Err(Unreadable::new(format!("{file}: {} is no sound {title}", item.path))
            .help("the API server would not have it; get the dump again"))
    }

    /// What is no object: not a word for it in a directory, where anything may lie.
    pub(super) fn no_object(&mut self, origin: &Origin<'_>, item: &Item<'_>) -> Result<(), Unreadable> {
        let file = origin.file();
        if template::is_source(item.text) {
            self.unfilled(&file, item.path);
            return Ok(());
        }
        if !origin.is_named() {
            *self.unread.entry("no objects of Kubernetes".to_owned()).or_default() += 1;
            return Ok(());
        }
        Err(Unreadable::new(format!("{file}: {} is no object of Kubernetes", item.path)).help(HELP))
    }
}
