//! Connections to pods of the own cluster: what users say of them, and mutual TLS where Istio has to be told.
//!
//! Enters: a traffic policy as meant. Leaves: the same in Istio's words. Refuses to know: for which subset or host
//! it is.

use super::dialect::Dialect;
use super::kind::destination_rule::{ClientTls, ClientTlsMode, PortPolicy, PortSelector, TrafficPolicy};
use super::release::Feature;
use super::word::traffic_policy::{self, Endpoints};
use crate::model::traffic_policy as meant;

/// A policy as it was said: Istio's own order holds between its levels. The gateway here obeys it too, for
/// requests from far.
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
pub(super) fn mutual(dialect: &Dialect<'_>) -> Option<ClientTls> {
    let automatic = dialect.release().can(Feature::AutoMutualTls);
    (!automatic).then_some(ClientTls {
        mode: ClientTlsMode::IstioMutual,
        sni: None,
        subject_alt_names: Vec::new(),
    })
}
