//! SNIs that no request says today: beside the settings of every port, or where routes answer for the whole name.
//!
//! One will be said when a route is taken away by hand, and must not lead to another service then.

use super::index::Index;
use crate::istio::kind::destination_rule::TrafficPolicy;
use crate::istio::sni;

/// SNIs that do not name the service, and one of its ports, of the remote name that they are said for.
pub fn strange(index: &Index<'_>) -> Vec<String> {
    let mut strange = Vec::new();
    for (host, (_, entry)) in &index.entries {
        let Some((_, rule)) = index.rules.get(host) else { continue };
        let has = |port: u16| entry.ports.iter().any(|known| known.number == port);
        for (subset, policy) in [(None, rule.traffic_policy.as_ref())].into_iter().chain(
            rule.subsets.iter().map(|subset| (Some(subset.name.as_str()), subset.traffic_policy.as_ref())),
        ) {
            for sni in policy.into_iter().flat_map(snis) {
                let port = sni::parse(sni).map(|(port, _, _)| port).filter(|port| has(*port));
                let port = port.or_else(|| entry.ports.first().map(|first| first.number));
                let meant =
                    port.map_or(Ok(()), |port| super::near::says_what_it_means(host, subset, port, sni));
                strange.extend(meant.err());
            }
        }
    }
    strange
}

/// All that a policy says to gateways.
fn snis(policy: &TrafficPolicy) -> impl Iterator<Item = &str> {
    let ports = policy.port_level_settings.iter().map(|settings| &settings.tls);
    ports.chain([&policy.tls]).flatten().filter_map(|tls| tls.sni.as_deref())
}
