//! `loadBalancer`: which of several endpoints gets a request.
//!
//! Enters: its tree. Leaves: [`LoadBalancer`]. Refuses to know: which words exclude each other.

use super::super::reader::{Form, Reader, form};
use super::super::tree::Value;
use super::super::{Keyed, Listed, Written};
use crate::source::{At, Place};

/// `loadBalancer`
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// Unchecked.
    pub simple: Written<String>,
    pub consistent_hash: Written<ConsistentHash>,
    pub locality: Written<LocalityLbSetting>,
    pub zone_aware: Written<ZoneAwareLbSetting>,
    pub warmup: Written<Warmup>,
    /// The older word for `warmup.duration`; unchecked.
    pub warmup_duration: Written<String>,
}

/// `loadBalancer.consistentHash`. It should have exactly one of the first four fields, and at most one of the last
/// three: `resolve` complains else.
#[derive(Clone, Debug)]
pub struct ConsistentHash {
    pub http_header_name: Written<String>,
    pub http_cookie: Written<HttpCookie>,
    pub use_source_ip: Written<bool>,
    pub http_query_parameter_name: Written<String>,
    /// The older word for `ringHash.minimumRingSize`.
    pub minimum_ring_size: Written<u32>,
    pub ring_hash: Written<RingHash>,
    pub maglev: Written<Maglev>,
}

/// `consistentHash.httpCookie`
#[derive(Clone, Debug)]
pub struct HttpCookie {
    pub name: At<String>,
    pub path: Written<String>,
    /// A duration, unchecked.
    pub ttl: Written<String>,
    pub attributes: Written<Listed<Keyed<At<String>>>>,
}

/// `consistentHash.ringHash`
#[derive(Clone, Debug)]
pub struct RingHash {
    pub minimum_ring_size: At<u32>,
}

/// `consistentHash.maglev`
#[derive(Clone, Debug)]
pub struct Maglev {
    pub table_size: At<u32>,
}

/// `loadBalancer.localityLbSetting`
#[derive(Clone, Debug)]
pub struct LocalityLbSetting {
    pub enabled: Written<bool>,
    pub distribute: Written<Listed<Distribute>>,
    pub failover: Written<Listed<Failover>>,
    pub failover_priority: Written<Listed<At<String>>>,
}

/// `loadBalancer.zoneAwareLbSetting`
#[derive(Clone, Debug)]
pub struct ZoneAwareLbSetting {
    pub enabled: Written<bool>,
    pub failover: Written<Listed<Failover>>,
    pub failover_priority: Written<Listed<At<String>>>,
    /// At least 1.
    pub min_cluster_size: Written<u32>,
}

/// One element of `distribute`.
#[derive(Clone, Debug)]
pub struct Distribute {
    pub place: Place,
    pub from: At<String>,
    pub to: At<Listed<Keyed<At<u32>>>>,
}

/// One element of `failover`.
#[derive(Clone, Debug)]
pub struct Failover {
    pub from: At<String>,
    pub to: At<String>,
}

/// `loadBalancer.warmup`
#[derive(Clone, Debug)]
pub struct Warmup {
    /// Unchecked.
    pub duration: At<String>,
    /// 0 to 100.
    pub minimum_percent: Written<f64>,
    /// Unchecked.
    pub aggression: Written<String>,
}

form! {
    struct LoadBalancerFields: "a loadBalancer", "loadBalancer: {simple: LEAST_REQUEST}" {
        simple: "simple",
        consistent_hash: "consistentHash",
        locality: "localityLbSetting",
        zone_aware: "zoneAwareLbSetting",
        warmup: "warmup",
        warmup_duration: "warmupDurationSecs",
    }
}

form! {
    struct ConsistentHashFields: "a consistentHash", "consistentHash: {httpHeaderName: x-user}" {
        http_header_name: "httpHeaderName",
        http_cookie: "httpCookie",
        use_source_ip: "useSourceIp",
        http_query_parameter_name: "httpQueryParameterName",
        minimum_ring_size: "minimumRingSize",
        ring_hash: "ringHash",
        maglev: "maglev",
    }
}

form! {
    struct HttpCookieFields: "an httpCookie", "httpCookie: {name: user, ttl: 0s}" {
        name: "name",
        path: "path",
        ttl: "ttl",
        attributes: "attributes",
    }
}

form! {
    struct CookieAttributeFields: "an attribute of a cookie", "attributes: [{name: SameSite, value: Strict}]" {
        name: "name",
        text: "value",
    }
}

form! {
    struct RingHashFields: "a ringHash", "ringHash: {minimumRingSize: 1024}" {
        size: "minimumRingSize",
    }
}

form! {
    struct MaglevFields: "a maglev", "maglev: {tableSize: 65537}" {
        size: "tableSize",
    }
}

form! {
    struct LocalityFields: "a localityLbSetting", "localityLbSetting: {failover: [{from: europe, to: america}]}" {
        enabled: "enabled",
        distribute: "distribute",
        failover: "failover",
        failover_priority: "failoverPriority",
    }
}

form! {
    struct ZoneAwareFields: "a zoneAwareLbSetting", "zoneAwareLbSetting: {minClusterSize: 6}" {
        enabled: "enabled",
        failover: "failover",
        failover_priority: "failoverPriority",
        min_cluster_size: "minClusterSize",
    }
}

form! {
    struct DistributeFields: "a distribution", "distribute: [{from: europe/*, to: {europe/*: 80, america/*: 20}}]" {
        from: "from",
        to: "to",
    }
}

form! {
    struct FailoverFields: "a failover", "failover: [{from: europe, to: america}]" {
        from: "from",
        to: "to",
    }
}

form! {
    struct WarmupFields: "a warmup", "warmup: {duration: 30s}" {
        duration: "duration",
        minimum_percent: "minimumPercent",
        aggression: "aggression",
    }
}

/// The largest ring that Envoy makes.
const LARGEST_RING: u32 = 8 << 20;

impl LoadBalancer {
    /// Reads `loadBalancer`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let LoadBalancerFields { simple, consistent_hash, locality, zone_aware, warmup, warmup_duration } =
            reader.fields(value)?;
        let balancer = Self {
            simple: simple.read(reader, Reader::text),
            consistent_hash: consistent_hash.read(reader, ConsistentHash::read),
            locality: locality.read(reader, LocalityLbSetting::read),
            zone_aware: zone_aware.read(reader, ZoneAwareLbSetting::read),
            warmup: warmup.read(reader, Warmup::read),
            warmup_duration: warmup_duration.read(reader, Reader::text),
        };
        Some(At::new(balancer, value.place()))
    }
}

impl ConsistentHash {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let ConsistentHashFields {
            http_header_name,
            http_cookie,
            use_source_ip,
            http_query_parameter_name,
            minimum_ring_size,
            ring_hash,
            maglev,
        } = reader.fields(value)?;
        let hash = Self {
            http_header_name: http_header_name.read(reader, Reader::text),
            http_cookie: http_cookie.read(reader, HttpCookie::read),
            use_source_ip: use_source_ip.read(reader, Reader::boolean),
            http_query_parameter_name: http_query_parameter_name.read(reader, Reader::text),
            minimum_ring_size: minimum_ring_size.read(reader, ring_size),
            ring_hash: ring_hash.read(reader, |reader, value| {
                let RingHashFields { size } = reader.fields(value)?;
                let minimum_ring_size =
                    size.required::<_, RingHashFields>("minimumRingSize", value, reader, ring_size)?;
                Some(At::new(RingHash { minimum_ring_size }, value.place()))
            }),
            maglev: maglev.read(reader, |reader, value| {
                let MaglevFields { size } = reader.fields(value)?;
                let table_size =
                    size.required::<_, MaglevFields>("tableSize", value, reader, |reader, value| {
                        reader.number(value, "size of a table", 2..=5_000_010)
                    })?;
                Some(At::new(Maglev { table_size }, value.place()))
            }),
        };
        Some(At::new(hash, value.place()))
    }
}

fn ring_size(reader: &mut Reader, value: Value<'_>) -> Option<At<u32>> {
    reader.number(value, "size of a ring", 1..=LARGEST_RING)
}

impl HttpCookie {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let HttpCookieFields { name, path, ttl, attributes } = reader.fields(value)?;
        let name = name.required::<_, HttpCookieFields>("name", value, reader, Reader::text);
        let path = path.read(reader, Reader::text);
        let ttl = ttl.read(reader, Reader::text);
        let attributes = attributes.read(reader, |reader, value| {
            reader.list(value, |reader, value| {
                let CookieAttributeFields { name, text } = reader.fields(value)?;
                let name = name.required::<_, CookieAttributeFields>("name", value, reader, Reader::text);
                let text = text.required::<_, CookieAttributeFields>("value", value, reader, Reader::text);
                Some(Keyed { key: name?, value: text? })
            })
        });
        Some(At::new(Self { name: name?, path, ttl, attributes }, value.place()))
    }
}

impl LocalityLbSetting {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let LocalityFields { enabled, distribute, failover, failover_priority } = reader.fields(value)?;
        let setting = Self {
            enabled: enabled.read(reader, Reader::boolean),
            distribute: distribute.read(reader, |reader, value| reader.list(value, Distribute::read)),
            failover: failover.read(reader, |reader, value| reader.list(value, Failover::read)),
            failover_priority: failover_priority.read(reader, Reader::texts),
        };
        Some(At::new(setting, value.place()))
    }
}

impl ZoneAwareLbSetting {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let ZoneAwareFields { enabled, failover, failover_priority, min_cluster_size } =
            reader.fields(value)?;
        let setting = Self {
            enabled: enabled.read(reader, Reader::boolean),
            failover: failover.read(reader, |reader, value| reader.list(value, Failover::read)),
            failover_priority: failover_priority.read(reader, Reader::texts),
            min_cluster_size: min_cluster_size
                .read(reader, |reader, value| reader.number(value, "number of endpoints", 1..=u32::MAX)),
        };
        Some(At::new(setting, value.place()))
    }
}

impl Distribute {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let DistributeFields { from, to } = reader.fields(value)?;
        let from = from.required::<_, DistributeFields>("from", value, reader, Reader::text);
        let to = to.required::<_, DistributeFields>("to", value, reader, |reader, value| {
            reader.entries(value, "a map of shares", DistributeFields::EXAMPLE, |reader, key, value| {
                let share = reader.number(value, "share", 1..=100)?;
                Some(Keyed { key: key.map(str::to_owned), value: share })
            })
        });
        Some(Self { place: value.place(), from: from?, to: to? })
    }
}

impl Failover {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let FailoverFields { from, to } = reader.fields(value)?;
        let from = from.required::<_, FailoverFields>("from", value, reader, Reader::text);
        let to = to.required::<_, FailoverFields>("to", value, reader, Reader::text);
        Some(Self { from: from?, to: to? })
    }
}

impl Warmup {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let WarmupFields { duration, minimum_percent, aggression } = reader.fields(value)?;
        let duration = duration.required::<_, WarmupFields>("duration", value, reader, Reader::text);
        let minimum_percent = minimum_percent.read(reader, Reader::percent);
        let aggression = aggression.read(reader, Reader::text);
        Some(At::new(Self { duration: duration?, minimum_percent, aggression }, value.place()))
    }
}
