//! Services whose pods are joined by what entries list.
//!
//! Enters: a share at a name that both have. Leaves: its parts at pods and at gateways. Refuses to know: how the proxy came
//! to choose this destination.

use std::collections::{BTreeMap, BTreeSet};

use super::object::service_entry::Endpoint;
use super::policy::Policy;
use super::pool::{self, Traits};
use super::registry::{Port, Registry, Service};
use super::report::{DeadEnd, End};
use super::upstream::{Proxy, Target, caller_traits, carries, wrapping};
use super::walk::{Flow, Walk};
use super::world::Workload;

/// The label by which Istio knows the network of every endpoint.
const NETWORK: &str = "topology.istio.io/network";

/// A destination at pods and at what joins them.
pub(super) struct Together<'e, 'a> {
    pub(super) service: &'e Service<'a>,
    pub(super) workloads: &'e [Workload],
    pub(super) port: &'e Port<'e>,
    pub(super) target: &'e Target,
}

/// One of them.
enum Member<'e> {
    Pods { workload: &'e Workload, labels: BTreeMap<String, String> },
    Gateway { endpoint: &'e Endpoint, port: u16 },
}

impl Member<'_> {
    fn labels(&self) -> &BTreeMap<String, String> {
        match self {
            Self::Pods { workload: _, labels } => labels,
            Self::Gateway { endpoint, port: _ } => &endpoint.labels,
        }
    }

    fn traits(&self) -> Traits<'_> {
        let locality = match self {
            Self::Pods { workload, labels: _ } => workload.locality.as_deref(),
            Self::Gateway { endpoint, port: _ } => endpoint.locality.as_deref(),
        };
        Traits { labels: self.labels(), locality }
    }

    fn weight(&self) -> f64 {
        f64::from(match self {
            Self::Pods { workload, labels: _ } => workload.replicas,
            Self::Gateway { endpoint, port: _ } => endpoint.weight.unwrap_or(1),
        })
    }
}

impl<'a> Walk<'_, 'a> {
    /// One of the pods, or one of the endpoints that joined them.
    pub(super) fn joined(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        policy: &Policy<'_>,
        to: &Together<'_, 'a>,
    ) {
        let cluster = &registry.cluster.name;
        let host = &to.service.host;
        let mut members: Vec<Member<'_>> = Vec::new();
        for workload in to.workloads.iter().filter(|pods| !self.is_down(cluster, pods)) {
            let mut labels = workload.labels.clone();
            labels
                .extend(registry.cluster.network.iter().map(|network| (NETWORK.to_owned(), network.clone())));
            members.push(Member::Pods { workload, labels });
        }
        let mut seen = BTreeSet::new();
        for entry in
            registry.joined(host).iter().filter(|entry| entry.place.namespace == to.service.namespace)
        {
            self.unfollowed(&entry.place, &entry.spec.unfollowed);
            for endpoint in entry.spec.endpoints.iter().filter(|endpoint| proxy.sees(registry, endpoint)) {
                self.unfollowed(&entry.place, &endpoint.unfollowed);
                let Some(port) = endpoint.ports.get(to.port.name).copied() else { continue };
                let fits = carries(&endpoint.labels, policy.labels);
                if fits
                    && !self.is_gateway_down(cluster, &endpoint.address)
                    && seen.insert((&endpoint.address, port))
                {
                    members.push(Member::Gateway { endpoint, port });
                }
            }
        }
        members.retain(|member| carries(member.labels(), policy.labels));
        pool::nearest(&mut members, policy, caller_traits(registry), Member::traits);
        let sum: f64 = members.iter().map(Member::weight).sum();
        if members.is_empty() {
            let why = format!("nothing healthy of `{host}` in {cluster}, nor of what joins it");
            return self.dead(flow, DeadEnd::NoEndpoints, why);
        }
        for member in members {
            let part = flow.part(member.weight() / sum);
            match member {
                Member::Pods { workload, labels: _ } => {
                    let label = |key: &str| workload.labels.get(key).cloned();
                    let end = End::Pods {
                        cluster: cluster.clone(),
                        workload: workload.name.clone(),
                        app: label("app").unwrap_or_default(),
                        version: label("version"),
                        port: to.target.port,
                    };
                    self.end(part.step(cluster, format!("pods of {}", to.service.host), None), end);
                }
                Member::Gateway { endpoint, port } => {
                    let wrapping = wrapping(policy, endpoint, to.target);
                    self.connect(registry, proxy, part, (&endpoint.address, port), &wrapping);
                }
            }
        }
    }
}

impl Proxy {
    /// Gateways may be told to see the endpoints of some networks alone.
    fn sees(&self, registry: &Registry<'_>, endpoint: &Endpoint) -> bool {
        let own = registry.cluster.network.as_ref();
        match self {
            Self::Sidecar { namespace: _ } => true,
            Self::Gateway { namespace: _ } => {
                let mut views =
                    registry.cluster.gateways.iter().map(|gateway| &gateway.requested_network_view);
                let all = views.all(Vec::is_empty);
                all || endpoint.network.is_none() || endpoint.network.as_ref() == own
            }
        }
    }
}
