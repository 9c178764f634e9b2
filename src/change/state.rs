//! What is applied to all clusters, object by object.
//!
//! Enters: the texts of bundles. Leaves: the objects of each cluster, and bundles again. Refuses to know: what objects say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::document::{Document, Id};
use crate::source::mark::Mark;
use crate::trace::object::{BundleText, Unreadable};

/// All clusters, by name.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// What each has.
    pub clusters: BTreeMap<String, Cluster>,
}

/// What one cluster has.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// The first line of its bundle, which says whose it is.
    pub title: String,
    /// In the order of the bundle.
    pub objects: Vec<Arc<Document>>,
}

/// Objects that were read, by their text: clusters share most of theirs.
#[derive(Debug, Default)]
pub struct Library(BTreeMap<String, Arc<Document>>);

/// One object in one cluster that differs.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Where.
    pub cluster: String,
    /// Which.
    pub id: Id,
    /// As it is.
    pub old: Option<Arc<Document>>,
    /// As it is to be.
    pub new: Option<Arc<Document>>,
}

impl State {
    /// Reads bundles; a cluster may have several files.
    pub fn read(bundles: &[BundleText<'_>], library: &mut Library) -> Result<Self, Unreadable> {
        let mut state = Self::default();
        for BundleText { cluster, file, text } in bundles {
            let own = state.clusters.entry((*cluster).to_owned()).or_default();
            for (index, document) in documents(text).into_iter().enumerate() {
                let (title, document) = if index == 0 { titled(document) } else { ("", document) };
                if own.title.is_empty() {
                    title.clone_into(&mut own.title);
                }
                own.objects.extend(library.take(cluster, file, document)?);
            }
        }
        Ok(state)
    }

    /// What differs, cluster by cluster, in the order of the bundles; what is gone last.
    #[must_use]
    pub fn units(&self, new: &Self) -> Vec<Unit> {
        let names: BTreeSet<&String> = self.clusters.keys().chain(new.clusters.keys()).collect();
        let nothing = Cluster::default();
        let mut units = Vec::new();
        for name in names {
            let [old, new] = [self, new].map(|state| state.clusters.get(name).unwrap_or(&nothing));
            let before: BTreeMap<&Id, &Arc<Document>> = old.by_id();
            let after: BTreeMap<&Id, &Arc<Document>> = new.by_id();
            let unit = |id: &Id, old: Option<&Arc<Document>>, new: Option<&Arc<Document>>| Unit {
                cluster: name.clone(),
                id: id.clone(),
                old: old.cloned(),
                new: new.cloned(),
            };
            for document in &new.objects {
                let known = before.get(&document.id).copied();
                if known.is_none_or(|known| !known.says_as(document)) {
                    units.push(unit(&document.id, known, Some(document)));
                }
            }
            let gone = old.objects.iter().filter(|known| !after.contains_key(&known.id));
            units.extend(gone.map(|known| unit(&known.id, Some(known), None)));
        }
        units
    }

    /// The bundle of a cluster; nothing where it has no objects of Istio's.
    #[must_use]
    pub fn bundle(&self, cluster: &str) -> Option<String> {
        self.clusters.get(cluster)?.text(|document| !document.is_stand_in())
    }

    /// Its stand-ins.
    #[must_use]
    pub fn stand_ins(&self, cluster: &str) -> Option<String> {
        self.clusters.get(cluster)?.text(Document::is_stand_in)
    }

    /// A digest of all that is said: equal for equal states.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (name, cluster) in &self.clusters {
            for (id, document) in cluster.by_id() {
                let said = serde_json::to_string(document.value()).unwrap_or_default();
                hash.update(format!("{name}\0{id}\0{said}\0"));
            }
        }
        let bytes = hash.finalize();
        bytes.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

impl Cluster {
    /// Its objects by who they are.
    #[must_use]
    pub fn by_id(&self) -> BTreeMap<&Id, &Arc<Document>> {
        self.objects.iter().map(|document| (&document.id, document)).collect()
    }

    /// Some of its objects as a bundle; nothing if there is none, because kubectl refuses a file without objects.
    #[must_use]
    pub fn text(&self, wanted: impl Fn(&Document) -> bool) -> Option<String> {
        let objects: Vec<&str> = self
            .objects
            .iter()
            .filter(|document| wanted(document))
            .map(|document| document.text.as_str())
            .collect();
        (!objects.is_empty()).then(|| format!("{}{}", self.title, objects.join("---\n")))
    }

    /// Puts an object where it belongs: in place of its former self, else by the order of bundles.
    pub fn put(&mut self, document: Arc<Document>) {
        if let Some(known) = self.objects.iter_mut().find(|known| known.id == document.id) {
            *known = document;
            return;
        }
        let at = self.objects.iter().position(|known| order(&known.id) > order(&document.id));
        self.objects.insert(at.unwrap_or(self.objects.len()), document);
    }

    /// Takes an object away.
    pub fn remove(&mut self, id: &Id) {
        self.objects.retain(|known| known.id != *id);
    }
}

impl Library {
    fn take(&mut self, cluster: &str, file: &str, text: &str) -> Result<Option<Arc<Document>>, Unreadable> {
        if let Some(known) = self.0.get(text) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(document) = Document::read(cluster, file, text)? else { return Ok(None) };
        let document = Arc::new(document);
        self.0.insert(text.to_owned(), Arc::clone(&document));
        Ok(Some(document))
    }
}

impl Unit {
    /// The form that is there, old or new.
    #[must_use]
    pub fn any(&self) -> Option<&Arc<Document>> {
        self.old.as_ref().or(self.new.as_ref())
    }
}

/// The place of an object in a bundle: who serves first, then who calls, then who routes.
#[must_use]
pub fn order(id: &Id) -> (usize, &str, &str, &str) {
    let Id { kind, namespace, name } = id;
    let step = match kind.as_str() {
        "Service" => 0,
        "Gateway" | "EnvoyFilter" => 1,
        "DestinationRule" => 2,
        "ServiceEntry" => 3,
        _ => 4,
    };
    (step, namespace, name, kind)
}

/// The documents of a file, divided where a line is `---`.
fn documents(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.extend(text.get(start..offset));
            start = offset + line.len();
        }
        offset += line.len();
    }
    documents.extend(text.get(start..));
    documents.retain(|document| document.lines().any(|line| !line.trim().is_empty()));
    documents
}

/// The first line apart, if it is the mark of a bundle.
fn titled(document: &str) -> (&str, &str) {
    let end = document.find('\n').map_or(document.len(), |end| end + 1);
    match (document.get(..end), document.get(end..)) {
        (Some(line), Some(rest)) if Mark::of(line).is_some() => (line, rest),
        _ => ("", document),
    }
}
