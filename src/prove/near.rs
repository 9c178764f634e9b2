//! What a caller's cluster must have for its routes to lead anywhere.

use std::collections::{BTreeMap, BTreeSet};

use super::Crossing;
use super::index::Index;
use crate::istio::Bundle;
use crate::istio::destination_rule::{ClientTls, ClientTlsMode, DestinationRuleSpec, Subset};
use crate::istio::object::Metadata;
use crate::istio::service_entry::{Endpoint, Resolution, ServiceEntrySpec};
use crate::istio::sni;
use crate::istio::virtual_service::{Destination, HttpRoute, VirtualServiceSpec};

/// What became of the links of one cluster's callers.
#[derive(Debug, Default)]
pub struct Near {
    /// Links that end in the cluster itself, and hold.
    pub held: usize,
    /// Links that other clusters must answer.
    pub crossings: Vec<Crossing>,
    /// What is wrong.
    pub broken: Vec<String>,
}

/// Follows every route of every VirtualService as far as the cluster goes.
pub fn check(bundle: &Bundle, index: &Index<'_>) -> Near {
    let caller = Caller { bundle, index };
    let mut near = Near::default();
    let mut routed = BTreeSet::new();
    for (metadata, spec) in &index.routes {
        routed.extend(spec.hosts.iter());
        caller.hosts(metadata, spec, &mut near);
        for destination in spec.http.iter().flat_map(destinations) {
            caller.destination(spec, destination, &mut near);
        }
        if let Some(route) = spec.http.iter().find(|route| !weighs_100(route)) {
            near.broken.push(format!("weights of `{}` do not add up to 100: {route:?}", metadata.name));
        }
    }
    let unrouted = bundle.ground.promised.iter().filter(|host| !routed.contains(host));
    near.broken.extend(unrouted.map(|host| format!("no VirtualService for `{host}`")));
    for (host, (metadata, spec)) in &index.entries {
        if !spec.endpoints.is_empty() {
            caller.whole_name(host, metadata, spec, &mut near);
        }
    }
    near
}

fn destinations(route: &HttpRoute) -> impl Iterator<Item = &Destination> {
    let shares = route.route.iter().map(|share| &share.destination);
    let copies = route.mirrors.iter().map(|mirror| &mirror.destination);
    shares.chain(copies).chain(&route.mirror)
}

fn weighs_100(route: &HttpRoute) -> bool {
    let sum: Option<u32> = route.route.iter().map(|share| share.weight).sum();
    match route.route.len() {
        0 => true,
        1 => sum.is_none(),
        _ => sum == Some(100),
    }
}

struct Caller<'b> {
    bundle: &'b Bundle,
    index: &'b Index<'b>,
}

impl Caller<'_> {
    /// Istio drops a VirtualService on a name that nothing has, without a word.
    fn hosts(&self, metadata: &Metadata, spec: &VirtualServiceSpec, near: &mut Near) {
        for host in &spec.hosts {
            let stand_in = host.starts_with(&format!("{}.{}.svc.", metadata.name, metadata.namespace))
                && self.index.stand_ins.contains_key(&(metadata.namespace.as_str(), metadata.name.as_str()));
            let ground = &self.bundle.ground;
            let known = ground.services.contains_key(host)
                || ground.names.contains(host)
                || self.index.entries.contains_key(host.as_str());
            if !known && !stand_in {
                near.broken
                    .push(format!("nothing has the name `{host}`, so its VirtualService does nothing"));
            }
        }
    }

    fn destination(&self, routed: &VirtualServiceSpec, destination: &Destination, near: &mut Near) {
        let Destination { host, subset, port } = destination;
        let port = port.number;
        if let Some((metadata, entry)) = self.index.entries.get(host.as_str()) {
            if !sees(&entry.export_to, &routed.export_to) {
                near.broken.push(format!("callers of `{host}` do not see its ServiceEntry"));
            }
            self.crossing(host, metadata, entry, subset.as_deref(), port, near);
        } else if let Err(what) = self.local(host, subset.as_deref(), port) {
            near.broken.push(what);
        } else {
            near.held += 1;
        }
    }

    /// Service, port, subset, pods: all in the caller's own cluster.
    fn local(&self, host: &str, subset: Option<&str>, port: u16) -> Result<(), String> {
        let service =
            self.bundle.ground.services.get(host).ok_or(format!("no service `{host}` runs here"))?;
        if !service.ports.contains(&port) {
            return Err(format!("`{host}` has no port {port} here"));
        }
        let Some(subset) = subset else { return Ok(()) };
        let labels = self.index.subset_labels(host, subset, &service.namespace)?;
        if service.pods.iter().any(|pod| selects(labels, pod)) {
            Ok(())
        } else {
            Err(format!("subset `{subset}` of `{host}` selects no pods here"))
        }
    }

    /// A remote name called directly takes any version: its links must hold as well.
    fn whole_name(&self, host: &str, metadata: &Metadata, entry: &ServiceEntrySpec, near: &mut Near) {
        for port in &entry.ports {
            self.crossing(host, metadata, entry, None, port.number, near);
            let Some((_, rule)) = self.index.rules.get(host) else { continue };
            for subset in &rule.subsets {
                self.crossing(host, metadata, entry, Some(&subset.name), port.number, near);
            }
        }
    }

    fn crossing(
        &self,
        host: &str,
        metadata: &Metadata,
        entry: &ServiceEntrySpec,
        subset: Option<&str>,
        port: u16,
        near: &mut Near,
    ) {
        match self.dialled(host, metadata, entry, subset, port) {
            Ok(crossings) => near.crossings.extend(crossings),
            Err(what) => near.broken.push(what),
        }
    }

    /// Which gateways are dialled for a subset of a remote name, and what is said to them.
    fn dialled(
        &self,
        host: &str,
        metadata: &Metadata,
        entry: &ServiceEntrySpec,
        subset: Option<&str>,
        port: u16,
    ) -> Result<Vec<Crossing>, String> {
        let port_name = &entry
            .ports
            .iter()
            .find(|known| known.number == port)
            .ok_or(format!("`{host}` has no port {port}"))?
            .name;
        let (rule_metadata, rule) =
            self.index.rules.get(host).ok_or(format!("no DestinationRule for `{host}`"))?;
        if rule_metadata.namespace != metadata.namespace || rule.export_to != entry.export_to {
            return Err(format!("the DestinationRule for `{host}` is not seen where its ServiceEntry is"));
        }
        let named = match subset {
            Some(name) => Some(
                rule.subsets
                    .iter()
                    .find(|subset| subset.name == name)
                    .ok_or(format!("`{host}` has no subset `{name}`"))?,
            ),
            None => None,
        };
        let tls =
            tls(rule, named, port).ok_or(format!("plain text to the gateway for `{host}` port {port}"))?;
        let sni = match tls {
            ClientTls { mode: ClientTlsMode::IstioMutual, sni: Some(sni) } => sni,
            ClientTls { mode: ClientTlsMode::IstioMutual, sni: None } => {
                return Err(format!("no SNI for `{host}` port {port}"));
            }
        };
        says_what_it_means(host, named, port, sni)?;
        let none = BTreeMap::new();
        let labels = named.map_or(&none, |subset| &subset.labels);
        let endpoints: Vec<_> =
            entry.endpoints.iter().filter(|endpoint| selects(labels, &endpoint.labels)).collect();
        if endpoints.is_empty() {
            return Err(format!("no endpoint of `{host}` for subset `{}`", subset.unwrap_or_default()));
        }
        let mut crossings = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let Endpoint { address, ports, labels: _ } = endpoint;
            let dialled = ports
                .get(port_name)
                .ok_or(format!("endpoint `{address}` of `{host}` has no port `{port_name}`"))?;
            if entry.resolution == Resolution::Static && address.parse::<std::net::IpAddr>().is_err() {
                return Err(format!(
                    "endpoint `{address}` of `{host}` has to be looked up, but its ServiceEntry is STATIC"
                ));
            }
            crossings.push(Crossing {
                caller: self.bundle.cluster.clone(),
                address: address.clone(),
                port: *dialled,
                sni: sni.clone(),
                subset: subset.unwrap_or_default().to_owned(),
            });
        }
        Ok(crossings)
    }
}

impl Index<'_> {
    /// The labels of a subset of a Service, if its DestinationRule is where everybody sees it.
    pub fn subset_labels(
        &self,
        host: &str,
        subset: &str,
        namespace: &str,
    ) -> Result<&BTreeMap<String, String>, String> {
        let (metadata, rule) = self.rules.get(host).ok_or(format!("no DestinationRule for `{host}`"))?;
        if metadata.namespace != namespace || !rule.export_to.is_empty() {
            return Err(format!("the DestinationRule for `{host}` is not seen everywhere"));
        }
        let found = rule.subsets.iter().find(|known| known.name == subset);
        found.map(|subset| &subset.labels).ok_or(format!("`{host}` has no subset `{subset}`"))
    }
}

/// The SNI names the port that was called, and the subset that the caller's subset is named after.
fn says_what_it_means(host: &str, subset: Option<&Subset>, port: u16, sni: &str) -> Result<(), String> {
    let (named_port, named_subset, _) = sni::parse(sni).ok_or(format!("`{sni}` is not an SNI of Istio's"))?;
    if named_port != port {
        return Err(format!("port {port} of `{host}` says the SNI of port {named_port}: `{sni}`"));
    }
    let meant = subset.map_or("", |subset| subset.name.as_str());
    let named = named_subset.unwrap_or_default();
    let agrees = match named {
        "" => meant.is_empty() || meant.starts_with("any--"),
        named => meant.starts_with(named),
    };
    if agrees {
        Ok(())
    } else {
        Err(format!("subset `{meant}` of `{host}` says the SNI of another: `{sni}`"))
    }
}

/// Istio's order: the subset's port, the subset, the rule's port, the rule. Nothing is inherited into port settings.
fn tls<'r>(rule: &'r DestinationRuleSpec, subset: Option<&'r Subset>, port: u16) -> Option<&'r ClientTls> {
    let policies = [subset.and_then(|subset| subset.traffic_policy.as_ref()), rule.traffic_policy.as_ref()];
    policies.into_iter().flatten().find_map(|policy| {
        let own = policy.port_level_settings.iter().find(|settings| settings.port.number == port);
        match own {
            Some(settings) => Some(settings.tls.as_ref()),
            None => policy.tls.as_ref().map(Some),
        }
    })?
}

/// Whether a selector picks something with these labels.
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Whether what is exported to some namespaces reaches all that it is needed in. None means all.
fn sees(exported: &[String], needed: &[String]) -> bool {
    exported.is_empty() || (!needed.is_empty() && needed.iter().all(|namespace| exported.contains(namespace)))
}
