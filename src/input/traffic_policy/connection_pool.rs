//! `connectionPool`: how many connections, and for how long.
//!
//! Enters: its tree. Leaves: [`ConnectionPool`]. Refuses to know: whether the durations are any good.

use super::super::Written;
use super::super::reader::{Reader, form};
use super::super::tree::Value;
use crate::source::At;

/// `connectionPool`
#[derive(Clone, Debug)]
pub struct ConnectionPool {
    pub tcp: Written<TcpSettings>,
    pub http: Written<HttpSettings>,
}

/// `connectionPool.tcp`; durations unchecked.
#[derive(Clone, Debug)]
pub struct TcpSettings {
    pub max_connections: Written<u32>,
    pub connect_timeout: Written<String>,
    pub tcp_keepalive: Written<TcpKeepalive>,
    pub max_connection_duration: Written<String>,
    pub idle_timeout: Written<String>,
}

/// `connectionPool.tcp.tcpKeepalive`; durations unchecked.
#[derive(Clone, Debug)]
pub struct TcpKeepalive {
    pub probes: Written<u32>,
    pub time: Written<String>,
    pub interval: Written<String>,
}

/// `connectionPool.http`; durations and words unchecked.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    pub http1_max_pending_requests: Written<u32>,
    pub http2_max_requests: Written<u32>,
    pub max_requests_per_connection: Written<u32>,
    pub max_retries: Written<u32>,
    pub idle_timeout: Written<String>,
    pub h2_upgrade_policy: Written<String>,
    pub use_client_protocol: Written<bool>,
    pub max_concurrent_streams: Written<u32>,
    pub http2_keep_alive: Written<Http2KeepAlive>,
}

/// `connectionPool.http.http2KeepAlive`; durations unchecked.
#[derive(Clone, Debug)]
pub struct Http2KeepAlive {
    pub interval: At<String>,
    pub timeout: At<String>,
}

form! {
    struct ConnectionPoolFields: "a connectionPool", "connectionPool: {tcp: {maxConnections: 100}}" {
        tcp: "tcp",
        http: "http",
    }
}

form! {
    struct TcpFields: "tcp settings", "tcp: {maxConnections: 100}" {
        max_connections: "maxConnections",
        connect_timeout: "connectTimeout",
        tcp_keepalive: "tcpKeepalive",
        max_connection_duration: "maxConnectionDuration",
        idle_timeout: "idleTimeout",
    }
}

form! {
    struct TcpKeepaliveFields: "a tcpKeepalive", "tcpKeepalive: {time: 2h}" {
        probes: "probes",
        time: "time",
        interval: "interval",
    }
}

form! {
    struct HttpFields: "http settings", "http: {http2MaxRequests: 1000}" {
        http1_max_pending_requests: "http1MaxPendingRequests",
        http2_max_requests: "http2MaxRequests",
        max_requests_per_connection: "maxRequestsPerConnection",
        max_retries: "maxRetries",
        idle_timeout: "idleTimeout",
        h2_upgrade_policy: "h2UpgradePolicy",
        use_client_protocol: "useClientProtocol",
        max_concurrent_streams: "maxConcurrentStreams",
        http2_keep_alive: "http2KeepAlive",
    }
}

form! {
    struct Http2KeepAliveFields: "an http2KeepAlive", "http2KeepAlive: {interval: 30s, timeout: 5s}" {
        interval: "interval",
        timeout: "timeout",
    }
}

/// Istio's fields are signed numbers of 32 bits.
const MOST: u32 = i32::MAX.unsigned_abs();

impl ConnectionPool {
    /// Reads `connectionPool`.
    pub fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let ConnectionPoolFields { tcp, http } = reader.fields(value)?;
        let pool =
            Self { tcp: tcp.read(reader, TcpSettings::read), http: http.read(reader, HttpSettings::read) };
        Some(At::new(pool, value.place()))
    }
}

impl TcpSettings {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let TcpFields {
            max_connections,
            connect_timeout,
            tcp_keepalive,
            max_connection_duration,
            idle_timeout,
        } = reader.fields(value)?;
        let settings = Self {
            max_connections: max_connections.read(reader, count),
            connect_timeout: connect_timeout.read(reader, Reader::text),
            tcp_keepalive: tcp_keepalive.read(reader, TcpKeepalive::read),
            max_connection_duration: max_connection_duration.read(reader, Reader::text),
            idle_timeout: idle_timeout.read(reader, Reader::text),
        };
        Some(At::new(settings, value.place()))
    }
}

impl TcpKeepalive {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let TcpKeepaliveFields { probes, time, interval } = reader.fields(value)?;
        let keepalive = Self {
            probes: probes.read(reader, count),
            time: time.read(reader, Reader::text),
            interval: interval.read(reader, Reader::text),
        };
        Some(At::new(keepalive, value.place()))
    }
}

impl HttpSettings {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let HttpFields {
            http1_max_pending_requests,
            http2_max_requests,
            max_requests_per_connection,
            max_retries,
            idle_timeout,
            h2_upgrade_policy,
            use_client_protocol,
            max_concurrent_streams,
            http2_keep_alive,
        } = reader.fields(value)?;
        let settings = Self {
            http1_max_pending_requests: http1_max_pending_requests.read(reader, count),
            http2_max_requests: http2_max_requests.read(reader, count),
            max_requests_per_connection: max_requests_per_connection.read(reader, count),
            max_retries: max_retries.read(reader, count),
            idle_timeout: idle_timeout.read(reader, Reader::text),
            h2_upgrade_policy: h2_upgrade_policy.read(reader, Reader::text),
            use_client_protocol: use_client_protocol.read(reader, Reader::boolean),
            max_concurrent_streams: max_concurrent_streams.read(reader, count),
            http2_keep_alive: http2_keep_alive.read(reader, Http2KeepAlive::read),
        };
        Some(At::new(settings, value.place()))
    }
}

impl Http2KeepAlive {
    fn read(reader: &mut Reader, value: Value<'_>) -> Option<At<Self>> {
        let Http2KeepAliveFields { interval, timeout } = reader.fields(value)?;
        let interval = interval.required::<_, Http2KeepAliveFields>("interval", value, reader, Reader::text);
        let timeout = timeout.required::<_, Http2KeepAliveFields>("timeout", value, reader, Reader::text);
        Some(At::new(Self { interval: interval?, timeout: timeout? }, value.place()))
    }
}

/// A number that counts something.
pub(super) fn count(reader: &mut Reader, value: Value<'_>) -> Option<At<u32>> {
    reader.number(value, "count", 0..=MOST)
}
