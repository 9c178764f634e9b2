//! Serving: the versions that run in a cluster, and its gateway.

use std::collections::BTreeSet;

use super::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, PortSelector, Subset, TrafficPolicy,
};
use super::dialect::Dialect;
use super::gateway::{GatewaySpec, Server, ServerPort, ServerTls, ServerTlsMode};
use super::ingress;
use super::mark::{list, object};
use super::object::{Object, Spec};
use super::release::{Feature, SniRouting};
use super::rewrite::{self, Form};
use super::traffic_policy::{self, Endpoints};
use super::{joined, problems};
use crate::model::Cluster;
use crate::model::cluster::Expose;
use crate::model::traffic_policy as meant;
use crate::plan::{ClusterPlan, Entrance, Serving};

/// The name of the Gateway that opens a cluster to the others, and of what its workload is taught.
const GATEWAY: &str = "meshgen-east-west";

pub(super) fn objects(plan: &ClusterPlan<'_>, dialect: &mut Dialect<'_>) -> Vec<Object> {
    let form = Form::asked(plan, dialect);
    let mut said = rewrite::subsets(plan, form, dialect);
    let joined: BTreeSet<_> = plan.joined.iter().map(|joined| joined.service.place).collect();
    let alone = plan.serve.iter().filter(|serving| !joined.contains(&serving.service.place));
    let mut objects: Vec<_> = alone
        .map(|serving| {
            let further = said.remove(&serving.service.place).unwrap_or_default();
            destination_rule(plan, serving, further, dialect)
        })
        .collect();
    let alone = plan.runs.iter().map(|service| Serving { service, versions: Vec::new() });
    objects.extend(alone.filter_map(|serving| {
        let further = said.remove(&serving.service.place)?;
        Some(destination_rule(plan, &serving, further, dialect))
    }));
    objects.extend(plan.joined.iter().map(|joined| joined::destination_rule(plan, joined, dialect)));
    if let Some(entrance) = &plan.entrance {
        router_mode(plan.cluster, entrance.gateway, dialect);
        if !entrance.gateway.existing {
            objects.push(gateway(plan, entrance, form, dialect));
        }
        objects.extend(form.map(|form| rewrite::envoy_filter(plan, entrance, form, GATEWAY)));
    }
    objects.extend(ingress::gateways(plan, dialect));
    objects
}

/// Without the router mode the port is open, and every request ends there.
fn router_mode(cluster: &Cluster, gateway: &crate::model::Gateway, dialect: &mut Dialect<'_>) {
    match cluster.release.sni_routing() {
        SniRouting::Always => {}
        SniRouting::UnlessByHelm => {
            dialect.remark(problems::router_mode(cluster, gateway, " where Helm installed it"));
        }
        SniRouting::OnlyIfTold => dialect.remark(problems::router_mode(cluster, gateway, "")),
    }
}

/// Visible everywhere, for the far callers' SNI names its subsets at the gateway. No `tls` where Istio finds out by
/// itself: an explicit mode breaks pods without sidecar.
fn destination_rule(
    plan: &ClusterPlan<'_>,
    serving: &Serving<'_>,
    further: Vec<Subset>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let Serving { service, versions } = serving;
    let subsets = versions
        .iter()
        .map(|version| Subset {
            name: version.subset.clone(),
            labels: version.labels.clone(),
            traffic_policy: version.traffic_policy.as_ref().map(|policy| near(policy, dialect)),
        })
        .chain(further)
        .collect();
    let traffic_policy = match &service.traffic_policy {
        Some(policy) => Some(near(policy, dialect)),
        None => mutual(dialect).map(|tls| TrafficPolicy { tls: Some(tls), ..TrafficPolicy::default() }),
    };
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy,
        subsets,
    };
    let names = list(versions.iter().map(|version| version.name.as_str()));
    let why = if versions.is_empty() && service.has_policy() {
        format!("How connections to {service} are made where it runs.")
    } else if versions.is_empty() {
        format!(
            "Names {service} as callers elsewhere do: the gateway is taught no more than another end of names."
        )
    } else {
        format!(
            "Tells apart what runs here of {service}: {names}; callers, near and far, name these subsets."
        )
    };
    object(plan, &service.name, &service.namespace, why, Spec::DestinationRule(spec))
}

/// As it was said: Istio's own order holds between its levels. The gateway here obeys it, too, for requests from far.
pub(super) fn near(policy: &meant::TrafficPolicy, dialect: &mut Dialect<'_>) -> TrafficPolicy {
    let meant::TrafficPolicy { settings, ports } = policy;
    TrafficPolicy {
        settings: traffic_policy::settings(settings.alone(), Endpoints::Pods, dialect),
        tls: mutual(dialect),
        port_level_settings: ports
            .iter()
            .map(|(number, settings)| PortPolicy {
                port: PortSelector { number: *number },
                settings: traffic_policy::settings(settings.alone(), Endpoints::Pods, dialect),
                tls: mutual(dialect),
            })
            .collect(),
    }
}

/// Mutual TLS has to be asked for at every level where Istio does not find out by itself.
fn mutual(dialect: &Dialect<'_>) -> Option<ClientTls> {
    let automatic = dialect.release().can(Feature::AutoMutualTls);
    (!automatic).then_some(ClientTls {
        mode: ClientTlsMode::IstioMutual,
        sni: None,
        subject_alt_names: Vec::new(),
    })
}

fn gateway(
    plan: &ClusterPlan<'_>,
    entrance: &Entrance<'_>,
    form: Option<Form>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let Entrance { gateway, callers, services, translations: _ } = entrance;
    let mut hosts = match gateway.expose {
        Expose::Used if dialect.can(Feature::ExactGatewayHosts, gateway.place) => {
            let hosts: BTreeSet<_> =
                services.iter().map(|service| service.plain_host(plan.cluster)).collect();
            hosts.into_iter().collect()
        }
        Expose::Used | Expose::All => vec![every_host(plan.cluster)],
    };
    hosts.extend(rewrite::host(plan.mesh, form));
    let spec = GatewaySpec {
        selector: gateway.selector.clone(),
        servers: vec![Server {
            name: None,
            port: ServerPort { name: "tls".to_owned(), number: gateway.server_port, protocol: "TLS" },
            tls: Some(ServerTls { mode: Some(ServerTlsMode::AutoPassthrough), ..ServerTls::default() }),
            hosts,
        }],
    };
    let callers = list(callers.iter().map(|caller| caller.name.as_str()));
    let why = format!("Lets callers in {callers} in: their SNI names the service, and TLS ends at its pods.");
    object(plan, GATEWAY, &gateway.namespace, why, Spec::Gateway(spec))
}

/// `*.local`, the very string of Istio's own documents: a second Gateway with it is harmless, while one that
/// overlaps it in another string makes Envoy reject the whole listener.
fn every_host(cluster: &Cluster) -> String {
    format!("*.{}", cluster.cluster_domain.rsplit('.').next().unwrap_or_default())
}
