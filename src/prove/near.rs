//! What a caller's cluster must have for its routes to lead anywhere.

use std::collections::BTreeMap;

use super::Crossing;
use super::discovery::Use;
use super::index::Index;
use super::ingress;
use super::joined::Joined;
use super::listed::{self, List, Listed};
use super::pool;
use super::subset::selects;
use crate::istio::Bundle;
use crate::istio::kind::destination_rule::{ClientTls, ClientTlsMode, DestinationRuleSpec, Subset};
use crate::istio::kind::object::Metadata;
use crate::istio::kind::service_entry::{Endpoint, Resolution, ServiceEntrySpec};
use crate::istio::sni;
use crate::istio::kind::virtual_service::{Destination, VirtualServiceSpec};

/// What became of the links of one cluster's callers.
#[derive(Debug, Default)]
pub struct Near {
    /// Links that end in the cluster itself, and hold.
    pub held: usize,
    /// Links that other clusters must answer.
    pub crossings: Vec<Crossing>,
    /// Plain names that control planes may know from elsewhere.
    pub uses: Vec<Use>,
    /// What is wrong.
    pub broken: Vec<String>,
}

/// Follows every route of every VirtualService as far as the cluster goes.
pub fn check(bundle: &Bundle, index: &Index<'_>) -> Near {
    let caller = Caller { bundle, index };
    let mut near = Near::default();
    let mut routed: BTreeMap<&str, &VirtualServiceSpec> = BTreeMap::new();
    near.broken.extend(ingress::broken(bundle, index));
    for (metadata, spec) in &index.routes {
        let routes = listed::all(spec);
        if spec.gateways.is_empty() {
            routed.extend(spec.hosts.iter().map(|host| (host.as_str(), *spec)));
            caller.hosts(metadata, spec, &routes, &mut near);
        }
        for route in &routes {
            for destination in &route.destinations {
                caller.destination(spec, destination, &mut near);
            }
            let wrong = route.wrong_sum();
            near.broken.extend(wrong.map(|sum| format!("weights of `{}` add up to {sum}", metadata.name)));
            let unnamed = route.unnamed(&spec.hosts);
            near.broken.extend(unnamed.map(|what| format!("{what} of VirtualService `{}`", metadata.name)));
        }
    }
    near.uses.extend(bundle.ground.left_alone.iter().map(|(host, port)| Use {
        head: bundle.cluster.clone(),
        host: host.clone(),
        subset: None,
        port: *port,
        spreads: true,
    }));
    for host in index.joined.keys().copied() {
        let ports = |spec: &&VirtualServiceSpec| -> Vec<u16> {
            let routes = listed::all(spec);
            routes.iter().flat_map(|route| &route.destinations).map(|to| to.port.number).collect()
        };
        let routed = routed.get(host).map(ports).unwrap_or_default();
        near.broken.extend(caller.joined(host).into_iter().flat_map(|joined| joined.unrouted(&routed)));
    }
    let unrouted = bundle.ground.promised.iter().filter(|host| !routed.contains_key(host.as_str()));
    near.broken.extend(unrouted.map(|host| format!("no VirtualService for `{host}`")));
    for (host, (metadata, spec)) in &index.entries {
        if !spec.endpoints.is_empty() {
            caller.whole_name(host, metadata, spec, routed.get(host).copied(), &mut near);
        }
    }
    near
}

/// The ports of a name, each with the list of routes that it obeys.
struct Ports {
    lists: Vec<(u16, Option<List>)>,
    /// Nothing is behind the name but its routes.
    only_routed: bool,
}

struct Caller<'b> {
    bundle: &'b Bundle,
    index: &'b Index<'b>,
}

impl Caller<'_> {
    /// Istio drops a VirtualService on a name that nothing has, without a word; and routes in the wrong list.
    fn hosts(&self, metadata: &Metadata, spec: &VirtualServiceSpec, routes: &[Listed<'_>], near: &mut Near) {
        for host in &spec.hosts {
            let Some(ports) = self.ports(host, metadata) else {
                // Names that are only asked for in TLS need no name of their own.
                let promised = self.bundle.ground.promised.contains(host);
                if promised || !routes.iter().any(|route| route.names(host)) {
                    near.broken
                        .push(format!("nothing has the name `{host}`, so its VirtualService does nothing"));
                }
                continue;
            };
            let Ports { lists, only_routed } = ports;
            for (port, list) in lists {
                let wrong = routes.iter().find(|route| Some(route.list) != list && route.is_for(port));
                near.broken.extend(
                    wrong.map(|route| format!("{} routes do nothing on port {port} of `{host}`", route.list)),
                );
                if only_routed && !routes.iter().any(|route| Some(route.list) == list && route.is_for(port)) {
                    near.broken.push(format!("no route leads on from port {port} of `{host}`"));
                }
            }
        }
    }

    /// The ports of what has a name here.
    fn ports(&self, host: &str, metadata: &Metadata) -> Option<Ports> {
        let ground = &self.bundle.ground;
        if let Some(service) = ground.services.get(host) {
            let lists = service.speaks.iter().map(|(port, protocol)| (*port, List::of(protocol)));
            return Some(Ports { lists: lists.collect(), only_routed: false });
        }
        if let Some((_, entry)) = self.index.entries.get(host) {
            let lists = entry.ports.iter().map(|port| (port.number, List::of(port.protocol)));
            return Some(Ports { lists: lists.collect(), only_routed: entry.endpoints.is_empty() });
        }
        if ground.names.contains(host) {
            return Some(Ports { lists: Vec::new(), only_routed: false });
        }
        let Metadata { name, namespace, .. } = metadata;
        let stand_in = self.index.stand_ins.get(&(namespace.as_str(), name.as_str()))?;
        let lists = stand_in.ports.iter().map(|port| (port.port, List::of_service_port(port)));
        let named = host.starts_with(&format!("{name}.{namespace}.svc."));
        let only_routed = !ground.known.contains(host);
        named.then(|| Ports { lists: lists.collect(), only_routed })
    }

    fn destination(&self, routed: &VirtualServiceSpec, destination: &Destination, near: &mut Near) {
        let Destination { host, subset, port } = destination;
        let port = port.number;
        if let Some(joined) = self.joined(host) {
            joined.destination(destination, near);
        } else if let Some((metadata, entry)) = self.index.entries.get(host.as_str()) {
            if !sees(&entry.export_to, &ingress::seen_by(self.bundle, routed)) {
                near.broken.push(format!("callers of `{host}` do not see its ServiceEntry"));
            }
            self.crossing(host, metadata, entry, subset.as_deref(), port, near);
        } else if !self.bundle.ground.sees.is_empty() {
            near.uses.push(Use {
                head: self.bundle.cluster.clone(),
                host: host.clone(),
                subset: subset.clone(),
                port,
                spreads: false,
            });
        } else if let Err(what) = self.local(host, subset.as_deref(), port) {
            near.broken.push(what);
        } else {
            near.held += 1;
        }
    }

    /// What others add to a name of this cluster, if they do.
    fn joined<'h>(&'h self, host: &'h str) -> Option<Joined<'h>> {
        let entries = self.index.joined.get(host)?;
        Some(Joined { bundle: self.bundle, index: self.index, host, entries })
    }

    /// Service, port, subset, pods: all in the caller's own cluster.
    fn local(&self, host: &str, subset: Option<&str>, port: u16) -> Result<(), String> {
        let service =
            self.bundle.ground.services.get(host).ok_or_else(|| format!("no service `{host}` runs here"))?;
        if !service.ports.contains(&port) {
            return Err(format!("`{host}` has no port {port} here"));
        }
        let Some(subset) = subset else { return Ok(()) };
        self.index.subset(host, subset, service).map_err(|what| format!("{what} here"))
    }

    /// A remote name called where no route answers takes any version: its links must hold as well.
    fn whole_name(
        &self,
        host: &str,
        metadata: &Metadata,
        entry: &ServiceEntrySpec,
        routed: Option<&VirtualServiceSpec>,
        near: &mut Near,
    ) {
        for port in &entry.ports {
            let list = List::of(port.protocol);
            let answered = |spec: &VirtualServiceSpec| {
                let mut routes = listed::all(spec).into_iter().filter(|route| Some(route.list) == list);
                sees(&spec.export_to, &entry.export_to)
                    && routes.any(|route| route.answers(port.number, host))
            };
            if !routed.is_some_and(answered) {
                self.crossing(host, metadata, entry, None, port.number, near);
            }
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
            .ok_or_else(|| format!("`{host}` has no port {port}"))?
            .name;
        let (rule_metadata, rule) =
            self.index.rules.get(host).ok_or_else(|| format!("no DestinationRule for `{host}`"))?;
        if rule_metadata.namespace != metadata.namespace || rule.export_to != entry.export_to {
            return Err(format!("the DestinationRule for `{host}` is not seen where its ServiceEntry is"));
        }
        let named = match subset {
            Some(name) => {
                let subset = self.index.subsets.get(&(host, name)).copied();
                Some(subset.ok_or_else(|| format!("`{host}` has no subset `{name}`"))?)
            }
            None => None,
        };
        let tls = tls(rule, named, port)
            .ok_or_else(|| format!("plain text to the gateway for `{host}` port {port}"))?;
        let ClientTls { mode: ClientTlsMode::IstioMutual, sni, subject_alt_names } = tls;
        // Istio derives it from the name that is called; whether the gateway knows that is the gateway's to say.
        let sni = sni.clone().unwrap_or_else(|| sni::sni(port, subset, host));
        says_what_it_means(host, subset, port, &sni)?;
        let none = BTreeMap::new();
        let labels = named.map_or(&none, |subset| &subset.labels);
        let endpoints: Vec<_> =
            entry.endpoints.iter().filter(|endpoint| selects(labels, &endpoint.labels)).collect();
        if endpoints.is_empty() {
            return Err(format!("no endpoint of `{host}` for subset `{}`", subset.unwrap_or_default()));
        }
        let pool = named.map(|subset| pool::of(subset.traffic_policy.as_ref(), port)).unwrap_or_default();
        pool.order(host, &endpoints)?;
        let mut crossings = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let Endpoint { address, ports, labels: _, network: _, service_account: _, locality: _, weight } =
                endpoint;
            let dialled = ports
                .get(port_name)
                .ok_or_else(|| format!("endpoint `{address}` of `{host}` has no port `{port_name}`"))?;
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
                host: host.to_owned(),
                subset: subset.unwrap_or_default().to_owned(),
                ejected: pool.ejects(),
                weight: weight.unwrap_or(1),
                identities: subject_alt_names.clone(),
            });
        }
        Ok(crossings)
    }
}

/// The SNI names the service and port that were called, and the subset that the caller's subset is named after.
pub fn says_what_it_means(host: &str, subset: Option<&str>, port: u16, sni: &str) -> Result<(), String> {
    let (named_port, named_subset, named_host) =
        sni::parse(sni).ok_or_else(|| format!("`{sni}` is not an SNI of Istio's"))?;
    // Name and namespace: what follows is the far cluster's own.
    if !named_host.split('.').take(2).eq(host.split('.').take(2)) {
        return Err(format!("`{host}` says the SNI of another service: `{sni}`"));
    }
    if named_port != port {
        return Err(format!("port {port} of `{host}` says the SNI of port {named_port}: `{sni}`"));
    }
    let meant = subset.unwrap_or_default();
    let named = named_subset.unwrap_or_default();
    if stands_for(meant, named) {
        Ok(())
    } else {
        Err(format!("subset `{meant}` of `{host}` says the SNI of another: `{sni}`"))
    }
}

/// Whether a caller's subset is named after a far one: `v2`, `v2--cluster2`, and what is left of that with a hash where
/// it was too long. `any--cluster2` stands for no subset.
fn stands_for(meant: &str, named: &str) -> bool {
    if named.is_empty() {
        return meant.is_empty() || meant == "any" || meant.starts_with("any--");
    }
    let at_cluster = format!("{named}--");
    let is_hash = |end: &str| end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    let stem = meant.rsplit_once('-').filter(|(_, end)| is_hash(end)).map(|(stem, _)| stem);
    meant == named || meant.starts_with(&at_cluster) || stem.is_some_and(|stem| at_cluster.starts_with(stem))
}

/// Istio's order: the subset's port, the subset, the rule's port, the rule. Nothing is inherited into port settings.
pub fn tls<'r>(
    rule: &'r DestinationRuleSpec,
    subset: Option<&'r Subset>,
    port: u16,
) -> Option<&'r ClientTls> {
    let policies = [subset.and_then(|subset| subset.traffic_policy.as_ref()), rule.traffic_policy.as_ref()];
    policies.into_iter().flatten().find_map(|policy| {
        let own = policy.port_level_settings.iter().find(|settings| settings.port.number == port);
        match own {
            Some(settings) => Some(settings.tls.as_ref()),
            None => policy.tls.as_ref().map(Some),
        }
    })?
}

/// Whether what is exported to some namespaces reaches all that it is needed in. None means all.
pub fn sees(exported: &[String], needed: &[String]) -> bool {
    exported.is_empty() || (!needed.is_empty() && needed.iter().all(|namespace| exported.contains(namespace)))
}
