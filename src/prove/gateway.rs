//! That gateways are open for what comes, and take names as callers mean them.

use std::collections::BTreeMap;

use super::broken::Broken;
use super::chains::Chains;
use super::facts::{Facts, selects};
use crate::istio::Step;
use crate::istio::kind::gateway::{GatewaySpec, ServerTlsMode};
use crate::istio::kind::object::{Metadata, Object, Spec};
use crate::model::{ClusterId, Gateway, ServiceId, pattern};
use crate::plan::ClusterPlan;

/// What services need of gateways, and what these offer.
#[derive(Debug, Default)]
pub struct Gateways {
    /// By cluster that is entered, and service: a caller.
    open: BTreeMap<(ClusterId, ServiceId), ClusterId>,
    /// By cluster that is entered: SNIs that its gateway must take for others.
    take: BTreeMap<ClusterId, BTreeMap<String, MustTake>>,
    offers: BTreeMap<ClusterId, Offer>,
}

/// What an SNI is taken for, and a caller that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MustTake {
    sni: String,
    caller: ClusterId,
}

/// What the gateway of a cluster offers.
#[derive(Debug, Default)]
struct Offer {
    /// Hosts that it opens, as patterns; none if a Gateway of others opens it.
    opened: Option<Vec<String>>,
    /// What it makes of other names.
    chains: Chains,
}

impl Gateways {
    /// Callers come for a service.
    pub fn must_open(&mut self, caller: ClusterId, entered: ClusterId, service: ServiceId) {
        self.open.entry((entered, service)).or_insert(caller);
    }

    /// Callers say an SNI that the gateway is to take for another.
    pub fn must_take(&mut self, caller: ClusterId, entered: ClusterId, said: &str, taken: &str) {
        let all = self.take.entry(entered).or_default();
        if !all.contains_key(said) {
            all.insert(said.to_owned(), MustTake { sni: taken.to_owned(), caller });
        }
    }

    /// Adds the gateways whose objects are in a cluster's bundle: its own, and those of clusters that it
    /// configures.
    pub fn add(
        &mut self,
        facts: &Facts<'_>,
        plan: &ClusterPlan<'_>,
        objects: &[(Step, Object)],
        broken: &mut Broken,
    ) {
        let mut found = Vec::new();
        let mut filters = Vec::new();
        for (_, object) in objects {
            match &object.spec {
                Spec::Gateway(spec) => found.push((&object.metadata, spec)),
                Spec::EnvoyFilter(spec) => filters.push((&object.metadata, spec)),
                Spec::ServiceEntry(_)
                | Spec::DestinationRule(_)
                | Spec::VirtualService(_)
                | Spec::Service(_) => {}
            }
        }
        for id in facts.view.configured_by(plan.cluster.id) {
            let Some(cluster) = facts.view.cluster(id) else { continue };
            let Some(gateway) = &cluster.gateway else { continue };
            let opened = (!gateway.existing).then(|| opened(gateway, &found));
            let chains =
                broken.check(id, Chains::of(plan.cluster.release, gateway, &filters)).unwrap_or_default();
            self.offers.insert(id, Offer { opened, chains });
        }
    }

    /// Whether every gateway offers what is needed of it.
    pub fn hold(&mut self, facts: &Facts<'_>, broken: &mut Broken) {
        let none = Offer { opened: Some(Vec::new()), chains: Chains::default() };
        for ((entered, service), caller) in &self.open {
            let (Some(cluster), Some(service)) = (facts.view.cluster(*entered), facts.view.service(*service))
            else {
                continue;
            };
            // The hosts of a gateway are compared with names as its control plane has them.
            let head = facts.view.cluster(facts.view.control_plane(*entered)).unwrap_or(cluster);
            let host = service.plain_host(head);
            if !self.offers.get(entered).unwrap_or(&none).opens(&host) {
                broken.say(*caller, format!("the gateway of `{}` is not open for `{host}`", cluster.name));
            }
        }
        for (entered, all) in &self.take {
            let Some(cluster) = facts.view.cluster(*entered) else { continue };
            let offer = self.offers.get(entered).unwrap_or(&none);
            for (said, MustTake { sni, caller }) in all {
                let held = offer.takes(said, sni);
                let held = held.map_err(|what| format!("the gateway of `{}` {what}", cluster.name));
                broken.check(*caller, held);
            }
        }
        for (id, offer) in &self.offers {
            for sni in offer.chains.clashes(|said| offer.has_chain(said)) {
                broken.say(*id, format!("Envoy refuses a second chain for `{sni}`"));
            }
        }
    }
}

impl Offer {
    fn opens(&self, host: &str) -> bool {
        self.opened.as_ref().is_none_or(|opened| opened.iter().any(|open| pattern::covers(open, host)))
    }

    /// Whether an SNI is taken for another, which it is not; else what is wrong with the gateway.
    fn takes(&self, said: &str, meant: &str) -> Result<(), String> {
        let taken = self.chains.taken(said);
        if taken.sni == said {
            return Err(format!("is not taught `{said}`"));
        }
        if taken.sni != meant {
            return Err(format!("takes `{said}` for `{}`, not for `{meant}`", taken.sni));
        }
        let compared = if taken.as_said { said } else { meant };
        let host = crate::istio::sni::parse(compared).map_or("", |(_, _, host)| host);
        // A gateway compares the whole of what is said, where it has one chain for all.
        let compared = if taken.as_said { said } else { host };
        if self.opens(compared) { Ok(()) } else { Err(format!("is not open for `{compared}`")) }
    }

    /// Whether a gateway may have a chain for an SNI by itself: it is open for the host that the SNI names.
    fn has_chain(&self, said: &str) -> bool {
        let host = crate::istio::sni::parse(said).map(|(_, _, host)| host);
        let opened = self.opened.iter().flatten();
        host.is_some_and(|host| opened.clone().any(|open| pattern::covers(open, host)))
    }
}

/// The hosts of Gateways that apply to the gateway's workload. Two of them on one port overlap, and Envoy rejects
/// all.
fn opened(gateway: &Gateway, gateways: &[(&Metadata, &GatewaySpec)]) -> Vec<String> {
    let here = gateways.iter().filter(|(metadata, spec)| {
        metadata.namespace == gateway.namespace && selects(&spec.selector, &gateway.selector)
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
