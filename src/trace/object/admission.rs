//! What Istio's webhook refuses, of what a trace would otherwise follow.
//!
//! Enters: the spec of an object. Leaves: why the API server would not take it. Refuses to know: everything the CRD's
//! schema says already.

use std::net::IpAddr;

use super::covers;
use super::destination_rule::{DestinationRuleSpec, LocalityLbSetting, TrafficPolicy};
use super::service_entry::{Resolution, ServiceEntrySpec};
use super::virtual_service::{RouteDestination, VirtualServiceSpec};

/// Why a ServiceEntry never reaches a control plane.
pub(super) fn refusal(entry: &ServiceEntrySpec) -> Option<String> {
    if entry.resolution == Resolution::None && !entry.endpoints.is_empty() {
        return Some("it has endpoints, and the resolution is NONE".to_owned());
    }
    entry.endpoints.iter().find_map(|endpoint| {
        let unknown = endpoint.ports.keys().find(|key| !entry.ports.iter().any(|port| port.name == **key));
        let is_name = !endpoint.address.is_empty() && endpoint.address.parse::<IpAddr>().is_err();
        match unknown {
            Some(key) => Some(format!("an endpoint has a port `{key}` that the entry has not")),
            None if is_name && entry.resolution == Resolution::Static => {
                Some(format!("`{}` is no IP address, and the resolution is STATIC", endpoint.address))
            }
            None => None,
        }
    })
}

/// Why a VirtualService never reaches a control plane.
pub(super) fn refusal_of_routes(spec: &VirtualServiceSpec) -> Option<String> {
    let is_for_mesh = spec.gateways.is_empty() || spec.gateways.iter().any(|gateway| gateway == "mesh");
    if is_for_mesh && spec.hosts.iter().any(|host| host == "*") {
        return Some("it is for `*` within the mesh".to_owned());
    }
    let overlap = |one: &str, other: &str| covers(one, other) || covers(other, one);
    let mut earlier: Vec<&str> = Vec::new();
    for host in &spec.hosts {
        if let Some(known) = earlier.iter().find(|known| overlap(known, host)) {
            return Some(format!("it is for both `{known}` and `{host}`"));
        }
        earlier.push(host);
    }
    spec.http.iter().enumerate().find_map(|(index, route)| {
        let answers_itself = route.redirect.is_some() || route.direct_response.is_some();
        let weighs_nothing = |destinations: &[RouteDestination]| {
            destinations.len() > 1 && destinations.iter().all(|share| share.weight.unwrap_or(0) == 0)
        };
        if route.delegate.is_some() && (spec.hosts.is_empty() || !route.route.is_empty()) {
            Some(format!("its HTTP route {} is for a delegate, and cannot be", index + 1))
        } else if route.route.is_empty() && !answers_itself && route.delegate.is_none() {
            Some(format!("its HTTP route {} has no destination", index + 1))
        } else if weighs_nothing(&route.route) {
            Some(format!("the weights of its HTTP route {} add up to 0", index + 1))
        } else {
            None
        }
    })
}

/// The labels that say what `failover` says.
const REGIONAL: [&str; 3] =
    ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];

/// Why a DestinationRule never reaches a control plane.
pub(super) fn refusal_of_policies(spec: &DestinationRuleSpec) -> Option<String> {
    let subsets = spec.subsets.iter().filter_map(|subset| subset.traffic_policy.as_ref());
    let policies = spec.traffic_policy.iter().chain(subsets);
    let balancers = policies.flat_map(TrafficPolicy::levels).filter_map(|level| level.load_balancer.as_ref());
    balancers.filter_map(|balancer| balancer.locality_lb_setting.as_ref()).find_map(refusal_of_localities)
}

/// Source: `ValidateLocalityLbSetting` in Istio's `pkg/config/validation/agent`.
fn refusal_of_localities(setting: &LocalityLbSetting) -> Option<String> {
    let LocalityLbSetting { distribute, failover, failover_priority, enabled: _, unfollowed: _ } = setting;
    let regional = failover_priority.iter().find(|label| REGIONAL.contains(&label.as_str()));
    let is_whole = |shares: &[u32]| {
        shares.iter().all(|share| *share > 0)
            && shares.iter().map(|share| u64::from(*share)).sum::<u64>() == 100
    };
    let divided = distribute.iter().all(|rule| is_whole(&rule.to.values().copied().collect::<Vec<_>>()));
    match (failover.is_empty(), regional) {
        (false, _) if !distribute.is_empty() => Some("it has both `distribute` and `failover`".to_owned()),
        (false, Some(label)) => Some(format!("it has `failover`, and `failoverPriority` with `{label}`")),
        (_, _) if !divided => Some("the shares of a `distribute` do not add up to 100".to_owned()),
        (_, _) if failover.iter().any(|failover| failover.from == failover.to) => {
            Some("a region stands in for itself".to_owned())
        }
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(http: &str) -> Option<String> {
        refusal_of_routes(&serde_yaml::from_str(&format!("http: [{http}]")).unwrap())
    }

    #[test]
    fn failover_is_said_once() {
        let refused = |setting: &str| {
            let rule =
                format!("{{host: a, trafficPolicy: {{loadBalancer: {{localityLbSetting: {setting}}}}}}}");
            refusal_of_policies(&serde_yaml::from_str(&rule).unwrap()).unwrap_or_default()
        };
        for (setting, expected) in [
            ("{failover: [{from: a, to: b}], failoverPriority: [topology.istio.io/cluster]}", ""),
            (
                "{failover: [{from: a, to: b}], failoverPriority: [topology.kubernetes.io/zone]}",
                "it has `failover`, and",
            ),
            ("{failover: [{from: a, to: b}], distribute: [{from: a, to: {b: 100}}]}", "it has both"),
            ("{failover: [{from: a, to: a}]}", "a region stands in for itself"),
            ("{distribute: [{from: a, to: {a: 50, b: 40}}]}", "the shares of a `distribute`"),
            ("{distribute: [{from: a, to: {a: 50, b: 50}}]}", ""),
        ] {
            let found = refused(setting);
            assert!(
                found.starts_with(expected) && found.is_empty() == expected.is_empty(),
                "{setting}: {found}"
            );
        }
    }

    #[test]
    fn hosts_do_not_overlap() {
        let refused =
            |hosts: &str| refusal_of_routes(&serde_yaml::from_str(&format!("hosts: {hosts}")).unwrap());
        assert_eq!(refused("[a.example, b.example, \"*.a.example\"]"), None);
        assert_eq!(
            refused("[a.example, \"*.example\"]").as_deref(),
            Some("it is for both `a.example` and `*.example`")
        );
    }

    #[test]
    fn every_route_answers() {
        assert_eq!(refused("{redirect: {uri: /}}, {route: [{destination: {host: a}}]}"), None);
        let nothing = refused("{redirect: {uri: /}}, {timeout: 5s}");
        assert_eq!(nothing.as_deref(), Some("its HTTP route 2 has no destination"));
        let weightless = "{route: [{destination: {host: a}, weight: 0}, {destination: {host: b}}]}";
        assert_eq!(refused(weightless).as_deref(), Some("the weights of its HTTP route 1 add up to 0"));
        assert_eq!(refused("{route: [{destination: {host: a}, weight: 0}]}"), None);
    }
}
