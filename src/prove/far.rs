//! What the cluster behind a gateway must have to answer an SNI.

use std::collections::{BTreeMap, BTreeSet};

use super::Crossing;
use super::index::Index;
use super::near::{says_what_it_means, selects};
use super::rewrite::{self, Lessons};
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
    /// By host: its ports, and its subsets with whether they select pods.
    services: BTreeMap<String, (BTreeSet<u16>, BTreeMap<String, bool>)>,
    /// What its gateway makes of other names.
    lessons: Lessons,
    /// Why Envoy would refuse what the gateway is told.
    refused: Vec<String>,
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
            let rule = index.rules.get(host.as_str()).map(|(_, rule)| rule);
            let names = rule.into_iter().flat_map(|rule| &rule.subsets).map(|subset| &subset.name);
            let subsets = names.filter_map(|name| {
                let labels = index.subset_labels(host, name, &service.namespace).ok()?;
                Some((name.clone(), service.pods.iter().any(|pod| selects(labels, pod))))
            });
            (host.clone(), (service.ports.iter().copied().collect(), subsets.collect()))
        });
        let mut offer = Self { opened, services: services.collect(), ..Self::default() };
        match ground.gateway.as_ref().map(|gateway| Lessons::of(bundle, gateway, &index.filters)) {
            Some(Ok(lessons)) => offer.lessons = lessons,
            Some(Err(what)) => offer.refused.push(what),
            None => {}
        }
        let clashes = offer.lessons.clashes(|sni| offer.has_chain(sni) || offer.passes_on(index, sni));
        offer.refused.extend(
            clashes
                .iter()
                .map(|sni| format!("two filter chains answer `{sni}`, and Envoy would refuse all of them")),
        );
        offer
    }

    /// What makes the gateway useless to all callers, whatever they say.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// Whether the gateway has a filter chain for an SNI without being taught.
    fn has_chain(&self, sni: &str) -> bool {
        let Some((port, subset, host)) = sni::parse(sni) else { return false };
        self.services.get(host).is_some_and(|(ports, subsets)| {
            ports.contains(&port) && subset.is_none_or(|subset| subsets.contains_key(subset))
        })
    }

    /// Whether the gateway passes on what callers behind it say, to other clusters.
    fn passes_on(&self, index: &Index<'_>, sni: &str) -> bool {
        let Some((_, _, host)) = sni::parse(sni) else { return false };
        let opened = self.opened.as_ref();
        let opens = opened.is_some_and(|opened| opened.iter().any(|pattern| opens(pattern, host)));
        opens && index.entries.contains_key(host)
    }

    fn opens(&self, host: &str) -> bool {
        self.opened.as_ref().is_none_or(|opened| opened.iter().any(|pattern| opens(pattern, host)))
    }

    /// Whether pods of what the SNI names answer it.
    pub fn answers(&self, crossing: &Crossing, cluster: &str) -> Result<(), String> {
        let said = &crossing.sni;
        let taken = self.lessons.taken(said);
        let (port, subset, host) =
            sni::parse(&taken.sni).ok_or(format!("`{said}` is not an SNI of Istio's"))?;
        if !self.opens(if taken.as_said { said } else { host }) {
            return Err(format!("the gateway of `{cluster}` is not open for `{host}`"));
        }
        let meant = Some(crossing.subset.as_str()).filter(|subset| !subset.is_empty());
        if taken.sni != *said {
            if !rewrite::agree(said, &taken.sni) {
                return Err(format!("the gateway of `{cluster}` takes `{said}` for `{}`", taken.sni));
            }
            says_what_it_means(host, meant, port, &taken.sni)?;
        }
        let (ports, subsets) =
            self.services.get(host).ok_or(format!("`{host}` does not run in `{cluster}`"))?;
        if !ports.contains(&port) {
            return Err(format!("`{host}` has no port {port} in `{cluster}`"));
        }
        let Some(subset) = subset else { return Ok(()) };
        let whose = crossing.subset.strip_prefix(subset).unwrap_or_default();
        if !whose.is_empty() && whose.strip_prefix("--").is_some_and(|whose| !names(whose, cluster)) {
            return Err(format!("subset `{}` leads to `{cluster}`", crossing.subset));
        }
        match subsets.get(subset) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("subset `{subset}` of `{host}` selects no pods in `{cluster}`")),
            None => Err(format!("`{host}` has no subset `{subset}` in `{cluster}`")),
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
