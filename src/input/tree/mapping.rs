//! Maps: every key is text and stands once; merge keys bring in other maps.
//!
//! Enters: pairs of nodes. Leaves: a [`Mapping`]. Refuses to know: what the keys mean.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::rc::Rc;

use super::super::problems;
use super::{Entry, Mapping, Node, Scalar, Shape};
use crate::diagnostic::Finding;
use crate::source::{At, Place};

/// Makes a map of its pairs. Own keys win over merged ones, earlier merged maps over later ones.
pub fn close(pairs: Vec<(Node, Node)>, findings: &mut Vec<Finding>) -> Mapping {
    let mut mapping = Mapping { entries: Vec::with_capacity(pairs.len()), complete: true };
    let mut seen: BTreeMap<Rc<str>, Place> = BTreeMap::new();
    let mut merged = Vec::new();
    for (key, value) in pairs {
        let Some((text, is_merge)) = key_text(&key, findings) else {
            mapping.complete = false;
            continue;
        };
        match seen.entry(Rc::clone(&text)) {
            btree_map::Entry::Occupied(first) => {
                // Which of the two was meant cannot be told.
                mapping.complete = false;
                findings.push(problems::duplicate_key(&text, key.place, *first.get()));
            }
            btree_map::Entry::Vacant(place) => {
                place.insert(key.place);
                if is_merge {
                    merged.push(value);
                } else {
                    mapping.entries.push(Entry { key: At::new(text, key.place), value });
                }
            }
        }
    }
    for value in merged {
        merge(&mut mapping, &value, &mut seen, findings);
    }
    mapping
}

/// The text of a key, and whether it is the merge key.
fn key_text(key: &Node, findings: &mut Vec<Finding>) -> Option<(Rc<str>, bool)> {
    let found = match &key.shape {
        Shape::Scalar(scalar) if scalar.is_nothing() => "nothing",
        Shape::Scalar(Scalar { text, plain }) => return Some((Rc::clone(text), *plain && &**text == "<<")),
        Shape::List(_) => "a list",
        Shape::Map(_) => "a map",
        Shape::Illegible => return None,
    };
    findings.push(problems::key_is_not_text(found, key.place));
    None
}

/// Adds the entries of one map, or of each map of a list, that are not there yet.
fn merge(
    mapping: &mut Mapping,
    value: &Node,
    seen: &mut BTreeMap<Rc<str>, Place>,
    findings: &mut Vec<Finding>,
) {
    match &value.shape {
        Shape::Map(other) => {
            mapping.complete &= other.complete;
            for entry in &other.entries {
                let through = |place: Place| Place { span: place.span, via: value.place.via.or(place.via) };
                if let btree_map::Entry::Vacant(vacant) = seen.entry(Rc::clone(&entry.key.value)) {
                    vacant.insert(entry.key.place);
                    let mut entry = entry.clone();
                    entry.key.place = through(entry.key.place);
                    entry.value.place = through(entry.value.place);
                    mapping.entries.push(entry);
                }
            }
        }
        Shape::List(elements) if elements.iter().all(|element| !matches!(element.shape, Shape::List(_))) => {
            for element in elements.iter() {
                let place = Place { span: element.place.span, via: value.place.via.or(element.place.via) };
                merge(mapping, &Node { place, shape: element.shape.clone() }, seen, findings);
            }
        }
        Shape::Illegible => mapping.complete = false,
        Shape::Scalar(_) | Shape::List(_) => {
            mapping.complete = false;
            findings.push(problems::merge_of_no_map(value.place));
        }
    }
}
