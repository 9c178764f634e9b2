//! Workloads that selectors find: `WorkloadEntries`, and pods.
//!
//! Enters: labels, and a namespace. Leaves: who carries them. Refuses to know: ports.

use std::collections::BTreeMap;

use super::Registry;
use crate::trace::object::Object;
use crate::trace::object::service_entry::{Endpoint, ServiceEntrySpec};
use crate::trace::world::{Cluster, Workload, selects};

impl<'a> Registry<'a> {
    /// `WorkloadEntries` of a namespace.
    pub(in crate::trace) fn workload_entries(
        &self,
        namespace: &str,
        selector: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'a Object<Endpoint>> {
        let all = self.objects.workload_entries.iter();
        all.filter(move |entry| entry.place.namespace == namespace && selects(selector, &entry.spec.labels))
    }

    /// What answers for an entry: what it lists, or the `WorkloadEntries` that it selects.
    pub(in crate::trace) fn listed(&self, entry: &'a Object<ServiceEntrySpec>) -> Vec<&'a Endpoint> {
        match &entry.spec.workload_selector {
            Some(selector) => self
                .workload_entries(&entry.place.namespace, &selector.labels)
                .map(|entry| &entry.spec)
                .collect(),
            None => entry.spec.endpoints.iter().collect(),
        }
    }

    /// Pods of a namespace, in all clusters that the control plane reads, each once.
    pub(in crate::trace) fn pods(
        &self,
        namespace: &str,
        selector: &BTreeMap<String, String>,
    ) -> Vec<(&'a Cluster, &'a str, &'a Workload)> {
        let mut found: Vec<(&'a Cluster, &'a str, &'a Workload)> = Vec::new();
        for cluster in &self.read {
            let of_services = cluster
                .services
                .iter()
                .flat_map(|service| service.workloads.iter().map(|pods| (service.namespace.as_str(), pods)));
            let others = cluster.workloads.iter().map(|other| (other.namespace.as_str(), &other.pods));
            for (home, pods) in of_services.chain(others) {
                let is_known = |known: &(&Cluster, &str, &Workload)| {
                    known.0.name == cluster.name
                        && (&known.2.name, &known.2.labels) == (&pods.name, &pods.labels)
                };
                if home == namespace && selects(selector, &pods.labels) && !found.iter().any(is_known) {
                    found.push((cluster, home, pods));
                }
            }
        }
        found
    }
}
