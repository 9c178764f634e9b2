//! The world in which a change happens, and the requests that it may concern.
//!
//! Enters: the inputs and objects of before and after. Leaves: what exists before, after, and meanwhile, where pods, gateways and
//! addresses of both are there; and every request that their names, ports and rules speak of, as the judge is asked. Nothing of
//! `src/change` is used.

use std::collections::{BTreeMap, BTreeSet};

use meshgen::source::{Found, Source, Sources};
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use crate::plans::Objects;
use crate::scene;

/// What exists.
pub struct Worlds {
    /// Before.
    pub old: Value,
    /// After.
    pub new: Value,
    /// Meanwhile. What cannot be both is as before.
    pub first: Value,
    /// The same; as wanted.
    pub last: Value,
}

impl Worlds {
    /// Of two inputs.
    pub fn of(old: &str, new: &str) -> Self {
        let [old, new] = [old, new].map(|text| {
            let texts = vec![Source::new("mesh.yaml", Found::Named, text.as_bytes().to_vec())];
            let sources = Sources { texts, ..Sources::default() };
            scene::world_of(&meshgen::world(&sources).value.unwrap())
        });
        let (mut first, last) = (joined(&new, &old), joined(&old, &new));
        for (cluster, wanted) in listed_mut(&mut first, "clusters").zip(listed(&last, "clusters")) {
            for gateway in listed_mut(cluster, "gateways") {
                // Ports of a gateway's Service are as wanted before anything is applied.
                let wanted = listed(wanted, "gateways").find(|wanted| wanted["labels"] == gateway["labels"]);
                gateway["ports"] = wanted.unwrap()["ports"].clone();
            }
        }
        Self { old, new, first, last }
    }
}

/// What stands in either of two descriptions: things by their names, and of anything else both, or the second.
fn joined(first: &Value, second: &Value) -> Value {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => {
            let mut all: Map<String, Value> = first.clone();
            for (key, value) in second {
                let value = all.get(key).map_or_else(|| value.clone(), |before| joined(before, value));
                all.insert(key.clone(), value);
            }
            Value::Object(all)
        }
        (Value::Array(first), Value::Array(second)) => {
            let mut all = first.clone();
            for value in second {
                let same = |known: &&mut Value| **known == *value || is_same(known, value);
                if let Some(known) = all.iter_mut().find(same) {
                    *known = joined(known, value);
                    continue;
                }
                for other in all.iter_mut().filter(|other| is_named_alike(other, value)) {
                    step_aside(other, value);
                }
                all.push(value.clone());
            }
            Value::Array(all)
        }
        (_, second) => second.clone(),
    }
}

fn listed<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[field].as_array().into_iter().flatten()
}

fn listed_mut<'a>(value: &'a mut Value, field: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    value[field].as_array_mut().into_iter().flatten()
}

/// One name, and one set of labels: pods, and gateways, with others are others.
fn is_same(one: &Value, other: &Value) -> bool {
    is_named_alike(one, other) && one.get("labels") == other.get("labels")
}

fn is_named_alike(one: &Value, other: &Value) -> bool {
    let name = |value: &Value| Some((value.get("name")?.clone(), value.get("namespace").cloned()));
    name(one).is_some_and(|own| name(other) == Some(own))
}

/// One of two with the same name gets another, and no address that is the other's.
fn step_aside(one: &mut Value, other: &Value) {
    one["name"] = format!("{}-aside", one["name"].as_str().unwrap()).into();
    if let (Some(own), Some(others)) =
        (one.get_mut("addresses").and_then(Value::as_array_mut), other["addresses"].as_array())
    {
        own.retain(|address| !others.contains(address));
    }
}

/// Where the Service of a team is there already, a stand-in of its name is never applied.
pub fn yield_names(objects: &mut Objects, world: &Value) {
    objects.retain(|id, _| {
        let is_same = |service: &Value| {
            service["name"] == id.name.as_str()
                && service["namespace"].as_str().unwrap_or("default") == id.namespace
        };
        let own = listed(world, "clusters").filter(|cluster| cluster["name"] == id.cluster.as_str());
        id.kind != "Service" || !own.flat_map(|cluster| listed(cluster, "services")).any(is_same)
    });
}

/// A request, as the judge is asked, and how a plan calls it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// As the judge is asked.
    pub query: Value,
    /// As a plan prints it.
    pub words: String,
}

/// From every cluster, and from outside: to each name of each service, on each port, with what some rule speaks of, and without.
pub fn asked(worlds: &Worlds, inputs: [&str; 2], objects: [&Objects; 2]) -> Vec<Asked> {
    let headers = headers(inputs);
    let names = names(worlds, objects);
    let mut all = Vec::new();
    let mut ask = |from: Value, who: &str, Name { host, port, app, is_http }: &Name| {
        for headers in headers.iter().filter(|headers| *is_http || headers.is_empty()) {
            let said: Vec<String> =
                headers.iter().map(|(name, value)| format!(", {name}: {value}")).collect();
            all.push(Asked {
                query: json!({
                    "name": all.len().to_string(), "from": from, "host": host, "port": port, "app": app,
                    "protocol": if *is_http { "http" } else { "tcp" }, "headers": headers,
                }),
                words: format!("{who} → {host}:{port}{}", said.concat()),
            });
        }
    };
    for cluster in listed(&worlds.last, "clusters") {
        let who = cluster["name"].as_str().unwrap();
        for name in &names {
            ask(json!({"cluster": who, "labels": {"app": "caller"}}), who, name);
        }
    }
    for (cluster, gateway, name) in entrances(worlds, objects, &names) {
        ask(json!({"cluster": cluster, "gateway": gateway}), &format!("{cluster}, from outside"), &name);
    }
    all
}

/// What may be called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    host: String,
    port: u64,
    app: String,
    is_http: bool,
}

/// Of Services, and of those that objects bring.
fn names(worlds: &Worlds, objects: [&Objects; 2]) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    let mut plain = BTreeMap::new();
    let clusters = listed(&worlds.last, "clusters");
    for service in clusters.flat_map(|cluster| listed(cluster, "services")) {
        let app = service["name"].as_str().unwrap();
        let host = format!("{app}.{}", service["namespace"].as_str().unwrap_or("default"));
        for port in listed(service, "ports") {
            names.insert(name(&host, app, &port["name"], &port["port"]));
        }
        plain.insert(host, app.to_owned());
    }
    for value in values(objects).filter(|value| value["kind"] == "ServiceEntry") {
        for host in value["spec"]["hosts"].as_array().unwrap().iter().map(|host| host.as_str().unwrap()) {
            let Some((_, app)) = plain.iter().find(|(plain, _)| host.starts_with(&format!("{plain}.")))
            else {
                continue;
            };
            for port in listed(&value["spec"], "ports") {
                names.insert(name(host, app, &port["name"], &port["number"]));
            }
        }
    }
    names
}

fn name(host: &str, app: &str, port_name: &Value, port: &Value) -> Name {
    let is_http = !["tcp", "mysql"].iter().any(|word| port_name.as_str().unwrap().starts_with(word));
    Name { host: host.to_owned(), port: port.as_u64().unwrap(), app: app.to_owned(), is_http }
}

/// Where requests come from outside: the cluster, the gateway that a Gateway object selects, and the host of its routes.
fn entrances(worlds: &Worlds, objects: [&Objects; 2], names: &BTreeSet<Name>) -> Vec<(String, String, Name)> {
    let mut entrances = Vec::new();
    for value in values(objects).filter(|value| value["kind"] == "VirtualService") {
        let gateways = value["spec"]["gateways"].as_array().into_iter().flatten();
        for _ in gateways.filter(|gateway| *gateway != "mesh") {
            let text = value.to_string();
            for cluster in listed(&worlds.last, "clusters") {
                let others = cluster["gateways"].as_array().into_iter().flatten().filter(|gateway| {
                    gateway["labels"]["istio"].as_str().is_some_and(|label| label.contains("ingress"))
                });
                for gateway in others {
                    for host in value["spec"]["hosts"].as_array().unwrap() {
                        let app = names.iter().find(|name| text.contains(&name.host)).map(|name| &name.app);
                        let Some(app) = app else { continue };
                        let name = Name {
                            host: host.as_str().unwrap().to_owned(),
                            port: 80,
                            app: app.clone(),
                            is_http: true,
                        };
                        let word = |value: &Value| value.as_str().unwrap().to_owned();
                        entrances.push((word(&cluster["name"]), word(&gateway["name"]), name));
                    }
                }
            }
        }
    }
    entrances.sort();
    entrances.dedup();
    entrances
}

/// None, and each that some rule asks for.
fn headers(inputs: [&str; 2]) -> BTreeSet<BTreeMap<String, String>> {
    let mut found = BTreeSet::from([BTreeMap::new()]);
    for document in inputs.into_iter().flat_map(serde_yaml::Deserializer::from_str) {
        collect(&Value::deserialize(document).unwrap(), &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut BTreeSet<BTreeMap<String, String>>) {
    let own = value.get("match").and_then(|one| one.get("headers")).and_then(Value::as_object);
    if let Some(own) = own {
        let texts = own.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        found.insert(texts.collect());
    }
    let below: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for value in below {
        collect(value, found);
    }
}

fn values(objects: [&Objects; 2]) -> impl Iterator<Item = Value> {
    objects.into_iter().flatten().map(|(_, text)| serde_yaml::from_str(text).unwrap())
}
