//! `EnvoyFilter`: changes to what Istio tells a proxy; no more of it than gateways are taught with.
//!
//! Istio's and Envoy's fields in their own spelling; what they are for is `rewrite`'s to know.

use std::collections::BTreeMap;

use serde::Serialize;

/// Spec of an `EnvoyFilter`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvoyFilterSpec {
    /// Whose proxies are changed.
    pub workload_selector: WorkloadSelector,
    /// In the order in which they are applied.
    pub config_patches: Vec<ConfigPatch>,
    /// Its turn among the filters of a namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
}

/// Pods by their labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkloadSelector {
    /// What they carry.
    pub labels: BTreeMap<String, String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigPatch {
    /// What kind of thing is changed.
    pub apply_to: ApplyTo,
    /// Which of them.
    #[serde(rename = "match")]
    pub matched: PatchMatch,
    /// How.
    pub patch: Patch,
}

/// What kind of thing is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApplyTo {
    /// A filter of a chain.
    NetworkFilter,
    /// A chain of a listener.
    FilterChain,
}

/// Where a change applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PatchMatch {
    /// In which proxies.
    pub context: PatchContext,
    /// In which listener.
    pub listener: ListenerMatch,
}

/// In which proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PatchContext {
    /// Gateways.
    Gateway,
}

/// A listener by its port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerMatch {
    /// What the proxy listens on.
    pub port_number: u16,
    /// Which of its chains.
    pub filter_chain: FilterChainMatch,
}

/// A chain, or a filter in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterChainMatch {
    /// The chain that answers this SNI.
    Sni(String),
    /// The filter of this name, in whichever chain.
    Filter(NamedFilter),
}

/// A filter by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NamedFilter {
    /// In Envoy's spelling.
    pub name: &'static str,
}

/// How something is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// What is done.
    pub operation: Operation,
    /// With what.
    pub value: PatchValue,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Operation {
    /// A filter behind the one that matched.
    InsertAfter,
    /// More of what is there; lists grow.
    Merge,
}

/// What something is changed with, in Envoy's spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PatchValue {
    /// Part of a chain.
    FilterChain(FilterChain),
    /// A filter.
    ClusterRewrite(NetworkFilter),
}

/// Part of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilterChain {
    /// When it is taken.
    pub filter_chain_match: ServerNames,
}

/// When a chain is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerNames {
    /// The SNIs that it answers.
    pub server_names: Vec<String>,
}

/// A filter of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NetworkFilter {
    /// In Envoy's spelling.
    pub name: &'static str,
    /// How it is set up.
    #[serde(flatten)]
    pub config: FilterConfig,
}

/// How a filter is set up: from 1.8 on istiod knows its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterConfig {
    /// Without its type.
    Config(ClusterRewrite),
    /// With it.
    TypedConfig(TypedClusterRewrite),
}

/// A filter's set-up, and its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TypedClusterRewrite {
    /// The URL of the message.
    #[serde(rename = "@type")]
    pub type_url: &'static str,
    /// The message.
    #[serde(flatten)]
    pub rewrite: ClusterRewrite,
}

/// Set-up of `tcp_cluster_rewrite`: a part of the cluster's name, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterRewrite {
    /// A regular expression of ECMAScript.
    pub cluster_pattern: String,
    /// What it is replaced with.
    pub cluster_replacement: String,
}
