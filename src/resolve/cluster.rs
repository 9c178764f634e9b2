//! Clusters and their gateways.

use std::collections::BTreeMap;

use super::defaults::{self, Defaults};
use super::problems::address as problems;
use super::{address, entries, label, name, or, reach};
use crate::diagnostic::Finding;
use crate::model::cluster::{Expose, Locality};
use crate::model::{Address, Cluster, ClusterId, Gateway, Release};
use crate::source::{At, Place};
use crate::spec::{self, Listed, Written};

/// The port that east-west gateways listen on, in every document of Istio's.
const PORT: u16 = 15443;

/// All clusters, by name.
pub fn all(
    written: &Listed<spec::cluster::Cluster>,
    defaults: &Defaults,
    findings: &mut Vec<Finding>,
) -> Vec<Cluster> {
    let mut names: Vec<&String> = written.entries.iter().map(|cluster| &cluster.name.value).collect();
    names.sort_unstable();
    let id = |name: &String| ClusterId(names.partition_point(|known| *known < name));
    let clusters = written.entries.iter();
    let clusters = clusters.map(|cluster| resolved(id(&cluster.name.value), cluster, defaults, findings));
    let mut clusters: Vec<_> = clusters.collect();
    clusters.sort_by_key(|cluster| cluster.id);
    one_gateway_each(&clusters, findings);
    clusters
}

fn resolved(
    id: ClusterId,
    written: &spec::cluster::Cluster,
    defaults: &Defaults,
    findings: &mut Vec<Finding>,
) -> Cluster {
    let spec::cluster::Cluster {
        name,
        gateway,
        istio,
        cluster_domain,
        trust_domain,
        locality,
        network,
        registry,
        // Needs the names of all clusters.
        control_plane: _,
        context,
        drain,
        reach,
    } = written;
    name::dns_label("cluster", name, findings);
    if let Some(network) = network.written() {
        name::label_value("network", network, findings);
    }
    if let Some(registry) = registry.written() {
        name::label_value("registry", registry, findings);
    }
    let own = defaults::release(istio, findings);
    let release = own.unwrap_or(defaults.release);
    Cluster {
        id,
        name: name.value.clone(),
        place: name.place,
        release,
        release_place: istio.place().or(defaults.release_place),
        cluster_domain: defaults::domain(
            "cluster domain",
            cluster_domain,
            &defaults.cluster_domain,
            findings,
        ),
        trust_domain: defaults::domain("trust domain", trust_domain, &defaults.trust_domain, findings),
        gateway: gateway_of(name, gateway, release, findings),
        locality: locality.value().map(|spec::cluster::Locality { region, zone }| Locality {
            region: region.value.clone(),
            zone: zone.as_ref().map(|zone| zone.value.clone()),
        }),
        network: network.value().cloned(),
        registry: registry.written().cloned(),
        control_plane: None,
        context: or(context, name.value.clone()),
        drain: drain.written().filter(|drain| drain.value).map(|drain| drain.place),
        reach: reach::written(reach),
    }
}

fn gateway_of(
    cluster: &At<String>,
    written: &Written<spec::cluster::Gateway>,
    release: Release,
    findings: &mut Vec<Finding>,
) -> Option<Gateway> {
    match written {
        Written::Absent => None,
        // A gateway that cannot be read stands as one without addresses: nobody shall say that there is none.
        Written::Illegible => Some(gateway(cluster.place, Vec::new(), release)),
        Written::As(at) => {
            let spec::cluster::Gateway {
                addresses: dialled,
                port,
                server_port,
                namespace,
                selector,
                expose,
                existing,
                // Needs the names of all clusters.
                address_from: _,
            } = &at.value;
            if let Some(namespace) = namespace.written() {
                name::dns_label("namespace", namespace, findings);
            }
            let (texts, complete) = entries(dialled);
            if texts.is_empty() && complete {
                findings.push(problems::missing(at.place, &cluster.value));
            }
            let mut gateway = gateway(at.place, address::all(texts, findings), release);
            gateway.port = or(port, gateway.port);
            gateway.server_port = or(server_port, gateway.server_port);
            gateway.namespace = or(namespace, gateway.namespace);
            gateway.existing = or(existing, false);
            if let Some(spec::cluster::Expose::Used) = expose.value() {
                gateway.expose = Expose::Used;
            }
            if !selector.is_absent() {
                gateway.selector = label::labels(selector, findings);
            }
            Some(gateway)
        }
    }
}

fn gateway(place: Place, addresses: Vec<Address>, release: Release) -> Gateway {
    let (key, value) = release.gateway_label();
    Gateway {
        place,
        addresses,
        addresses_from: BTreeMap::new(),
        port: PORT,
        server_port: PORT,
        namespace: "istio-system".to_owned(),
        selector: BTreeMap::from([(key.to_owned(), value.to_owned())]),
        expose: Expose::All,
        existing: false,
    }
}

/// Two clusters behind one address and port would be told apart by nothing.
fn one_gateway_each(clusters: &[Cluster], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(&Address, u16), (&Cluster, Place)> = BTreeMap::new();
    for cluster in clusters {
        let Some(gateway) = &cluster.gateway else { continue };
        for address in &gateway.addresses {
            let first = *seen.entry((address, gateway.port)).or_insert((cluster, gateway.place));
            if first.0.name != cluster.name {
                let (first, second) =
                    ((first.0.name.as_str(), first.1), (cluster.name.as_str(), gateway.place));
                findings.push(problems::shared(address, gateway.port, first, second));
                break;
            }
        }
    }
}
