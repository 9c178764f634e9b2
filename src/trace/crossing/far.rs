//! Who is meant over there: the far gateway that is dialled, and the far Service behind a remote name.
//!
//! Enters: the way of a share. Leaves: the far cluster, its gateway, the Service. Refuses to know: whether anybody answers.

use crate::diagnostic::nearest;
use crate::trace::Tracer;
use crate::trace::object::ObjectPlace;
use crate::trace::registry::{Registry, Service};
use crate::trace::report::Share;
use crate::trace::server::{ServerKind, opened};
use crate::trace::world::Gateway;

/// Where a share was on its way to.
pub(super) struct Far<'t, 'a> {
    pub(super) registry: &'t Registry<'a>,
    pub(super) gateway: &'a Gateway,
    /// As it is dialled.
    pub(super) address: String,
    /// At the gateway's workload, if it has such a port.
    pub(super) port: Option<u16>,
}

impl<'t, 'a> Far<'t, 'a> {
    /// The gateway that a share dials; nothing if it dials none.
    pub(super) fn of(tracer: &'t Tracer<'a>, caller: &str, share: &Share) -> Option<Self> {
        let address = &share.dial()?.address;
        let (host, number) = address.rsplit_once(':')?;
        let number: u16 = number.parse().ok()?;
        let by_address = tracer.world.gateway_at(host, caller);
        let (cluster, gateway, port) = by_address
            .map(|(cluster, gateway)| (cluster, gateway, gateway.ports.get(&number).copied()))
            .or_else(|| {
                let (cluster, gateway, port) = tracer.world.gateway_behind(host, number)?;
                Some((cluster, gateway, Some(port)))
            })?;
        let registry = tracer.registry(&cluster.name)?.ok()?;
        Some(Self { registry, gateway, address: address.clone(), port })
    }

    /// The Gateway object that passes TLS on at the port that is dialled, if there is one.
    pub(super) fn passing(&self) -> Option<&'a ObjectPlace> {
        let mut all = opened(self.registry, self.gateway, self.port?);
        all.find(|opened| opened.kind == ServerKind::PassesOn).and_then(|opened| opened.place)
    }

    /// Any Gateway object at that port.
    pub(super) fn any(&self) -> Option<&'a ObjectPlace> {
        opened(self.registry, self.gateway, self.port?).find_map(|opened| opened.place)
    }

    /// The Service that a remote name means: `payments.shop.global`, `payments.shop.svc.cluster2.global`, or a full name.
    pub(super) fn service(&self, host: &str) -> Option<&Service<'a>> {
        let full = self.full(host)?;
        self.registry.service(&full, &self.gateway.namespace)
    }

    /// The full name over there that a remote name means, whether or not anybody has it.
    pub(super) fn full(&self, host: &str) -> Option<String> {
        let mut parts = host.split('.');
        let (name, namespace) = (parts.next()?, parts.next()?);
        parts.next()?;
        Some(format!("{name}.{namespace}.svc.{}", self.registry.control_plane.domain))
    }

    /// The far Service whose name is nearest to what a remote name means.
    pub(super) fn neighbour(&self, host: &str) -> Option<String> {
        let full = self.full(host)?;
        let names: Vec<&str> = self.registry.hosts_of_pods().collect();
        nearest(&full, names).map(str::to_owned)
    }

    /// What the gateway knows a port, and perhaps a subset, of a far Service by; nothing if it does not.
    pub(super) fn sni(&self, service: &Service<'a>, port: u16, subset: Option<&str>) -> Option<String> {
        let number = match (service.port(port), service.ports.as_slice()) {
            (Some(found), _) => found.number,
            (None, [only]) => only.number,
            (None, _) => return None,
        };
        let rules = self.registry.destination_rules(service, &self.gateway.namespace);
        let is_known =
            |name: &&str| rules.iter().any(|rule| rule.spec.subsets.iter().any(|known| known.name == **name));
        let subset = subset.filter(|name| is_known(name)).unwrap_or_default();
        Some(format!("outbound_.{number}_.{subset}_.{}", service.host))
    }
}
