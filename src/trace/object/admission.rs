//! What Istio's webhook refuses, of what a trace would otherwise follow.
//!
//! Enters: the spec of an object. Leaves: why the API server would not take it. Refuses to know: everything the CRD's
//! schema says already.

use std::net::IpAddr;

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
    spec.http.iter().enumerate().find_map(|(index, route)| {
        let answers_itself = route.redirect.is_some() || route.direct_response.is_some();
        let weighs_nothing = |destinations: &[RouteDestination]| {
            destinations.len() > 1 && destinations.iter().all(|share| share.weight.unwrap_or(0) == 0)
        };
        if route.route.is_empty() && !answers_itself {
            Some(format!("its HTTP route {} has no destination", index + 1))
        } else if weighs_nothing(&route.route) {
            Some(format!("the weights of its HTTP route {} add up to 0", index + 1))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(http: &str) -> Option<String> {
        refusal_of_routes(&serde_yaml::from_str(&format!("http: [{http}]")).unwrap())
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
