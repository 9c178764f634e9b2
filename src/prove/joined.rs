//! Far pods that join a service under its own name, and what callers of that name then reach.

use std::collections::BTreeMap;

use super::near::{self, Near};
use super::subset::{selects, version};
use super::{Crossing, pool};
use crate::istio::Bundle;
use crate::istio::failover::FAR;
use crate::istio::way::merged::{NETWORK, TLS_MODE};
use crate::istio::kind::object::Metadata;
use crate::istio::kind::service_entry::{Endpoint, ServiceEntrySpec};
use crate::istio::sni;
use crate::istio::kind::virtual_service::Destination;

use super::index::Index;

/// The entries of one name, in the cluster of its callers.
#[derive(Clone, Copy)]
pub struct Joined<'b> {
    pub bundle: &'b Bundle,
    pub index: &'b Index<'b>,
    pub host: &'b str,
    pub entries: &'b [(&'b Metadata, &'b ServiceEntrySpec)],
}

/// What is selected of all that has the name.
struct Selected<'b> {
    /// Whether each of the pods here is.
    pods: Vec<bool>,
    endpoints: Vec<(&'b Endpoint, u16)>,
}

impl<'b> Joined<'b> {
    /// Follows a destination of a route.
    pub fn destination(self, destination: &Destination, near: &mut Near) {
        match self.crossings(destination.subset.as_deref(), destination.port.number) {
            Ok((held, crossings)) => {
                near.held += usize::from(held);
                near.crossings.extend(crossings);
            }
            Err(what) => near.broken.push(what),
        }
    }

    /// A port without route is shared with whoever joins it.
    pub fn unrouted(self, routed: &[u16]) -> Vec<String> {
        let ports = self.entries.iter().flat_map(|(_, entry)| &entry.ports).map(|port| port.number);
        let mut unrouted: Vec<u16> = ports.filter(|port| !routed.contains(port)).collect();
        unrouted.sort_unstable();
        unrouted.dedup();
        unrouted
            .iter()
            .map(|port| format!("no route for port {port} of `{}`, which others join", self.host))
            .collect()
    }

    /// Whether pods here are reached, and what is said to gateways.
    fn crossings(self, subset: Option<&str>, port: u16) -> Result<(bool, Vec<Crossing>), String> {
        let host = self.host;
        let rule = self.index.rules.get(host);
        let (metadata, rule) = rule.ok_or_else(|| format!("no DestinationRule for `{host}`"))?;
        let namespace = host.split('.').nth(1).unwrap_or_default();
        let elsewhere = self
            .entries
            .iter()
            .any(|(metadata, entry)| metadata.namespace != namespace || !entry.export_to.is_empty());
        if metadata.namespace != namespace || !rule.export_to.is_empty() || elsewhere {
            return Err(format!("callers do not see all that belongs to `{host}`"));
        }
        let named = match subset {
            Some(name) => {
                let found = self.index.subsets.get(&(host, name)).copied();
                Some(found.ok_or_else(|| format!("no subset `{name}` of `{host}` here"))?)
            }
            None => None,
        };
        let none = BTreeMap::new();
        let Selected { pods, endpoints } =
            self.selected(named.map_or(&none, |subset| &subset.labels), port)?;
        let here = pods.contains(&true);
        if !here && endpoints.is_empty() {
            return Err(format!("no pods for subset `{}` of `{host}`", subset.unwrap_or_default()));
        }
        self.only_its_version(subset, &pods)?;
        let pool = pool::of(rule.traffic_policy.as_ref(), port);
        if here && !endpoints.is_empty() {
            let far: Vec<&Endpoint> = endpoints.iter().map(|(endpoint, _)| *endpoint).collect();
            if !pool.ejects() || !far.iter().all(|endpoint| endpoint.labels.contains_key(FAR.0)) {
                return Err(format!(
                    "subset `{}` of `{host}` spreads over clusters",
                    subset.unwrap_or_default()
                ));
            }
            pool.order(host, &far)?;
        }
        let tls = near::tls(rule, named, port);
        let said = tls.and_then(|tls| tls.sni.clone()).unwrap_or_else(|| sni::sni(port, subset, host));
        let told = tls.map(|tls| tls.subject_alt_names.clone()).unwrap_or_default();
        let identities = if told.is_empty() { self.identities(namespace) } else { told };
        if !endpoints.is_empty() {
            near::says_what_it_means(host, subset, port, &said)?;
        }
        let crossing = |(endpoint, dialled): (&Endpoint, u16)| Crossing {
            caller: self.bundle.cluster.clone(),
            address: endpoint.address.clone(),
            port: dialled,
            sni: said.clone(),
            host: host.to_owned(),
            subset: subset.unwrap_or_default().to_owned(),
            identities: identities.clone(),
            ejected: pool.ejects(),
            weight: endpoint.weight.unwrap_or(1),
        };
        Ok((here, endpoints.into_iter().map(crossing).collect()))
    }

    /// Whom Istio takes for servers of the name by itself: those that endpoints are said to run under.
    fn identities(self, namespace: &str) -> Vec<String> {
        let trust_domain = &self.bundle.ground.trust_domain;
        let endpoints = self.entries.iter().flat_map(|(_, entry)| &entry.endpoints);
        let accounts = endpoints.filter_map(|endpoint| endpoint.service_account.as_ref());
        accounts.map(|account| format!("spiffe://{trust_domain}/ns/{namespace}/sa/{account}")).collect()
    }

    /// Everything with the name that carries the labels; what joins must be known to be elsewhere, and to speak TLS.
    fn selected(self, labels: &BTreeMap<String, String>, port: u16) -> Result<Selected<'b>, String> {
        let ground = &self.bundle.ground;
        let service = ground.services.get(self.host);
        // Pods of a service without versions carry no label that is known.
        let unversioned = BTreeMap::new();
        let pods: Vec<&BTreeMap<String, String>> = match service {
            Some(service) if service.pods.is_empty() => vec![&unversioned],
            Some(service) => service.pods.values().collect(),
            None => Vec::new(),
        };
        let network = || ground.network.iter().map(|network| (NETWORK.to_owned(), network.clone()));
        let here = |pod: &BTreeMap<String, String>| {
            selects(labels, &pod.clone().into_iter().chain(network()).collect())
        };
        let pods: Vec<bool> = pods.into_iter().map(here).collect();
        let mut endpoints = Vec::new();
        for (_, entry) in self.entries {
            let name = entry.ports.iter().find(|known| known.number == port).map(|known| &known.name);
            let name = name.ok_or_else(|| format!("`{}` has no port {port} elsewhere", self.host))?;
            for endpoint in entry.endpoints.iter().filter(|endpoint| selects(labels, &endpoint.labels)) {
                let address = &endpoint.address;
                if endpoint.labels.get(TLS_MODE.0).map(String::as_str) != Some(TLS_MODE.1) {
                    return Err(format!("plain text to the gateway `{address}` for `{}`", self.host));
                }
                if endpoint.network.is_none() || endpoint.network == ground.network {
                    return Err(format!("gateways send `{}` on to `{address}`, in circles", self.host));
                }
                let dialled = endpoint.ports.get(name);
                let dialled = dialled.ok_or_else(|| format!("endpoint `{address}` has no port `{name}`"))?;
                endpoints.push((endpoint, *dialled));
            }
        }
        Ok(Selected { pods, endpoints })
    }

    /// Pods here, if any are selected, must be those of the version that the subset is named after.
    fn only_its_version(self, subset: Option<&str>, pods: &[bool]) -> Result<(), String> {
        let (Some(name), Some(service)) = (subset, self.bundle.ground.services.get(self.host)) else {
            return Ok(());
        };
        let Some(labels) = version(name, service) else { return Ok(()) };
        let meant = service.pods.values().map(|pod| selects(labels, pod));
        if pods.contains(&true) && !meant.eq(pods.iter().copied()) {
            return Err(format!("other pods than its version's for subset `{name}` of `{}` here", self.host));
        }
        Ok(())
    }
}
