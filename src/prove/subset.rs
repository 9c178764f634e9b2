//! What a subset of a Service selects, in the cluster where it runs.

use std::collections::BTreeMap;

use super::index::Index;
use crate::istio::bundle::GroundService;

impl Index<'_> {
    /// Whether a subset selects the pods of its version and no others, and everybody sees that it does; if not, why.
    pub fn subset(&self, host: &str, name: &str, service: &GroundService) -> Result<(), String> {
        let (metadata, rule) =
            self.rules.get(host).ok_or_else(|| format!("no DestinationRule for `{host}`"))?;
        if metadata.namespace != service.namespace || !rule.export_to.is_empty() {
            return Err(format!("callers do not see the DestinationRule for `{host}`"));
        }
        let subset =
            self.subsets.get(&(host, name)).ok_or_else(|| format!("no subset `{name}` of `{host}`"))?;
        let version = service.pods.get(name);
        if version == Some(&subset.labels) {
            return Ok(());
        }
        let picks = |wanted: &BTreeMap<String, String>| -> Vec<bool> {
            service.pods.values().map(|pod| selects(wanted, pod)).collect()
        };
        let picked = picks(&subset.labels);
        if !picked.contains(&true) {
            Err(format!("no pods for subset `{name}` of `{host}`"))
        } else if version.is_some_and(|version| picks(version) == picked) {
            Ok(())
        } else {
            Err(format!("other pods than its version's for subset `{name}` of `{host}`"))
        }
    }
}

/// Whether a selector picks something with these labels.
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}
