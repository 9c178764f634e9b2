//! `match`: what a request must look like.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{cluster_name, port_name};
use crate::model::condition::{Presence, ProxyMatch, TextMatch};
use crate::model::{self, Mesh, Service};
use crate::source::At;

/// One map of `match`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_clusters: Option<Vec<&'m str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<Comparison<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_uri_case: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<Comparison<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Comparison<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<Comparison<'m>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'m str, Comparison<'m>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    without_headers: BTreeMap<&'m str, Comparison<'m>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_params: BTreeMap<&'m str, Comparison<'m>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    source_labels: &'m BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_namespace: Option<&'m str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sni_hosts: Vec<&'m str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    destination_subnets: Vec<String>,
}

/// How a text is compared: `{exact: …}` and its like.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Comparison<'m> {
    Exact(&'m str),
    Prefix(&'m str),
    Regex(&'m str),
    Present(bool),
}

impl<'m> Condition<'m> {
    pub fn of(mesh: &'m Mesh, service: &'m Service, condition: &'m model::Condition) -> Self {
        let model::Condition { source_clusters, port, words } = condition;
        let ProxyMatch {
            uri,
            ignore_uri_case,
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
        } = words;
        Self {
            source_clusters: source_clusters
                .as_ref()
                .map(|ids| ids.iter().map(|id| cluster_name(mesh, *id)).collect()),
            port: port.map(|number| port_name(service, number)),
            uri: uri.as_ref().map(Comparison::of),
            ignore_uri_case: ignore_uri_case.map(|_| true),
            scheme: scheme.as_ref().map(Comparison::of),
            method: method.as_ref().map(Comparison::of),
            authority: authority.as_ref().map(Comparison::of),
            headers: headers.iter().map(|(name, says)| (name.as_str(), Comparison::presence(says))).collect(),
            without_headers: named(without_headers),
            query_params: named(query_params),
            source_labels,
            source_namespace: source_namespace.as_ref().map(|at| at.value.as_str()),
            sni_hosts: sni_hosts.iter().map(|at| at.value.as_str()).collect(),
            destination_subnets: destination_subnets.iter().map(|at| at.value.to_string()).collect(),
        }
    }
}

fn named(entries: &BTreeMap<String, At<Presence>>) -> BTreeMap<&str, Comparison<'_>> {
    entries.iter().map(|(name, at)| (name.as_str(), Comparison::presence(&at.value))).collect()
}

impl<'m> Comparison<'m> {
    pub fn of(says: &'m TextMatch) -> Self {
        match says {
            TextMatch::Exact(text) => Self::Exact(text),
            TextMatch::Prefix(text) => Self::Prefix(text),
            TextMatch::Regex(text) => Self::Regex(text),
        }
    }

    fn presence(says: &'m Presence) -> Self {
        match says {
            Presence::Present => Self::Present(true),
            Presence::Says(says) => Self::of(says),
        }
    }
}
