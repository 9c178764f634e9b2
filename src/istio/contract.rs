//! The contract between two clusters: what callers say to a far gateway, and how they connect to it.
//!
//! Enters: a service, a far cluster, and the subset that is known there. Leaves: settings of connections, with the
//! SNI for each port. Refuses to know: where these are written.

use std::collections::BTreeSet;

use super::dialect::Dialect;
use super::failover::{self, Order};
use super::kind::destination_rule::{
    ClientTls, ClientTlsMode, PortPolicy, PortSelector, Settings, TrafficPolicy,
};
use super::sni::sni;
use super::word::traffic_policy::{self, Endpoints};
use crate::model::traffic_policy as meant;
use crate::model::{Cluster, Pick, Port, Service};
use crate::plan::Way;

/// What a far gateway is told: its own name of a service and subset.
#[derive(Clone, Copy)]
pub struct Contract<'p> {
    pub service: &'p Service,
    pub cluster: &'p Cluster,
    /// All that may answer.
    pub serving: &'p [&'p Cluster],
    pub subset: Option<&'p str>,
    /// By which callers get there.
    pub way: Way,
}

impl Contract<'_> {
    /// All that a subset says of connections; `order`, where its clusters stand in for each other.
    pub fn policy(self, pick: Pick, order: Option<Order<'_>>, dialect: &mut Dialect<'_>) -> TrafficPolicy {
        let port_level_settings = self.by_port(pick, order, dialect);
        if !port_level_settings.is_empty() {
            return TrafficPolicy { port_level_settings, ..TrafficPolicy::default() };
        }
        let first = self.service.crossing_ports().next();
        let settings = if let Some(order) = order {
            let said = self.service.effective(pick, first.map_or(0, |port| port.number));
            let said = traffic_policy::settings(said, Endpoints::Gateways, dialect);
            failover::added(said, order, dialect.release())
        } else {
            far(self.service.own_policy(pick), dialect)
        };
        TrafficPolicy { settings, tls: first.map(|port| self.tls(port)), port_level_settings }
    }

    /// The identities stand here, and not in the ServiceEntry: each cluster has its own trust domain, and the
    /// first releases read them nowhere else.
    pub fn tls(self, port: &Port) -> ClientTls {
        let sni =
            says_sni(self.way).then(|| sni(port.number, self.subset, &self.service.plain_host(self.cluster)));
        let identities: BTreeSet<_> =
            self.serving.iter().flat_map(|cluster| self.service.identities(cluster)).collect();
        ClientTls {
            mode: ClientTlsMode::IstioMutual,
            sni,
            subject_alt_names: identities.into_iter().collect(),
        }
    }

    /// An SNI names one port, so several ports need settings each; a subset's own `tls` would beat them. What
    /// Istio derives by itself fits each port. Nothing is inherited into them: each says all that holds for the
    /// pick there.
    pub fn by_port(self, pick: Pick, order: Option<Order<'_>>, dialect: &mut Dialect<'_>) -> Vec<PortPolicy> {
        let one_sni = self.service.crossing_ports().nth(1).is_none() || !says_sni(self.way);
        if one_sni && !self.service.has_port_policy() {
            return Vec::new();
        }
        let policy = |port: &Port| {
            let said = self.service.effective(pick, port.number);
            let said = traffic_policy::settings(said, Endpoints::Gateways, dialect);
            let settings =
                if let Some(order) = order { failover::added(said, order, dialect.release()) } else { said };
            PortPolicy { port: PortSelector { number: port.number }, settings, tls: Some(self.tls(port)) }
        };
        self.service.crossing_ports().map(policy).collect()
    }
}

/// What is said of all connections to far gateways. A subset inherits it, except for what it says itself.
pub fn far(policy: Option<&meant::TrafficPolicy>, dialect: &mut Dialect<'_>) -> Settings {
    let said = policy.map(|policy| policy.settings.alone()).unwrap_or_default();
    traffic_policy::settings(said, Endpoints::Gateways, dialect)
}

/// Whether the SNI is said outright; else Istio derives it from the name that is called.
pub fn says_sni(way: Way) -> bool {
    match way {
        Way::Sni | Way::Merged => true,
        Way::Local | Way::Rewrite | Way::Discovery => false,
    }
}
