//! What a step leaves behind, and the files that bring it about.
//!
//! Enters: what is applied, and a plan. Leaves: for each step and cluster the whole bundle, what of it changes, and what goes.
//! Refuses to know: directories.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::document::Document;
use super::plan::{Plan, Step};
use super::state::{Cluster, State};

/// The files of one step, by name.
pub type Files = BTreeMap<String, String>;

/// A step in one cluster.
#[derive(Clone, Debug, Default)]
pub struct ClusterStep {
    /// Objects to apply.
    pub applied: Vec<Arc<Document>>,
    /// Stand-ins to create.
    pub created: Vec<Arc<Document>>,
    /// Stand-ins whose ports change: they are patched, never applied.
    pub patched: Vec<Arc<Document>>,
    /// Objects to delete.
    pub deleted: Vec<Arc<Document>>,
}

impl Plan {
    /// What is applied after each step.
    #[must_use]
    pub fn states(&self, old: &State, new: &State) -> Vec<State> {
        let mut state = old.clone();
        for (name, wanted) in &new.clusters {
            let cluster = state.clusters.entry(name.clone()).or_default();
            if !wanted.title.is_empty() {
                cluster.title.clone_from(&wanted.title);
            }
        }
        let mut states = Vec::new();
        for step in &self.steps {
            for change in &step.moves {
                let cluster = state.clusters.entry(change.cluster.clone()).or_default();
                match &change.to {
                    Some(document) => cluster.put(Arc::clone(document)),
                    None => cluster.remove(&change.id),
                }
            }
            states.push(state.clone());
        }
        states
    }
}

impl Step {
    /// What happens in a cluster.
    #[must_use]
    pub fn in_cluster(&self, cluster: &str) -> ClusterStep {
        let mut done = ClusterStep::default();
        for change in self.moves.iter().filter(|change| change.cluster == cluster) {
            match (&change.from, &change.to) {
                (None, Some(to)) if to.is_stand_in() => done.created.push(Arc::clone(to)),
                (Some(_), Some(to)) if to.is_stand_in() => done.patched.push(Arc::clone(to)),
                (_, Some(to)) => done.applied.push(Arc::clone(to)),
                (Some(from), None) => done.deleted.push(Arc::clone(from)),
                (None, None) => {}
            }
        }
        done
    }

    /// The files of this step: those of all clusters, as they are when it is done.
    #[must_use]
    pub fn files(&self, state: &State) -> Files {
        let mut files = Files::new();
        for (name, cluster) in &state.clusters {
            files.extend(
                cluster.text(|document| !document.is_stand_in()).map(|text| (format!("{name}.yaml"), text)),
            );
            let stand_ins = cluster.text(Document::is_stand_in);
            files.extend(stand_ins.map(|text| (format!("{name}.stand-ins.yaml"), text)));
            let ClusterStep { applied, created, patched: _, deleted } = self.in_cluster(name);
            let some = |objects: Vec<Arc<Document>>| {
                Cluster { title: cluster.title.clone(), objects }.text(|_| true)
            };
            let mut in_order = Cluster { title: cluster.title.clone(), objects: Vec::new() };
            for document in &cluster.objects {
                if applied.iter().any(|known| known.id == document.id) {
                    in_order.objects.push(Arc::clone(document));
                }
            }
            files.extend(in_order.text(|_| true).map(|text| (format!("{name}.changed.yaml"), text)));
            files.extend(some(created).map(|text| (format!("{name}.create.yaml"), text)));
            files.extend(some(deleted).map(|text| (format!("{name}.delete.yaml"), text)));
        }
        files
    }
}

impl ClusterStep {
    /// What changes the ports of stand-ins, unless a team has taken them.
    #[must_use]
    pub fn patches(&self) -> Vec<(String, String, String)> {
        let patch = |document: &Arc<Document>| {
            let ports = document.value().get("spec").and_then(|spec| spec.get("ports"));
            let patch = json!([
                {"op": "test", "path": "/metadata/labels/meshgen-stand-in", "value": "true"},
                {"op": "replace", "path": "/spec/ports", "value": ports},
            ]);
            (document.id.namespace.clone(), document.id.name.clone(), patch.to_string())
        };
        self.patched.iter().map(patch).collect()
    }
}
