//! The three lists of a `VirtualService`, seen alike, and which of them a port obeys.
//!
//! Enters: a `VirtualService`, and Istio's word for what is spoken on a port. Leaves: routes with what matters to
//! links. Refuses to know: what else conditions say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::istio::kind::service::ServicePort;
use crate::istio::kind::virtual_service::{
    Destination, L4MatchAttributes, TlsMatchAttributes, VirtualServiceSpec,
};
use crate::model::pattern::covering;

/// A list of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Http,
    Tls,
    Tcp,
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Tls => "TLS",
            Self::Tcp => "TCP",
        })
    }
}

impl List {
    /// By Istio's word for what is spoken, in any case; none where Istio looks at no list.
    pub fn of(protocol: &str) -> Option<Self> {
        match protocol.to_ascii_uppercase().as_str() {
            "HTTP" | "HTTP2" | "HTTP_PROXY" | "GRPC" | "GRPC-WEB" => Some(Self::Http),
            "HTTPS" | "TLS" => Some(Self::Tls),
            "TCP" | "MONGO" | "MYSQL" | "REDIS" => Some(Self::Tcp),
            _ => None,
        }
    }

    /// By what Istio reads in a port of a Kubernetes Service: `appProtocol`, else the beginning of its name.
    pub fn of_service_port(port: &ServicePort) -> Option<Self> {
        let word = port.app_protocol.as_deref().unwrap_or(&port.name);
        if word.to_ascii_lowercase().starts_with("grpc-web") {
            return Some(Self::Http);
        }
        Self::of(word.split('-').next().unwrap_or(word))
    }
}

/// One route of any list.
pub struct Listed<'v> {
    pub list: List,
    conditions: Vec<Condition<'v>>,
    /// Who gets shares, or copies.
    pub destinations: Vec<&'v Destination>,
    /// Of the shares.
    pub weights: Vec<Option<u32>>,
}

/// What matters of one entry of `match`.
struct Condition<'v> {
    port: Option<u16>,
    /// It holds whoever calls and, for connections, whatever address is dialled.
    everybody: bool,
    /// The SNIs it holds for; none where the list is not by SNI.
    names: Option<&'v [String]>,
}

/// The routes of a `VirtualService`, found by port: there may be as many as ports.
pub struct Routes<'v> {
    /// In order of the lists.
    pub all: Vec<Listed<'v>>,
    /// By the port that a condition names; none for what may answer on any.
    by_port: BTreeMap<Option<u16>, Vec<usize>>,
}

impl<'v> Routes<'v> {
    /// All routes of a `VirtualService`.
    pub fn of(spec: &'v VirtualServiceSpec) -> Self {
        let all = all(spec);
        let mut by_port: BTreeMap<Option<u16>, Vec<usize>> = BTreeMap::new();
        for (at, route) in all.iter().enumerate() {
            let named = route.conditions.iter().map(|condition| condition.port);
            let ports: BTreeSet<_> =
                if route.conditions.is_empty() { [None].into() } else { named.collect() };
            for port in ports {
                by_port.entry(port).or_default().push(at);
            }
        }
        Self { all, by_port }
    }

    /// Those that may answer something on a port.
    pub fn on(&self, port: u16) -> impl Iterator<Item = &Listed<'v>> {
        let places = [None, Some(port)].into_iter().filter_map(|port| self.by_port.get(&port)).flatten();
        places.filter_map(|at| self.all.get(*at))
    }
}

/// All routes of a `VirtualService`.
pub fn all(spec: &VirtualServiceSpec) -> Vec<Listed<'_>> {
    let http = spec.http.iter().map(|route| {
        let conditions = route.matches.iter().map(|words| Condition {
            port: words.port,
            everybody: words.source_labels.is_empty() && words.source_namespace.is_none(),
            names: None,
        });
        let shares = route.route.iter().map(|share| &share.destination);
        let copies = route.mirrors.iter().map(|mirror| &mirror.destination).chain(&route.mirror);
        Listed {
            list: List::Http,
            conditions: conditions.collect(),
            destinations: shares.chain(copies).collect(),
            weights: route.route.iter().map(|share| share.weight).collect(),
        }
    });
    let tls = spec.tls.iter().map(|route| Listed {
        list: List::Tls,
        conditions: route.matches.iter().map(Condition::of_tls).collect(),
        destinations: route.route.iter().map(|share| &share.destination).collect(),
        weights: route.route.iter().map(|share| share.weight).collect(),
    });
    let tcp = spec.tcp.iter().map(|route| Listed {
        list: List::Tcp,
        conditions: route.matches.iter().map(Condition::of_tcp).collect(),
        destinations: route.route.iter().map(|share| &share.destination).collect(),
        weights: route.route.iter().map(|share| share.weight).collect(),
    });
    http.chain(tls).chain(tcp).collect()
}

impl<'v> Condition<'v> {
    fn of_tcp(words: &'v L4MatchAttributes) -> Self {
        let L4MatchAttributes { destination_subnets, port, source_labels, source_namespace } = words;
        let everybody =
            destination_subnets.is_empty() && source_labels.is_empty() && source_namespace.is_none();
        Self { port: *port, everybody, names: None }
    }

    fn of_tls(words: &'v TlsMatchAttributes) -> Self {
        let TlsMatchAttributes { sni_hosts, ends } = words;
        Self { names: Some(sni_hosts), ..Self::of_tcp(ends) }
    }

    fn is_for(&self, port: u16) -> bool {
        self.port.is_none_or(|number| number == port)
    }
}

impl Listed<'_> {
    /// Whether a port obeys it for every workload that calls by this name, so that nothing falls to the name as a
    /// whole.
    pub fn answers(&self, port: u16, host: &str) -> bool {
        let holds = |condition: &Condition<'_>| {
            condition.is_for(port)
                && condition.everybody
                && condition.names.is_none_or(|names| names.iter().any(|name| name == host))
        };
        self.conditions.is_empty() || self.conditions.iter().any(holds)
    }

    /// What the weights add up to, if it is not what they should; a single share has none.
    pub fn wrong_sum(&self) -> Option<u32> {
        let sum = self.weights.iter().copied().flatten().fold(0, u32::saturating_add);
        let right = if self.weights.len() > 1 { 100 } else { 0 };
        Some(sum).filter(|sum| *sum != right)
    }

    /// What the webhook refuses: a condition without SNI, or one that is no host of the VirtualService nor below
    /// one.
    pub fn unnamed(&self, hosts: &BTreeSet<&str>) -> Option<String> {
        let known = |name: &String| covering(name).any(|wide| hosts.contains(wide.as_str()));
        self.conditions.iter().filter_map(|condition| condition.names).find_map(|names| {
            if names.is_empty() {
                return Some("a TLS route names no SNI".to_owned());
            }
            let foreign = names.iter().find(|name| !known(name))?;
            Some(format!("a TLS route names the SNI `{foreign}`, which is no host"))
        })
    }

    /// The SNIs that its conditions are by.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().filter_map(|condition| condition.names).flatten().map(String::as_str)
    }
}
