//! Traffic policies: how callers' proxies connect to a service, in Istio's words.
//!
//! Enters: nothing; `resolve` builds these types. Leaves: what `istio` says. Refuses to know: which release can say
//! what; but words that some release lacks keep their place, so that `istio` can point at them. TLS is not here: it is
//! what ties clusters together, and follows from the plan.

use std::collections::BTreeMap;
use std::time::Duration;

use super::service::{Pick, Service};
use crate::source::At;

/// What a service or a version says of connections to it; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrafficPolicy {
    /// For ports without settings of their own.
    pub settings: Settings,
    /// By port number; they stand for the others, and nothing is inherited into them.
    pub ports: BTreeMap<u16, Settings>,
}

/// What is said of connections to one or all ports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub connection_pool: Option<ConnectionPool>,
    pub load_balancer: Option<LoadBalancer>,
    pub outlier_detection: Option<OutlierDetection>,
}

/// How many connections are opened, and for how long; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionPool {
    pub tcp: Option<TcpSettings>,
    pub http: Option<HttpSettings>,
}

/// Connections of every kind; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TcpSettings {
    pub max_connections: Option<u32>,
    pub connect_timeout: Option<Duration>,
    pub tcp_keepalive: Option<TcpKeepalive>,
    pub max_connection_duration: Option<At<Duration>>,
    /// Nothing is for ever.
    pub idle_timeout: Option<At<Duration>>,
}

/// Probes of the operating system; never nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TcpKeepalive {
    pub probes: Option<u32>,
    pub time: Option<Duration>,
    pub interval: Option<Duration>,
}

/// Requests, and the connections that carry them; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpSettings {
    pub http1_max_pending_requests: Option<u32>,
    pub http2_max_requests: Option<u32>,
    pub max_requests_per_connection: Option<u32>,
    pub max_retries: Option<u32>,
    pub idle_timeout: Option<At<Duration>>,
    pub h2_upgrade_policy: Option<At<H2UpgradePolicy>>,
    pub use_client_protocol: Option<At<bool>>,
    pub max_concurrent_streams: Option<At<u32>>,
    pub http2_keep_alive: Option<At<Http2KeepAlive>>,
}

/// Whether HTTP/1.1 becomes HTTP/2 on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum H2UpgradePolicy {
    Default,
    DoNotUpgrade,
    Upgrade,
}

/// Pings on connections of HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http2KeepAlive {
    pub interval: Duration,
    pub timeout: Duration,
}

/// Which of several endpoints gets a request; never nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadBalancer {
    pub choice: Option<Choice>,
    /// Speaks of localities, which only endpoints in the caller's own cluster have.
    pub locality: Option<At<LocalityLbSetting>>,
    /// The same, and never beside it.
    pub zone_aware: Option<At<ZoneAwareLbSetting>>,
    pub warmup: Option<At<Warmup>>,
}

/// How an endpoint is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    RoundRobin,
    /// In releases before 1.14 called `LEAST_CONN`.
    LeastRequest,
    Random,
    ConsistentHash(At<ConsistentHash>),
}

/// Requests that are alike go to one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsistentHash {
    pub key: HashKey,
    pub table: Option<HashTable>,
}

/// What makes requests alike.
#[derive(Clone, Debug, PartialEq)]
pub enum HashKey {
    Header(String),
    Cookie(HttpCookie),
    SourceIp,
    QueryParameter(At<String>),
}

/// A cookie that says who calls.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpCookie {
    pub name: String,
    pub path: Option<String>,
    /// Nothing is the browser's session; none makes no cookie where it is missing.
    pub ttl: Option<Duration>,
    /// In the order written.
    pub attributes: Option<At<Vec<(String, String)>>>,
}

/// How hashes are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum HashTable {
    /// A ring of at least this size.
    Ring(u32),
    /// A table of this size, a prime.
    Maglev(At<u32>),
}

/// Which regions and zones are preferred.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LocalityLbSetting {
    pub enabled: Option<bool>,
    /// Shares by locality, for each locality they come from; they add up to 100. Never beside `failover`.
    pub distribute: Vec<(String, BTreeMap<String, u32>)>,
    /// From region to region.
    pub failover: Vec<(String, String)>,
    pub failover_priority: Option<At<Vec<String>>>,
}

/// The caller's own zone is preferred, as far as its endpoints go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZoneAwareLbSetting {
    pub enabled: Option<bool>,
    /// From region to region.
    pub failover: Vec<(String, String)>,
    pub failover_priority: Vec<String>,
    /// With fewer endpoints, zones play no part.
    pub min_cluster_size: Option<u32>,
}

/// A new endpoint gets its share of requests little by little.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warmup {
    pub duration: Duration,
    pub minimum_percent: Option<f64>,
    pub aggression: Option<f64>,
}

/// When an endpoint is left out for a while.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutlierDetection {
    pub split_external_local_origin_errors: Option<At<bool>>,
    pub consecutive_local_origin_failures: Option<At<u32>>,
    /// In releases before 1.5 called `consecutiveErrors`.
    pub consecutive_gateway_errors: Option<u32>,
    pub consecutive_5xx_errors: Option<At<u32>>,
    pub interval: Option<Duration>,
    pub base_ejection_time: Option<Duration>,
    pub max_ejection_percent: Option<u8>,
    pub min_health_percent: Option<u8>,
    /// Statuses that count as errors; none means Envoy's own.
    pub http_error_codes: Option<At<Vec<u16>>>,
}

/// What holds for one version at one port, wherever it was said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effective<'m> {
    pub connection_pool: Option<&'m ConnectionPool>,
    pub load_balancer: Option<&'m LoadBalancer>,
    pub outlier_detection: Option<&'m OutlierDetection>,
}

impl TrafficPolicy {
    /// What holds for a port.
    #[must_use]
    pub fn settings(&self, port: u16) -> &Settings {
        self.ports.get(&port).unwrap_or(&self.settings)
    }
}

impl Settings {
    /// As they are, with nothing around them.
    #[must_use]
    pub fn alone(&self) -> Effective<'_> {
        let Self { connection_pool, load_balancer, outlier_detection } = self;
        Effective {
            connection_pool: connection_pool.as_ref(),
            load_balancer: load_balancer.as_ref(),
            outlier_detection: outlier_detection.as_ref(),
        }
    }
}

impl Effective<'_> {
    /// These, and the `other` ones where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            connection_pool: self.connection_pool.or(other.connection_pool),
            load_balancer: self.load_balancer.or(other.load_balancer),
            outlier_detection: self.outlier_detection.or(other.outlier_detection),
        }
    }
}

impl Service {
    /// Whether it or a version of it says anything of connections.
    #[must_use]
    pub fn has_policy(&self) -> bool {
        self.traffic_policy.is_some() || self.versions.iter().any(|version| version.traffic_policy.is_some())
    }

    /// Whether some port has settings of its own.
    #[must_use]
    pub fn has_port_policy(&self) -> bool {
        let versions = self.versions.iter().filter_map(|version| version.traffic_policy.as_deref());
        versions.chain(self.traffic_policy.as_deref()).any(|policy| !policy.ports.is_empty())
    }

    /// What a version says otherwise than the service.
    #[must_use]
    pub fn own_policy(&self, pick: Pick) -> Option<&TrafficPolicy> {
        match pick {
            Pick::Any => None,
            Pick::Version(id) => self.version(id)?.traffic_policy.as_deref(),
        }
    }

    /// What holds for a pick at a port, by Istio's order (`MergeSubsetTrafficPolicy`): the version's settings for the
    /// port stand alone; else the version's own, and where they say nothing the service's for the port, or else in
    /// general.
    #[must_use]
    pub fn effective(&self, pick: Pick, port: u16) -> Effective<'_> {
        let whole =
            self.traffic_policy.as_ref().map(|policy| policy.settings(port).alone()).unwrap_or_default();
        match self.own_policy(pick) {
            None => whole,
            Some(policy) => match policy.ports.get(&port) {
                Some(settings) => settings.alone(),
                None => policy.settings.alone().or(whole),
            },
        }
    }
}
