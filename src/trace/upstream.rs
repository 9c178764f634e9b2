//! From a host, subset and port to endpoints, and on to whoever is there.
//!
//! Enters: a share at a proxy. Leaves: its parts at pods, at gateways, or ended. Refuses to know: how the proxy came to
//! choose this destination.

use std::collections::{BTreeMap, BTreeSet};

use super::joined::Together;
use super::object::destination_rule::ClientTlsMode;
use super::object::service_entry::{Endpoint, Resolution, ServiceEntrySpec};
use super::policy::{self, Policy};
use super::pool::{self, Traits};
use super::registry::{Backing, Port, Registry, Service};
use super::report::{DeadEnd, End};
use super::walk::{Flow, Walk};
use super::world::Workload;

/// The label that makes Istio speak the mesh's TLS to an endpoint by itself.
const TLS_MODE: (&str, &str) = ("security.istio.io/tlsMode", "istio");

/// Callers carry none of the labels that meshgen marks endpoints with.
static UNMARKED: BTreeMap<String, String> = BTreeMap::new();

/// What tells the proxies of a cluster how far an endpoint is.
pub(super) fn caller_traits<'t>(registry: &'t Registry<'_>) -> Traits<'t> {
    Traits { labels: &UNMARKED, locality: registry.cluster.locality.as_deref() }
}

/// A destination as routes name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) subset: Option<String>,
    pub(super) port: u16,
}

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proxy {
    /// A caller's sidecar; rules speak to its namespace.
    Sidecar { namespace: String },
    /// A gateway, which passes TLS on as it is.
    Gateway { namespace: String },
}

/// What a connection is wrapped in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    Plaintext,
    /// TLS that is not the mesh's.
    OtherTls,
    /// The mesh's mutual TLS, with this SNI.
    Mesh {
        sni: String,
        /// Identities of which the server must have one; anybody's where empty.
        demands: Vec<String>,
    },
}

impl Target {
    /// As Envoy names it: `outbound|9080|v2|reviews.default.svc.cluster.local`.
    pub(super) fn cluster_name(&self) -> String {
        format!("outbound|{}|{}|{}", self.port, self.subset.as_deref().unwrap_or_default(), self.host)
    }

    /// The SNI that Istio derives from it.
    pub(super) fn sni(&self) -> String {
        format!("outbound_.{}_.{}_.{}", self.port, self.subset.as_deref().unwrap_or_default(), self.host)
    }
}

impl Proxy {
    pub(super) fn namespace(&self) -> &str {
        match self {
            Self::Sidecar { namespace } | Self::Gateway { namespace } => namespace,
        }
    }
}

impl<'a> Walk<'_, 'a> {
    /// On to the endpoints of a destination.
    pub(super) fn forward(&mut self, registry: &Registry<'a>, proxy: &Proxy, flow: Flow, target: &Target) {
        let cluster = &registry.cluster.name;
        let Some(service) = registry.destination(&target.host, proxy.namespace()) else {
            let why = format!("no Service and no ServiceEntry gives the name `{}` in {cluster}", target.host);
            return self.dead(flow, DeadEnd::NoCluster, why);
        };
        let Some(port) = service.port(target.port) else {
            let why = format!("`{}` has no port {} in {cluster}", target.host, target.port);
            return self.dead(flow, DeadEnd::NoCluster, why);
        };
        let rules = registry.destination_rules(service, proxy.namespace());
        let Some(policy) = policy::of(&rules, target.subset.as_deref(), target.port) else {
            let subset = target.subset.as_deref().unwrap_or_default();
            let why = format!("no subset `{subset}` of `{}` in {cluster}", target.host);
            return self.dead(flow, DeadEnd::NoCluster, why);
        };
        let flow = self.told(registry, flow, &policy, target);
        match service.backing {
            Backing::Pods(workloads) if registry.joined(&service.host).is_empty() => {
                self.pods(registry, proxy, flow, &policy, &Pods { service, workloads, port: target.port });
            }
            Backing::Pods(workloads) => {
                self.joined(registry, proxy, flow, &policy, &Together { service, workloads, port, target });
            }
            Backing::Entry(entry) => {
                let flow =
                    flow.step(cluster, format!("endpoints of {}", service.host), service.place.cloned());
                if let Some(place) = service.place {
                    self.unfollowed(place, &entry.unfollowed);
                }
                self.endpoints(registry, proxy, flow, &policy, &Entry { target, port, entry });
            }
        }
    }

    /// The step at the DestinationRule, if there is one.
    fn told(&mut self, registry: &Registry<'a>, flow: Flow, policy: &Policy<'a>, target: &Target) -> Flow {
        let Some(rule) = policy.rule else { return flow };
        self.unfollowed(&rule.place, &rule.spec.unfollowed);
        for level in &policy.asked {
            self.unfollowed(&rule.place, &level.unfollowed);
            let (_, balancer) = level.outliers(target.port);
            self.unfollowed(&rule.place, &balancer.unfollowed);
            if let Some(setting) = &balancer.locality_lb_setting {
                self.unfollowed(&rule.place, &setting.unfollowed);
            }
            for settings in level.port_level_settings.iter().filter(|one| one.port.number == target.port) {
                self.unfollowed(&rule.place, &settings.unfollowed);
            }
        }
        if let Some(tls) = policy.tls {
            self.unfollowed(&rule.place, &tls.unfollowed);
        }
        let what = match &target.subset {
            Some(subset) => format!("{}, subset {subset}", rule.place),
            None => rule.place.to_string(),
        };
        flow.step(&registry.cluster.name, what, Some(rule.place.clone()))
    }

    /// One of the pods, each as often as the others.
    fn pods(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        policy: &Policy<'_>,
        to: &Pods<'_, 'a>,
    ) {
        let Pods { service, workloads, port } = to;
        let cluster = &registry.cluster.name;
        let (mode, is_shut) = match proxy {
            Proxy::Sidecar { .. } => (policy.tls.map(|tls| tls.mode), false),
            Proxy::Gateway { .. } => {
                (None, policy.own_tls.is_some_and(|tls| tls.mode == ClientTlsMode::Disable))
            }
        };
        if mode.is_some_and(|mode| matches!(mode, ClientTlsMode::Simple | ClientTlsMode::Mutual)) {
            let why = format!("pods of {} in {cluster} take the mesh's TLS or none", service.host);
            return self.dead(flow, DeadEnd::NoInboundChain, why);
        }
        let chosen: Vec<_> = workloads.iter().filter(|pods| carries(&pods.labels, policy.labels)).collect();
        let what = pods_in_words(service, policy.labels);
        if chosen.is_empty() || is_shut {
            let why = if is_shut {
                format!(
                    "a DestinationRule turns TLS to {what} off, which hides them from the gateway of {cluster}"
                )
            } else {
                format!("{cluster} has no {what}")
            };
            return self.dead(flow, DeadEnd::NoEndpoints, why);
        }
        let up: Vec<_> = chosen.into_iter().filter(|pods| !self.is_down(cluster, pods)).collect();
        let number: u32 = up.iter().map(|pods| pods.replicas).sum();
        if number == 0 {
            return self.dead(flow, DeadEnd::NoEndpoints, format!("no healthy {what} in {cluster}"));
        }
        let flow = flow.step(cluster, what, None);
        for pods in up {
            let share = flow.part(f64::from(pods.replicas) / f64::from(number));
            let who = &pods.identities;
            if !share.demands.is_empty()
                && !who.is_empty()
                && !who.iter().any(|who| share.demands.contains(who))
            {
                let why = format!("{} in {cluster} is not who the caller demands", pods.name);
                self.dead(share, DeadEnd::SanMismatch, why);
                continue;
            }
            let label = |key: &str| pods.labels.get(key).cloned();
            let end = End::Pods {
                cluster: cluster.clone(),
                workload: pods.name.clone(),
                app: label("app").unwrap_or_default(),
                version: label("version"),
                port: service.port(*port).and_then(|port| port.target).unwrap_or(*port),
            };
            self.end(share, end);
        }
    }

    pub(super) fn is_down(&self, cluster: &str, pods: &Workload) -> bool {
        self.request.down.iter().any(|down| {
            let what = &down.what;
            down.cluster == cluster
                && (what == "*" || *what == pods.name || pods.labels.get("version") == Some(what))
        })
    }

    /// One of the addresses that a ServiceEntry lists, by weight.
    fn endpoints(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        policy: &Policy<'_>,
        to: &Entry<'_>,
    ) {
        let Entry { target, port, entry } = to;
        let cluster = &registry.cluster.name;
        let named = Endpoint {
            address: target.host.clone(),
            ports: BTreeMap::new(),
            labels: BTreeMap::new(),
            weight: None,
            locality: None,
            network: None,
            unfollowed: BTreeMap::new(),
        };
        let mut listed: Vec<&Endpoint> = entry.endpoints.iter().collect();
        if entry.resolution == Resolution::None {
            return self.end(flow, End::Passthrough);
        }
        if entry.resolution.asks_dns() && listed.is_empty() {
            listed.push(&named);
        }
        listed.retain(|endpoint| carries(&endpoint.labels, policy.labels));
        if listed.is_empty() {
            let why = format!("no endpoint of `{}` in {cluster}{}", target.host, wanting(policy.labels));
            let reason = if entry.resolution.asks_dns() { DeadEnd::NoCluster } else { DeadEnd::NoEndpoints };
            return self.dead(flow, reason, why);
        }
        // Envoy keeps the first of several endpoints with one address.
        let mut seen = BTreeSet::new();
        let mut dialled: Vec<(&Endpoint, u16, f64)> = Vec::new();
        for endpoint in listed {
            let number = endpoint.ports.get(port.name).copied().or(target_port(entry, port));
            let number = number.unwrap_or(port.number);
            if seen.insert((&endpoint.address, number)) && !self.is_gateway_down(cluster, &endpoint.address) {
                dialled.push((endpoint, number, f64::from(endpoint.weight.unwrap_or(1).max(1))));
            }
        }
        pool::nearest(&mut dialled, policy, caller_traits(registry), |(endpoint, _, _)| Traits {
            labels: &endpoint.labels,
            locality: endpoint.locality.as_deref(),
        });
        let sum: f64 = dialled.iter().map(|(_, _, weight)| weight).sum();
        if dialled.is_empty() {
            let why = format!("no healthy endpoint of `{}` in {cluster}", target.host);
            return self.dead(flow, DeadEnd::NoEndpoints, why);
        }
        for (endpoint, number, weight) in dialled {
            if let Some(place) = policy.rule.map(|rule| &rule.place) {
                self.unfollowed(place, &endpoint.unfollowed);
            }
            let wrapping = wrapping(policy, endpoint, target);
            self.connect(registry, proxy, flow.part(weight / sum), (&endpoint.address, number), &wrapping);
        }
    }

    pub(super) fn is_gateway_down(&self, caller: &str, address: &str) -> bool {
        let found = self.tracer.world.gateway_at(address, caller);
        found.is_some_and(|(cluster, _)| {
            self.request.down.iter().any(|down| down.cluster == cluster.name && down.what == "gateway")
        })
    }
}

/// A destination at a Service.
struct Pods<'e, 'a> {
    service: &'e Service<'a>,
    workloads: &'e [Workload],
    port: u16,
}

/// A destination behind a ServiceEntry.
struct Entry<'e> {
    target: &'e Target,
    port: &'e Port<'e>,
    entry: &'e ServiceEntrySpec,
}

/// Without a word on TLS Istio decides by endpoint: the mesh's, if a label says that it is understood there.
pub(super) fn wrapping(policy: &Policy<'_>, endpoint: &Endpoint, target: &Target) -> Wrapping {
    match policy.tls {
        None if endpoint.labels.get(TLS_MODE.0).is_some_and(|mode| mode == TLS_MODE.1) => {
            Wrapping::Mesh { sni: target.sni(), demands: Vec::new() }
        }
        None => Wrapping::Plaintext,
        Some(tls) => match tls.mode {
            ClientTlsMode::Disable => Wrapping::Plaintext,
            ClientTlsMode::Simple | ClientTlsMode::Mutual => Wrapping::OtherTls,
            ClientTlsMode::IstioMutual => {
                let sni = tls.sni.clone().filter(|sni| !sni.is_empty());
                let demands = tls.subject_alt_names.clone();
                Wrapping::Mesh { sni: sni.unwrap_or_else(|| target.sni()), demands }
            }
        },
    }
}

fn target_port(entry: &ServiceEntrySpec, port: &Port<'_>) -> Option<u16> {
    entry.ports.iter().find(|known| known.name == port.name)?.target_port
}

pub(super) fn carries(labels: &BTreeMap<String, String>, wanted: Option<&BTreeMap<String, String>>) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)))
}

/// `pods of reviews with version=v2`
fn pods_in_words(service: &Service<'_>, labels: Option<&BTreeMap<String, String>>) -> String {
    let name = service.host.split('.').next().unwrap_or(&service.host);
    format!("pods of {name}{}", wanting(labels))
}

fn wanting(labels: Option<&BTreeMap<String, String>>) -> String {
    let pairs: Vec<_> = labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() { String::new() } else { format!(" with {}", pairs.join(", ")) }
}
