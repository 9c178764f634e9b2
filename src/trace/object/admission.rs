//! What Istio's webhook refuses, of what a trace would otherwise follow.
//!
//! Enters: the spec of an object. Leaves: why the API server would not take it. Refuses to know: everything the CRD's
//! schema says already.

use std::net::IpAddr;

use super::service_entry::{Resolution, ServiceEntrySpec};

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
