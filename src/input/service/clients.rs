//! `clients`: whose workloads get the routing.
//!
//! Enters: its tree. Leaves: [`Clients`]. Refuses to know: whether clusters and namespaces exist.

use super::super::reader::Reader;
use super::super::tree::{Value, View};
use super::super::{Listed, Written};
use crate::source::At;

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
