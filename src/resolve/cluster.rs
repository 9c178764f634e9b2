//! Clusters and their gateways.

use std::collections::BTreeMap;

use super::defaults::{self, Defaults};
use super::problems::address as problems;
use super::problems::topology as topology_problems;
use super::value::Checked;
use super::{ClusterNames, address, address_from, control_plane, entries, label, name, or, port, reach};
use crate::diagnostic::{Finding, escape};
use crate::input::{self, Listed, Written};
use crate::model::cluster::{Expose, Locality};
use crate::model::{Address, Cluster, ClusterId, Gateway, Release};
use crate::source::{At, Place};

/// The port that east-west gateways listen on, in every document of Istio's.
const PORT: u16 = 15443;

/// All clusters, by name; each is built once, with everything that is known of it.
pub fn all(
    written: &Listed<input::cluster::Cluster>,
    defaults: &Defaults,
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> Vec<Cluster> {
    let heads = control_plane::heads(written, names, findings);
    let mut by_name: Vec<_> = written.entries.iter().collect();
    by_name.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    let clusters: Vec<_> = by_name
        .into_iter()
        .enumerate()
        .map(|(index, cluster)| {
            let id = ClusterId(index);
            resolved(id, cluster, heads.get(&id).cloned(), defaults, names, findings)
        })
        .collect();
    one_gateway_each(&clusters, findings);
    address_from::told_apart(&clusters, findings);
    control_plane::one_registry_each(&clusters, findings);
    clusters
}

fn resolved(
    id: ClusterId,
    written: &input::cluster::Cluster,
    control_plane: Option<At<ClusterId>>,
    defaults: &Defaults,
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> Cluster {
    let input::cluster::Cluster {
        name,
        gateway,
        istio,
        cluster_domain,
        trust_domain,
        locality,
        network,
        registry,
        // Checked together with those of all others.
        control_plane: _,
        context,
        drain,
        reach,
    } = written;
    name::cluster(name, findings);
    if let Some(context) =
        context.written().filter(|at| at.value.is_empty() || escape::line(&at.value) != at.value.as_str())
    {
        findings.push(topology_problems::context(context));
    }
    if let Some(network) = network.written() {
        name::label_value("network", network, findings);
    }
    if let Some(registry) = registry.written() {
        name::label_value("registry", registry, findings);
    }
    let own = defaults::release(istio, findings);
    let release = defaults.asked_release.or(own).unwrap_or(defaults.release);
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
        gateway: gateway_of(name, gateway, release, names, findings),
        locality: locality.value().map(|input::cluster::Locality { region, zone }| Locality {
            region: region.value.clone(),
            zone: zone.as_ref().map(|zone| zone.value.clone()),
        }),
        network: network.value().cloned(),
        registry: registry.written().cloned(),
        control_plane,
        context: or(context, name.value.clone()),
        drain: drain.written().filter(|drain| drain.value).map(|drain| drain.place),
        reach: reach::written(reach),
    }
}

fn gateway_of(
    cluster: &At<String>,
    written: &Written<input::cluster::Gateway>,
    release: Release,
    names: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> Option<Gateway> {
    let absent = input::cluster::Gateway::default();
    let (place, written, texts) = match written {
        Written::Absent => return None,
        // A gateway that cannot be read stands as one without addresses: nobody shall say that there is none.
        Written::Illegible => (cluster.place, &absent, &[][..]),
        Written::As(at) => {
            let (texts, complete) = entries(&at.value.addresses);
            if texts.is_empty() && complete {
                findings.push(problems::missing(at.place, &cluster.value));
            }
            (at.place, &at.value, texts)
        }
    };
    let input::cluster::Gateway {
        addresses: _,
        port: dialled,
        server_port,
        namespace,
        selector,
        expose,
        existing,
        address_from,
    } = written;
    if let Some(namespace) = namespace.written() {
        name::dns_label("namespace", namespace, findings);
    }
    if let Some(at) = server_port.written() {
        // What stands for it is known to be wrong; nothing more is said of it.
        let _: Checked<()> = port::kept(at, &port::OF_GATEWAYS, "the gateway", findings);
    }
    let (key, value) = release.gateway_label();
    Some(Gateway {
        place,
        addresses: address::all(texts, findings),
        addresses_from: address_from::by_caller(cluster, entries(address_from).0, names, findings),
        port: or(dialled, PORT),
        server_port: or(server_port, PORT),
        namespace: or(namespace, "istio-system".to_owned()),
        selector: if selector.is_absent() {
            BTreeMap::from([(key.to_owned(), value.to_owned())])
        } else {
            label::labels(selector, findings)
        },
        expose: match expose.value() {
            Some(input::cluster::Expose::Used) => Expose::Used,
            Some(input::cluster::Expose::All) | None => Expose::All,
        },
        existing: or(existing, false),
    })
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
