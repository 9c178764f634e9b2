//! Conditions: what a request must look like for a rule to answer it.
//!
//! Enters: nothing; `resolve` builds these types. Leaves: what `plan` decides and `istio` says. Refuses to know:
//! which release can say what; but words that some release lacks keep their place, so that `istio` can point at them.

mod covers; // whether one condition holds whenever another does
mod meets; // which requests obey two conditions

pub use meets::Common;

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::cluster::ClusterId;
use super::protocol::RouteKind;
use crate::source::{At, Place};

/// All of its words must hold.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The clusters whose callers it is for; decided while compiling. None means all.
    pub source_clusters: Option<Vec<ClusterId>>,
    /// The number of the port that was called.
    pub port: Option<u16>,
    /// What is left for the proxy to decide.
    pub words: ProxyMatch,
}

/// Istio's words for an HTTP request or a connection, and its caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyMatch {
    pub uri: Option<TextMatch>,
    /// Where `ignoreUriCase: true` was written. Does not change regular expressions.
    pub ignore_uri_case: Option<Place>,
    pub scheme: Option<TextMatch>,
    pub method: Option<TextMatch>,
    pub authority: Option<TextMatch>,
    /// By header name in lower case.
    pub headers: BTreeMap<String, Presence>,
    /// By header name in lower case; the place is the name's.
    pub without_headers: BTreeMap<String, At<Presence>>,
    /// By parameter; the place is the parameter's name.
    pub query_params: BTreeMap<String, At<Presence>>,
    pub source_labels: BTreeMap<String, String>,
    pub source_namespace: Option<At<String>>,
    /// The SNI is one of these names, `*.example.com` for all below it; empty for any.
    pub sni_hosts: Vec<At<String>>,
    /// The address that was dialled is in one of these networks; empty for any.
    pub destination_subnets: Vec<At<IpNet>>,
}

/// How a text is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    Exact(String),
    Prefix(String),
    /// RE2, over the whole text.
    Regex(String),
}

/// Whether a header or parameter is there, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Present,
    /// It is there and says this.
    Says(TextMatch),
}

impl Condition {
    /// Whether it can hold on a port that takes this kind of route: only TLS has an SNI.
    #[must_use]
    pub fn fits(&self, kind: RouteKind) -> bool {
        self.words.sni_hosts.is_empty() || kind == RouteKind::Tls
    }
}

impl ProxyMatch {
    /// Whether it is for some workloads only: Istio leaves the rule out of the proxies of all others.
    #[must_use]
    pub fn chooses_workloads(&self) -> bool {
        !self.source_labels.is_empty() || self.source_namespace.is_some()
    }

    /// Whether some callers pass it by and meet no other rule either: other workloads, and connections of other names
    /// and addresses. Requests that it does not fit are answered all the same, if only by a 404.
    #[must_use]
    pub fn passes_by(&self) -> bool {
        self.chooses_workloads() || !self.sni_hosts.is_empty() || !self.destination_subnets.is_empty()
    }

    /// Whether nothing is left for the proxy to decide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            uri,
            // Says nothing by itself.
            ignore_uri_case: _,
            scheme,
            method,
            authority,
            headers,
            without_headers,
            query_params,
            source_labels,
            source_namespace,
            sni_hosts,
            destination_subnets,
        } = self;
        [uri, scheme, method, authority].into_iter().all(Option::is_none)
            && headers.is_empty()
            && without_headers.is_empty()
            && query_params.is_empty()
            && source_labels.is_empty()
            && source_namespace.is_none()
            && sni_hosts.is_empty()
            && destination_subnets.is_empty()
    }
}
