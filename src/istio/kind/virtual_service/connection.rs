//! The routes of a `VirtualService` that are for connections: by SNI, and by address.
//!
//! Istio's fields in Istio's spelling.

use std::collections::BTreeMap;

use serde::Serialize;

use super::RouteDestination;

/// A route for connections whose SNI is in clear text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TlsRoute {
    /// Any of them; at least one, because an SNI has to be named.
    #[serde(rename = "match")]
    pub matches: Vec<TlsMatchAttributes>,
    /// Shares of the connections; weights, if there are any, add up to 100.
    pub route: Vec<RouteDestination>,
}

/// A route for connections of which only the ends are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TcpRoute {
    /// Any of them; none means every connection.
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<L4MatchAttributes>,
    /// Shares of the connections; weights, if there are any, add up to 100.
    pub route: Vec<RouteDestination>,
}

/// All of its words must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsMatchAttributes {
    /// Each a host of the `VirtualService`, or below one.
    pub sni_hosts: Vec<String>,
    #[serde(flatten)]
    pub ends: L4MatchAttributes,
}

/// All of its words must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct L4MatchAttributes {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination_subnets: Vec<String>,
    /// The number of the port that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub source_labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_namespace: Option<String>,
}
