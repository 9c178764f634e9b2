//! `DestinationRule`, as far as it is followed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Unfollowed;
use super::virtual_service::PortSelector;

/// Spec of a `DestinationRule`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DestinationRuleSpec {
    pub host: String,
    /// Namespaces that see it; none means all.
    #[serde(default)]
    pub export_to: Vec<String>,
    #[serde(default)]
    pub traffic_policy: Option<TrafficPolicy>,
    #[serde(default)]
    pub subsets: Vec<Subset>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// A part of a service's endpoints.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subset {
    pub name: String,
    /// What its endpoints carry; none means all endpoints.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub traffic_policy: Option<TrafficPolicy>,
}

/// How connections are made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrafficPolicy {
    #[serde(flatten)]
    settings: Settings,
    port_level_settings: Vec<PortPolicy>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// How connections to one port are made.
#[derive(Clone, Debug, Deserialize)]
pub struct PortPolicy {
    pub port: PortSelector,
    #[serde(flatten)]
    settings: Settings,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// What is said of connections on any level.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    pub outlier_detection: Option<OutlierDetection>,
    pub tls: Option<ClientTls>,
    pub load_balancer: Option<LoadBalancer>,
    /// How many connections there are moves no request.
    #[serde(rename = "connectionPool")]
    _connection_pool: IgnoredAny,
}

/// Which endpoint gets a request. In the long run, all get as many by any of the simple choices.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    #[serde(default, rename = "simple")]
    _simple: IgnoredAny,
    #[serde(default, rename = "warmup")]
    _warmup: IgnoredAny,
    #[serde(default, rename = "warmupDurationSecs")]
    _warmup_duration: IgnoredAny,
    #[serde(default)]
    pub locality_lb_setting: Option<LocalityLbSetting>,
    #[serde(default)]
    pub zone_aware_lb_setting: Option<ZoneAwareLbSetting>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// The region's own endpoints come first, and Envoy balances its zones. Since Istio 1.31.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneAwareLbSetting {
    /// Which region stands in for another.
    #[serde(default)]
    pub failover: Vec<Failover>,
    /// Labels that the proxy compares with its own, or with a value behind `=`.
    #[serde(default)]
    pub failover_priority: Vec<String>,
    #[serde(default)]
    pub enabled: Option<bool>,
    #[serde(rename = "minClusterSize", default)]
    _min_cluster_size: IgnoredAny,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// Which endpoints come first.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalityLbSetting {
    /// Which share goes where, by where it comes from.
    #[serde(default)]
    pub distribute: Vec<Distribute>,
    /// Which region stands in for another.
    #[serde(default)]
    pub failover: Vec<Failover>,
    /// Labels that the proxy compares with its own, or with a value behind `=`.
    #[serde(default)]
    pub failover_priority: Vec<String>,
    #[serde(default)]
    pub enabled: Option<bool>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// Shares by region and zone.
#[derive(Clone, Debug, Deserialize)]
pub struct Distribute {
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: BTreeMap<String, u32>,
}

/// A region that stands in for another.
#[derive(Clone, Debug, Deserialize)]
pub struct Failover {
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

/// Endpoints that fail are left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OutlierDetection {
    /// How many failures in a row it takes; Envoy's 5 where nothing is said.
    #[serde(rename = "consecutive5xxErrors")]
    consecutive_errors: Option<u32>,
    consecutive_gateway_errors: Option<u32>,
    /// How many percent of all endpoints are left out at most; Envoy's 10 where nothing is said.
    max_ejection_percent: u32,
    min_health_percent: i32,
}

/// How a caller's proxy speaks TLS.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientTls {
    #[serde(default)]
    pub mode: ClientTlsMode,
    #[serde(default)]
    pub sni: Option<String>,
    /// Of which the server must be one; anybody where empty.
    #[serde(default)]
    pub subject_alt_names: Vec<String>,
    #[serde(flatten)]
    pub unfollowed: Unfollowed,
}

/// Whose certificates a caller's proxy uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientTlsMode {
    /// None: plaintext.
    #[default]
    Disable,
    /// The server's alone.
    Simple,
    /// Certificates of one's own.
    Mutual,
    /// The mesh's.
    IstioMutual,
}

impl DestinationRuleSpec {
    /// Whether it is only for workloads that carry certain labels. Gateways never are such; that sidecars may be is not
    /// followed.
    #[must_use]
    pub fn is_for_some_workloads(&self) -> bool {
        self.unfollowed.contains_key("workloadSelector")
    }
}

impl OutlierDetection {
    /// How many failures in a row it takes; none if these do not count.
    #[must_use]
    pub fn failures(&self) -> Option<u32> {
        let said = [self.consecutive_errors.or(Some(5)), self.consecutive_gateway_errors];
        said.into_iter().flatten().filter(|number| *number > 0).min()
    }

    /// How many of so many endpoints it leaves out at most. Source: `DetectorImpl::ejectHost` in Envoy's
    /// `source/common/upstream/outlier_detection_impl.cc`.
    #[must_use]
    pub fn most(&self, endpoints: u32) -> u32 {
        let percent = if self.max_ejection_percent == 0 { 10 } else { self.max_ejection_percent.min(100) };
        endpoints * percent / 100
    }

    /// Whether control planes leave out pods that are not ready, as all did before Istio 1.31.
    #[must_use]
    pub fn hides_unready(&self) -> bool {
        self.min_health_percent > 0
    }
}

impl TrafficPolicy {
    /// What holds for a port; nothing is inherited into settings of a port.
    #[must_use]
    pub fn settings(&self, port: u16) -> &Settings {
        self.of_port(port).map_or(&self.settings, |policy| &policy.settings)
    }

    /// What holds for ports without settings of their own.
    #[must_use]
    pub fn whole(&self) -> &Settings {
        &self.settings
    }

    /// What is said on every level.
    pub fn levels(&self) -> impl Iterator<Item = &Settings> {
        [&self.settings].into_iter().chain(self.port_level_settings.iter().map(|policy| &policy.settings))
    }

    /// The settings of a port itself, if there are any.
    #[must_use]
    pub fn of_port(&self, port: u16) -> Option<&PortPolicy> {
        self.port_level_settings.iter().find(|policy| policy.port.number == port)
    }

    /// Whether it says anything of TLS for a port, if only by settings of that port without any.
    #[must_use]
    pub fn speaks_of_tls(&self, port: u16) -> bool {
        self.settings.tls.is_some() || self.of_port(port).is_some()
    }
}
