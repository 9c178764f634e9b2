//! `to` and `mirror`: which version, in which cluster, with what share.
//!
//! Enters: the tree of either. Leaves: destinations and mirrors. Refuses to know: whether the shares add up.

use super::super::action::HeaderOperations;
use super::super::reader::{Form, Reader, form};
use super::super::tree::{Value, View};
use super::super::{Listed, ServiceName, Written};
use super::{Destination, Mirror};
use crate::source::At;

form! {
    struct DestinationFields: "a destination", "to: [{version: v1, weight: 90}, {version: v2, cluster: cluster2, weight: 10}]" {
        version: "version",
        cluster: "cluster",
        service: "service",
        port: "port",
        weight: "weight",
        headers: "headers",
    }
}

impl Destination {
    /// One destination, a map of shares, or a list of destinations.
    pub fn read_all(routed: &ServiceName, reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        if let View::Map(_) = value.view() {
            if is_one_destination(value) {
                let mut listed = Listed::default();
                listed.push(Self::read(routed, value, reader));
                return Some(At::new(listed, value.place()));
            }
            return reader.entries(value, "a map of shares", "to: {v1: 90, v2: 10}", |reader, key, value| {
                let mut destination = Self::named(&key, reader)?;
                let weight = reader.number(value, "share", 0..=100);
                destination.weight = weight.map_or(Written::Illegible, Written::As);
                Some(destination)
            });
        }
        reader.list(value, |reader, value| match value.view() {
            View::Text(scalar) => Self::named(&At::new(&*scalar.text, value.place()), reader),
            View::Nothing | View::List(_) | View::Map(_) | View::Illegible => {
                Self::read(routed, value, reader)
            }
        })
    }

    /// `v2` or `v2@cluster2`.
    fn named(text: &At<&str>, reader: &mut Reader) -> Option<Self> {
        let (version, cluster) = pick(text, reader)?;
        Some(Self {
            place: text.place,
            version: Written::As(version),
            cluster: cluster.map_or(Written::Absent, Written::As),
            service: Written::Absent,
            port: Written::Absent,
            weight: Written::Absent,
            headers: Written::Absent,
        })
    }

    /// The long form, in which `version` is a version and nothing else.
    fn read(routed: &ServiceName, value: Value<'_>, reader: &mut Reader) -> Option<Self> {
        let DestinationFields { version, cluster, service, port, weight, headers } = reader.fields(value)?;
        Some(Self {
            place: value.place(),
            version: version.read(reader, Reader::text),
            cluster: cluster.read(reader, Reader::text),
            service: service.read(reader, |reader, value| {
                let text = reader.text(value)?;
                let namespace = Written::As(routed.namespace.clone());
                let name = ServiceName::read(&At::new(text.value.as_str(), text.place), &namespace, reader)?;
                Some(At::new(name, text.place))
            }),
            port: port.read(reader, Reader::text),
            weight: weight.read(reader, |reader, value| reader.number(value, "share", 0..=100)),
            headers: headers.read(reader, HeaderOperations::read),
        })
    }
}

/// Whether a map is one destination rather than shares. Shares are whole numbers, and no field of a destination is one but
/// `weight` and `port`, so that another field without such a number says so.
fn is_one_destination(value: Value<'_>) -> bool {
    DestinationFields::FIELDS.iter().filter_map(|field| value.get(field)).any(|value| match value.view() {
        View::Text(scalar) => scalar.text.parse::<u64>().is_err(),
        View::Map(_) => true,
        View::Nothing | View::List(_) | View::Illegible => false,
    })
}

impl Mirror {
    /// One receiver, several with their percentages, or a list of either.
    pub fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        let groups = reader.list(value, |reader, value| match value.view() {
            View::Map(_) => {
                let example = "mirror: {v2@cluster2: 10}";
                reader.entries(value, "a map of percentages", example, |reader, key, value| {
                    let (version, cluster) = pick(&key, reader)?;
                    let percent = reader.percent(value).map_or(Written::Illegible, Written::As);
                    Some(Self { version, cluster, percent })
                })
            }
            View::Text(_) | View::Nothing | View::List(_) | View::Illegible => {
                let text = reader.text(value)?;
                let (version, cluster) = pick(&At::new(text.value.as_str(), text.place), reader)?;
                let only = Self { version, cluster, percent: Written::Absent };
                Some(At::new(Listed { entries: vec![only], complete: true }, text.place))
            }
        })?;
        Some(groups.map(|groups| Listed {
            complete: groups.complete && groups.entries.iter().all(|group| group.value.complete),
            entries: groups.entries.into_iter().flat_map(|group| group.value.entries).collect(),
        }))
    }
}

/// A version, and the cluster behind the last `@`, if there is one.
fn pick(text: &At<&str>, reader: &mut Reader) -> Option<(At<String>, Option<At<String>>)> {
    match reader.halves(text, text.value.rfind('@'), "version@cluster")? {
        (None, version) => Some((version, None)),
        (Some(version), cluster) => Some((version, Some(cluster))),
    }
}
