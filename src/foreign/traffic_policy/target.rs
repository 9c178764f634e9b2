//! Services that a `TrafficPolicy` is for.
//!
//! Enters: `destinationSelector`. Leaves: services, each with the cluster whose callers dial it. Refuses to know: rules.

use crate::foreign::field::{Fields, Form, entries};
use crate::foreign::known::{Key, Known};
use crate::foreign::object::Object;
use crate::foreign::problems;
use crate::input::reader::Reader;
use crate::input::tree::Value;
use crate::source::{At, Place};

/// A service that it is for.
pub struct Target {
    pub key: Key,
    /// The clusters whose callers dial it.
    pub cluster: Option<At<String>>,
    pub place: Place,
}

const DESTINATIONS: Form = Form {
    what: "a destinationSelector",
    used: &["kubeServiceRefs", "kubeServiceMatcher"],
    redundant: &[],
    reported: &[
        ("virtualDestinationMatcher", "name the services behind it"),
        ("virtualDestinationRefs", "name the services behind it"),
        ("externalServiceMatcher", "services outside the mesh stay as they are"),
        ("externalServiceRefs", "services outside the mesh stay as they are"),
    ],
};

const REFERENCES: Form = Form { what: "kubeServiceRefs", used: &["services"], redundant: &[], reported: &[] };

const REFERENCE: Form = Form {
    what: "a reference to a service",
    used: &["name", "namespace", "clusterName"],
    redundant: &[],
    reported: &[],
};

const SERVICES: Form = Form {
    what: "a kubeServiceMatcher",
    used: &["labels", "namespaces", "clusters"],
    redundant: &[],
    reported: &[],
};

/// The services that a policy is for.
pub fn targets(
    object: &Object<'_>,
    spec: &Fields<'_>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<Vec<Target>> {
    let listed = spec.list("destinationSelector");
    if listed.is_empty() {
        let all =
            known.services().map(|(key, _)| Target { key: key.clone(), cluster: None, place: object.place });
        return Some(all.collect());
    }
    selected(object, listed, known, reader)
}

/// The services of selectors.
pub fn selected(
    object: &Object<'_>,
    listed: Vec<Value<'_>>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<Vec<Target>> {
    let mut targets = Vec::new();
    for value in listed {
        let fields = DESTINATIONS.open(value, reader)?;
        if let Some(references) = fields.get("kubeServiceRefs") {
            let listed = REFERENCES.open(references, reader)?.list("services");
            targets.extend(named(object, listed, known, reader)?);
        }
        if let Some(matcher) = fields.get("kubeServiceMatcher") {
            targets.extend(matched(matcher, known, reader)?);
        }
    }
    Some(targets)
}

/// The services of references, without those that are not there.
pub fn named(
    object: &Object<'_>,
    references: Vec<Value<'_>>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<Vec<Target>> {
    let mut targets = Vec::new();
    for reference in references {
        let fields = REFERENCE.open(reference, reader)?;
        let Some(name) = fields.text("name", reader) else {
            reader.report(problems::missing(object, "name"));
            return None;
        };
        let namespace = fields.text("namespace", reader);
        let namespace = namespace.map_or_else(|| object.namespace.clone(), |at| at.value);
        let key = (namespace, name.value.clone());
        if known.service(&key).is_none() {
            if known.is_complete() {
                let near = known.nearest(&key);
                reader.report(problems::policy_target(object, &name, &key.0, near.as_deref()));
            }
            continue;
        }
        let cluster = cluster_of(fields.text("clusterName", reader), known, reader).ok()?;
        targets.push(Target { key, cluster, place: name.place });
    }
    Some(targets)
}

/// A cluster that is not in the topology; that has been reported.
pub struct Unknown;

/// The cluster that a policy names, if it names one.
pub fn cluster_of(
    name: Option<At<String>>,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Result<Option<At<String>>, Unknown> {
    let Some(name) = name.filter(|name| !name.value.is_empty()) else { return Ok(None) };
    if let Some(cluster) = known.registered(&name.value) {
        return Ok(Some(At::new(cluster.to_owned(), name.place)));
    }
    reader.report(problems::unknown_registry(&name.value, known.clusters(), name.place));
    Err(Unknown)
}

/// The services that have certain namespaces, for callers of certain clusters. Their labels only Services know.
fn matched(value: Value<'_>, known: &Known<'_>, reader: &mut Reader) -> Option<Vec<Target>> {
    let fields = SERVICES.open(value, reader)?;
    if fields.get("labels").is_some_and(|labels| !entries(labels).is_empty()) {
        reader.report(problems::labels_of_services(fields.key("labels")));
        return None;
    }
    let namespaces = fields.texts("namespaces", reader);
    let mut clusters = Vec::new();
    for cluster in fields.texts("clusters", reader) {
        clusters.push(cluster_of(Some(cluster), known, reader).ok()?);
    }
    if clusters.is_empty() {
        clusters.push(None);
    }
    let place = fields.place;
    let is_meant =
        |key: &Key| namespaces.is_empty() || namespaces.iter().any(|namespace| namespace.value == key.0);
    let meant = known.services().filter(|(key, _)| is_meant(key));
    let each = |key: &Key| {
        clusters
            .iter()
            .map(|cluster| Target { key: key.clone(), cluster: cluster.clone(), place })
            .collect::<Vec<_>>()
    };
    Some(meant.flat_map(|(key, _)| each(key)).collect())
}
