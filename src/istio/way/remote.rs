//! `sni` and `rewrite`: names for what runs in other clusters, and what is said to each far gateway.

use super::endpoint;
use crate::istio::contract::{self, Contract};
use crate::istio::dialect::Dialect;
use crate::istio::failover::Order;
use crate::istio::kind::destination_rule::{DestinationRuleSpec, Subset, TrafficPolicy};
use crate::istio::kind::object::{Object, Spec};
use crate::istio::kind::service_entry::{Location, ServiceEntrySpec};
use crate::istio::mark::{entry_port, export_to, list, object, suppress};
use crate::model::Pick;
use crate::plan::{ClassPlan, RemoteName, RemoteSubset, Way};

/// The objects that make the names of one way.
pub fn objects(plan: &ClassPlan<'_>, way: Way, dialect: &mut Dialect<'_>) -> Vec<Object> {
    let names = plan.remote.names.iter().filter(|name| name.way.is(way));
    names.flat_map(|name| [service_entry(plan, name), destination_rule(plan, name, dialect)]).collect()
}

fn service_entry(plan: &ClassPlan<'_>, name: &RemoteName<'_>) -> Object {
    let service = name.service;
    let spec = ServiceEntrySpec {
        hosts: vec![name.host.clone()],
        addresses: name.address.iter().map(ToString::to_string).collect(),
        export_to: export_to(&name.callers),
        location: Location::MeshInternal,
        resolution: endpoint::resolution(plan, name),
        ports: service.crossing_ports().map(entry_port).collect(),
        endpoints: endpoint::endpoints(plan, name),
    };
    let why = format!(
        "Callers here reach {service} in {} by this name, through the gateway there.",
        clusters(name)
    );
    object((plan.view, plan.cluster.release), &name.object, &service.namespace, why, Spec::ServiceEntry(spec))
}

fn destination_rule(plan: &ClassPlan<'_>, name: &RemoteName<'_>, dialect: &mut Dialect<'_>) -> Object {
    let service = name.service;
    let any = name.clusters.first().map(|cluster| Contract {
        service,
        cluster,
        serving: &name.clusters,
        subset: None,
        way: name.way,
    });
    let order = endpoint::order(plan, name);
    let spec = DestinationRuleSpec {
        host: name.host.clone(),
        export_to: export_to(&name.callers),
        traffic_policy: any.map(|contract| TrafficPolicy {
            settings: contract::far(service.traffic_policy.as_deref(), dialect),
            tls: service.crossing_ports().next().map(|port| contract.tls(port)),
            port_level_settings: contract.by_port(Pick::Any, None, dialect),
        }),
        subsets: name
            .subsets
            .iter()
            .filter_map(|subset| remote_subset(name, subset, order, dialect))
            .collect(),
    };
    let why = if contract::says_sni(name.way) {
        format!("The SNI by which {} what callers here want of {service}.", gateways_know(name))
    } else {
        format!("Callers here say this name as it is: {} what they want of {service}.", gateways_know(name))
    };
    let mut object = object(
        (plan.view, plan.cluster.release),
        &name.object,
        &service.namespace,
        why,
        Spec::DestinationRule(spec),
    );
    if name.shared {
        // istioctl looks for pods that carry the labels; it does not look at the endpoints of a ServiceEntry.
        suppress(&mut object, "IST0173");
    }
    object
}

/// Every subset has its own `tls`: one without inherits the SNI of the whole name, and reaches all versions.
fn remote_subset(
    name: &RemoteName<'_>,
    subset: &RemoteSubset<'_>,
    order: Order<'_>,
    dialect: &mut Dialect<'_>,
) -> Option<Subset> {
    let RemoteSubset { name: subset_name, far: subset_there, pick, extent: _, clusters, way } = subset;
    let service = name.service;
    // Clusters that stand in for each other are told the same.
    let cluster = clusters.first()?;
    let contract = Contract { service, cluster, serving: clusters, subset: *subset_there, way: *way };
    let policy = contract.policy(*pick, subset.fails_over().then_some(order), dialect);
    let labels = endpoint::selector(subset);
    Some(Subset { name: subset_name.clone(), labels, traffic_policy: Some(policy) })
}

fn gateways_know(name: &RemoteName<'_>) -> String {
    if name.clusters.len() > 1 {
        format!("the gateways of {} know", clusters(name))
    } else {
        format!("the gateway of {} knows", clusters(name))
    }
}

fn clusters(name: &RemoteName<'_>) -> String {
    list(name.clusters.iter().map(|cluster| cluster.name.as_str()))
}
