//! All that there is to tell of a change.
//!
//! Enters: a scene. Leaves: counts, rows, objects. Refuses to know: how it is shown.

use std::collections::BTreeMap;

use super::class::Class;
use super::document::Id;
use super::field::{Field, Verb};
use super::row::{self, Row};
use super::scene::{Asked, Scene};

/// Everything of a change.
#[derive(Clone, Debug)]
pub struct Report {
    /// All clusters.
    pub clusters: Vec<String>,
    /// Requests by class.
    pub counts: BTreeMap<Class, usize>,
    /// One service a row, worst first.
    pub rows: Vec<Row>,
    /// What differs.
    pub objects: Vec<ObjectChange>,
}

/// An object that differs.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// Where.
    pub cluster: String,
    /// Which.
    pub id: Id,
    /// What happens to it.
    pub verb: Verb,
    /// What of it changes.
    pub fields: Vec<Field>,
}

/// Objects of several clusters that change alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alike {
    /// As in the field `kind`.
    pub kind: String,
    /// What happens.
    pub verb: Verb,
    /// What of them changes.
    pub fields: Vec<Field>,
}

impl Report {
    /// Of a scene whose requests were made.
    #[must_use]
    pub fn of(scene: &Scene, asked: &[Asked]) -> Self {
        let objects = scene.units.iter().map(|unit| ObjectChange {
            cluster: unit.cluster.clone(),
            id: unit.id.clone(),
            verb: unit.verb(),
            fields: unit.fields(),
        });
        Self {
            clusters: scene.clusters().into_iter().collect(),
            counts: row::counts(asked),
            rows: row::rows(asked),
            objects: objects.collect(),
        }
    }

    /// How many requests are of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> usize {
        self.counts.get(&class).copied().unwrap_or(0)
    }

    /// How many requests there are.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.counts.values().sum()
    }

    /// How many of them somebody notices.
    #[must_use]
    pub fn noticed(&self) -> usize {
        self.counts.iter().filter(|(class, _)| class.is_noticed()).map(|(_, count)| count).sum()
    }

    /// Whether nothing changes at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.objects.is_empty() && self.counts.keys().all(|class| *class == Class::Unchanged)
    }

    /// Objects that change alike, with the clusters and names of each.
    #[must_use]
    pub fn alike(&self) -> BTreeMap<Alike, Vec<&ObjectChange>> {
        let mut alike: BTreeMap<Alike, Vec<&ObjectChange>> = BTreeMap::new();
        for object in &self.objects {
            let ObjectChange { cluster: _, id, verb, fields } = object;
            let key = Alike { kind: id.kind.clone(), verb: *verb, fields: fields.clone() };
            alike.entry(key).or_default().push(object);
        }
        alike
    }
}

impl Field {
    /// The path, without what all have in common.
    #[must_use]
    pub fn short_path(&self) -> &str {
        self.path.strip_prefix("spec.").unwrap_or(&self.path)
    }

    /// `100 → 95`, `added`, `removed`.
    #[must_use]
    pub fn change(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{} → {}", cut(before), cut(after)),
            (None, Some(after)) => format!("added{}", in_short(after)),
            (Some(before), None) => format!("removed{}", in_short(before)),
            (None, None) => String::new(),
        }
    }
}

/// What is worth telling of a value that comes or goes: a share, or a plain value.
fn in_short(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(fields)) => match fields.get("weight") {
            Some(weight) => format!(", weight {weight}"),
            None => String::new(),
        },
        Ok(serde_json::Value::Array(_)) => String::new(),
        Ok(_) | Err(_) => format!(": {}", cut(text)),
    }
}

/// Longer values are cut.
const LONG: usize = 60;

fn cut(text: &str) -> String {
    if text.chars().count() <= LONG {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONG - 1).collect();
    format!("{start}…")
}
