//! Routes for connections, by SNI or by address.
//!
//! Enters: one rule on a port that is not HTTP's. Leaves: an entry of `tls` or `tcp`. Refuses to know: the words
//! for requests, which such a rule has not.

use super::share::{shares, split};
use crate::istio::dialect::Dialect;
use crate::istio::kind::virtual_service::{L4MatchAttributes, TcpRoute, TlsMatchAttributes, TlsRoute};
use crate::istio::release::Feature;
use crate::model::condition::ProxyMatch;
use crate::plan::{Promises, Route};

/// An entry of `tls`, for these names where its conditions ask for none.
pub(super) fn tls_route(
    promises: &Promises<'_>,
    route: &Route<'_>,
    port: Option<u16>,
    names: &[String],
    dialect: &mut Dialect<'_>,
) -> TlsRoute {
    let every = ProxyMatch::default();
    let conditions = if route.conditions.is_empty() { vec![&every] } else { route.conditions.clone() };
    let condition = |words: &ProxyMatch, dialect: &mut Dialect<'_>| TlsMatchAttributes {
        sni_hosts: if words.sni_hosts.is_empty() {
            names.to_vec()
        } else {
            words.sni_hosts.iter().map(|name| name.value.clone()).collect()
        },
        ends: ends(words, port, dialect),
    };
    TlsRoute {
        matches: conditions.into_iter().map(|words| condition(words, dialect)).collect(),
        route: split(promises, shares(&route.answer)),
    }
}

/// An entry of `tcp`.
pub(super) fn tcp_route(
    promises: &Promises<'_>,
    route: &Route<'_>,
    port: Option<u16>,
    dialect: &mut Dialect<'_>,
) -> TcpRoute {
    let mut matches: Vec<_> = route.conditions.iter().map(|words| ends(words, port, dialect)).collect();
    if port.is_some() && matches.is_empty() {
        matches.push(L4MatchAttributes { port, ..L4MatchAttributes::default() });
    }
    TcpRoute { matches, route: split(promises, shares(&route.answer)) }
}

/// What a condition says of the two ends. Words that the release lacks are left out, with a finding.
fn ends(words: &ProxyMatch, port: Option<u16>, dialect: &mut Dialect<'_>) -> L4MatchAttributes {
    let ProxyMatch {
        uri: _,
        ignore_uri_case: _,
        scheme: _,
        method: _,
        authority: _,
        headers: _,
        without_headers: _,
        query_params: _,
        source_labels,
        source_namespace,
        sni_hosts: _,
        destination_subnets,
    } = words;
    for subnet in destination_subnets.iter().filter(|subnet| subnet.value.addr().is_ipv6()) {
        dialect.can(Feature::Ipv6, subnet.place);
    }
    L4MatchAttributes {
        destination_subnets: destination_subnets.iter().map(|subnet| subnet.value.to_string()).collect(),
        port,
        source_labels: source_labels.clone(),
        source_namespace: source_namespace
            .as_ref()
            .and_then(|at| dialect.say(Feature::SourceNamespace, at.place, at.value.clone())),
    }
}
