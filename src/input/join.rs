//! Joining: what several documents say about one thing, as if one had said it.
//!
//! Enters: values of the tree. Leaves: one node. Refuses to know: fields.
//!
//! It is done on the tree, before any field is read, so that joined and single documents are read alike and a mistake
//! is found once.

use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;

use super::problems;
use super::reader::Reader;
use super::tree::{Entry, Mapping, Node, Shape, Value, View};
use crate::source::{At, Place};

/// Joins what several documents say under `path`. Maps join down to `levels` below here; deeper, and for everything
/// else, the documents must agree. Where they do not, the result is illegible there.
pub fn join<'t>(
    values: &[Value<'t>],
    levels: usize,
    path: &mut Vec<&'t str>,
    reader: &mut Reader,
) -> Option<Node> {
    let (first, others) = values.split_first()?;
    if others.is_empty() {
        return Some(first.to_node());
    }
    if levels > 0 && values.iter().all(|value| matches!(value.view(), View::Map(_))) {
        return Some(join_maps(*first, values, levels, path, reader));
    }
    let mut node = first.to_node();
    for other in others {
        if !agree(*first, *other) {
            node.shape = Shape::Illegible;
            reader.report(problems::disagreement(&path.join("."), other.place(), first.place()));
        }
    }
    Some(node)
}

fn join_maps<'t>(
    first: Value<'t>,
    maps: &[Value<'t>],
    levels: usize,
    path: &mut Vec<&'t str>,
    reader: &mut Reader,
) -> Node {
    let mut groups: IndexMap<&str, (Place, Vec<Value<'t>>)> = IndexMap::new();
    let mut complete = true;
    for map in maps {
        let View::Map(mapping) = map.view() else { continue };
        complete &= mapping.complete;
        for entry in &mapping.entries {
            let (key, value) = map.entry(entry);
            groups.entry(key.value).or_insert_with(|| (key.place, Vec::new())).1.push(value);
        }
    }
    let mut entries = Vec::with_capacity(groups.len());
    for (key, (place, values)) in groups {
        path.push(key);
        if let Some(value) = join(&values, levels - 1, path, reader) {
            entries.push(Entry { key: At::new(Rc::from(key), place), value });
        }
        path.pop();
    }
    Node { place: first.place(), shape: Shape::Map(Rc::new(Mapping { entries, complete })) }
}

/// Whether two values say the same, whatever the order of keys and the quotes. What is illegible contradicts nothing.
pub fn agree(one: Value<'_>, other: Value<'_>) -> bool {
    match (one.view(), other.view()) {
        (View::Illegible, _) | (_, View::Illegible) | (View::Nothing, View::Nothing) => true,
        (View::Text(a), View::Text(b)) => a.text == b.text,
        (View::List(a), View::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(one.element(a), other.element(b)))
        }
        (View::Map(a), View::Map(b)) => {
            let known: BTreeMap<&str, &Entry> =
                a.entries.iter().map(|entry| (&*entry.key.value, entry)).collect();
            a.entries.len() == b.entries.len()
                && b.entries.iter().all(|entry| {
                    known
                        .get(&*entry.key.value)
                        .is_some_and(|same| agree(one.entry(same).1, other.entry(entry).1))
                })
        }
        (View::Nothing | View::Text(_) | View::List(_) | View::Map(_), _) => false,
    }
}
