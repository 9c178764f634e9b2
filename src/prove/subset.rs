//! What a subset of a Service selects, in the cluster where it runs.

use std::collections::BTreeMap;

use super::index::Index;
use crate::istio::bundle::GroundService;
use crate::istio::way::discovery::CLUSTER;

impl Index<'_> {
    /// The subsets that the DestinationRule of a host has.
    pub fn subsets_of<'i>(&'i self, host: &'i str) -> impl Iterator<Item = &'i String> {
        self.rules.get(host).into_iter().flat_map(|(_, rule)| rule.subsets.iter().map(|subset| &subset.name))
    }

    /// Whether a subset selects the pods of its version and no others, and everybody sees that it does; if not, why.
    pub fn subset(&self, host: &str, name: &str, service: &GroundService) -> Result<(), String> {
        let (metadata, rule) =
            self.rules.get(host).ok_or_else(|| format!("no DestinationRule for `{host}`"))?;
        if metadata.namespace != service.namespace || !rule.export_to.is_empty() {
            return Err(format!("callers do not see the DestinationRule for `{host}`"));
        }
        let subset =
            self.subsets.get(&(host, name)).ok_or_else(|| format!("no subset `{name}` of `{host}`"))?;
        let version = version(name, service);
        let mut labels = subset.labels.clone();
        // Every endpoint of the cluster carries it.
        if labels.get(CLUSTER).is_some_and(|id| id == self.registry) {
            labels.remove(CLUSTER);
        }
        if version == Some(&labels) {
            return Ok(());
        }
        let picks = |wanted: &BTreeMap<String, String>| -> Vec<bool> {
            service.pods.values().map(|pod| selects(wanted, pod)).collect()
        };
        let picked = picks(&labels);
        // As callers elsewhere say any version: by no label, or by one that all have.
        let any = version.is_none() && name.starts_with("any--");
        if any && (labels.is_empty() || !picked.is_empty() && !picked.contains(&false)) {
            return Ok(());
        }
        if !picked.contains(&true) {
            Err(format!("no pods for subset `{name}` of `{host}`"))
        } else if version.is_some_and(|version| picks(version) == picked) {
            Ok(())
        } else {
            Err(format!("other pods than its version's for subset `{name}` of `{host}`"))
        }
    }
}

/// The labels of the version that a subset is named after: `v2`, or `v2--cluster2` as callers elsewhere say it.
pub fn version<'s>(name: &str, service: &'s GroundService) -> Option<&'s BTreeMap<String, String>> {
    let named_after =
        |version: &String| name.strip_prefix(version.as_str()).is_some_and(|rest| rest.starts_with("--"));
    service.pods.get(name).or_else(|| {
        let versions = service.pods.iter().filter(|(version, _)| named_after(version));
        versions.max_by_key(|(version, _)| version.len()).map(|(_, labels)| labels)
    })
}

/// Whether a selector picks something with these labels.
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}
