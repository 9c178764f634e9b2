//! Change documents: what a change is meant to do.
//!
//! Enters: the trees of all of them. Leaves: [`Changes`]. Refuses to know: whether services and clusters exist.

use super::condition::Condition;
use super::reader::{Reader, form};
use super::tree::{Node, Value, View};
use super::{Keyed, Listed, ServiceName, Written};
use crate::source::{At, Place};

/// What all Change documents say together.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Where the first of them begins.
    pub place: Place,
    /// In order.
    pub changes: Listed<Change>,
    /// `else`
    pub rest: Written<Rest>,
    /// Versions, and those that they may answer for.
    pub during: Listed<Keyed<Listed<At<String>>>>,
}

/// One entry of `changes`.
#[derive(Clone, Debug)]
pub struct Change {
    pub place: Place,
    pub service: ServiceName,
    /// Absent where all clusters are meant.
    pub from: Written<Listed<At<String>>>,
    /// Any of them; absent for requests that say nothing.
    pub conditions: Written<Listed<Condition>>,
    pub becomes: Listed<Keyed<Becomes>>,
}

/// One place, and how much gets there.
#[derive(Clone, Debug, PartialEq)]
pub enum Becomes {
    /// Percents.
    Share(f64),
    /// Nobody, for this reason.
    Dead(At<String>),
}

/// What becomes of requests that no entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// They stay as they are.
    Same,
    /// They may move, and none dies.
    NoLoss,
}

form! {
    struct ChangesFields: "a Change", "kind: Change" {
        api_version: "apiVersion",
        kind: "kind",
        namespace: "namespace",
        changes: "changes",
        rest: "else",
        during: "during",
    }
}

form! {
    struct ChangeFields: "a change", "{service: reviews, becomes: {v1: 95, v2: 5}}" {
        service: "service",
        from: "from",
        conditions: "match",
        becomes: "becomes",
    }
}

impl Changes {
    /// Reads all Change documents; nothing if there is none.
    pub fn read(documents: &[Node], reader: &mut Reader) -> Option<Self> {
        let mut all = Self {
            place: documents.first()?.place,
            changes: Listed::default(),
            rest: Written::Absent,
            during: Listed::default(),
        };
        for document in documents {
            let ChangesFields { api_version: _, kind: _, namespace, changes, rest, during } =
                reader.fields_or_illegible(Value::root(document));
            let namespace = namespace.read(reader, Reader::text);
            add(
                &mut all.changes,
                changes.read(reader, |reader, value| {
                    reader.list(value, |reader, value| Change::read(&namespace, value, reader))
                }),
            );
            let rest = rest.read(reader, |reader, value| {
                reader.word(value, &[("same", Rest::Same), ("no-loss", Rest::NoLoss)])
            });
            if !rest.is_absent() {
                all.rest = rest;
            }
            add(
                &mut all.during,
                during.read(reader, |reader, value| {
                    reader.entries(value, "a map of versions", "during: {v1: [v2]}", |reader, key, value| {
                        let versions = reader.texts(value)?.value;
                        Some(Keyed { key: key.map(str::to_owned), value: versions })
                    })
                }),
            );
        }
        Some(all)
    }

    /// Whether all of it could be read.
    pub fn is_complete(&self) -> bool {
        let entry = |change: &Change| {
            let Change { place: _, service: _, from, conditions, becomes } = change;
            !from.is_illegible()
                && !conditions.is_illegible()
                && from.value().is_none_or(|from| from.complete)
                && conditions.value().is_none_or(|conditions| conditions.complete)
                && becomes.complete
        };
        let Self { place: _, changes, rest, during } = self;
        changes.complete
            && changes.entries.iter().all(entry)
            && !rest.is_illegible()
            && during.complete
            && during.entries.iter().all(|versions| versions.value.complete)
    }
}

fn add<T>(all: &mut Listed<T>, more: Written<Listed<T>>) {
    match more {
        Written::Absent => {}
        Written::Illegible => all.complete = false,
        Written::As(At { value: more, place: _ }) => {
            all.complete &= more.complete;
            all.entries.extend(more.entries);
        }
    }
}

impl Change {
    fn read(namespace: &Written<String>, value: Value<'_>, reader: &mut Reader) -> Option<Self> {
        let ChangeFields { service, from, conditions, becomes } = reader.fields(value)?;
        let service = service.required::<_, ChangeFields<'_>>("service", value, reader, |reader, value| {
            let text = reader.text(value)?;
            let name = ServiceName::read(&At::new(text.value.as_str(), text.place), namespace, reader)?;
            Some(At::new(name, text.place))
        });
        let becomes = becomes.required::<_, ChangeFields<'_>>("becomes", value, reader, Becomes::read_all);
        let is_all = |value: &Value<'_>| matches!(value.view(), View::Text(text) if &*text.text == "all");
        let from = match from {
            Written::As(At { value, place: _ }) if is_all(&value) => Written::Absent,
            from @ (Written::Absent | Written::Illegible | Written::As(_)) => {
                from.read(reader, Reader::texts)
            }
        };
        let conditions = conditions.read(reader, Condition::read_all);
        Some(Self {
            place: value.place(),
            service: service?.value,
            from,
            conditions,
            becomes: becomes?.value,
        })
    }
}

impl Becomes {
    /// A map of shares, or one place for all.
    fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Keyed<Self>>>> {
        if let View::Text(_) = value.view() {
            let key = reader.text(value)?;
            let only = Keyed { key, value: Self::Share(100.0) };
            return Some(At::new(Listed { entries: vec![only], complete: true }, value.place()));
        }
        reader.entries(value, "a map of shares", "becomes: {v1: 95, v2@cluster2: 5}", |reader, key, value| {
            let is_reason = key.value == "dead"
                && matches!(value.view(), View::Text(text) if text.text.parse::<f64>().is_err());
            let share = if is_reason {
                Self::Dead(reader.text(value)?)
            } else {
                Self::Share(reader.percent(value)?.value)
            };
            Some(Keyed { key: key.map(str::to_owned), value: share })
        })
    }
}
