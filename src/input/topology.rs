//! Topology documents: mesh, clusters, services.
//!
//! Enters: the trees of all Topology documents. Leaves: what they say, joined. Refuses to know: what `include` leads
//! to; the files are here already.

use indexmap::IndexMap;

use super::cluster::Cluster;
use super::gateway::IngressGateway;
use super::join::join;
use super::mesh::Mesh;
use super::reader::{Reader, form};
use super::service::Service;
use super::tree::{Node, Value, View};
use super::{Listed, ServiceName, Written};
use crate::source::{At, Place};

form! {
    struct TopologyFields: "a Topology", "kind: Topology" {
        api_version: "apiVersion",
        kind: "kind",
        namespace: "namespace",
        include: "include",
        mesh: "mesh",
        clusters: "clusters",
        services: "services",
        gateways: "gateways",
    }
}

/// How deep maps join below `mesh`; each level further in has one less: `services.KEY.versions.V` is the last.
const LEVELS: usize = 4;

/// What all Topology documents say together.
#[derive(Default)]
pub struct Topology {
    pub mesh: Mesh,
    pub clusters: Listed<Cluster>,
    /// Where clusters are written, or else where the first Topology begins.
    pub clusters_place: Option<Place>,
    pub services: Listed<Service>,
    pub gateways: Listed<IngressGateway>,
}

/// What several documents say about each of several things, by what tells these apart.
struct Sections<'t, Key, Name> {
    named: IndexMap<Key, Section<'t, Name>>,
    /// False if a key could not be read.
    complete: bool,
}

/// What several documents say about one thing.
struct Section<'t, Name> {
    name: Name,
    key: At<&'t str>,
    values: Vec<Value<'t>>,
}

impl<'t, Key: Eq + std::hash::Hash, Name> Sections<'t, Key, Name> {
    fn new() -> Self {
        Self { named: IndexMap::new(), complete: true }
    }

    /// Adds the entries of one document's map.
    fn gather(
        &mut self,
        map: Value<'t>,
        what: &str,
        example: &str,
        reader: &mut Reader,
        name: impl Fn(&mut Reader, &At<&'t str>) -> Option<(Key, Name)>,
    ) {
        let gathered = reader.entries(map, what, example, |reader, key, value| {
            let (identity, name) = name(reader, &key)?;
            let section =
                self.named.entry(identity).or_insert_with(|| Section { name, key, values: Vec::new() });
            section.values.push(value);
            Some(())
        });
        self.complete &= gathered.is_some_and(|listed| listed.value.complete);
    }

    /// Joins what the documents say about each, and reads it.
    fn read<T>(
        self,
        field: &'static str,
        reader: &mut Reader,
        read: impl Fn(&mut Reader, Name, Place, Value<'_>) -> T,
    ) -> Listed<T> {
        let mut listed = Listed { entries: Vec::with_capacity(self.named.len()), complete: self.complete };
        for Section { name, key, values } in self.named.into_values() {
            let mut path = vec![field, key.value];
            if let Some(node) = join(&values, LEVELS - 1, &mut path, reader) {
                listed.push(Some(read(reader, name, key.place, Value::under(key.place, &node))));
            }
        }
        listed
    }
}

impl Topology {
    /// Reads and joins all Topology documents.
    pub fn read(documents: &[Node], reader: &mut Reader) -> Self {
        let mut meshes = Vec::new();
        let mut cluster_sections = Sections::new();
        let mut service_sections = Sections::new();
        let mut gateway_sections = Sections::new();
        let mut clusters_place = None;
        for document in documents {
            let TopologyFields {
                api_version: _,
                kind: _,
                namespace,
                include,
                mesh,
                clusters,
                services,
                gateways,
            } = reader.fields_or_illegible(Value::root(document));
            let namespace = namespace.read(reader, Reader::text);
            let _: Written<Listed<At<String>>> = include.read(reader, Reader::texts);
            meshes.extend(mesh.value().copied());
            match clusters {
                Written::Absent => {}
                Written::Illegible => cluster_sections.complete = false,
                Written::As(At { value, place }) => {
                    clusters_place.get_or_insert(place);
                    let example = "clusters: {cluster1: {gateway: 203.0.113.10}}";
                    cluster_sections.gather(value, "a map of clusters", example, reader, |_, key| {
                        Some((key.value, At::new(key.value.to_owned(), key.place)))
                    });
                }
            }
            match services {
                Written::Absent => {}
                Written::Illegible => service_sections.complete = false,
                Written::As(At { value, place: _ }) => {
                    let example = "services: {reviews: {ports: 9080, versions: {v1: cluster1}}}";
                    service_sections.gather(value, "a map of services", example, reader, |reader, key| {
                        let name = ServiceName::read(key, &namespace, reader)?;
                        Some((name.key(), name))
                    });
                }
            }
            match gateways {
                Written::Absent => {}
                Written::Illegible => gateway_sections.complete = false,
                Written::As(At { value, place: _ }) => {
                    let example = "gateways: {bookinfo: {}}";
                    gateway_sections.gather(value, "a map of ingress gateways", example, reader, |_, key| {
                        Some((key.value, (At::new(key.value.to_owned(), key.place), namespace.clone())))
                    });
                }
            }
        }
        let mesh = join(&meshes, LEVELS, &mut vec!["mesh"], reader);
        Self {
            mesh: match (mesh, meshes.first()) {
                (Some(node), Some(first)) => Mesh::read(Value::under(first.name_place(), &node), reader),
                (Some(_) | None, _) => Mesh::default(),
            },
            clusters: cluster_sections
                .read("clusters", reader, |reader, name, _, value| Cluster::read(name, value, reader)),
            clusters_place: clusters_place.or_else(|| documents.first().map(|document| document.place)),
            services: service_sections.read("services", reader, |reader, name, place, value| {
                Service::read(name, place, value, reader)
            }),
            gateways: gateway_sections.read("gateways", reader, |reader, (name, namespace), _, value| {
                IngressGateway::read(name, namespace, value, reader)
            }),
        }
    }
}

/// A file that a Topology names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// A path or a pattern, relative to the file that names it.
    pub path: At<String>,
    /// The cluster whose `routing` names it; none for `include`.
    pub cluster: Option<String>,
}

/// What one Topology document names; nothing is reported.
pub fn includes(document: &Node) -> Vec<Include> {
    let document = Value::root(document);
    if document.get("kind").and_then(text).is_none_or(|kind| kind.value != "Topology") {
        return Vec::new();
    }
    let named = |value: Option<Value<'_>>, cluster: Option<&str>| -> Vec<Include> {
        let texts = value.map(texts).unwrap_or_default();
        texts.into_iter().map(|path| Include { path, cluster: cluster.map(str::to_owned) }).collect()
    };
    let mut all = named(document.get("include"), None);
    if let Some(clusters) = document.get("clusters")
        && let View::Map(mapping) = clusters.view()
    {
        for (name, cluster) in mapping.entries.iter().map(|entry| clusters.entry(entry)) {
            all.extend(named(cluster.get("routing"), Some(name.value)));
        }
    }
    all
}

fn texts(value: Value<'_>) -> Vec<At<String>> {
    match value.view() {
        View::List(elements) => elements.iter().filter_map(|element| text(value.element(element))).collect(),
        View::Text(_) | View::Nothing | View::Map(_) | View::Illegible => text(value).into_iter().collect(),
    }
}

fn text(value: Value<'_>) -> Option<At<String>> {
    match value.view() {
        View::Text(scalar) => Some(At::new(scalar.text.as_ref().to_owned(), value.place())),
        View::Nothing | View::List(_) | View::Map(_) | View::Illegible => None,
    }
}
