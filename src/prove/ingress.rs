//! What the gateways must have where requests from outside arrive.

use super::broken::Broken;
use super::listed;
use super::{landing, routes};
use crate::istio::Step;
use crate::istio::kind::gateway::GatewaySpec;
use crate::istio::kind::object::{Metadata, Object, Spec};
use crate::istio::kind::virtual_service::VirtualServiceSpec;
use crate::model::IngressGateway;
use crate::model::pattern::{bare, overlaps};
use crate::plan::{ClusterPlan, Ingress};

/// Whether requests from outside find the routes that they were promised, on gateways that are open for them.
pub fn check(plan: &ClusterPlan<'_>, objects: &[(Step, Object)], broken: &mut Broken) {
    let id = plan.cluster.id;
    if plan.configured_by.is_some() {
        return;
    }
    let found: Vec<(&Metadata, &VirtualServiceSpec)> =
        objects.iter().filter_map(|(_, object)| routed(object)).collect();
    for gateway in &plan.ingress_gateways {
        broken.check(id, declared(gateway, objects));
    }
    for ingress in &plan.ingress {
        let gateway = ingress.gateway.full_name();
        for host in &ingress.hosts {
            let routed =
                found.iter().any(|(_, spec)| spec.gateways.contains(&gateway) && spec.hosts.contains(host));
            if !routed {
                broken.say(id, format!("no VirtualService for `{host}` at `{gateway}`"));
            }
        }
    }
    for (metadata, spec) in found {
        let meant = |ingress: &&Ingress<'_>| {
            spec.gateways.contains(&ingress.gateway.full_name())
                && ingress.hosts.iter().any(|host| spec.hosts.contains(host))
        };
        if let Some(ingress) = plan.ingress.iter().find(meant) {
            routes::lead(id, &ingress.promises, metadata, spec, &listed::all(spec), broken);
            let lost = ingress.promises.iter().find(|promise| {
                let all = listed::all(spec);
                let leads = all.iter().flat_map(|route| &route.destinations);
                ingress.used(promise)
                    && !leads.clone().any(|to| to.host == promise.host && to.subset == promise.subset)
            });
            if let Some(promise) = lost {
                let named = landing::named(&promise.host, promise.subset.as_deref());
                broken.say(id, format!("no route of `{}` leads to {named}", metadata.name));
            }
        }
        for gateway in &spec.gateways {
            for what in closed(plan, objects, gateway, metadata, spec) {
                broken.say(id, what);
            }
        }
    }
}

/// Whether a gateway is made as it was declared: on the pods that it names, open on each port for each host.
fn declared(gateway: &IngressGateway, objects: &[(Step, Object)]) -> Result<(), String> {
    let name = gateway.full_name();
    if gateway.servers.is_empty() {
        return Ok(());
    }
    let mut found = objects.iter().filter_map(|(_, object)| opened(object));
    let found = found.find(|(known, _)| known.namespace == gateway.namespace && known.name == gateway.name);
    let (_, spec) = found.ok_or_else(|| format!("no Gateway `{name}`"))?;
    if spec.selector != gateway.selector {
        return Err(format!("Gateway `{name}` is for other pods than it was declared for"));
    }
    for server in &gateway.servers {
        let port = server.port.value;
        let here = spec.servers.iter().filter(|known| known.port.number == port);
        let hosts: Vec<&String> = here.flat_map(|known| &known.hosts).collect();
        if let Some(closed) = server.hosts.iter().find(|host| !hosts.contains(&&host.value)) {
            return Err(format!("Gateway `{name}` is not open for `{}` on port {port}", closed.value));
        }
    }
    Ok(())
}

fn routed(object: &Object) -> Option<(&Metadata, &VirtualServiceSpec)> {
    match &object.spec {
        Spec::VirtualService(spec) => Some((&object.metadata, spec)),
        Spec::Service(_)
        | Spec::ServiceEntry(_)
        | Spec::DestinationRule(_)
        | Spec::Gateway(_)
        | Spec::EnvoyFilter(_) => None,
    }
}

fn opened(object: &Object) -> Option<(&Metadata, &GatewaySpec)> {
    match &object.spec {
        Spec::Gateway(spec) => Some((&object.metadata, spec)),
        Spec::Service(_)
        | Spec::ServiceEntry(_)
        | Spec::DestinationRule(_)
        | Spec::VirtualService(_)
        | Spec::EnvoyFilter(_) => None,
    }
}

/// Hosts of a VirtualService that its gateway is not open for.
fn closed(
    plan: &ClusterPlan<'_>,
    objects: &[(Step, Object)],
    gateway: &str,
    metadata: &Metadata,
    spec: &VirtualServiceSpec,
) -> Vec<String> {
    let mut known = plan.ingress_gateways.iter().filter(|known| known.full_name() == gateway);
    if known.any(|known| known.servers.is_empty()) {
        return Vec::new();
    }
    let named =
        |(known, _): &(&Metadata, &GatewaySpec)| format!("{}/{}", known.namespace, known.name) == gateway;
    let Some((_, opened)) = objects.iter().filter_map(|(_, object)| opened(object)).find(named) else {
        return vec![format!("`{}` names the gateway `{gateway}`, which is not there", metadata.name)];
    };
    let patterns: Vec<&str> =
        opened.servers.iter().flat_map(|server| &server.hosts).map(|host| bare(host)).collect();
    let closed = spec.hosts.iter().filter(|host| !patterns.iter().any(|open| overlaps(open, host)));
    closed.map(|host| format!("`{gateway}` is not open for `{host}`")).collect()
}
