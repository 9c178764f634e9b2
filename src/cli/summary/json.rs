//! The summary as programs read it, in the one document of the run.
//!
//! Enters: a summary. Leaves: what was written, and the commands for each cluster. Refuses to know: findings.

use serde_json::{Value, json};

use super::{Outline, Summary, shown};

impl Summary<'_> {
    /// What a build did.
    pub(in crate::cli) fn json(&self) -> Value {
        let paths =
            |paths: &mut dyn Iterator<Item = &std::path::Path>| -> Vec<String> { paths.map(shown).collect() };
        let cluster = |outline: &Outline| {
            json!({
                "cluster": outline.cluster,
                "istio": outline.release,
                "objects": outline.objects,
                "apply": self.commands_of(outline),
            })
        };
        let clusters: Vec<Value> = self.in_order().0.into_iter().map(cluster).collect();
        json!({
            "clusters": clusters,
            "wrote": paths(&mut self.written.changed.iter().map(AsRef::as_ref)),
            "unchanged": self.written.unchanged,
            "pruned": paths(&mut self.written.pruned.iter().map(|stale| stale.path.as_ref())),
            "left": self.left(),
            "names": self.hosts(),
        })
    }
}
