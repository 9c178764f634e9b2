//! Second names: a Gateway selects one workload, so another workload needs another Gateway for a while.
//!
//! Enters: objects that change. Leaves: further objects, which are there between two steps. Refuses to know: which steps.

use std::sync::Arc;

use serde_yaml::Value;

use super::document::{Document, Id};
use super::scene::Scene;
use super::slot::{Forms, Path, Role, Slot};
use crate::trace::object::Unreadable;

/// What ends a second name.
const NEXT: &str = "--next";

/// Adds a second name for each Gateway that cannot be both at once; whether there is any.
pub(super) fn names(forms: &mut Vec<Forms>) -> Result<bool, Unreadable> {
    let mut added = Vec::new();
    for known in forms.iter() {
        let (Some(_), Some(new)) = (&known.old, &known.new) else { continue };
        if known.id.kind != "Gateway" || known.union.is_some() {
            continue;
        }
        let name = format!("{}{NEXT}", known.id.name);
        if forms.iter().any(|other| {
            other.cluster == known.cluster
                && other.id.kind == known.id.kind
                && other.id.namespace == known.id.namespace
                && other.id.name == name
        }) {
            continue;
        }
        let mut value = new.value().clone();
        if let Some(Value::Mapping(fields)) = value.get_mut("metadata") {
            fields.insert("name".into(), name.clone().into());
        }
        let comment = "# Lets callers in by the gateway that comes, beside the one that goes, for as long as there are both.\n";
        let Some(second) = Document::write(comment, &value)? else { continue };
        added.push(Forms {
            cluster: known.cluster.clone(),
            id: Id { name, ..known.id.clone() },
            role: Role::Serve,
            old: None,
            union: Some(Arc::new(second)),
            new: None,
        });
    }
    let any = !added.is_empty();
    forms.extend(added);
    Ok(any)
}

impl Forms {
    /// Whether it is there for a while only: from now on, or since an earlier step.
    pub(super) fn is_second(&self) -> bool {
        self.new.is_none()
            && (self.old.is_none() || self.id.kind == "Gateway" && self.id.name.ends_with(NEXT))
    }

    /// When a second name comes and goes.
    pub(super) fn as_second(&self, from: Slot) -> Path {
        if self.old.is_some() { Path::Whole(Slot::Clean) } else { Path::While(from, Slot::Clean) }
    }
}

/// The numbers of objects for which a second name stands in.
pub(super) fn replaced(forms: &[Forms]) -> Vec<usize> {
    let stands_in = |known: &Forms| {
        let name = format!("{}{NEXT}", known.id.name);
        forms.iter().any(|other| {
            other.is_second()
                && other.cluster == known.cluster
                && other.id.name == name
                && other.id.namespace == known.id.namespace
        })
    };
    let gateways = forms.iter().enumerate().filter(|(_, known)| known.id.kind == "Gateway");
    gateways.filter(|(_, known)| stands_in(known)).map(|(index, _)| index).collect()
}

impl Scene {
    /// Services that leave a cluster whose callers need their names: cluster, namespace, name.
    #[must_use]
    pub fn names_to_keep(&self) -> Vec<(String, String, String)> {
        let mut kept = Vec::new();
        for (name, cluster) in &self.new.state.clusters {
            let services = |world: &crate::trace::world::World, id: &Id| {
                world.cluster(name).is_some_and(|cluster| {
                    cluster
                        .services
                        .iter()
                        .any(|service| service.name == id.name && service.namespace == id.namespace)
                })
            };
            for document in cluster.objects.iter().filter(|document| document.is_stand_in()) {
                let id = &document.id;
                if services(&self.old.world, id) && !services(&self.new.world, id) {
                    kept.push((name.clone(), id.namespace.clone(), id.name.clone()));
                }
            }
        }
        kept
    }
}
