//! What of an object changes, field by field.
//!
//! Enters: two forms of one object. Leaves: paths with what was and what will be. Refuses to know: what fields mean; it knows
//! by which words items of lists are called.

use std::borrow::Cow;

use serde_yaml::Value;

use super::document::Document;
use super::state::Unit;

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It goes.
    Removed,
}

/// One field that changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// `spec.http[1].route[v2--cluster2].weight`
    pub path: String,
    /// Nothing where it is new.
    pub before: Option<String>,
    /// Nothing where it goes.
    pub after: Option<String>,
}

impl Verb {
    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

impl Unit {
    /// What happens to it.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match (&self.old, &self.new) {
            (None, _) => Verb::Added,
            (Some(_), Some(_)) => Verb::Changed,
            (Some(_), None) => Verb::Removed,
        }
    }

    /// The fields that change; none for an object that comes or goes as a whole.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let (Some(old), Some(new)) = (&self.old, &self.new) else { return Vec::new() };
        between(old, new)
    }
}

/// The fields in which two forms differ.
#[must_use]
pub fn between(old: &Document, new: &Document) -> Vec<Field> {
    let mut fields = Vec::new();
    compare(String::new(), Some(old.value()), Some(new.value()), &mut fields);
    fields
}

fn compare(path: String, old: Option<&Value>, new: Option<&Value>, fields: &mut Vec<Field>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Mapping(old)), Some(Value::Mapping(new))) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let name = scalar(key);
                let below = if path.is_empty() { name } else { format!("{path}.{name}") };
                compare(below, old.get(key), new.get(key), fields);
            }
        }
        (Some(Value::Sequence(old)), Some(Value::Sequence(new))) => list(&path, old, new, fields),
        (old, new) => fields.push(Field { path, before: old.map(short), after: new.map(short) }),
    }
}

/// Items are joined by what they are called, else by their place.
fn list(path: &str, old: &[Value], new: &[Value], fields: &mut Vec<Field>) {
    let (old, new) = (&*weighed(old), &*weighed(new));
    let (before, after) = (names(old), names(new));
    match (before, after) {
        (Some(before), Some(after)) => {
            for (name, item) in before.iter().zip(old) {
                let other = after.iter().position(|known| known == name).and_then(|at| new.get(at));
                compare(format!("{path}[{name}]"), Some(item), other, fields);
            }
            for (name, item) in after.iter().zip(new).filter(|(name, _)| !before.contains(name)) {
                compare(format!("{path}[{name}]"), None, Some(item), fields);
            }
        }
        _ => {
            for index in 0..old.len().max(new.len()) {
                compare(format!("{path}[{index}]"), old.get(index), new.get(index), fields);
            }
        }
    }
}

/// A route with one destination gives all to it, and need not say so.
fn weighed(items: &[Value]) -> Cow<'_, [Value]> {
    match items {
        [Value::Mapping(only)] if only.contains_key("destination") && !only.contains_key("weight") => {
            let mut only = only.clone();
            only.insert("weight".into(), 100.into());
            Cow::Owned(vec![Value::Mapping(only)])
        }
        _ => Cow::Borrowed(items),
    }
}

/// What the items of a list are called, if each is called something else.
fn names(items: &[Value]) -> Option<Vec<String>> {
    let names: Vec<String> = items.iter().map(name).collect::<Option<_>>()?;
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    (sorted.len() == names.len()).then_some(names)
}

/// `name`, an address, a port's number, the destination of a route; a plain text is its own name.
fn name(item: &Value) -> Option<String> {
    let text = |value: Option<&Value>| value.map(scalar);
    match item {
        Value::Mapping(fields) => {
            if let Some(to) = fields.get("destination") {
                let host = to.get("host").map(scalar)?;
                return Some(text(to.get("subset")).unwrap_or(host));
            }
            text(fields.get("name"))
                .or_else(|| text(fields.get("address")))
                .or_else(|| fields.get("port").and_then(|port| text(port.get("number"))))
        }
        Value::Sequence(_) | Value::Null | Value::Tagged(_) => None,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(scalar(item)),
    }
}

/// A value in one line.
fn short(value: &Value) -> String {
    match value {
        Value::Mapping(_) | Value::Sequence(_) => serde_json::to_string(value).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => {
            scalar(value)
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null => "null".to_owned(),
        Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
            serde_json::to_string(value).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(old: &str, new: &str) -> Vec<String> {
        let document = |spec: &str| {
            let text = format!("kind: VirtualService\nmetadata: {{name: a}}\nspec: {spec}\n");
            Document::read("c", "", &text).unwrap().unwrap()
        };
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        between(&document(old), &document(new))
            .iter()
            .map(|Field { path, before, after }| format!("{path}: {} → {}", said(before), said(after)))
            .collect()
    }

    #[test]
    fn items_are_joined_by_what_they_are_called() {
        let old = "{hosts: [a], http: [{route: [{destination: {host: a, subset: v1}, weight: 90}]}]}";
        let new = "{hosts: [a, b], http: [{route: [{destination: {host: a, subset: v2}, weight: 5}, \
                   {destination: {host: a, subset: v1}, weight: 95}]}]}";
        assert_eq!(
            fields(old, new),
            [
                "spec.hosts[b]: - → b",
                "spec.http[0].route[v1].weight: 90 → 95",
                "spec.http[0].route[v2]: - → {\"destination\":{\"host\":\"a\",\"subset\":\"v2\"},\"weight\":5}",
            ]
        );
    }

    #[test]
    fn who_gets_all_need_not_say_so() {
        let old = "{http: [{route: [{destination: {host: a, subset: v1}}]}]}";
        let new = "{http: [{route: [{destination: {host: a, subset: v1}, weight: 95}, \
                   {destination: {host: a, subset: v2}, weight: 5}]}]}";
        assert_eq!(fields(old, new)[0], "spec.http[0].route[v1].weight: 100 → 95");
    }
}
