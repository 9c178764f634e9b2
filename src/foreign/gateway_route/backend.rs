//! Backends of a route: which version of which service, at which port, with which share.
//!
//! Enters: a `backendRef`. Leaves: a destination. Refuses to know: rules.

use super::filter;
use crate::foreign::destination::{self, To};
use crate::foreign::field::Form;
use crate::foreign::known::{Known, ports};
use crate::foreign::object::Object;
use crate::foreign::problems;
use crate::input::reader::Reader;
use crate::input::tree::Value;
use crate::source::At;

const BACKEND: Form = Form {
    what: "a backendRef",
    used: &["group", "kind", "namespace", "name", "port", "weight", "filters"],
    redundant: &[],
    reported: &[],
};

/// Reads one, for callers of a cluster.
pub fn read(
    value: Value<'_>,
    object: &Object<'_>,
    caller: Option<&str>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<To> {
    let fields = BACKEND.open(value, reader)?;
    let Some(name) = fields.text("name", reader) else {
        reader.report(problems::no_destination(value.place()));
        return None;
    };
    let mut text = |field: &str, default: &str| {
        fields.text(field, reader).map_or_else(|| default.to_owned(), |at| at.value)
    };
    let (group, kind) = (text("group", ""), text("kind", "Service"));
    // Inside the mesh no ReferenceGrant is asked for.
    let namespace = text("namespace", &object.namespace);
    match (group.as_str(), kind.as_str()) {
        ("", "Service") if name.value.contains('.') => {
            let what = "the name of a Service is no host";
            reader.report(problems::gateway::route_is_dropped(object, what, name.place));
            return None;
        }
        ("", "Service") | ("networking.istio.io", "Hostname") => {}
        (_, kind) => {
            reader.report(problems::share_elsewhere(kind, name.place));
            return None;
        }
    }
    let Some(port) = fields.get("port") else {
        reader.report(problems::gateway::route_is_dropped(object, "a backend says no `port`", name.place));
        return None;
    };
    let port = reader.number::<u16>(port, "port", 1..=65535)?;
    let weight = match fields.get("weight") {
        None => At::new(1, name.place),
        Some(weight) => reader.number::<u32>(weight, "weight", 0..=1_000_000)?.map(u64::from),
    };
    for filter in fields.list("filters") {
        filter::of_backend(filter, reader)?;
    }
    let headers = filter::headers(&fields.list("filters"), object, reader).ok()?;
    let target = destination::target(&name, &namespace, known, reader)?;
    // A service with one port has no other to name.
    let is_only = matches!(ports(target.service).as_slice(), [(only, _)] if *only == port.value);
    let version = target.version.clone().unwrap_or_else(|| "any".to_owned());
    let far = || destination::far_cluster(&target, &version, caller);
    let cluster = if target.remote { target.cluster.clone().or_else(far) } else { target.cluster.clone() };
    Some(To {
        place: name.place,
        key: target.key,
        version,
        cluster,
        port: (!is_only).then_some(port),
        weight: Some(weight),
        headers,
    })
}
