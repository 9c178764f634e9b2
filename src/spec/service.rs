//! `services.KEY`: ports, versions, clusters, clients.
//!
//! Enters: the tree of one service. Leaves: [`Service`]. Refuses to know: whether the clusters it names exist.

use super::mesh::check_reach;
use super::reader::{Form, Reader};
use super::tree::{Value, View};
use super::{Keyed, Listed, ServiceName, Written};
use crate::source::{At, Place};

/// `services.KEY`. If its value could not be read, its name is here and every field is illegible.
#[derive(Clone, Debug)]
pub struct Service {
    /// The key.
    pub name: ServiceName,
    /// The characters of the whole key.
    pub place: Place,
    /// `resolve` asks for it where it is absent.
    pub ports: Written<Listed<Port>>,
    /// This or `clusters`: `resolve` complains about both and neither.
    pub versions: Written<Listed<Version>>,
    /// Where a service without versions runs.
    pub clusters: Written<Listed<Placement>>,
    pub clients: Written<Clients>,
    pub across_clusters: Written<AcrossClusters>,
    pub plain_names: Written<PlainNames>,
    /// An address, unchecked.
    pub virtual_ip: Written<String>,
}

/// One port of a service.
#[derive(Clone, Debug)]
pub struct Port {
    /// The key; nothing for a port written as a bare number.
    pub name: Option<At<String>>,
    /// Never absent.
    pub number: Written<u16>,
    /// As written, unchecked.
    pub protocol: Written<String>,
    /// The key, or the bare number.
    pub place: Place,
}

/// `services.KEY.versions.V`
#[derive(Clone, Debug)]
pub struct Version {
    /// The key.
    pub name: At<String>,
    /// `resolve` asks for it where it is absent.
    pub clusters: Written<Listed<Placement>>,
    pub labels: Written<Listed<Keyed<At<String>>>>,
    pub subset: Written<String>,
}

/// A cluster that runs something.
#[derive(Clone, Debug)]
pub struct Placement {
    pub cluster: At<String>,
    /// Relative, at least 1; only `spread` looks at it.
    pub size: Written<u32>,
}

/// `clients`
#[derive(Clone, Debug)]
pub enum Clients {
    /// `all`
    All,
    /// These clusters; `[]` is none.
    Clusters(Listed<Client>),
}

/// A cluster whose workloads get the routing.
#[derive(Clone, Debug)]
pub struct Client {
    pub cluster: At<String>,
    /// Absent where only the cluster was named, which means all.
    pub namespaces: Written<Namespaces>,
}

/// Which namespaces of a client cluster.
#[derive(Clone, Debug)]
pub enum Namespaces {
    /// `all`
    All,
    /// These.
    Named(Listed<At<String>>),
}

/// `acrossClusters`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossClusters {
    /// `local`
    Local,
    /// `spread`
    Spread,
}

/// `plainNames`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainNames {
    /// `service`
    Service,
    /// `entry`
    Entry,
    /// `none`
    None,
}

const SERVICE: Form<11> = Form {
    what: "a service",
    example: "reviews: {ports: 9080, versions: {v1: cluster1}}",
    fields: [
        "ports",
        "versions",
        "clusters",
        "clients",
        "acrossClusters",
        "plainNames",
        "virtualIP",
        "reach",
        "trafficPolicy",
        "serviceAccounts",
        "headless",
    ],
};

const PORT: Form<3> = Form {
    what: "a port",
    example: "db: {number: 3306, protocol: MySQL}",
    fields: ["number", "protocol", "targetPort"],
};

const VERSION: Form<4> = Form {
    what: "a version",
    example: "v3: {clusters: [cluster1, cluster2], labels: {version: v3}}",
    fields: ["clusters", "labels", "subset", "trafficPolicy"],
};

impl Service {
    /// Reads `services.KEY`.
    pub fn read(name: ServiceName, place: Place, value: Value<'_>, reader: &mut Reader) -> Self {
        let [
            ports,
            versions,
            clusters,
            clients,
            across_clusters,
            plain_names,
            virtual_ip,
            reach,
            traffic_policy,
            service_accounts,
            headless,
        ] = reader.fields(value, &SERVICE);
        check_reach(reach, reader);
        reader.later("trafficPolicy", &traffic_policy);
        reader.later("serviceAccounts", &service_accounts);
        reader.later("headless", &headless);
        Self {
            name,
            place,
            ports: ports.read(reader, Port::read_all),
            versions: versions.read(reader, |reader, value| {
                reader.entries(
                    value,
                    "a map of versions",
                    "versions: {v1: cluster1}",
                    |reader, name, value| Some(Version::read(name.map(str::to_owned), value, reader)),
                )
            }),
            clusters: clusters.read(reader, Placement::read_all),
            clients: clients.read(reader, Clients::read),
            across_clusters: across_clusters.read(reader, AcrossClusters::read),
            plain_names: plain_names.read(reader, PlainNames::read),
            virtual_ip: virtual_ip.read(reader, Reader::text),
        }
    }
}

impl Port {
    fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
        match value.view() {
            View::Text(_) => {
                let number = port_number(reader, value).map_or(Written::Illegible, Written::As);
                let port = Self { name: None, number, protocol: Written::Absent, place: value.place() };
                Some(At::new(Listed { entries: vec![port], complete: true }, value.place()))
            }
            View::List([only]) => Self::read_all(reader, value.element(only)),
            View::Nothing | View::List(_) | View::Map(_) | View::Illegible => reader.entries(
                value,
                "a map of ports",
                "ports: {http: 9080, grpc-api: 9090}",
                |reader, name, value| Some(Self::read(name.map(str::to_owned), value, reader)),
            ),
        }
    }

    fn read(name: At<String>, value: Value<'_>, reader: &mut Reader) -> Self {
        let place = name.place;
        let (number, protocol) = if let View::Text(_) = value.view() {
            (port_number(reader, value), Written::Absent)
        } else {
            let [number, protocol, target_port] = reader.fields(value, &PORT);
            reader.later("targetPort", &target_port);
            let number = number.required("number", &PORT, value, reader, port_number);
            (number, protocol.read(reader, Reader::text))
        };
        Self { name: Some(name), number: number.map_or(Written::Illegible, Written::As), protocol, place }
    }
}

fn port_number(reader: &mut Reader, value: Value<'_>) -> Option<At<u16>> {
    reader.number(value, "port", 1..=65535)
}

impl Version {
    fn read(name: At<String>, value: Value<'_>, reader: &mut Reader) -> Self {
        if !is_long_form(value) {
            let clusters = Placement::read_all(reader, value).map_or(Written::Illegible, Written::As);
            return Self { name, clusters, labels: Written::Absent, subset: Written::Absent };
        }
        let [clusters, labels, subset, traffic_policy] = reader.fields(value, &VERSION);
        reader.later("trafficPolicy", &traffic_policy);
        Self {
            name,
            clusters: clusters.read(reader, Placement::read_all),
            labels: labels.read(reader, Reader::labels),
            subset: subset.read(reader, Reader::text),
        }
    }
}

/// Whether a version is written with its fields rather than as a map of clusters with sizes: sizes are numbers, and
/// no field of a version is one.
fn is_long_form(value: Value<'_>) -> bool {
    let View::Map(mapping) = value.view() else { return false };
    mapping.entries.iter().any(|entry| match value.entry(entry).1.view() {
        View::Text(scalar) => {
            VERSION.fields.contains(&&*entry.key.value) && scalar.text.parse::<f64>().is_err()
        }
        View::Nothing => VERSION.fields.contains(&&*entry.key.value),
        View::List(_) | View::Map(_) | View::Illegible => true,
    })
}

impl Placement {
    /// A cluster, a list of clusters, or a map of clusters with their sizes.
    fn read_all(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<Self>>> {
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

impl Clients {
    /// Reads `clients`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        if is_all(value) {
            return Some(At::new(Self::All, value.place()));
        }
        let clients = if let View::Map(_) = value.view() {
            reader.entries(
                value,
                "a map of namespaces",
                "{cluster1: [shop, web], cluster2: all}",
                |reader, cluster, value| {
                    let namespaces = if is_all(value) {
                        Some(At::new(Namespaces::All, value.place()))
                    } else {
                        reader.texts(value).map(|names| names.map(Namespaces::Named))
                    };
                    let namespaces = namespaces.map_or(Written::Illegible, Written::As);
                    Some(Client { cluster: cluster.map(str::to_owned), namespaces })
                },
            )
        } else {
            reader.list(value, |reader, value| {
                Some(Client { cluster: reader.text(value)?, namespaces: Written::Absent })
            })
        };
        clients.map(|clients| clients.map(Self::Clusters))
    }
}

fn is_all(value: Value<'_>) -> bool {
    matches!(value.view(), View::Text(scalar) if &*scalar.text == "all")
}

impl AcrossClusters {
    /// Reads `acrossClusters`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        reader
            .word(value, &[("local", Some(Self::Local)), ("spread", Some(Self::Spread)), ("failover", None)])
    }
}

impl PlainNames {
    /// Reads `plainNames`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let words =
            [("service", Some(Self::Service)), ("entry", Some(Self::Entry)), ("none", Some(Self::None))];
        reader.word(value, &words)
    }
}
