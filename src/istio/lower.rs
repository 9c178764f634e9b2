//! How does this release say it?
//!
//! Enters: what a cluster must know. Leaves: its bundle. Refuses to know: the inputs, and how objects become text.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::{Bundle, Ground, GroundGateway, GroundService, IngressGround, Joining};
use super::dialect::{Dialect, Lacks};
use super::object::{Kind, Object};
use super::{call, route, serve, stand_in};
use crate::bundle::Reach;
use crate::model::service::PlainNames;
use crate::model::{Address, Cluster, ClusterId, IngressGateway, Pick, Service, Version};
use crate::plan::{ClusterPlan, Joined, JoinedEntry, RemoteName, Route};
use crate::source::Place;

/// The bundle of one cluster. What its release cannot say is added to `lacks`.
#[must_use]
pub fn lower(plan: &ClusterPlan<'_>, lacks: &mut Lacks) -> Bundle {
    let mut dialect = Dialect::new(plan.cluster, lacks);
    // Nothing here reads what is for a cluster that another configures.
    let own = plan.configured_by.is_none().then(|| {
        [
            serve::objects(plan, &mut dialect),
            call::objects(plan, &mut dialect),
            route::objects(plan, &mut dialect),
        ]
    });
    let objects = own.into_iter().flatten().flat_map(|mut step| {
        step.sort_by(|a, b| place(a).cmp(&place(b)));
        step
    });
    Bundle {
        cluster: plan.cluster.name.clone(),
        context: plan.cluster.context.clone(),
        release: plan.cluster.release,
        configured_by: plan.configured_by.map(|head| head.name.clone()),
        objects: objects.collect(),
        stand_ins: stand_in::objects(plan),
        reaches: reaches(plan),
        origins: if plan.configured_by.is_none() { route::origins(plan) } else { Vec::new() },
        places: places(plan),
        ground: ground(plan),
    }
}

/// By cluster and service.
fn reaches(plan: &ClusterPlan<'_>) -> Vec<Reach> {
    let reach = |name: &RemoteName<'_>, cluster: &Cluster| {
        let there = name
            .subsets
            .iter()
            .filter(|subset| subset.clusters.iter().any(|known| known.name == cluster.name));
        let versions = there.filter_map(|subset| subset.version).map(str::to_owned).collect();
        Reach { cluster: cluster.name.clone(), service: name.service.to_string(), versions }
    };
    let names = plan.remote.names.iter();
    let mut reaches: Vec<_> =
        names.flat_map(|name| name.clusters.iter().map(move |cluster| reach(name, cluster))).collect();
    for joined in &plan.joined {
        let mut there: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for entry in &joined.entries {
            let versions = there.entry(&entry.cluster.name).or_default();
            versions.extend(entry.version.map(|version| version.name.clone()));
        }
        let service = joined.service.to_string();
        reaches.extend(there.into_iter().map(|(cluster, versions)| Reach {
            cluster: cluster.to_owned(),
            service: service.clone(),
            versions,
        }));
    }
    reaches.extend(discovered(plan));
    reaches.sort();
    reaches.dedup();
    reaches
}

/// What routes lead to under plain names that control planes know.
fn discovered(plan: &ClusterPlan<'_>) -> Vec<Reach> {
    let let_in = plan.ingress.iter().flat_map(|ingress| &ingress.routes).map(|known| &known.route);
    let routes = plan.routes.iter().flat_map(|routes| &routes.routes).chain(let_in);
    let mut there: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    for target in routes.flat_map(Route::targets) {
        let Some(service) = plan.mesh.service(target.service) else { continue };
        let version = match target.pick {
            Pick::Any => None,
            Pick::Version(id) => service.version(id).map(|version| version.name.clone()),
        };
        for cluster in plan.discovered(target) {
            there.entry((&cluster.name, service.to_string())).or_default().extend(version.clone());
        }
    }
    let reach = |((cluster, service), versions): ((&str, String), BTreeSet<String>)| Reach {
        cluster: cluster.to_owned(),
        service,
        versions: versions.into_iter().collect(),
    };
    there.into_iter().map(reach).collect()
}

/// The services behind remote names and routes.
fn places(plan: &ClusterPlan<'_>) -> BTreeMap<String, Place> {
    let remote = plan.remote.names.iter().map(|name| (name.host.clone(), name.service.place));
    let plain = plan.routes.iter().map(|routes| routes.service);
    remote.chain(plain.map(|service| (service.plain_host(plan.cluster), service.place))).collect()
}

/// Where an object stands within its step.
fn place(object: &Object) -> (&str, &str, Kind) {
    (&object.metadata.namespace, &object.metadata.name, object.kind())
}

fn ground(plan: &ClusterPlan<'_>) -> Ground {
    let cluster = plan.cluster;
    let absent = |made: PlainNames| plan.plain_names.iter().filter(move |name| name.made == made);
    let texts = |addresses: &[Address]| addresses.iter().map(Address::to_string).collect();
    Ground {
        network: cluster.network.clone(),
        registry: cluster.id().to_owned(),
        sees: seen(plan),
        found: found(plan),
        trust_domain: cluster.trust_domain.clone(),
        ingress_gateways: plan.ingress_gateways.iter().map(|gateway| ingress_ground(gateway)).collect(),
        let_in: plan
            .ingress
            .iter()
            .filter(|_| plan.configured_by.is_none())
            .flat_map(|ingress| {
                let gateway = ingress.gateway.full_name();
                ingress.hosts.iter().map(move |host| (gateway.clone(), host.clone()))
            })
            .collect(),
        gateway: cluster.gateway.as_ref().map(|gateway| GroundGateway {
            addresses: texts(&gateway.addresses),
            addresses_from: gateway
                .addresses_from
                .iter()
                .filter_map(|(caller, from)| {
                    Some((plan.mesh.cluster(*caller)?.name.clone(), texts(&from.addresses)))
                })
                .collect(),
            port: gateway.port,
            server_port: gateway.server_port,
            namespace: gateway.namespace.clone(),
            labels: gateway.selector.clone(),
            existing: gateway.existing,
        }),
        services: plan
            .runs
            .iter()
            .map(|service| (service.plain_host(cluster), ground_service(service, plan)))
            .collect(),
        known: plan
            .plain_names
            .iter()
            .filter(|name| name.known)
            .map(|name| name.service.plain_host(cluster))
            .collect(),
        stood_in: absent(PlainNames::Service).map(|name| name.service.plain_host(cluster)).collect(),
        names: absent(PlainNames::None)
            .chain(absent(PlainNames::Entry).filter(|name| name.known))
            .map(|name| name.service.plain_host(cluster))
            .collect(),
        promised: plan
            .routes
            .iter()
            .filter(|_| plan.configured_by.is_none())
            .flat_map(|routes| {
                let shared = plan.remote.shared_host(routes.id).map(str::to_owned);
                shared.into_iter().chain([routes.service.plain_host(cluster)])
            })
            .collect(),
        joins: plan.joined.iter().flat_map(|joined| joins(joined, cluster)).collect(),
    }
}

/// What is to join a service here.
fn joins<'p>(joined: &'p Joined<'_>, cluster: &'p Cluster) -> impl Iterator<Item = Joining> + 'p {
    joined.entries.iter().map(|JoinedEntry { version, cluster: far }| Joining {
        host: joined.service.plain_host(cluster),
        cluster: far.name.clone(),
        labels: version.map(|version| version.labels.clone()).unwrap_or_default(),
    })
}

/// Other clusters whose endpoints the control plane here sees.
fn seen(plan: &ClusterPlan<'_>) -> BTreeSet<String> {
    let others = plan.mesh.clusters.iter().enumerate().map(|(index, other)| (ClusterId(index), other));
    let seen = others.filter(|(id, _)| *id != plan.id && plan.mesh.sees(plan.id, *id));
    seen.map(|(_, other)| other.name.clone()).collect()
}

/// Services that callers elsewhere find here by discovery.
fn found(plan: &ClusterPlan<'_>) -> BTreeSet<String> {
    let found = plan.runs.iter().filter(|service| plan.mesh.discovers(service, plan.id));
    found.map(|service| service.plain_host(plan.cluster)).collect()
}

fn ingress_ground(gateway: &IngressGateway) -> (String, IngressGround) {
    let namespaces = gateway.workload_namespaces.clone();
    (gateway.full_name(), IngressGround { namespaces, existing: gateway.servers.is_empty() })
}

fn ground_service(service: &Service, plan: &ClusterPlan<'_>) -> GroundService {
    let here = |version: &&Version| {
        version
            .clusters
            .keys()
            .any(|id| plan.mesh.cluster(*id).is_some_and(|cluster| cluster.name == plan.cluster.name))
    };
    GroundService {
        identities: service.identities(plan.cluster),
        namespace: service.namespace.clone(),
        ports: service.ports.iter().map(|port| port.number).collect(),
        speaks: service.ports.iter().map(|port| (port.number, port.protocol.istio())).collect(),
        pods: service
            .versions
            .iter()
            .filter(here)
            .map(|version| (version.subset.clone(), version.labels.clone()))
            .collect(),
    }
}
