//! Calling: names for what runs in other clusters, and the SNI that each far gateway understands.

use std::collections::BTreeSet;

use super::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, PortSelector, Settings, Subset, TrafficPolicy,
};
use super::dialect::Dialect;
use super::failover::{FARTHER, Order};
use super::mark::{export_to, list, object, suppress};
use super::object::{Object, Spec};
use super::release::Feature;
use super::service_entry::{Location, Resolution, ServiceEntrySpec, ServicePort};
use super::sni::sni;
use super::traffic_policy::{self, Endpoints};
use super::{endpoint, failover, joined};
use crate::model::service::PlainNames;
use crate::model::traffic_policy as meant;
use crate::model::{Address, Cluster, Gateway, Pick, Port, Service};
use crate::plan::{ClusterPlan, PlainName, RemoteName, RemoteSubset};

pub(super) fn objects(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    ipv6(plan, dialect);
    let joined = joined::entries(plan, dialect);
    let remote = plan.remote.names.iter();
    let remote = remote.flat_map(|name| [service_entry(plan, name), destination_rule(plan, name, dialect)]);
    let entries = plan.plain_names.iter().filter(|name| name.made == PlainNames::Entry && !name.known);
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
        ports: service.crossing_ports().map(service_port).collect(),
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

fn destination_rule(plan: &ClusterPlan<'_>, name: &RemoteName<'_>, dialect: &mut Dialect<'_>) -> Object {
    let service = name.service;
    let any = name.clusters.first().map(|cluster| Contract {
        service,
        cluster,
        serving: &name.clusters,
        subset: None,
        translated: name.translated,
    });
    let spec = DestinationRuleSpec {
        host: name.host.clone(),
        export_to: export_to(&name.callers),
        traffic_policy: any.map(|contract| TrafficPolicy {
            settings: far(service.traffic_policy.as_deref(), dialect),
            tls: service.crossing_ports().next().map(|port| contract.tls(port)),
            port_level_settings: contract.by_port(Pick::Any, false, dialect),
        }),
        subsets: name.subsets.iter().filter_map(|subset| remote_subset(name, subset, dialect)).collect(),
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
fn remote_subset(
    name: &RemoteName<'_>,
    subset: &RemoteSubset<'_>,
    dialect: &mut Dialect<'_>,
) -> Option<Subset> {
    let RemoteSubset { name: subset_name, far: subset_there, pick, version: _, clusters, translated } =
        subset;
    let service = name.service;
    // Clusters that stand in for each other are told the same.
    let cluster = clusters.first()?;
    let contract =
        Contract { service, cluster, serving: clusters, subset: *subset_there, translated: *translated };
    let policy = contract.policy(*pick, subset.fails_over(), dialect);
    let labels = endpoint::selector(name, subset);
    Some(Subset { name: subset_name.clone(), labels, traffic_policy: Some(policy) })
}

/// What is said in general, of connections to far gateways. A subset inherits it, but for what it says itself.
fn far(policy: Option<&meant::TrafficPolicy>, dialect: &mut Dialect<'_>) -> Settings {
    let said = policy.map(|policy| policy.settings.alone()).unwrap_or_default();
    traffic_policy::settings(said, Endpoints::Gateways, dialect)
}

/// What a far gateway is told: its own name of a service and subset.
#[derive(Clone, Copy)]
pub(super) struct Contract<'p> {
    pub(super) service: &'p Service,
    pub(super) cluster: &'p Cluster,
    /// All that may answer.
    pub(super) serving: &'p [&'p Cluster],
    pub(super) subset: Option<&'p str>,
    /// The gateway is taught what callers call it.
    pub(super) translated: bool,
}

impl Contract<'_> {
    /// All that a subset says of connections. `fails_over`: its clusters stand in for each other.
    pub(super) fn policy(self, pick: Pick, fails_over: bool, dialect: &mut Dialect<'_>) -> TrafficPolicy {
        let port_level_settings = self.by_port(pick, fails_over, dialect);
        if !port_level_settings.is_empty() {
            return TrafficPolicy { port_level_settings, ..TrafficPolicy::default() };
        }
        let first = self.service.crossing_ports().next();
        let settings = if fails_over {
            let said = self.service.effective(pick, first.map_or(0, |port| port.number));
            let said = traffic_policy::settings(said, Endpoints::Gateways, dialect);
            failover::added(said, Order::of(&[FARTHER.0]), dialect.release())
        } else {
            far(self.service.own_policy(pick), dialect)
        };
        TrafficPolicy { settings, tls: first.map(|port| self.tls(port)), port_level_settings }
    }

    /// Here, and not in the ServiceEntry: each cluster has its own trust domain, and the first releases read it
    /// nowhere else.
    fn tls(self, port: &Port) -> ClientTls {
        let sni =
            (!self.translated).then(|| sni(port.number, self.subset, &self.service.plain_host(self.cluster)));
        let identities: BTreeSet<_> =
            self.serving.iter().flat_map(|cluster| self.service.identities(cluster)).collect();
        ClientTls {
            mode: ClientTlsMode::IstioMutual,
            sni,
            subject_alt_names: identities.into_iter().collect(),
        }
    }

    /// An SNI names one port, so several ports need settings each; a subset's own `tls` would beat them. What Istio
    /// derives by itself fits each port. Nothing is inherited into them: each says all that holds for the pick there.
    fn by_port(self, pick: Pick, fails_over: bool, dialect: &mut Dialect<'_>) -> Vec<PortPolicy> {
        let one_sni = self.service.crossing_ports().nth(1).is_none() || self.translated;
        if one_sni && !self.service.has_port_policy() {
            return Vec::new();
        }
        let policy = |port: &Port| {
            let said = self.service.effective(pick, port.number);
            let said = traffic_policy::settings(said, Endpoints::Gateways, dialect);
            let settings = if fails_over {
                failover::added(said, Order::of(&[FARTHER.0]), dialect.release())
            } else {
                said
            };
            PortPolicy { port: PortSelector { number: port.number }, settings, tls: Some(self.tls(port)) }
        };
        self.service.crossing_ports().map(policy).collect()
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
        ports: service.crossing_ports().map(service_port).collect(),
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
