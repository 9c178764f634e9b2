//! `loadBalancer`: which of several endpoints gets a request.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::istio::word::duration::Duration;
use crate::istio::word::percent;

/// At most one of `simple` and `consistent_hash` is there, and at least one of all fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// `ROUND_ROBIN`, `LEAST_REQUEST`, `RANDOM`; before 1.14 `LEAST_CONN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simple: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_hash: Option<ConsistentHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality_lb_setting: Option<LocalityLbSetting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_aware_lb_setting: Option<ZoneAwareLbSetting>,
    /// The only word for warming up before `warmup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_duration_secs: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup: Option<Warmup>,
}

/// One of the first four fields is there, and at most one of the last three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsistentHash {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_header_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_cookie: Option<HttpCookie>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_source_ip: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_query_parameter_name: Option<String>,
    /// The only word for the size of a ring before `ring_hash`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_ring_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_hash: Option<RingHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maglev: Option<Maglev>,
}

/// A cookie that says who calls; made where it is missing and `ttl` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HttpCookie {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `0s` is a cookie of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Duration>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<CookieAttribute>,
}

/// An attribute of a cookie that is made: `SameSite=Strict`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CookieAttribute {
    pub name: String,
    pub value: String,
}

/// A ring of hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RingHash {
    pub minimum_ring_size: u32,
}

/// A table of hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Maglev {
    /// A prime.
    pub table_size: u32,
}

/// Which regions and zones are preferred.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalityLbSetting {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distribute: Vec<Distribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failover: Vec<Failover>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failover_priority: Vec<String>,
}

/// The caller's own zone is preferred, as far as its endpoints go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneAwareLbSetting {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failover: Vec<Failover>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failover_priority: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_cluster_size: Option<u32>,
}

/// Shares of the requests from one locality, by locality; they add up to 100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Distribute {
    pub from: String,
    pub to: BTreeMap<String, u32>,
}

/// The region that requests from another go to when their own has no healthy endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failover {
    pub from: String,
    pub to: String,
}

/// A new endpoint gets its share of requests little by little.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Warmup {
    pub duration: Duration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_percent: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggression: Option<Number>,
}

/// A number, without a fraction where it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match percent::whole(self.0) {
            Some(number) => serializer.serialize_u8(number),
            None => serializer.serialize_f64(self.0),
        }
    }
}
