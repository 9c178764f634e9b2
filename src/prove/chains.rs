//! What a gateway makes of names that nothing behind it has: the objects that teach it.
//!
//! Read off the objects, not off the plan: a filter that the release accepts and does nothing with teaches
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::selects;
use crate::istio::kind::envoy_filter::{
    ApplyTo, ClusterRewrite, ConfigPatch, EnvoyFilterSpec, FilterChain, FilterChainMatch, FilterConfig,
    ListenerMatch, NamedFilter, NetworkFilter, Operation, Patch, PatchContext, PatchMatch, PatchValue,
    ServerNames, TypedClusterRewrite,
};
use crate::istio::kind::object::Metadata;
use crate::istio::release::Feature;
use crate::istio::way::rewrite::{CLUSTER_REWRITE, SNI_CLUSTER};
use crate::model::{Gateway, Release};

/// What one gateway has been taught.
#[derive(Debug, Default)]
pub struct Chains {
    /// Further SNIs, each with the chains that answer it: one, or Envoy refuses the listener.
    further: BTreeMap<String, BTreeSet<String>>,
    /// SNIs that one chain is given twice, which Envoy refuses as well.
    repeated: BTreeSet<String>,
    /// Ends of names, and what stands there instead.
    ends: Vec<(String, String)>,
}

/// A name as the gateway takes it.
pub struct Taken {
    /// The SNI of a chain, or the name of a cluster.
    pub sni: String,
    /// Whether the hosts of the gateway's servers are compared with what was said, rather than with what is taken.
    pub as_said: bool,
}

impl Chains {
    /// What filters teach a gateway.
    pub fn of(
        release: Release,
        gateway: &Gateway,
        filters: &[(&Metadata, &EnvoyFilterSpec)],
    ) -> Result<Self, String> {
        let mut chains = Self::default();
        let per_sni = release.can(Feature::ChainPerSni);
        let typed = release.can(Feature::TypedFilterConfig);
        let here = filters.iter().filter(|(metadata, filter)| {
            metadata.namespace == gateway.namespace
                && selects(&filter.workload_selector.labels, &gateway.selector)
        });
        for patch in here.flat_map(|(_, filter)| &filter.config_patches) {
            let ConfigPatch {
                apply_to,
                matched:
                    PatchMatch {
                        context: PatchContext::Gateway,
                        listener: ListenerMatch { port_number, filter_chain },
                    },
                patch: Patch { operation, value },
            } = patch;
            if *port_number != gateway.server_port {
                continue;
            }
            match (apply_to, operation, filter_chain, value) {
                (
                    ApplyTo::FilterChain,
                    Operation::Merge,
                    FilterChainMatch::Sni(chain),
                    PatchValue::FilterChain(FilterChain { filter_chain_match: ServerNames { server_names } }),
                ) if per_sni => {
                    for name in server_names {
                        let fresh = chains.further.entry(name.clone()).or_default().insert(chain.clone());
                        if !fresh {
                            chains.repeated.insert(name.clone());
                        }
                    }
                }
                (
                    ApplyTo::NetworkFilter,
                    Operation::InsertAfter,
                    FilterChainMatch::Filter(NamedFilter { name: SNI_CLUSTER }),
                    PatchValue::ClusterRewrite(NetworkFilter { name: CLUSTER_REWRITE, config }),
                ) if !per_sni => chains.ends.push(changed_end(config, typed)?),
                _ => return Err(format!("a patch does nothing in Istio {release}: {patch:?}")),
            }
        }
        Ok(chains)
    }

    /// Names that Envoy would find in two chains, and so refuse the whole listener; `own` says which names have a
    /// chain without any lesson.
    pub fn clashes(&self, own: impl Fn(&str) -> bool) -> Vec<String> {
        let twice = |name: &str, chains: &BTreeSet<String>| {
            chains.len() > 1 || self.repeated.contains(name) || own(name)
        };
        self.further
            .iter()
            .filter(|(name, chains)| twice(name, chains))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// What the gateway takes an SNI for.
    pub fn taken(&self, said: &str) -> Taken {
        if let Some(chain) = self.further.get(said).and_then(BTreeSet::first) {
            return Taken { sni: chain.clone(), as_said: false };
        }
        let change = |(end, instead): &(String, String)| Some(said.strip_suffix(end)?.to_owned() + instead);
        match self.ends.iter().find_map(change) {
            Some(sni) => Taken { sni, as_said: true },
            None => Taken { sni: said.to_owned(), as_said: false },
        }
    }
}

/// The end of names that a filter changes, and what it writes instead; an error if its pattern is not just an end.
fn changed_end(config: &FilterConfig, typed: bool) -> Result<(String, String), String> {
    let rewrite = match config {
        FilterConfig::Config(rewrite) if !typed => rewrite,
        FilterConfig::TypedConfig(TypedClusterRewrite { type_url: _, rewrite }) if typed => rewrite,
        FilterConfig::Config(_) | FilterConfig::TypedConfig(_) => {
            return Err("a filter's set-up has not the form of this release".to_owned());
        }
    };
    let ClusterRewrite { cluster_pattern, cluster_replacement } = rewrite;
    let plain = cluster_pattern.strip_suffix('$').map(|end| end.replace("\\.", "."));
    let plain = plain.filter(|end| end.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)));
    let end = plain.ok_or(format!("`{cluster_pattern}` is not the end of a name"))?;
    Ok((end, cluster_replacement.clone()))
}
