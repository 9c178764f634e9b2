//! Routes that the proxy could not tell apart: two for one network, and one workload obeys both.
//!
//! Istio gives such routes one match, and Envoy then refuses the whole listener.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::target::Route;
use crate::model::condition::ProxyMatch;
use crate::source::Place;

/// Networks that two of the routes of one port are for, and where: the later one, then the earlier.
pub(super) fn clashes(routes: &[Route<'_>]) -> Vec<(IpNet, Place, Place)> {
    let mut seen: BTreeMap<IpNet, Vec<(&ProxyMatch, Place)>> = BTreeMap::new();
    let mut clashes = Vec::new();
    for route in routes {
        for words in &route.conditions {
            for subnet in &words.destination_subnets {
                let earlier = seen.entry(subnet.value).or_default();
                if let Some((_, first)) = earlier.iter().find(|(earlier, _)| !apart(earlier, words)) {
                    clashes.push((subnet.value, subnet.place, *first));
                }
                earlier.push((words, subnet.place));
            }
        }
    }
    clashes
}

/// Whether no connection meets both.
fn apart(one: &ProxyMatch, other: &ProxyMatch) -> bool {
    let labels = one.source_labels.iter();
    let by_label =
        labels.into_iter().any(|(key, value)| other.source_labels.get(key).is_some_and(|said| said != value));
    let namespaces = one.source_namespace.as_ref().zip(other.source_namespace.as_ref());
    let by_namespace = namespaces.is_some_and(|(one, other)| one.value != other.value);
    let named = |name: &str| other.sni_hosts.iter().any(|said| said.value == name);
    let by_name = !one.sni_hosts.is_empty()
        && !other.sni_hosts.is_empty()
        && !one.sni_hosts.iter().any(|name| named(&name.value));
    by_label || by_namespace || by_name
}
