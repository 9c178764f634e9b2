//! A topology and its routing, while it is being written.
//!
//! Enters: fields. Leaves: the inputs, for the compiler and for people. Refuses to know: where the fields come from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::text::{self, OPEN, Remark};

/// Fields by name.
pub(super) type Fields = Map<String, Value>;
/// Namespace and name of a service.
pub(super) type Name = (String, String);

/// What stands for an open address while the rest is tried.
const PLACEHOLDER: &str = "meshgen-import.invalid";

/// The inputs.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) mesh: Part,
    pub(super) clusters: BTreeMap<String, Part>,
    pub(super) services: BTreeMap<Name, Service>,
    pub(super) gateways: BTreeMap<String, Fields>,
    /// What is said at the top.
    pub(super) above: Vec<String>,
}

/// Fields, each perhaps with a remark; that of the whole has no name.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) fields: Fields,
    pub(super) remark: Remark,
}

/// A service and its rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    pub(super) part: Part,
    /// What stands below `routes`.
    pub(super) rules: Vec<Value>,
    pub(super) ingress: Fields,
}

impl Service {
    /// What stands below `routes.KEY`; nothing without rules.
    pub(super) fn routes(&self) -> Option<Value> {
        if self.ingress.is_empty() {
            return match self.rules.as_slice() {
                [] => None,
                [only] => Some(only.clone()),
                several => Some(Value::Array(several.to_vec())),
            };
        }
        let mut routes = Fields::new();
        if !self.rules.is_empty() {
            routes.insert("rules".to_owned(), Value::Array(self.rules.clone()));
        }
        routes.insert("ingress".to_owned(), Value::Object(self.ingress.clone()));
        Some(Value::Object(routes))
    }
}

/// A service as its users name it.
pub(super) fn key((namespace, name): &Name) -> String {
    if namespace == "default" { name.clone() } else { format!("{namespace}/{name}") }
}

impl Draft {
    /// The inputs for the compiler: of all services, or of some.
    pub(super) fn inputs(&self, only: Option<&BTreeSet<Name>>) -> String {
        let is_meant = |name: &Name| only.is_none_or(|only| only.contains(name));
        let services = self.services.iter().filter(|(name, _)| is_meant(name));
        let topology = json!({
            "apiVersion": "meshgen/v1",
            "kind": "Topology",
            "mesh": self.mesh.fields,
            "clusters": self.clusters.iter().map(|(name, part)| (name.clone(), decided(name, &part.fields))).collect::<Fields>(),
            "services": services.clone().map(|(name, service)| (key(name), decided("", &service.part.fields))).collect::<Fields>(),
            "gateways": self.gateways,
        });
        let routes: Fields =
            services.filter_map(|(name, service)| Some((key(name), service.routes()?))).collect();
        let mut text = topology.to_string();
        if !routes.is_empty() {
            let routing = json!({"apiVersion": "meshgen/v1", "kind": "Routing", "routes": routes});
            text.push_str("\n---\n");
            text.push_str(&routing.to_string());
        }
        text.push('\n');
        text
    }

    /// The inputs for people.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for line in &self.above {
            text::comment(line, "", &mut out);
        }
        out.push_str("apiVersion: meshgen/v1\nkind: Topology\n");
        let Part { fields, remark } = &self.mesh;
        if !fields.is_empty() {
            text::entry("mesh", &Value::Object(fields.clone()), Some(remark), 0, &mut out);
        }
        out.push_str("clusters:\n");
        for (name, Part { fields, remark }) in &self.clusters {
            text::entry(name, &Value::Object(fields.clone()), Some(remark), 2, &mut out);
        }
        if !self.services.is_empty() {
            out.push_str("services:\n");
        }
        for (name, service) in &self.services {
            let Part { fields, remark } = &service.part;
            text::entry(&key(name), &Value::Object(fields.clone()), Some(remark), 2, &mut out);
        }
        if !self.gateways.is_empty() {
            out.push_str("gateways:\n");
        }
        for (name, fields) in &self.gateways {
            text::entry(name, &Value::Object(fields.clone()), None, 2, &mut out);
        }
        let routed = || self.services.iter().filter_map(|(name, service)| Some((name, service.routes()?)));
        if routed().next().is_some() {
            out.push_str("---\napiVersion: meshgen/v1\nkind: Routing\nroutes:\n");
        }
        for (name, routes) in routed() {
            text::entry(&key(name), &routes, None, 2, &mut out);
        }
        out
    }

    /// The paths of what is open, with what is said about each.
    pub(super) fn open(&self) -> Vec<(String, Remark)> {
        let clusters = self.clusters.iter().map(|(name, part)| (format!("clusters.{name}"), part));
        let services =
            self.services.iter().map(|(name, service)| (format!("services.{}", key(name)), &service.part));
        let fields = clusters.chain(services).flat_map(|(path, part)| {
            let open = part.fields.iter().filter(|(_, value)| is_open(value));
            open.map(move |(field, _)| (format!("{path}.{field}"), part.remark.clone())).collect::<Vec<_>>()
        });
        fields.collect()
    }
}

fn is_open(value: &Value) -> bool {
    match value {
        Value::String(text) => text == OPEN,
        Value::Array(list) => list.iter().any(is_open),
        Value::Object(map) => map.values().any(is_open),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Fields with something in place of what is open.
fn decided(name: &str, fields: &Fields) -> Value {
    fn fill(name: &str, field: &str, value: &Value) -> Value {
        match value {
            Value::String(text) if text == OPEN => match field {
                "ports" => json!(80),
                _ => json!(format!("{name}.{PLACEHOLDER}")),
            },
            Value::Array(list) => list.iter().map(|value| fill(name, field, value)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), fill(name, key, value)))
                .collect::<Fields>()
                .into(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
    fields.iter().map(|(key, value)| (key.clone(), fill(name, key, value))).collect::<Fields>().into()
}
