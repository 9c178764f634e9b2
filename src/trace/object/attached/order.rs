//! Which rule of the Gateway API is asked first.
//!
//! Enters: two rules of one condition each. Leaves: their order. Refuses to know: how rules were written.

use std::cmp::{Ordering, Reverse};

use super::super::Object;
use super::super::virtual_service::{HttpMatch, HttpRoute, StringMatch};
use super::spec::RouteSpec;

/// The more a rule asks for, the earlier it comes; equal ones stay as they are. Source: `sortHTTPRoutes` in Istio's
/// `pilot/pkg/config/kube/gateway/conversion.go`.
pub(super) fn of_routes(one: &HttpRoute, other: &HttpRoute) -> Ordering {
    match (one.matches.first(), other.matches.first()) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => Reverse(asks(one)).cmp(&Reverse(asks(other))),
    }
}

/// The kind of path, its length, whether there is a method, how many headers, how many parameters.
fn asks(condition: &HttpMatch) -> (u8, usize, bool, usize, usize) {
    let (rank, length) = match &condition.uri {
        Some(StringMatch { exact: Some(text), .. }) => (3, text.len()),
        Some(StringMatch { prefix: Some(text), .. }) => (2, text.len()),
        Some(StringMatch { regex: Some(text), .. }) => (1, text.len()),
        Some(StringMatch { exact: None, prefix: None, regex: None }) | None => (0, 0),
    };
    (rank, length, condition.method.is_some(), condition.headers.len(), condition.query_params.len())
}

/// Old before young, then by namespace and name.
pub(super) fn age(route: &Object<RouteSpec>) -> (bool, Option<&str>, &str, &str) {
    (route.since.is_none(), route.since.as_deref(), &route.place.namespace, &route.place.name)
}
