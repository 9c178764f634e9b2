//! From a host, subset and port to endpoints, and on to whoever is there.
//!
//! Enters: a share at a proxy. Leaves: its parts at pods, at gateways, or ended. Refuses to know: how the proxy came to
//! choose this destination.

use std::collections::BTreeMap;

use super::endpoint::{self, At, Endpoint};
use super::object::Object;
use super::object::destination_rule::ClientTlsMode;
use super::object::peer_authentication::MutualTlsMode;
use super::object::service_entry::{Resolution, ServiceEntrySpec};
use super::policy::{self, Policy};
use super::pool;
use super::proxy::{Proxy, Role};
use super::registry::{Backing, Port, Registry, Service};
use super::report::{DeadEnd, End};
use super::request::Speaks;
use super::walk::{Flow, Walk};
use super::world::{Cluster, Workload};

/// A destination as routes name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) subset: Option<String>,
    pub(super) port: u16,
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
        client: Client,
    },
}

/// Who opens a connection with the mesh's TLS, and whom it takes for the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Client {
    /// The trust domain of its certificate.
    pub(super) domain: String,
    /// Identities of which the server must have one; anybody's where empty.
    pub(super) demands: Vec<String>,
    /// Trust domains of which the server must be; any where empty.
    pub(super) trusts: Vec<String>,
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

/// Where a share is sent: what a destination turned out to be.
#[derive(Clone, Copy)]
pub(super) struct Destination<'d, 'a> {
    service: &'d Service<'a>,
    port: &'d Port<'d>,
    target: &'d Target,
    pub(super) policy: &'d Policy<'a>,
}

impl<'a> Walk<'_, 'a> {
    /// On to the endpoints of a destination.
    pub(super) fn forward(&mut self, registry: &Registry<'a>, proxy: &Proxy, flow: Flow, target: &Target) {
        let cluster = &registry.cluster.name;
        let Some(service) = registry.destination(&target.host, &proxy.namespace) else {
            let why = format!("no Service and no ServiceEntry gives the name `{}` in {cluster}", target.host);
            return self.dead(flow, DeadEnd::NoCluster, why);
        };
        let Some(port) = service.port(target.port) else {
            let why = format!("`{}` has no port {} in {cluster}", target.host, target.port);
            return self.dead(flow, DeadEnd::NoCluster, why);
        };
        let rules = registry.destination_rules(service, &proxy.namespace);
        let Some(policy) =
            policy::of(&rules, target.subset.as_deref(), target.port, registry.control_plane.release)
        else {
            let subset = target.subset.as_deref().unwrap_or_default();
            let why = format!("no subset `{subset}` of `{}` in {cluster}", target.host);
            return self.dead(flow, DeadEnd::NoCluster, why);
        };
        let flow = self.told(registry, flow, &policy, target);
        let to = Destination { service, port, target, policy: &policy };
        match &service.backing {
            Backing::Pods(_) => {
                registry.joined(&service.host).iter().for_each(|entry| self.listed(entry));
                if service.headless && proxy.role == Role::Sidecar {
                    self.picked(registry, proxy, flow, &to);
                } else {
                    self.balance(registry, proxy, flow, &to);
                }
            }
            Backing::Entry(entry, others) => {
                for entry in others {
                    self.listed(entry);
                }
                let flow =
                    flow.step(cluster, format!("endpoints of {}", service.host), service.place.cloned());
                self.listed(entry);
                if entry.spec.resolution == Resolution::None {
                    return self.end(flow, End::Passthrough);
                }
                let ignores_labels = entry.spec.resolution.asks_dns()
                    && (target.subset.is_some() || registry.control_plane.release < NAMES_HAVE_LABELS);
                let policy = Policy { ignores_labels, ..policy.clone() };
                self.balance(registry, proxy, flow, &Destination { policy: &policy, ..to });
            }
        }
    }

    /// The step at the DestinationRule, if there is one.
    fn told(&mut self, registry: &Registry<'a>, flow: Flow, policy: &Policy<'a>, target: &Target) -> Flow {
        let Some(rule) = policy.rule else { return flow };
        self.unfollowed(&rule.place, &rule.spec.unfollowed);
        for level in &policy.asked {
            self.unfollowed(&rule.place, &level.unfollowed);
            if let Some(balancer) = &level.settings(target.port).load_balancer {
                self.unfollowed(&rule.place, &balancer.unfollowed);
            }
            if let Some(settings) = level.of_port(target.port) {
                self.unfollowed(&rule.place, &settings.unfollowed);
            }
        }
        if let Some(setting) = policy.locality {
            self.unfollowed(&rule.place, &setting.unfollowed);
        }
        if let Some(setting) = policy.zones {
            self.unfollowed(&rule.place, &setting.unfollowed);
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

    /// What of an entry is not followed.
    fn listed(&mut self, entry: &Object<ServiceEntrySpec>) {
        self.unfollowed(&entry.place, &entry.spec.unfollowed);
        for endpoint in &entry.spec.endpoints {
            self.unfollowed(&entry.place, &endpoint.unfollowed);
        }
    }

    /// Names of a headless Service stand for pods: the app has picked one of its own cluster, whatever rules say.
    fn picked(&mut self, registry: &Registry<'a>, proxy: &Proxy, flow: Flow, to: &Destination<'_, 'a>) {
        let mut endpoints = endpoint::of_service(registry, to.service, to.port, to.policy);
        endpoints.retain(
            |endpoint| matches!(endpoint.at, At::Pods { cluster, .. } if cluster.name == registry.cluster.name),
        );
        let what = format!("{} is headless: its names are those of pods here", to.service.host);
        let flow = flow.step(&registry.cluster.name, what, None);
        if endpoints.is_empty() {
            return self.end(flow, End::Passthrough);
        }
        let anything =
            Policy { labels: None, ejects: None, locality: None, zones: None, ..to.policy.clone() };
        let to = Destination { policy: &anything, ..*to };
        self.divide_among(registry, proxy, flow, &to, endpoints);
    }

    /// One of the endpoints that the proxy is given.
    fn balance(&mut self, registry: &Registry<'a>, proxy: &Proxy, flow: Flow, to: &Destination<'_, 'a>) {
        let Destination { service, port, target: _, policy } = to;
        let cluster = &registry.cluster.name;
        let mut endpoints = endpoint::of_service(registry, service, port, policy);
        endpoints.retain(|endpoint| endpoint.carries(policy.labels));
        if endpoints.is_empty() {
            let (what, reason) = match &service.backing {
                Backing::Pods(_) => {
                    (format!("{cluster} has no {}", in_words(service, policy)), DeadEnd::NoEndpoints)
                }
                Backing::Entry(entry, _) => {
                    let is_left_out = entry.spec.resolution.asks_dns();
                    let reason = if is_left_out { DeadEnd::NoCluster } else { DeadEnd::NoEndpoints };
                    (format!("no {} in {cluster}", in_words(service, policy)), reason)
                }
            };
            return self.dead(flow, reason, what);
        }
        // What a subset itself says of TLS is all that control planes look at when they ask who speaks the mesh's.
        if let Some(tls) = policy.own_tls {
            for endpoint in &mut endpoints {
                endpoint.speaks_mesh_tls = endpoint.has_proxy && tls.mode == ClientTlsMode::IstioMutual;
            }
        }
        let seen = registry.networks.seen_by(proxy, endpoints);
        if seen.is_empty() {
            let what = in_words(service, policy);
            let why = format!("the {} of {cluster} is given none of the {what}: {HIDDEN}", proxy.role.word());
            return self.dead(flow, DeadEnd::NoEndpoints, why);
        }
        self.divide_among(registry, proxy, flow, to, seen);
    }

    /// As often as their weights and their order say; those that are down get nothing.
    fn divide_among(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        flow: Flow,
        to: &Destination<'_, 'a>,
        mut endpoints: Vec<Endpoint<'a>>,
    ) {
        for endpoint in &mut endpoints {
            endpoint.up = self.number_up(registry, proxy, endpoint);
        }
        self.eject(registry, proxy, &flow, to, &mut endpoints);
        let members: Vec<_> = endpoints.iter().map(Endpoint::member).collect();
        let shares = pool::shares(&members, to.policy, proxy.traits());
        if shares.iter().all(|share| *share == 0.0) {
            let why = format!("no healthy {} in {}", in_words(to.service, to.policy), registry.cluster.name);
            return self.dead(flow, DeadEnd::NoEndpoints, why);
        }
        self.shared_by_connection(registry, proxy, to, &endpoints, &shares);
        for (endpoint, share) in endpoints.iter().zip(&shares).filter(|(_, share)| **share > 0.0) {
            let flow = flow.part(*share);
            let wrapping = wrapped(registry, proxy, &flow, to, endpoint);
            match endpoint.at {
                At::Pods { cluster, workload, namespace } => {
                    let what = format!("pods of {}", wanting(to.service, to.policy.labels));
                    let pods = Pods { cluster, workload, namespace, port: endpoint.port };
                    self.arrive(registry, proxy, flow.step(&cluster.name, what, None), &pods, &wrapping);
                }
                At::NetworkGateway { address } => {
                    let what =
                        format!("{} in another network, by its gateway", in_words(to.service, to.policy));
                    let flow = flow.step(&registry.cluster.name, what, None);
                    self.connect(registry, proxy, flow, (address, endpoint.port), &wrapping);
                }
                At::Listed { address } => {
                    self.connect(registry, proxy, flow, (address, endpoint.port), &wrapping);
                }
            }
        }
    }

    /// A gateway that passes TLS on balances connections, whatever is in them.
    fn shared_by_connection(
        &mut self,
        registry: &Registry<'a>,
        proxy: &Proxy,
        to: &Destination<'_, 'a>,
        endpoints: &[Endpoint<'a>],
        shares: &[f64],
    ) {
        let chosen = shares.iter().filter(|share| **share > 0.0).count();
        let is_pods = endpoints.iter().all(|endpoint| matches!(endpoint.at, At::Pods { .. }));
        if proxy.role == Role::Passing && self.request.speaks == Speaks::Http && chosen > 1 && is_pods {
            self.remark(format!(
                "the gateway of {} shares connections among the {}, not requests: all requests of one connection end at one of them",
                registry.cluster.name,
                in_words(to.service, to.policy)
            ));
        }
    }

    /// How many of an endpoint's pods, or gateways, answer.
    fn number_up(&self, registry: &Registry<'a>, proxy: &Proxy, endpoint: &Endpoint<'_>) -> u32 {
        match endpoint.at {
            // Whoever is dialled there in their place is nobody that could be down.
            At::Pods { cluster, workload, namespace: _ }
                if !self.reaches(registry, proxy, cluster, workload) =>
            {
                endpoint.all
            }
            At::Pods { cluster, workload, namespace: _ } => {
                let down = self.request.down.iter().filter(|down| down.cluster == cluster.name);
                let down: Vec<&str> = down.map(|down| down.what.as_str()).collect();
                number_up(workload, &down)
            }
            At::Listed { address } | At::NetworkGateway { address } => {
                let found = self.tracer.world.gateway_at(address, &registry.cluster.name);
                let is_down = found.is_some_and(|(cluster, _)| {
                    let mut down = self.request.down.iter();
                    down.any(|down| down.cluster == cluster.name && down.what == "gateway")
                });
                u32::from(!is_down)
            }
        }
    }
}

/// The first release, of 1, whose control planes put names in order by labels, though not for subsets.
const NAMES_HAVE_LABELS: u8 = 30;
/// Why a proxy is given nothing, though there is something.
const HIDDEN: &str = "they are in other networks, or do not speak the mesh's TLS";

/// Pods on the way to which a connection is.
pub(super) struct Pods<'p> {
    pub(super) cluster: &'p Cluster,
    pub(super) workload: &'p Workload,
    pub(super) namespace: &'p str,
    pub(super) port: u16,
}

/// A name may stand for all, for a version, or for one pod; of several pods alike each has a number.
fn number_up(workload: &Workload, down: &[&str]) -> u32 {
    let version = workload.labels.get("version").map(String::as_str);
    if down.iter().any(|what| *what == "*" || *what == workload.name || Some(*what) == version) {
        return 0;
    }
    let is_down = |number: &u32| down.contains(&format!("{}-{number}", workload.name).as_str());
    let down = (workload.not_ready..workload.replicas).filter(is_down).count();
    workload.ready().saturating_sub(u32::try_from(down).unwrap_or(u32::MAX))
}

/// What a connection to an endpoint is wrapped in. Without a word on TLS Istio decides by endpoint: the mesh's, if it is
/// understood there.
pub(super) fn wrapped<'a>(
    registry: &Registry<'a>,
    proxy: &Proxy,
    flow: &Flow,
    to: &Destination<'_, 'a>,
    endpoint: &Endpoint<'a>,
) -> Wrapping {
    if proxy.role == Role::Passing {
        return Wrapping::Mesh { sni: String::new(), client: flow.client.clone() };
    }
    let control_plane = registry.control_plane;
    // Where pods answer, control planes know who they are.
    let trusts = match &to.service.backing {
        Backing::Pods(_) => control_plane.trusted_domains(),
        Backing::Entry(..) => Vec::new(),
    };
    let mesh = |sni: Option<&String>, demands: &[String]| Wrapping::Mesh {
        sni: sni.filter(|sni| !sni.is_empty()).cloned().unwrap_or_else(|| to.target.sni()),
        client: Client {
            domain: control_plane.trust_domain().to_owned(),
            demands: demands.to_vec(),
            trusts: if demands.is_empty() { trusts } else { Vec::new() },
        },
    };
    match to.policy.tls {
        None if registry.mutual_tls_of_all(to.service.namespace) == MutualTlsMode::Disable => {
            Wrapping::Plaintext
        }
        None if endpoint.speaks_mesh_tls => mesh(None, &[]),
        None => Wrapping::Plaintext,
        Some(tls) => match tls.mode {
            ClientTlsMode::Disable => Wrapping::Plaintext,
            ClientTlsMode::Simple | ClientTlsMode::Mutual => Wrapping::OtherTls,
            ClientTlsMode::IstioMutual => mesh(tls.sni.as_ref(), &tls.subject_alt_names),
        },
    }
}

/// `pods of reviews with version=v2`, `endpoint of reviews.default.global`
fn in_words(service: &Service<'_>, policy: &Policy<'_>) -> String {
    match &service.backing {
        Backing::Pods(_) => format!("pods of {}", wanting(service, policy.labels)),
        Backing::Entry(..) => format!("endpoint of `{}`{}", service.host, with(policy.labels)),
    }
}

/// `reviews with version=v2`
fn wanting(service: &Service<'_>, labels: Option<&BTreeMap<String, String>>) -> String {
    let name = service.host.split('.').next().unwrap_or(&service.host);
    format!("{name}{}", with(labels))
}

fn with(labels: Option<&BTreeMap<String, String>>) -> String {
    let pairs: Vec<_> = labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() { String::new() } else { format!(" with {}", pairs.join(", ")) }
}
