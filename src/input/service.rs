//! `services.KEY`: ports, versions, clusters, clients.
//!
//! Enters: the tree of one service. Leaves: [`Service`]. Refuses to know: whether the clusters it names exist.

mod clients;
mod port;
mod version;

pub use clients::{Client, Clients, Namespaces};
pub use port::Port;
pub use version::{Placement, Version};

use super::reach::Reach;
use super::reader::{Reader, form};
use super::traffic_policy::TrafficPolicy;
use super::tree::Value;
use super::{Listed, ServiceName, Written};
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
    pub headless: Written<bool>,
    pub traffic_policy: Written<Box<TrafficPolicy>>,
    /// Names and identities, unchecked.
    pub service_accounts: Written<Listed<At<String>>>,
    /// How callers in other clusters get to it, whichever cluster serves it.
    pub reach: Written<Reach>,
}

/// `acrossClusters`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossClusters {
    /// `local`
    Local,
    /// `spread`
    Spread,
    /// `failover`
    Failover,
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

form! {
    struct ServiceFields: "a service", "reviews: {ports: 9080, versions: {v1: cluster1}}" {
        ports: "ports",
        versions: "versions",
        clusters: "clusters",
        clients: "clients",
        across_clusters: "acrossClusters",
        plain_names: "plainNames",
        virtual_ip: "virtualIP",
        reach: "reach",
        traffic_policy: "trafficPolicy",
        service_accounts: "serviceAccounts",
        headless: "headless",
    }
}

impl Service {
    /// Reads `services.KEY`.
    pub fn read(name: ServiceName, place: Place, value: Value<'_>, reader: &mut Reader) -> Self {
        let ServiceFields {
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
        } = reader.fields_or_illegible(value);
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
            headless: headless.read(reader, Reader::boolean),
            traffic_policy: traffic_policy.read(reader, TrafficPolicy::read),
            service_accounts: service_accounts.read(reader, Reader::texts),
            reach: reach.read(reader, Reach::read),
        }
    }
}

impl AcrossClusters {
    /// Reads `acrossClusters`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let words = [("local", Self::Local), ("spread", Self::Spread), ("failover", Self::Failover)];
        reader.word(value, &words)
    }
}

impl PlainNames {
    /// Reads `plainNames`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let words = [("service", Self::Service), ("entry", Self::Entry), ("none", Self::None)];
        reader.word(value, &words)
    }
}
