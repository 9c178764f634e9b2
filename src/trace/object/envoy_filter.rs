//! `EnvoyFilter`, as far as it is followed: names that a gateway is taught.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

/// Spec of an `EnvoyFilter`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvoyFilterSpec {
    #[serde(default)]
    pub workload_selector: WorkloadSelector,
    #[serde(default)]
    pub config_patches: Vec<ConfigPatch>,
}

/// Pods by their labels; none selects all.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct WorkloadSelector {
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// One change.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigPatch {
    apply_to: String,
    #[serde(rename = "match", default)]
    place: Value,
    patch: Patch,
}

#[derive(Clone, Debug, Deserialize)]
struct Patch {
    operation: String,
    #[serde(default)]
    value: Value,
}

/// What a change teaches a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lesson<'p> {
    /// The filter chain that answers the first SNI answers the others too.
    FurtherSnis(&'p str, Vec<&'p str>),
    /// What the expression finds in an SNI is replaced.
    Replaced(&'p str, &'p str),
}

impl EnvoyFilterSpec {
    /// Whether it rewrites names as gateways did before Istio 1.9.
    #[must_use]
    pub fn is_of_the_past(&self) -> bool {
        self.config_patches.iter().any(|patch| {
            let name = patch.patch.value.get("name").and_then(Value::as_str);
            name == Some("envoy.filters.network.tcp_cluster_rewrite")
        })
    }

    /// Whether it may change what gateways take on their ports, in a way that is not followed.
    #[must_use]
    pub fn changes_listeners(&self) -> bool {
        !self.is_of_the_past()
            && self.config_patches.iter().any(|patch| {
                let context = text(&patch.place, &["context"]).unwrap_or("ANY");
                ["GATEWAY", "ANY"].contains(&context)
                    && ["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER"].contains(&patch.apply_to.as_str())
                    && patch.lesson().is_none()
            })
    }
}

impl ConfigPatch {
    /// The port of the listener that is changed; none for a change to all.
    #[must_use]
    pub fn port(&self) -> Option<u64> {
        at(&self.place, &["listener", "portNumber"])?.as_u64()
    }

    /// What it teaches; nothing for a change that is not followed.
    #[must_use]
    pub fn lesson(&self) -> Option<Lesson<'_>> {
        let Self { apply_to, place, patch: Patch { operation, value } } = self;
        if text(place, &["context"])? != "GATEWAY" {
            return None;
        }
        match (apply_to.as_str(), operation.as_str()) {
            ("FILTER_CHAIN", "MERGE") => {
                let names = at(value, &["filter_chain_match", "server_names"])?.as_sequence()?;
                let chain = text(place, &["listener", "filterChain", "sni"])?;
                Some(Lesson::FurtherSnis(chain, names.iter().filter_map(Value::as_str).collect()))
            }
            ("NETWORK_FILTER", "INSERT_AFTER") => {
                let config = value.get("typed_config").or_else(|| value.get("config"))?;
                let found = text(config, &["cluster_pattern"])?;
                let after = text(place, &["listener", "filterChain", "filter", "name"])?;
                let lesson = Lesson::Replaced(found, text(config, &["cluster_replacement"])?);
                Some(lesson).filter(|_| after == "envoy.filters.network.sni_cluster")
            }
            _ => None,
        }
    }
}

fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    at(value, path)?.as_str()
}

fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, field| value.get(field))
}
