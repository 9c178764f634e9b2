//! `clusters.NAME` and its gateway.
//!
//! Enters: the tree of one cluster. Leaves: [`Cluster`]. Refuses to know: whether names and addresses are any good.

use super::problems;
use super::reach::Reach;
use super::reader::{Reader, form};
use super::tree::{Value, View};
use super::{Keyed, Listed, Written};
use crate::source::At;

/// `clusters.NAME`. If its value could not be read, its name is here and every field is illegible.
#[expect(clippy::struct_field_names, reason = "the fields are named as the user writes them")]
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The key.
    pub name: At<String>,
    pub gateway: Written<Gateway>,
    /// `1.31` or `1.8.5`, unchecked.
    pub istio: Written<String>,
    pub cluster_domain: Written<String>,
    pub trust_domain: Written<String>,
    pub locality: Written<Locality>,
    pub network: Written<String>,
    /// Its id in the control planes that see it.
    pub registry: Written<String>,
    /// The cluster whose istiod configures this one.
    pub control_plane: Written<String>,
    pub context: Written<String>,
    pub drain: Written<bool>,
    /// How others get into this cluster.
    pub reach: Written<Reach>,
}

/// `region/zone` or `region`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locality {
    pub region: At<String>,
    pub zone: Option<At<String>>,
}

/// `clusters.NAME.gateway`; an address or a list of them is the long form with `addresses` alone.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    /// `address`: host names or IPs, unchecked. `resolve` asks for it where it is absent.
    pub addresses: Written<Listed<At<String>>>,
    pub port: Written<u16>,
    pub server_port: Written<u16>,
    pub namespace: Written<String>,
    pub selector: Written<Listed<Keyed<At<String>>>>,
    pub expose: Written<Expose>,
    pub existing: Written<bool>,
    /// `addressFrom`: by caller, unchecked.
    pub address_from: Written<Listed<AddressesFrom>>,
}

/// Addresses, by the cluster whose callers dial them.
pub type AddressesFrom = Keyed<Listed<At<String>>>;

/// `expose`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expose {
    /// `all`
    All,
    /// `used`
    Used,
}

form! {
    struct ClusterFields: "a cluster", "cluster1: {gateway: 203.0.113.10}" {
        gateway: "gateway",
        istio: "istio",
        cluster_domain: "clusterDomain",
        trust_domain: "trustDomain",
        locality: "locality",
        network: "network",
        context: "context",
        reach: "reach",
        registry: "registry",
        control_plane: "controlPlane",
        drain: "drain",
        routing: "routing",
    }
}

form! {
    struct GatewayFields: "a gateway", "gateway: {address: 203.0.113.10, port: 15443}" {
        address: "address",
        port: "port",
        server_port: "serverPort",
        namespace: "namespace",
        selector: "selector",
        expose: "expose",
        existing: "existing",
        address_from: "addressFrom",
    }
}

impl Cluster {
    /// Reads `clusters.NAME`.
    pub fn read(name: At<String>, value: Value<'_>, reader: &mut Reader) -> Self {
        let ClusterFields {
            gateway,
            istio,
            cluster_domain,
            trust_domain,
            locality,
            network,
            context,
            reach,
            registry,
            control_plane,
            drain,
            routing,
        } = reader.fields_or_illegible(value);
        // Found before anything is read.
        let _: Written<Listed<At<String>>> = routing.read(reader, Reader::texts);
        Self {
            name,
            gateway: gateway.read(reader, Gateway::read),
            istio: istio.read(reader, Reader::text),
            cluster_domain: cluster_domain.read(reader, Reader::text),
            trust_domain: trust_domain.read(reader, Reader::text),
            locality: locality.read(reader, Locality::read),
            network: network.read(reader, Reader::text),
            registry: registry.read(reader, Reader::text),
            control_plane: control_plane.read(reader, Reader::text),
            context: context.read(reader, Reader::text),
            drain: drain.read(reader, Reader::boolean),
            reach: reach.read(reader, Reach::read),
        }
    }
}

impl Locality {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        const FORM: &str = "region/zone";
        let text = reader.text(value)?;
        let text = At::new(text.value.as_str(), text.place);
        let locality = match reader.halves(&text, text.value.find('/'), FORM)? {
            (None, region) => Self { region, zone: None },
            (Some(_), zone) if zone.value.contains('/') => {
                reader.report(problems::bad_compound(text.value, FORM, text.place));
                return None;
            }
            (Some(region), zone) => Self { region, zone: Some(zone) },
        };
        Some(At::new(locality, text.place))
    }
}

/// `{cluster3: 10.1.2.3}`, each an address or a list of them.
fn addresses_by_caller(reader: &mut Reader, value: Value<'_>) -> Option<At<Listed<AddressesFrom>>> {
    reader.entries(value, "a map of addresses", "{cluster3: 10.1.2.3}", |reader, caller, value| {
        Some(Keyed { key: caller.map(str::to_owned), value: reader.texts(value)?.value })
    })
}

impl Gateway {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        if let View::Text(_) | View::List(_) = value.view() {
            let addresses = reader.texts(value)?;
            let gateway = Self { addresses: Written::As(addresses), ..Self::default() };
            return Some(At::new(gateway, value.place()));
        }
        let GatewayFields { address, port, server_port, namespace, selector, expose, existing, address_from } =
            reader.fields(value)?;
        let port_number = |reader: &mut Reader, value: Value<'_>| reader.number(value, "port", 1..=65535);
        let gateway = Self {
            addresses: address.read(reader, Reader::texts),
            port: port.read(reader, port_number),
            server_port: server_port.read(reader, port_number),
            namespace: namespace.read(reader, Reader::text),
            selector: selector.read(reader, Reader::labels),
            expose: expose.read(reader, |reader, value| {
                reader.word(value, &[("all", Expose::All), ("used", Expose::Used)])
            }),
            existing: existing.read(reader, Reader::boolean),
            address_from: address_from.read(reader, addresses_by_caller),
        };
        Some(At::new(gateway, value.place()))
    }
}
