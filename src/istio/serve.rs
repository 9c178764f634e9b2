//! Serving: the versions that run in a cluster, and its gateway.

use std::collections::BTreeSet;

use super::destination_rule::{
    ClientTls, ClientTlsMode, DestinationRuleSpec, PortPolicy, PortSelector, Subset, TrafficPolicy,
};
use super::dialect::Dialect;
use super::mark::{list, object, suppress};
use super::object::{Object, Spec};
use super::release::{Feature, SniRouting};
use super::rewrite::{self, Form};
use super::traffic_policy::{self, Endpoints};
use super::{discovered, entrances, ingress};
use super::{joined, problems};
use crate::model::traffic_policy as meant;
use crate::model::{Cluster, Service};
use crate::plan::{ClusterPlan, Serving};

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
    objects.extend(plan.runs.iter().filter_map(|service| {
        let further = said.remove(&service.place)?;
        Some(aliases(plan, service, further, dialect))
    }));
    objects.extend(plan.joined.iter().map(|joined| joined::destination_rule(plan, joined, dialect)));
    if let Some(entrance) = &plan.entrance {
        router_mode(plan.cluster, entrance.gateway, dialect);
        objects.extend(form.map(|form| rewrite::envoy_filter(plan, entrance, form, entrances::GATEWAY)));
    }
    for (cluster, entrance) in &plan.configures {
        if let Some(entrance) = entrance {
            router_mode(cluster, entrance.gateway, dialect);
        }
    }
    objects.extend(entrances::gateways(plan, form, dialect));
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
    let Serving { id: _, service, versions, pinned, seen, stands_in: _ } = serving;
    let mut subsets: Vec<Subset> = versions
        .iter()
        .map(|version| {
            let own = version.traffic_policy.as_ref().map(|policy| near(policy, dialect));
            let (name, labels) = (version.subset.clone(), version.labels.clone());
            let mut subset = Subset { name, labels, traffic_policy: own };
            if *pinned {
                discovered::pin(service, plan.cluster, &mut subset, dialect);
            }
            subset
        })
        .collect();
    subsets.extend(discovered::subsets(serving, dialect));
    subsets.extend(further);
    let said = whole(service, dialect).unwrap_or_default();
    let said = discovered::stood_in(serving, said, dialect);
    let traffic_policy = Some(said).filter(|policy| *policy != TrafficPolicy::default());
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy,
        subsets,
    };
    let names = list(versions.iter().map(|version| version.name.as_str()));
    let why = if !seen.is_empty() {
        let names = list(seen.iter().map(|subset| subset.name.as_str()));
        format!(
            "Tells apart what control planes see of {service}: {names}; the gateways that are passed know the same."
        )
    } else if versions.is_empty() && serving.stands_in.is_some() {
        format!("Lets clusters that run {service} stand in for each other.")
    } else if versions.is_empty() && service.has_policy() {
        format!("How connections to {service} are made where it runs.")
    } else {
        format!(
            "Tells apart what runs here of {service}: {names}; callers, near and far, name these subsets."
        )
    };
    let mut object = object(plan, &service.name, &service.namespace, why, Spec::DestinationRule(spec));
    if discovered::looks_empty(plan, serving) {
        suppress(&mut object, "IST0173");
    }
    if discovered::is_unknown(plan, service) {
        suppress(&mut object, "IST0174");
    }
    object
}

/// What is said of all connections to a service.
fn whole(service: &Service, dialect: &mut Dialect<'_>) -> Option<TrafficPolicy> {
    match &service.traffic_policy {
        Some(policy) => Some(near(policy, dialect)),
        None => mutual(dialect).map(|tls| TrafficPolicy { tls: Some(tls), ..TrafficPolicy::default() }),
    }
}

/// Where the gateway is taught no more than another end of names: the subsets that callers elsewhere say.
fn aliases(
    plan: &ClusterPlan<'_>,
    service: &Service,
    subsets: Vec<Subset>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy: whole(service, dialect),
        subsets,
    };
    let why = format!(
        "Names {service} as callers elsewhere do: the gateway is taught no more than another end of names."
    );
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
