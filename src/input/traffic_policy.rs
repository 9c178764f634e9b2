//! `trafficPolicy` of a service or a version, in the words of `DestinationRule`.
//!
//! Enters: its tree. Leaves: [`TrafficPolicy`]. Refuses to know: whether durations and sizes are any good, and which
//! words would break what crosses clusters.

mod connection_pool;
mod load_balancer;
mod outlier_detection;

pub use connection_pool::{ConnectionPool, Http2KeepAlive, HttpSettings, TcpKeepalive, TcpSettings};
pub use load_balancer::{
    ConsistentHash, Distribute, Failover, HttpCookie, LoadBalancer, LocalityLbSetting, Warmup,
    ZoneAwareLbSetting,
};
pub use outlier_detection::OutlierDetection;

use super::reader::{Reader, form};
use super::tree::Value;
use super::{Listed, Written};
use crate::source::{At, Place};

/// `trafficPolicy`
#[derive(Clone, Debug)]
pub struct TrafficPolicy {
    pub settings: Settings,
    /// `portLevelSettings`
    pub ports: Written<Listed<PortSettings>>,
    /// Words of `DestinationRule` that are not the user's to say here; `resolve` says why.
    pub refused: Vec<At<&'static str>>,
}

/// What is said of connections, for all ports or for one.
#[derive(Clone, Debug)]
pub struct Settings {
    pub connection_pool: Written<ConnectionPool>,
    pub load_balancer: Written<LoadBalancer>,
    pub outlier_detection: Written<OutlierDetection>,
}

/// One element of `portLevelSettings`.
#[derive(Clone, Debug)]
pub struct PortSettings {
    pub place: Place,
    /// Name or number, as written.
    pub port: At<String>,
    pub settings: Settings,
    /// As in [`TrafficPolicy::refused`].
    pub refused: Vec<At<&'static str>>,
}

form! {
    struct TrafficPolicyFields: "a trafficPolicy", "trafficPolicy: {connectionPool: {tcp: {maxConnections: 100}}}" {
        connection_pool: "connectionPool",
        load_balancer: "loadBalancer",
        outlier_detection: "outlierDetection",
        ports: "portLevelSettings",
        tls: "tls",
        proxy_protocol: "proxyProtocol",
        tunnel: "tunnel",
        retry_budget: "retryBudget",
    }
}

form! {
    struct PortSettingsFields: "an entry of portLevelSettings", "portLevelSettings: [{port: {number: 9080}, connectionPool: {tcp: {maxConnections: 100}}}]" {
        port: "port",
        connection_pool: "connectionPool",
        load_balancer: "loadBalancer",
        outlier_detection: "outlierDetection",
        tls: "tls",
    }
}

form! {
    struct PortFields: "the port of such an entry", "port: {number: 9080}" {
        number: "number",
    }
}

impl TrafficPolicy {
    /// Reads `trafficPolicy`. It is large, and most services have none.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Box<Self>>> {
        let TrafficPolicyFields {
            connection_pool,
            load_balancer,
            outlier_detection,
            ports,
            tls,
            proxy_protocol,
            tunnel,
            retry_budget,
        } = reader.fields(value)?;
        let policy = Self {
            settings: Settings::read([connection_pool, load_balancer, outlier_detection], reader),
            ports: ports.read(reader, |reader, value| reader.list(value, PortSettings::read)),
            refused: refused([
                ("tls", tls),
                ("proxyProtocol", proxy_protocol),
                ("tunnel", tunnel),
                ("retryBudget", retry_budget),
            ]),
        };
        Some(At::new(Box::new(policy), value.place()))
    }
}

impl Settings {
    fn read([pool, balancer, outliers]: [Written<Value<'_>>; 3], reader: &mut Reader) -> Self {
        Self {
            connection_pool: pool.read(reader, ConnectionPool::read),
            load_balancer: balancer.read(reader, LoadBalancer::read),
            outlier_detection: outliers.read(reader, OutlierDetection::read),
        }
    }
}

impl PortSettings {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<Self> {
        let PortSettingsFields { port, connection_pool, load_balancer, outlier_detection, tls } =
            reader.fields(value)?;
        let port = port.required::<_, PortSettingsFields>("port", value, reader, |reader, value| {
            let PortFields { number } = reader.fields(value)?;
            number.required::<_, PortFields>("number", value, reader, Reader::text)
        });
        let settings = Settings::read([connection_pool, load_balancer, outlier_detection], reader);
        Some(Self { place: value.place(), port: port?, settings, refused: refused([("tls", tls)]) })
    }
}

fn refused<const N: usize>(words: [(&'static str, Written<Value<'_>>); N]) -> Vec<At<&'static str>> {
    words.into_iter().filter_map(|(word, value)| Some(At::new(word, value.place()?))).collect()
}
