//! What the cluster behind a gateway must have to answer an SNI.

use std::collections::{BTreeMap, BTreeSet};

use super::Crossing;
use super::index::Index;
use super::near::says_what_it_means;
use super::rewrite::Lessons;
use super::subset::selects;
use crate::istio::Bundle;
use crate::istio::bundle::GroundGateway;
use crate::istio::kind::gateway::{GatewaySpec, ServerTlsMode};
use crate::istio::kind::object::Metadata;
use crate::istio::sni;

/// The SNIs that a cluster answers.
#[derive(Debug, Default)]
pub struct Offer {
    /// Hosts that its gateway opens, as patterns; none if a Gateway of others opens it.
    opened: Option<Vec<String>>,
    /// By host.
    services: BTreeMap<String, Service>,
    /// What its gateway makes of other names.
    lessons: Lessons,
    /// Why the gateway would be of no use to anybody.
    refused: Vec<String>,
}

/// A service that runs there.
#[derive(Debug, Default)]
struct Service {
    ports: BTreeSet<u16>,
    /// Who its pods say they are, if anybody said.
    identities: BTreeSet<String>,
    /// Its versions by subset, each with whether it can be reached; also as callers elsewhere say them.
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
            let further = index.subsets_of(host).filter(|name| !service.pods.contains_key(*name));
            let subsets = service.pods.keys().chain(further).map(subset);
            let ports = service.ports.iter().copied().collect();
            let identities = service.identities.clone();
            (host.clone(), Service { ports, identities, subsets: subsets.collect() })
        });
        let mut offer = Self { opened, services: services.collect(), ..Self::default() };
        match ground.gateway.as_ref().map(|gateway| Lessons::of(bundle, gateway, &index.filters)) {
            Some(Ok(lessons)) => offer.lessons = lessons,
            Some(Err(what)) => offer.refused.push(what),
            None => {}
        }
        let clashes = offer.lessons.clashes(|sni| offer.has_chain(index, sni));
        offer.refused.extend(clashes.iter().map(|sni| format!("Envoy refuses a second chain for `{sni}`")));
        offer
    }

    /// What makes the gateway useless to all callers, whatever they say.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// Whether the gateway has a filter chain for an SNI without being taught: for what runs behind it, or for what it
    /// passes on to others.
    fn has_chain(&self, index: &Index<'_>, sni: &str) -> bool {
        let Some((port, subset, host)) = sni::parse(sni) else { return false };
        let subset = subset.is_none_or(|subset| index.subsets.contains_key(&(host, subset)));
        let opened = self.opened.iter().flatten().any(|pattern| opens(pattern, host));
        let entry = index.entries.get(host).filter(|_| opened);
        let passed_on = entry.is_some_and(|(_, entry)| entry.ports.iter().any(|known| known.number == port));
        subset && (passed_on || self.services.get(host).is_some_and(|service| service.ports.contains(&port)))
    }

    fn opens(&self, host: &str) -> bool {
        self.opened.as_ref().is_none_or(|opened| opened.iter().any(|pattern| opens(pattern, host)))
    }

    /// Whether pods of what the SNI names answer it.
    pub fn answers(&self, crossing: &Crossing, cluster: &str) -> Result<(), String> {
        let said = &crossing.sni;
        let taken = self.lessons.taken(said);
        let (port, subset, host) =
            sni::parse(&taken.sni).ok_or_else(|| format!("`{said}` is not an SNI of Istio's"))?;
        if !self.opens(if taken.as_said { said } else { host }) {
            return Err(format!("the gateway of `{cluster}` is not open for `{host}`"));
        }
        if let Some((said_port, _, said_host)) = sni::parse(said).filter(|_| taken.sni != *said) {
            let meant = Some(crossing.subset.as_str()).filter(|subset| !subset.is_empty());
            says_what_it_means(said_host, meant, said_port, &taken.sni)
                .map_err(|what| format!("the gateway of `{cluster}` takes one name for another: {what}"))?;
        }
        let Service { ports, identities, subsets } =
            self.services.get(host).ok_or_else(|| format!("`{host}` does not run in `{cluster}`"))?;
        if !ports.contains(&port) {
            return Err(format!("`{host}` has no port {port} in `{cluster}`"));
        }
        let demanded = &crossing.identities;
        if !identities.is_empty() && !demanded.iter().any(|identity| identities.contains(identity)) {
            return Err(format!("nobody behind `{host}` in `{cluster}` is who callers demand"));
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
pub fn opened(gateway: &GroundGateway, gateways: &[(&Metadata, &GatewaySpec)]) -> Vec<String> {
    let here = gateways.iter().filter(|(metadata, spec)| {
        metadata.namespace == gateway.namespace && selects(&spec.selector, &gateway.labels)
    });
    let servers: Vec<_> = here
        .flat_map(|(_, spec)| &spec.servers)
        .filter(|server| server.port.number == gateway.server_port)
        .filter(|server| {
            server.tls.as_ref().is_some_and(|tls| tls.mode == Some(ServerTlsMode::AutoPassthrough))
        })
        .collect();
    match servers.as_slice() {
        [only] => only.hosts.clone(),
        [] | [_, _, ..] => Vec::new(),
    }
}

/// Whether a host of a server opens a name.
pub fn opens(pattern: &str, host: &str) -> bool {
    pattern == host || pattern.strip_prefix('*').is_some_and(|end| host.ends_with(end))
}

/// A name that is too long ends in a hash instead.
pub fn names(whose: &str, cluster: &str) -> bool {
    whose == cluster
        || whose.len() >= 9 && whose.get(whose.len() - 9..).is_some_and(|end| end.starts_with('-'))
}
