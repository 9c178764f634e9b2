//! Services: versions, where they run, who calls them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::address::out_of_reach;
use super::clients::{self, CallersByCluster};
use super::defaults::{self, Defaults};
use super::port::Ports;
use super::problems::name::version_called_any;
use super::problems::topology as problems;
use super::{ClusterNames, entries, label, name, port, reach, service_account, traffic_policy};
use crate::diagnostic::Finding;
use crate::input::service::Placement;
use crate::input::{self, Listed, ServiceName, Written};
use crate::model::name::subset;
use crate::model::{ClusterId, Complete, Service, ServiceId, Version};
use crate::source::{At, Place};

/// All services by namespace and name, still without rules.
pub fn all(
    written: &Listed<input::service::Service>,
    defaults: &Defaults,
    default_clients: &CallersByCluster,
    clusters: &mut ClusterNames,
    findings: &mut Vec<Finding>,
) -> Vec<Service> {
    let mut reader = Reader { defaults, default_clients, clusters, findings };
    let names: BTreeSet<_> = written.entries.iter().map(|service| service.name.key()).collect();
    let ids: BTreeMap<_, _> = names.into_iter().zip((0..).map(ServiceId)).collect();
    // In the order written, in which findings name places.
    let services = written.entries.iter().filter_map(|service| {
        let id = ids.get(&service.name.key())?;
        Some(reader.service(*id, service))
    });
    let mut services: Vec<_> = services.collect();
    services.sort_by_key(|service| service.id);
    services
}

struct Reader<'r> {
    defaults: &'r Defaults,
    default_clients: &'r CallersByCluster,
    clusters: &'r mut ClusterNames,
    findings: &'r mut Vec<Finding>,
}

/// Where something runs, and whether that is all that was written.
type Placed = (BTreeMap<ClusterId, u32>, bool);

impl Reader<'_> {
    fn service(&mut self, id: ServiceId, written: &input::service::Service) -> Service {
        let input::service::Service {
            name: full_name @ ServiceName { namespace, name },
            place,
            ports: _,
            versions,
            clusters,
            clients,
            across_clusters,
            plain_names,
            virtual_ip,
            headless,
            traffic_policy,
            service_accounts,
            reach,
        } = written;
        name::service(name, self.findings);
        name::dns_label("namespace", namespace, self.findings);
        match (versions.is_absent(), clusters.is_absent()) {
            (true, true) => self.findings.push(problems::neither_versions_nor_clusters(written)),
            (false, false) if !versions.is_illegible() && !clusters.is_illegible() => {
                self.findings.push(problems::versions_and_clusters(written, versions, clusters));
            }
            (true, false) | (false, true | false) => {}
        }
        let (ports, ports_complete) = port::all(written, self.findings);
        let known_ports =
            Ports { service: full_name, place: *place, ports: &ports, complete: ports_complete };
        let traffic_policy = traffic_policy::of(&known_ports, traffic_policy, self.findings);
        let (versions, versions_placed) = self.versions(full_name, &known_ports, versions);
        let (alone, alone_complete) = self.placed(clusters);
        if !clusters.is_absent() && alone.is_empty() && alone_complete {
            self.findings.push(problems::runs_nowhere("service", &name.value, *place));
        }
        let has_versions = !versions.is_empty();
        let mut runs = alone;
        for (cluster, size) in versions.iter().flat_map(|version| &version.clusters) {
            let sum: &mut u32 = runs.entry(*cluster).or_default();
            *sum = sum.saturating_add(*size);
        }
        Service {
            id,
            namespace: namespace.value.clone(),
            name: name.value.clone(),
            place: *place,
            ports,
            versions,
            runs,
            clients: match clients.value() {
                Some(clients) => clients::resolved(clients, self.clusters, self.findings),
                None => Arc::clone(self.default_clients),
            },
            across_clusters: defaults::across(across_clusters, self.defaults.across_clusters),
            plain_names: defaults::plain(plain_names, self.defaults.plain_names),
            virtual_ip: self.virtual_ip(virtual_ip),
            reach: reach::written(reach),
            service_accounts: service_account::all(service_accounts, self.findings),
            traffic_policy,
            rules: Vec::new(),
            ingress: Vec::new(),
            complete: Complete {
                ports: ports_complete,
                // Where there are none, that is the finding.
                versions: entries(&written.versions).1 && (written.versions.is_absent() || has_versions),
                places: versions_placed && alone_complete,
                rules: true,
            },
            headless: headless.written().filter(|at| at.value).map(|at| at.place),
        }
    }

    /// By name; whether it is known of each where it runs.
    fn versions(
        &mut self,
        service: &ServiceName,
        ports: &Ports<'_>,
        written: &Written<Listed<input::service::Version>>,
    ) -> (Vec<Version>, bool) {
        let (entries, mut complete) = entries(written);
        if entries.is_empty() && complete && !written.is_absent() {
            self.findings.push(problems::runs_nowhere("service", &service.name.value, ports.place));
        }
        let mut by_name: BTreeMap<&str, Version> = BTreeMap::new();
        let mut subsets: BTreeMap<String, &At<String>> = BTreeMap::new();
        for entry in entries {
            let (version, sound) = self.version(ports, entry);
            complete &= sound;
            if let Some(first) = subsets.insert(version.subset.clone(), &entry.name) {
                self.findings.push(problems::one_subset(&version.subset, first, &entry.name));
            }
            by_name.insert(&entry.name.value, version);
        }
        (by_name.into_values().collect(), complete)
    }

    fn version(&mut self, ports: &Ports<'_>, written: &input::service::Version) -> (Version, bool) {
        let input::service::Version { name, clusters, labels, subset: own, traffic_policy } = written;
        if name.value == "any" {
            self.findings.push(version_called_any(name));
        } else {
            name::label_value("version", name, self.findings);
        }
        if let Some(own) = own.written() {
            name::dns_label("subset", own, self.findings);
        }
        let (placed, complete) = self.placed(clusters);
        if placed.is_empty() && complete {
            self.findings.push(problems::runs_nowhere("version", &name.value, name.place));
        }
        let label = (self.defaults.mesh.version_label.clone(), name.value.clone());
        let version = Version {
            name: name.value.clone(),
            subset: own.value().cloned().unwrap_or_else(|| subset(&name.value)),
            labels: if labels.is_absent() { [label].into() } else { label::labels(labels, self.findings) },
            clusters: placed,
            traffic_policy: traffic_policy::of(ports, traffic_policy, self.findings),
            place: name.place,
        };
        if !labels.is_absent() && version.labels.is_empty() && entries(labels).1 {
            self.findings.push(problems::no_labels(name));
        }
        (version, complete)
    }

    fn placed(&mut self, written: &Written<Listed<Placement>>) -> Placed {
        let (entries, mut complete) = entries(written);
        let mut placed: BTreeMap<ClusterId, (u32, Place)> = BTreeMap::new();
        for Placement { cluster, size } in entries {
            let Some(id) = self.clusters.find(cluster) else {
                complete = false;
                continue;
            };
            let size = size.value().copied().unwrap_or(1);
            if let Some((_, first)) = placed.insert(id, (size, cluster.place)) {
                self.findings.push(problems::cluster_twice(cluster, first));
            }
        }
        (placed.into_iter().map(|(id, (size, _))| (id, size)).collect(), complete)
    }

    fn virtual_ip(&mut self, written: &Written<String>) -> Option<At<IpAddr>> {
        let text = written.written()?;
        let Ok(ip) = text.value.parse::<IpAddr>() else {
            self.findings.push(problems::not_an_ip(text));
            return None;
        };
        let ip = ip.to_canonical();
        if let Some(kind) = out_of_reach(ip) {
            self.findings.push(problems::pin_out_of_reach(text, kind));
            return None;
        }
        Some(At::new(ip, text.place))
    }
}
