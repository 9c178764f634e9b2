//! The shortest text that says the same: every field and rule whose absence changes no byte goes.
//!
//! Enters: a draft, and the compiler. Leaves: the same draft with less in it. Refuses to know: what fields mean.

use std::collections::BTreeSet;

use serde_json::Value;

use super::draft::{Draft, Name, Part, Service};
use super::trial::{Build, Texts};

/// What says where and what a service is; it stays.
pub(super) const KEPT: [&str; 4] = ["ports", "versions", "clusters", "headless"];
/// What is known of a cluster beside what bundles need.
const FACTS: [&str; 1] = ["network"];

/// One thing less.
type Change = Box<dyn Fn(&mut Service)>;

/// Shortens one service; `only` are those that it is built with.
pub(super) fn service(build: Build<'_>, draft: &mut Draft, only: &BTreeSet<Name>, name: &Name) {
    let Ok(wanted) = build(draft.inputs(Some(only))).map(plain) else { return };
    let Some(service) = draft.services.get(name) else { return };
    let fields: Vec<String> =
        service.part.fields.keys().filter(|field| !KEPT.contains(&field.as_str())).cloned().collect();
    let mut tries: Vec<Change> = Vec::new();
    for field in fields {
        tries.push(Box::new(move |service| {
            service.part.fields.remove(&field);
        }));
    }
    tries.push(Box::new(without_targets));
    tries.push(Box::new(|service| service.rules.clear()));
    tries.push(Box::new(|service| without_ports(&mut service.rules, None)));
    for index in (0..service.rules.len()).rev() {
        tries.push(Box::new(move |service| {
            if index < service.rules.len() {
                service.rules.remove(index);
            }
        }));
        tries.push(Box::new(move |service| without_ports(&mut service.rules, Some(index))));
        tries.push(Box::new(move |service| {
            service.rules.get_mut(index).into_iter().for_each(|rule| without(rule, "sourceClusters"));
        }));
    }
    for change in tries {
        let Some(service) = draft.services.get_mut(name) else { return };
        let before = service.clone();
        change(service);
        let is_same = service.part.fields == before.part.fields && service.rules == before.rules;
        if is_same || build(draft.inputs(Some(only))).map(plain).ok().as_ref() != Some(&wanted) {
            draft.services.insert(name.clone(), before);
        }
    }
}

/// Shortens `mesh` and `clusters`.
pub(super) fn clusters(build: Build<'_>, draft: &mut Draft) {
    without_patches(build, draft);
    let Ok(wanted) = build(draft.inputs(None)) else { return };
    hoist_istio(draft);
    let fields: Vec<String> = draft.mesh.fields.keys().cloned().collect();
    for field in fields {
        unless_it_changes(build, draft, &wanted, |draft| {
            draft.mesh.fields.remove(&field);
        });
    }
    let all =
        |of: fn(&Part) -> Vec<String>| -> BTreeSet<String> { draft.clusters.values().flat_map(of).collect() };
    let fields = all(|part| part.fields.keys().cloned().collect());
    let of_gateway = all(|part| {
        let gateway = part.fields.get("gateway").and_then(Value::as_object);
        gateway.into_iter().flat_map(|gateway| gateway.keys().cloned()).collect()
    });
    let names: Vec<String> = draft.clusters.keys().cloned().collect();
    for field in fields.iter().filter(|field| *field != "gateway" && !FACTS.contains(&field.as_str())) {
        everywhere_or_somewhere(build, draft, &wanted, &names, &|part| {
            part.fields.remove(field);
        });
    }
    for field in of_gateway.iter().filter(|field| *field != "address") {
        everywhere_or_somewhere(build, draft, &wanted, &names, &|part| {
            if let Some(Value::Object(gateway)) = part.fields.get_mut("gateway") {
                gateway.remove(field);
            }
        });
    }
    for part in draft.clusters.values_mut() {
        let Some(Value::Object(gateway)) = part.fields.get_mut("gateway") else { continue };
        if let (Some(address), 1) = (gateway.get("address").cloned(), gateway.len()) {
            part.fields.insert("gateway".to_owned(), address);
        }
    }
}

/// The patch of a release is said where it decides.
fn without_patches(build: Build<'_>, draft: &mut Draft) {
    let Ok(wanted) = build(draft.inputs(None)).map(plain) else { return };
    let names: Vec<String> = draft.clusters.keys().cloned().collect();
    for name in names {
        let Some(part) = draft.clusters.get_mut(&name) else { continue };
        let Some(Value::String(release)) = part.fields.get("istio").cloned() else { continue };
        let Some((minor, _)) = release.rsplit_once('.').filter(|(minor, _)| minor.contains('.')) else {
            continue;
        };
        part.fields.insert("istio".to_owned(), Value::String(minor.to_owned()));
        if build(draft.inputs(None)).map(plain).ok().as_ref() != Some(&wanted)
            && let Some(part) = draft.clusters.get_mut(&name)
        {
            part.fields.insert("istio".to_owned(), Value::String(release));
        }
    }
}

/// What all clusters say stands below `mesh`.
fn hoist_istio(draft: &mut Draft) {
    for field in ["istio", "clusterDomain", "trustDomain"] {
        let values: BTreeSet<Option<String>> = draft
            .clusters
            .values()
            .map(|part| part.fields.get(field).and_then(Value::as_str).map(str::to_owned))
            .collect();
        let mut values = values.into_iter();
        if let (Some(Some(only)), None) = (values.next(), values.next()) {
            draft.mesh.fields.insert(field.to_owned(), Value::String(only));
            for part in draft.clusters.values_mut() {
                part.fields.remove(field);
            }
        }
    }
}

/// Without something in all clusters, or else in each where it can go.
fn everywhere_or_somewhere(
    build: Build<'_>,
    draft: &mut Draft,
    wanted: &Texts,
    names: &[String],
    change: &dyn Fn(&mut Part),
) {
    let whole = |draft: &mut Draft| draft.clusters.values_mut().for_each(change);
    if unless_it_changes(build, draft, wanted, whole) || names.len() == 1 {
        return;
    }
    for name in names {
        unless_it_changes(build, draft, wanted, |draft| {
            if let Some(part) = draft.clusters.get_mut(name) {
                change(part);
            }
        });
    }
}

fn unless_it_changes(
    build: Build<'_>,
    draft: &mut Draft,
    wanted: &Texts,
    change: impl Fn(&mut Draft),
) -> bool {
    let (mesh, clusters) = (draft.mesh.clone(), draft.clusters.clone());
    change(draft);
    let same = build(draft.inputs(None)).is_ok_and(|texts| texts == *wanted);
    if !same {
        (draft.mesh, draft.clusters) = (mesh, clusters);
    }
    same
}

fn without_targets(service: &mut Service) {
    let Some(Value::Object(ports)) = service.part.fields.get_mut("ports") else { return };
    for port in ports.values_mut() {
        let Some(fields) = port.as_object_mut() else { continue };
        fields.remove("targetPort");
        if let (Some(number), 1) = (fields.get("number").cloned(), fields.len()) {
            *port = number;
        }
    }
    if let (Some(number), 1) = (ports.get("http").filter(|port| port.is_number()).cloned(), ports.len()) {
        service.part.fields.insert("ports".to_owned(), number);
    }
}

/// Without comments, which say no more than the objects.
fn plain(texts: Texts) -> Texts {
    let is_said = |line: &&str| !line.starts_with('#');
    let lines = |text: String| text.lines().filter(is_said).collect::<Vec<_>>().join("\n");
    texts.into_iter().map(|(cluster, text)| (cluster, lines(text))).collect()
}

/// Without the ports that conditions name: of one rule, or of all.
fn without_ports(rules: &mut [Value], only: Option<usize>) {
    for (index, rule) in rules.iter_mut().enumerate() {
        if only.is_some_and(|only| only != index) {
            continue;
        }
        without(rule, "port");
    }
}

/// Without one word in the conditions of a rule.
fn without(rule: &mut Value, word: &str) {
    let Some(fields) = rule.as_object_mut() else { return };
    let Some(conditions) = fields.get_mut("match") else { return };
    let clauses: Vec<&mut Value> = if conditions.is_array() {
        conditions.as_array_mut().into_iter().flatten().collect()
    } else {
        vec![conditions]
    };
    let mut is_empty = false;
    for clause in clauses.into_iter().filter_map(Value::as_object_mut) {
        clause.remove(word);
        is_empty |= clause.is_empty();
    }
    if is_empty {
        fields.remove("match");
    }
    if let (Some(Value::String(only)), 1) = (fields.get("to").cloned(), fields.len()) {
        *rule = Value::String(only);
    }
}
