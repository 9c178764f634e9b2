//! Calling: names for what runs in other clusters, and the SNI that each far gateway understands.

use super::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, PortSelector, Settings, Subset, TrafficPolicy,
};
use super::dialect::Dialect;
use super::failover::FARTHER;
use super::mark::{export_to, list, object, suppress};
use super::object::{Object, Spec};
use super::release::Feature;
use super::service_entry::{Location, Resolution, ServiceEntrySpec, ServicePort};
use super::sni::sni;
use super::{endpoint, failover, joined};
use crate::model::service::PlainNames;
use crate::model::{Address, Cluster, Gateway, Port, Service};
use crate::plan::{ClusterPlan, PlainName, RemoteName, RemoteSubset};

pub(super) fn objects(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    ipv6(plan, dialect);
    let remote = plan.remote.names.iter();
    let remote = remote.flat_map(|name| [service_entry(plan, name), destination_rule(plan, name)]);
    let entries = plan.plain_names.iter().filter(|name| name.made == PlainNames::Entry);
    let joined = joined::entries(plan, dialect);
    remote.chain(entries.map(|name| plain_entry(plan, name))).chain(joined).collect()
}

/// Asks for every IPv6 address that callers here are told of: the virtual ones, and those of far gateways.
fn ipv6(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) {
    let pool = plan.mesh.virtual_ips.and_then(|virtual_ips| virtual_ips.place);
    let remote = plan.remote.names.iter().map(|name| (name.service, name.address));
    let entries = plan.plain_names.iter().map(|name| (name.service, name.address));
    let virtual_ips = remote.chain(entries).filter(|(_, address)| address.is_some_and(|ip| ip.is_ipv6()));
    let pinned = |service: &Service| service.virtual_ip.as_ref().map(|pin| pin.place);
    let virtual_ips = virtual_ips.filter_map(|(service, _)| pinned(service).or(pool));
    let is_ipv6 = |address: &Address| matches!(address, Address::Ip(ip) if ip.is_ipv6());
    let far = plan.remote.names.iter().flat_map(|name| &name.clusters);
    let far = far.filter(|cluster| plan.dialled(cluster).iter().any(is_ipv6));
    let gateways = far.filter_map(|cluster| cluster.gateway.as_ref());
    let written = |gateway: &Gateway| gateway.addresses_from.get(&plan.id).map(|from| from.place);
    for place in virtual_ips.chain(gateways.map(|gateway| written(gateway).unwrap_or(gateway.place))) {
        dialect.can(Feature::Ipv6, place);
    }
}

fn service_entry(plan: &ClusterPlan<'_>, name: &RemoteName<'_>) -> Object {
    let service = name.service;
    let spec = ServiceEntrySpec {
        hosts: vec![name.host.clone()],
        addresses: name.address.iter().map(ToString::to_string).collect(),
        export_to: export_to(&name.callers),
        location: Location::MeshInternal,
        resolution: endpoint::resolution(plan, name),
        ports: service.ports.iter().map(service_port).collect(),
        endpoints: endpoint::endpoints(plan, name),
    };
    let why = format!(
        "Callers here reach {service} in {} by this name, through the gateway there.",
        clusters(name)
    );
    object(plan, &name.object, &service.namespace, why, Spec::ServiceEntry(spec))
}

fn service_port(port: &Port) -> ServicePort {
    ServicePort { name: port.name.clone(), number: port.number, protocol: port.protocol.istio() }
}

fn destination_rule(plan: &ClusterPlan<'_>, name: &RemoteName<'_>) -> Object {
    let service = name.service;
    let any = name.clusters.first();
    let any = any.map(|cluster| Contract { service, cluster, subset: None, translated: name.translated });
    let spec = DestinationRuleSpec {
        host: name.host.clone(),
        export_to: export_to(&name.callers),
        traffic_policy: any.map(|contract| TrafficPolicy {
            settings: Settings::default(),
            tls: service.ports.first().map(|port| contract.tls(port)),
            port_level_settings: contract.by_port(&Settings::default()),
        }),
        subsets: name.subsets.iter().filter_map(|subset| remote_subset(plan, name, subset)).collect(),
    };
    let why = if name.translated {
        format!("Callers here say this name as it is: {} what they want of {service}.", gateways_know(name))
    } else {
        format!("The SNI by which {} what callers here want of {service}.", gateways_know(name))
    };
    let mut object = object(plan, &name.object, &service.namespace, why, Spec::DestinationRule(spec));
    if name.subsets.iter().any(|subset| name.narrows(subset)) {
        // istioctl looks for pods that carry the labels; it does not look at the endpoints of a ServiceEntry.
        suppress(&mut object, "IST0173");
    }
    object
}

/// Every subset has its own `tls`: one without inherits the SNI of the whole name, and reaches all versions.
fn remote_subset(plan: &ClusterPlan<'_>, name: &RemoteName<'_>, subset: &RemoteSubset<'_>) -> Option<Subset> {
    let RemoteSubset { name: subset_name, far, version: _, clusters, translated } = subset;
    // Clusters that stand in for each other are told the same.
    let cluster = clusters.first()?;
    let contract = Contract { service: name.service, cluster, subset: *far, translated: *translated };
    let settings = if subset.fails_over() {
        failover::settings(&[FARTHER], plan.cluster.release)
    } else {
        Settings::default()
    };
    let by_port = contract.by_port(&settings);
    let policy = if by_port.is_empty() {
        let tls = name.service.ports.first().map(|port| contract.tls(port));
        TrafficPolicy { settings, tls, port_level_settings: by_port }
    } else {
        TrafficPolicy { port_level_settings: by_port, ..TrafficPolicy::default() }
    };
    Some(Subset {
        name: subset_name.clone(),
        labels: endpoint::selector(name, subset),
        traffic_policy: Some(policy),
    })
}

/// What a far gateway is told: its own name of a service and subset.
#[derive(Clone, Copy)]
struct Contract<'p> {
    service: &'p Service,
    cluster: &'p Cluster,
    subset: Option<&'p str>,
    /// The gateway is taught what callers call it.
    translated: bool,
}

impl Contract<'_> {
    fn tls(self, port: &Port) -> ClientTls {
        let sni =
            (!self.translated).then(|| sni(port.number, self.subset, &self.service.plain_host(self.cluster)));
        ClientTls { mode: ClientTlsMode::IstioMutual, sni }
    }

    /// An SNI names one port, so several ports need settings each; a subset's own `tls` would beat them. What Istio
    /// derives by itself fits each port.
    fn by_port(self, settings: &Settings) -> Vec<PortPolicy> {
        let ports = &self.service.ports;
        let policy = |port: &Port| PortPolicy {
            port: PortSelector { number: port.number },
            settings: settings.clone(),
            tls: Some(self.tls(port)),
        };
        if ports.len() > 1 && !self.translated { ports.iter().map(policy).collect() } else { Vec::new() }
    }
}

/// For proxies that answer DNS: a name without endpoints, whose VirtualService sends requests on.
fn plain_entry(plan: &ClusterPlan<'_>, name: &PlainName<'_>) -> Object {
    let service = name.service;
    let spec = ServiceEntrySpec {
        hosts: vec![service.plain_host(plan.cluster)],
        addresses: name.address.iter().map(ToString::to_string).collect(),
        export_to: export_to(&name.callers),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: service.ports.iter().map(service_port).collect(),
        endpoints: Vec::new(),
    };
    let why = format!(
        "Makes the plain name of {service} work here, where it does not run; its VirtualService sends requests on."
    );
    object(plan, &service.name, &service.namespace, why, Spec::ServiceEntry(spec))
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
