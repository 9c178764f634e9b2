//! What the gateways must have where requests from outside arrive.

use super::far::opens;
use super::index::Index;
use crate::istio::Bundle;
use crate::istio::kind::gateway::GatewaySpec;
use crate::istio::kind::object::Metadata;
use crate::istio::kind::virtual_service::VirtualServiceSpec;

/// What was promised to requests from outside and is not there.
pub fn broken(bundle: &Bundle, index: &Index<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    for (gateway, host) in &bundle.ground.let_in {
        let routed =
            index.routes.iter().any(|(_, spec)| spec.gateways.contains(gateway) && spec.hosts.contains(host));
        if !routed {
            broken.push(format!("no VirtualService for `{host}` at `{gateway}`"));
        }
    }
    for (metadata, spec) in &index.routes {
        for gateway in &spec.gateways {
            broken.extend(closed(bundle, index, gateway, metadata, spec));
        }
    }
    broken
}

/// Hosts of a VirtualService that its gateway is not open for.
fn closed(
    bundle: &Bundle,
    index: &Index<'_>,
    gateway: &str,
    metadata: &Metadata,
    spec: &VirtualServiceSpec,
) -> Vec<String> {
    if bundle.ground.ingress_gateways.get(gateway).is_some_and(|ground| ground.existing) {
        return Vec::new();
    }
    let named =
        |known: &&(&Metadata, &GatewaySpec)| format!("{}/{}", known.0.namespace, known.0.name) == gateway;
    let Some((_, opened)) = index.gateways.iter().find(named) else {
        return vec![format!("`{}` names the gateway `{gateway}`, which is not there", metadata.name)];
    };
    let patterns: Vec<&str> =
        opened.servers.iter().flat_map(|server| &server.hosts).map(|host| pattern(host)).collect();
    let closed = spec
        .hosts
        .iter()
        .filter(|host| !patterns.iter().any(|pattern| opens(pattern, host) || opens(host, pattern)));
    closed.map(|host| format!("`{gateway}` is not open for `{host}`")).collect()
}

/// Without the namespace that may stand before it.
fn pattern(host: &str) -> &str {
    host.split_once('/').map_or(host, |(_, pattern)| pattern)
}

/// The namespaces of those who obey a VirtualService; none means all.
pub fn seen_by(bundle: &Bundle, spec: &VirtualServiceSpec) -> Vec<String> {
    if spec.gateways.is_empty() {
        return spec.export_to.clone();
    }
    let grounds = spec.gateways.iter().filter_map(|gateway| bundle.ground.ingress_gateways.get(gateway));
    grounds.flat_map(|ground| &ground.namespaces).cloned().collect()
}
