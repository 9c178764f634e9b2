//! Two forms of one object at once: what both say.
//!
//! Enters: an object as it is applied and as it is wanted. Leaves: one that serves callers of both, if there is such. Refuses
//! to know: when it is applied.

use serde_yaml::{Mapping, Value};

use super::document::Document;
use crate::trace::object::Unreadable;

/// The union of two forms; nothing where none serves both.
pub fn union(old: &Document, new: &Document) -> Result<Option<Document>, Unreadable> {
    let Some(spec) = spec(&old.id.kind, old.value().get("spec"), new.value().get("spec")) else {
        return Ok(None);
    };
    let mut value = new.value().clone();
    if let Value::Mapping(fields) = &mut value {
        fields.insert("spec".into(), spec);
    }
    Document::write(&new.comment(), &value)
}

fn spec(kind: &str, old: Option<&Value>, new: Option<&Value>) -> Option<Value> {
    let (Some(Value::Mapping(old)), Some(Value::Mapping(new))) = (old, new) else { return None };
    let joined = match kind {
        "DestinationRule" => destination_rule(old, new),
        "ServiceEntry" => service_entry(old, new),
        "Gateway" => gateway(old, new),
        "EnvoyFilter" => envoy_filter(old, new),
        "Service" => fields(old, new, &[("ports", Joined::By(&["port"]))]),
        _ => None,
    };
    joined.map(Value::Mapping)
}

/// How a field of both is joined.
#[derive(Clone, Copy)]
enum Joined<'j> {
    /// Items are texts.
    Texts,
    /// Items are called by these fields, and must say the same where both have them.
    By(&'j [&'j str]),
    /// As wanted: nothing that moves a request.
    New,
}

fn destination_rule(old: &Mapping, new: &Mapping) -> Option<Mapping> {
    let mut joined = fields(
        &without(old, &["trafficPolicy", "subsets"]),
        &without(new, &["trafficPolicy", "subsets"]),
        &[("exportTo", Joined::Texts)],
    )?;
    if let Some(policy) = policy(old.get("trafficPolicy"), new.get("trafficPolicy"))? {
        joined.insert("trafficPolicy".into(), policy);
    }
    let (before, after) = (items(old, "subsets"), items(new, "subsets"));
    let mut subsets = Vec::new();
    for subset in &after {
        let known = before.iter().find(|known| known.get("name") == subset.get("name"));
        subsets.push(match known {
            Some(known) => same_subset(known, subset)?,
            None => subset.clone(),
        });
    }
    let gone =
        before.iter().filter(|known| after.iter().all(|subset| subset.get("name") != known.get("name")));
    subsets.extend(gone.cloned());
    if !subsets.is_empty() {
        joined.insert("subsets".into(), Value::Sequence(subsets));
    }
    Some(joined)
}

/// One subset in both: only whom the caller takes for the server may differ.
fn same_subset(old: &Value, new: &Value) -> Option<Value> {
    let (Value::Mapping(before), Value::Mapping(after)) = (old, new) else { return None };
    if without(before, &["trafficPolicy"]) != without(after, &["trafficPolicy"]) {
        return None;
    }
    let mut joined = after.clone();
    if let Some(policy) = policy(before.get("trafficPolicy"), after.get("trafficPolicy"))? {
        joined.insert("trafficPolicy".into(), policy);
    }
    Some(Value::Mapping(joined))
}

/// Two policies that differ in whom the caller takes for the server, and in which ports they speak of.
#[expect(clippy::option_option, reason = "no union is something else than no policy")]
fn policy(old: Option<&Value>, new: Option<&Value>) -> Option<Option<Value>> {
    match (old, new) {
        (old, new) if old == new => Some(new.cloned()),
        (Some(old), Some(new)) if bare(old) == bare(new) => Some(Some(named(old, new))),
        (Some(old), Some(new)) => ported(old, new).map(Some),
        (Some(_) | None, None) | (None, Some(_)) => None,
    }
}

/// The same TLS for a whole level and for each of its ports: ports that come or go move nothing of the others.
fn ported(old: &Value, new: &Value) -> Option<Value> {
    let (Value::Mapping(before), Value::Mapping(after)) = (old, new) else { return None };
    let rest = ["tls", "portLevelSettings"];
    if without(before, &rest) != without(after, &rest) {
        return None;
    }
    let of_ports = |fields: &Mapping| items(fields, "portLevelSettings");
    let (known, wanted) = (of_ports(before), of_ports(after));
    if known.is_empty() || wanted.is_empty() {
        return None;
    }
    if before.get("tls") != after.get("tls") {
        return None;
    }
    let joined = list(&known, &wanted, &["port"])?;
    let mut fields = after.clone();
    fields.insert("portLevelSettings".into(), Value::Sequence(joined));
    Some(Value::Mapping(fields))
}

/// A policy without the names of servers.
fn bare(policy: &Value) -> Value {
    let mut bare = policy.clone();
    for_each_tls(&mut bare, &mut |tls| {
        tls.remove("subjectAltNames");
    });
    bare
}

/// The wanted policy, which takes the servers of the other too. Where one takes anybody, so does this.
fn named(old: &Value, new: &Value) -> Value {
    let mut known = Vec::new();
    for_each_tls(&mut old.clone(), &mut |tls| known.push(items(tls, "subjectAltNames")));
    let mut known = known.into_iter();
    let mut joined = new.clone();
    for_each_tls(&mut joined, &mut |tls| {
        let (old, new) = (known.next().unwrap_or_default(), items(tls, "subjectAltNames"));
        if old.is_empty() || new.is_empty() {
            tls.remove("subjectAltNames");
        } else {
            tls.insert("subjectAltNames".into(), Value::Sequence(texts(&old, &new)));
        }
    });
    joined
}

fn for_each_tls(value: &mut Value, change: &mut dyn FnMut(&mut Mapping)) {
    match value {
        Value::Mapping(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::Mapping(tls) if key.as_str() == Some("tls") => change(tls),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Sequence(_)
                    | Value::Mapping(_)
                    | Value::Tagged(_) => for_each_tls(value, change),
                }
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| for_each_tls(item, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => {}
    }
}

fn service_entry(old: &Mapping, new: &Mapping) -> Option<Mapping> {
    let mut joined = fields(
        &without(old, &["endpoints"]),
        &without(new, &["endpoints"]),
        &[
            ("hosts", Joined::Texts),
            ("addresses", Joined::Texts),
            ("exportTo", Joined::Texts),
            ("subjectAltNames", Joined::Texts),
            ("ports", Joined::By(&["number"])),
        ],
    )?;
    let endpoints = endpoints(&items(old, "endpoints"), &items(new, "endpoints"))?;
    if !endpoints.is_empty() {
        joined.insert("endpoints".into(), Value::Sequence(endpoints));
    }
    Some(joined)
}

/// Endpoints of both, by address and port. Of one in both, each port that either names is dialled.
fn endpoints(old: &[Value], new: &[Value]) -> Option<Vec<Value>> {
    let mut joined = Vec::new();
    for wanted in new {
        let known =
            old.iter().find(|known| known.get("address") == wanted.get("address") && dials_as(known, wanted));
        joined.push(match known {
            Some(known) => same_endpoint(known, wanted)?,
            None => wanted.clone(),
        });
    }
    let gone = old.iter().filter(|known| {
        new.iter().all(|wanted| known.get("address") != wanted.get("address") || !dials_as(known, wanted))
    });
    joined.extend(gone.cloned());
    Some(joined)
}

/// Whether two endpoints of one address agree on the ports that both name.
fn dials_as(one: &Value, other: &Value) -> bool {
    let (Some(Value::Mapping(one)), Some(Value::Mapping(other))) = (one.get("ports"), other.get("ports"))
    else {
        return one.get("ports") == other.get("ports");
    };
    one.iter().all(|(name, port)| other.get(name).is_none_or(|known| known == port))
}

/// Labels tell which subsets it is of: those of both, if they do not contradict each other.
fn same_endpoint(old: &Value, new: &Value) -> Option<Value> {
    let (Value::Mapping(before), Value::Mapping(after)) = (old, new) else { return None };
    let parts = ["labels", "ports", "weight"];
    if without(before, &parts) != without(after, &parts) {
        return None;
    }
    let mut joined = after.clone();
    for part in ["labels", "ports"] {
        let both = match (before.get(part), after.get(part)) {
            (Some(Value::Mapping(before)), Some(Value::Mapping(after))) => {
                let mut both = after.clone();
                for (key, value) in before {
                    match both.get(key) {
                        Some(known) if known != value => return None,
                        Some(_) => {}
                        None => {
                            both.insert(key.clone(), value.clone());
                        }
                    }
                }
                Some(Value::Mapping(both))
            }
            (one, other) => other.or(one).cloned(),
        };
        if let Some(both) = both {
            joined.insert(part.into(), both);
        }
    }
    Some(Value::Mapping(joined))
}

fn gateway(old: &Mapping, new: &Mapping) -> Option<Mapping> {
    if without(old, &["servers"]) != without(new, &["servers"]) {
        return None;
    }
    let (before, after) = (items(old, "servers"), items(new, "servers"));
    let number = |server: &Value| server.get("port").and_then(|port| port.get("number")).cloned();
    let mut servers = Vec::new();
    for wanted in &after {
        let Some(known) = before.iter().find(|known| number(known) == number(wanted)) else {
            servers.push(wanted.clone());
            continue;
        };
        let (Value::Mapping(known), Value::Mapping(wanted)) = (known, wanted) else { return None };
        servers.push(Value::Mapping(fields(
            known,
            wanted,
            &[("hosts", Joined::Texts), ("port", Joined::New)],
        )?));
    }
    let gone = before.iter().filter(|known| after.iter().all(|wanted| number(wanted) != number(known)));
    servers.extend(gone.cloned());
    let mut joined = new.clone();
    let mut names: Vec<Value> = Vec::new();
    for server in &mut servers {
        unlike(server, &mut names);
    }
    joined.insert("servers".into(), Value::Sequence(servers));
    Some(joined)
}

/// Ports of one Gateway have names of their own.
fn unlike(server: &mut Value, names: &mut Vec<Value>) {
    let Some(Value::Mapping(port)) = server.get_mut("port") else { return };
    let (Some(name), Some(number)) = (port.get("name").cloned(), port.get("number").cloned()) else { return };
    if names.contains(&name) {
        let number = number.as_u64().unwrap_or(0);
        port.insert("name".into(), format!("{}-{number}", name.as_str().unwrap_or("port")).into());
    }
    names.push(name);
}

fn envoy_filter(old: &Mapping, new: &Mapping) -> Option<Mapping> {
    if without(old, &["configPatches"]) != without(new, &["configPatches"]) {
        return None;
    }
    let (before, after) = (items(old, "configPatches"), items(new, "configPatches"));
    let mut joined = new.clone();
    joined.insert("configPatches".into(), Value::Sequence(patches(&before, &after)?));
    Some(joined)
}

/// Patches of both. Two that teach one chain become one that teaches it all names.
fn patches(old: &[Value], new: &[Value]) -> Option<Vec<Value>> {
    let mut joined = new.to_vec();
    for known in old.iter().filter(|known| !new.contains(known)) {
        let place = |patch: &Value| (patch.get("applyTo").cloned(), patch.get("match").cloned());
        let Some(wanted) = joined.iter_mut().find(|wanted| place(wanted) == place(known)) else {
            joined.push(known.clone());
            continue;
        };
        let names = |patch: &Value| {
            let value = patch.get("patch")?.get("value")?.get("filter_chain_match")?.get("server_names")?;
            value.as_sequence().cloned()
        };
        let (before, after) = (names(known)?, names(wanted)?);
        let target = wanted
            .get_mut("patch")
            .and_then(|patch| patch.get_mut("value"))
            .and_then(|value| value.get_mut("filter_chain_match"))
            .and_then(|chain| chain.get_mut("server_names"))?;
        *target = Value::Sequence(texts(&before, &after));
    }
    Some(joined)
}

/// All fields of both; lists as said, the others must be equal.
fn fields(old: &Mapping, new: &Mapping, lists: &[(&str, Joined<'_>)]) -> Option<Mapping> {
    let mut joined = Mapping::new();
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        let how = lists.iter().find(|(name, _)| key.as_str() == Some(name)).map(|(_, how)| *how);
        let (before, after) = (old.get(key), new.get(key));
        let value = match (how, before, after) {
            (_, before, after) if before == after => after?.clone(),
            (Some(Joined::New), _, Some(after)) => after.clone(),
            // Nobody named is everybody.
            (Some(Joined::Texts), None, _) | (Some(Joined::Texts), _, None)
                if key.as_str() == Some("exportTo") =>
            {
                continue;
            }
            (Some(Joined::Texts), before, after) => {
                let list =
                    |value: Option<&Value>| value.and_then(Value::as_sequence).cloned().unwrap_or_default();
                Value::Sequence(texts(&list(before), &list(after)))
            }
            (Some(Joined::By(names)), Some(Value::Sequence(before)), Some(Value::Sequence(after))) => {
                Value::Sequence(list(before, after, names)?)
            }
            _ => return None,
        };
        joined.insert(key.clone(), value);
    }
    Some(joined)
}

/// Items of both, called by some of their fields; those in both must be equal.
fn list(old: &[Value], new: &[Value], names: &[&str]) -> Option<Vec<Value>> {
    let name = |item: &Value| names.iter().map(|name| item.get(name).cloned()).collect::<Vec<_>>();
    let mut joined = new.to_vec();
    for known in old {
        match new.iter().find(|wanted| name(wanted) == name(known)) {
            Some(wanted) if wanted != known => return None,
            Some(_) => {}
            None => joined.push(known.clone()),
        }
    }
    Some(joined)
}

fn texts(old: &[Value], new: &[Value]) -> Vec<Value> {
    let gone = old.iter().filter(|item| !new.contains(item));
    new.iter().chain(gone).cloned().collect()
}

fn items(fields: &Mapping, name: &str) -> Vec<Value> {
    fields.get(name).and_then(Value::as_sequence).cloned().unwrap_or_default()
}

fn without(fields: &Mapping, names: &[&str]) -> Mapping {
    let kept = fields.iter().filter(|(key, _)| !names.iter().any(|name| key.as_str() == Some(name)));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}
