//! Who a route is for: a Service of the Topology, or a gateway.
//!
//! Enters: a `parentRef`. Leaves: [`Named`]. Refuses to know: rules.

use crate::foreign::field::Form;
use crate::foreign::known::{Key, Known};
use crate::foreign::object::Object;
use crate::foreign::problems;
use crate::input::reader::Reader;
use crate::input::tree::Value;
use crate::source::{At, Place};

/// A Service that it is for.
pub struct Parent {
    pub key: Key,
    pub port: Option<At<u16>>,
    pub place: Place,
}

/// The group of Gateways, where none is said.
const OWN_GROUP: &str = "gateway.networking.k8s.io";

const PARENT: Form = Form {
    what: "a parentRef",
    used: &["group", "kind", "namespace", "name", "port"],
    redundant: &[],
    reported: &[("sectionName", "ports of Services are named by `port`")],
};

/// What a parentRef names.
pub enum Named {
    Service(Parent),
    Gateway(String),
}

/// A Service of the topology, or a gateway.
pub fn read(object: &Object<'_>, value: Value<'_>, known: &Known<'_>, reader: &mut Reader) -> Option<Named> {
    let fields = PARENT.open(value, reader)?;
    let mut text = |field: &str, default: &str| {
        fields.text(field, reader).map_or_else(|| default.to_owned(), |at| at.value)
    };
    let (group, kind) = (text("group", OWN_GROUP), text("kind", "Gateway"));
    let namespace = text("namespace", &object.namespace);
    let Some(name) = fields.text("name", reader) else {
        reader.report(problems::missing(object, "parentRefs[].name"));
        return None;
    };
    match (group.as_str(), kind.as_str()) {
        (OWN_GROUP, "Gateway") => return Some(Named::Gateway(format!("{namespace}/{name}"))),
        ("", "Service") => {}
        (group, kind) => {
            reader.report(problems::gateway::parent_of_nobody(object, group, kind, value.place()));
            return None;
        }
    }
    let key = (namespace, name.value.clone());
    if known.service(&key).is_none() {
        if known.is_complete() {
            let near = known.nearest(&key);
            reader.report(problems::policy_target(object, &name, &key.0, near.as_deref()));
        }
        return None;
    }
    let port = match fields.get("port") {
        None => None,
        Some(port) => Some(reader.number::<u16>(port, "port", 1..=65535)?),
    };
    Some(Named::Service(Parent { key, port, place: name.place }))
}
