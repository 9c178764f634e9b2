//! How does this release say it?
//!
//! Enters: what a cluster must know. Leaves: its bundle. Refuses to know: the inputs, and how objects become text.

use std::collections::BTreeMap;

use super::bundle::{Bundle, Ground, GroundGateway, GroundService};
use super::dialect::{Dialect, Lacks};
use super::object::{Metadata, Object, Spec};
use super::{call, route, serve, stand_in};
use crate::model::service::PlainNames;
use crate::model::{Address, Callers, Mesh, Service, Version};
use crate::plan::ClusterPlan;

/// The marks of who wrote an object and for which mesh; kubectl prunes by them.
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "meshgen");
const PART_OF: &str = "app.kubernetes.io/part-of";

/// The bundle of one cluster. What its release cannot say is added to `lacks`.
#[must_use]
pub fn lower(plan: &ClusterPlan<'_>, lacks: &mut Lacks) -> Bundle {
    let mut dialect = Dialect::new(plan.cluster, lacks);
    let steps = [serve::objects(plan, &mut dialect), call::objects(plan), route::objects(plan, &mut dialect)];
    let objects = steps.into_iter().flat_map(|mut step| {
        step.sort_by(|a, b| {
            let key = |object: &Object| {
                (object.metadata.namespace.clone(), object.metadata.name.clone(), object.kind())
            };
            key(a).cmp(&key(b))
        });
        step
    });
    Bundle {
        cluster: plan.cluster.name.clone(),
        context: plan.cluster.context.clone(),
        release: plan.cluster.release,
        objects: objects.collect(),
        stand_ins: stand_in::objects(plan),
        reaches: plan.reaches(),
        origins: route::origins(plan),
        ground: ground(plan),
    }
}

/// An object of Istio's, in the plan's cluster and with the marks of its mesh.
pub(super) fn object(plan: &ClusterPlan<'_>, name: &str, namespace: &str, why: String, spec: Spec) -> Object {
    let Mesh { name: mesh, labels, annotations, .. } = plan.mesh;
    let mut labels = labels.clone();
    labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned());
    labels.insert(PART_OF.to_owned(), mesh.clone());
    Object {
        why,
        api_version: plan.cluster.release.api_version(),
        metadata: Metadata {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            labels,
            annotations: annotations.clone(),
        },
        spec,
    }
}

/// `exportTo`: nothing for all namespaces.
pub(super) fn export_to(callers: &Callers) -> Vec<String> {
    match callers {
        Callers::All => Vec::new(),
        Callers::Namespaces(namespaces) => namespaces.iter().cloned().collect(),
    }
}

/// `a`, `b and c`, as comments name things.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = names.into_iter().collect();
    names.dedup();
    let Some(last) = names.pop() else { return String::new() };
    if names.is_empty() { last.to_owned() } else { format!("{} and {last}", names.join(", ")) }
}

fn ground(plan: &ClusterPlan<'_>) -> Ground {
    let cluster = plan.cluster;
    let absent = |made: PlainNames| plan.plain_names.iter().filter(move |name| name.made == made);
    Ground {
        gateway: cluster.gateway.as_ref().map(|gateway| GroundGateway {
            addresses: gateway.addresses.iter().map(Address::to_string).collect(),
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
        names: absent(PlainNames::None).map(|name| name.service.plain_host(cluster)).collect(),
        promised: plan.routes.iter().map(|routes| routes.service.plain_host(cluster)).collect(),
    }
}

fn ground_service(service: &Service, plan: &ClusterPlan<'_>) -> GroundService {
    let here = |version: &&Version| {
        version
            .clusters
            .keys()
            .any(|id| plan.mesh.cluster(*id).is_some_and(|cluster| cluster.name == plan.cluster.name))
    };
    GroundService {
        namespace: service.namespace.clone(),
        ports: service.ports.iter().map(|port| port.number).collect(),
        pods: if service.versions.is_empty() {
            vec![BTreeMap::new()]
        } else {
            service.versions.iter().filter(here).map(|version| version.labels.clone()).collect()
        },
    }
}
