//! What the cluster behind a gateway must have to answer an SNI.

use std::collections::{BTreeMap, BTreeSet};

use super::Crossing;
use super::index::Index;
use super::subset::selects;
use crate::istio::Bundle;
use crate::istio::bundle::GroundGateway;
use crate::istio::gateway::{GatewaySpec, ServerTlsMode};
use crate::istio::object::Metadata;
use crate::istio::sni;

/// The SNIs that a cluster answers.
#[derive(Debug, Default)]
pub struct Offer {
    /// Hosts that its gateway opens, as patterns; none if a Gateway of others opens it.
    opened: Option<Vec<String>>,
    /// By host.
    services: BTreeMap<String, Service>,
}

/// A service that runs there.
#[derive(Debug, Default)]
struct Service {
    ports: BTreeSet<u16>,
    /// Its versions by subset, each with whether it can be reached.
    subsets: BTreeMap<String, Result<(), String>>,
}

impl Offer {
    /// What one bundle, applied to what is there, answers.
    pub fn of(bundle: &Bundle, index: &Index<'_>) -> Self {
        let ground = &bundle.ground;
        let opened = match &ground.gateway {
            Some(gateway) if gateway.existing => None,
            Some(gateway) => Some(opened(gateway, &index.gateways)),
            None => Some(Vec::new()),
        };
        let services = ground.services.iter().map(|(host, service)| {
            let subset = |name: &String| (name.clone(), index.subset(host, name, service));
            let subsets = service.pods.keys().map(subset);
            let ports = service.ports.iter().copied().collect();
            (host.clone(), Service { ports, subsets: subsets.collect() })
        });
        Self { opened, services: services.collect() }
    }

    /// Whether pods of what the SNI names answer it.
    pub fn answers(&self, crossing: &Crossing, cluster: &str) -> Result<(), String> {
        let said = &crossing.sni;
        let (port, subset, host) =
            sni::parse(said).ok_or_else(|| format!("`{said}` is not an SNI of Istio's"))?;
        if self.opened.as_ref().is_some_and(|opened| !opened.iter().any(|pattern| opens(pattern, host))) {
            return Err(format!("the gateway of `{cluster}` is not open for `{host}`"));
        }
        let Service { ports, subsets } =
            self.services.get(host).ok_or_else(|| format!("`{host}` does not run in `{cluster}`"))?;
        if !ports.contains(&port) {
            return Err(format!("`{host}` has no port {port} in `{cluster}`"));
        }
        let Some(subset) = subset else { return Ok(()) };
        let whose = crossing.subset.strip_prefix(subset).unwrap_or_default();
        if !whose.is_empty() && whose.strip_prefix("--").is_some_and(|whose| !names(whose, cluster)) {
            return Err(format!("subset `{}` leads to `{cluster}`", crossing.subset));
        }
        match subsets.get(subset) {
            Some(reached) => reached.clone().map_err(|what| format!("{what} in `{cluster}`")),
            None => Err(format!("no version behind subset `{subset}` of `{host}` in `{cluster}`")),
        }
    }
}

/// The hosts of Gateways that apply to the gateway's workload. Two of them on one port overlap, and Envoy rejects all.
fn opened(gateway: &GroundGateway, gateways: &[(&Metadata, &GatewaySpec)]) -> Vec<String> {
    let here = gateways.iter().filter(|(metadata, spec)| {
        metadata.namespace == gateway.namespace && selects(&spec.selector, &gateway.labels)
    });
    let servers: Vec<_> = here
        .flat_map(|(_, spec)| &spec.servers)
        .filter(|server| server.port.number == gateway.server_port)
        .filter(|server| server.tls.is_some_and(|tls| tls.mode == ServerTlsMode::AutoPassthrough))
        .collect();
    match servers.as_slice() {
        [only] => only.hosts.clone(),
        [] | [_, _, ..] => Vec::new(),
    }
}

fn opens(pattern: &str, host: &str) -> bool {
    pattern == host || pattern.strip_prefix('*').is_some_and(|end| host.ends_with(end))
}

/// A name that is too long ends in a hash instead.
fn names(whose: &str, cluster: &str) -> bool {
    whose == cluster
        || whose.len() >= 9 && whose.get(whose.len() - 9..).is_some_and(|end| end.starts_with('-'))
}
