//! `services.KEY.versions.V`: where a version runs.
//!
//! Enters: its tree. Leaves: [`Version`], [`Placement`]. Refuses to know: whether the clusters exist.

use super::super::reader::{Form, Reader, form};
use super::super::traffic_policy::TrafficPolicy;
use super::super::tree::{Value, View};
use super::super::{Keyed, Listed, Written};
use crate::source::At;

/// `services.KEY.versions.V`
#[derive(Clone, Debug)]
pub struct Version {
    /// The key.
    pub name: At<String>,
    /// `resolve` asks for it where it is absent.
    pub clusters: Written<Listed<Placement>>,
    pub labels: Written<Listed<Keyed<At<String>>>>,
    pub subset: Written<String>,
    pub traffic_policy: Written<Box<TrafficPolicy>>,
}

/// A cluster that runs something.
#[derive(Clone, Debug)]
pub struct Placement {
    pub cluster: At<String>,
    /// Relative, at least 1; only `spread` looks at it.
    pub size: Written<u32>,
}

form! {
    struct VersionFields: "a version", "v3: {clusters: [cluster1, cluster2], labels: {version: v3}}" {
        clusters: "clusters",
        labels: "labels",
        subset: "subset",
        traffic_policy: "trafficPolicy",
    }
}

impl Version {
    /// Reads one version.
    pub fn read(name: At<String>, value: Value<'_>, reader: &mut Reader) -> Self {
        if !is_long_form(value) {
            let clusters = Placement::read_all(reader, value).map_or(Written::Illegible, Written::As);
            return Self {
                name,
                clusters,
                labels: Written::Absent,
                subset: Written::Absent,
                traffic_policy: Written::Absent,
            };
        }
        let VersionFields { clusters, labels, subset, traffic_policy } = reader.fields_or_illegible(value);
        Self {
            name,
            clusters: clusters.read(reader, Placement::read_all),
            labels: labels.read(reader, Reader::labels),
            subset: subset.read(reader, Reader::text),
            traffic_policy: traffic_policy.read(reader, TrafficPolicy::read),
        }
    }
}

/// Whether a version is written with its fields rather than as a map of clusters with sizes: sizes are numbers, and
/// no field of a version is one.
fn is_long_form(value: Value<'_>) -> bool {
    let View::Map(mapping) = value.view() else { return false };
    mapping.entries.iter().any(|entry| match value.entry(entry).1.view() {
        View::Text(scalar) => {
            VersionFields::FIELDS.contains(&&*entry.key.value) && scalar.text.parse::<f64>().is_err()
        }
        View::Nothing => VersionFields::FIELDS.contains(&&*entry.key.value),
        View::List(_) | View::Map(_) | View::Illegible => true,
    })
}

impl Placement {
    /// A cluster, a list of clusters, or a map of clusters with their sizes.
    pub fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        if let View::Map(_) = value.view() {
            return reader.entries(
                value,
                "a map of sizes",
                "{cluster1: 3, cluster2: 1}",
                |reader, cluster, value| {
                    let size =
                        reader.number(value, "size", 1..=u32::MAX).map_or(Written::Illegible, Written::As);
                    Some(Self { cluster: cluster.map(str::to_owned), size })
                },
            );
        }
        reader.list(value, |reader, value| Some(Self { cluster: reader.text(value)?, size: Written::Absent }))
    }
}
