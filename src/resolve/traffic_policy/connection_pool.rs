//! `connectionPool` as meant.

use super::problems;
use super::says_something;
use crate::diagnostic::Finding;
use crate::input::traffic_policy as written;
use crate::model::traffic_policy::{
    ConnectionPool, H2UpgradePolicy, Http2KeepAlive, HttpSettings, TcpKeepalive, TcpSettings,
};
use crate::resolve::value::{Checked, Poisoned, duration, http, optional, placed, plain};
use crate::source::At;

const H2_UPGRADE_POLICIES: [(&str, H2UpgradePolicy); 3] = [
    ("DEFAULT", H2UpgradePolicy::Default),
    ("DO_NOT_UPGRADE", H2UpgradePolicy::DoNotUpgrade),
    ("UPGRADE", H2UpgradePolicy::Upgrade),
];

pub(super) fn connection_pool(
    at: &At<written::ConnectionPool>,
    findings: &mut Vec<Finding>,
) -> Checked<ConnectionPool> {
    let written::ConnectionPool { tcp, http } = &at.value;
    let absent = [tcp.is_absent(), http.is_absent()];
    says_something(at.place, "connectionPool", &absent, &["tcp", "http"], findings)?;
    let tcp = optional(tcp, |at| tcp_settings(at, findings));
    let http = optional(http, |at| http_settings(at, findings));
    Ok(ConnectionPool { tcp: tcp?, http: http? })
}

fn tcp_settings(at: &At<written::TcpSettings>, findings: &mut Vec<Finding>) -> Checked<TcpSettings> {
    let written::TcpSettings {
        max_connections,
        connect_timeout,
        tcp_keepalive: keepalive,
        max_connection_duration,
        idle_timeout,
    } = &at.value;
    let absent = [
        max_connections.is_absent(),
        connect_timeout.is_absent(),
        keepalive.is_absent(),
        max_connection_duration.is_absent(),
        idle_timeout.is_absent(),
    ];
    says_something(at.place, "tcp", &absent, &["maxConnections", "connectTimeout"], findings)?;
    let connect_timeout = optional(connect_timeout, |at| duration::duration(at, "connectTimeout", findings));
    let tcp_keepalive = optional(keepalive, |at| tcp_keepalive(at, findings));
    let max_connection_duration = optional(max_connection_duration, |at| {
        duration::duration(at, "maxConnectionDuration", findings).map(|value| At::new(value, at.place))
    });
    let idle_timeout = optional(idle_timeout, |at| {
        duration::duration_or_zero(at, "idleTimeout", findings).map(|value| At::new(value, at.place))
    });
    Ok(TcpSettings {
        max_connections: plain(max_connections)?,
        connect_timeout: connect_timeout?,
        tcp_keepalive: tcp_keepalive?,
        max_connection_duration: max_connection_duration?,
        idle_timeout: idle_timeout?,
    })
}

fn tcp_keepalive(at: &At<written::TcpKeepalive>, findings: &mut Vec<Finding>) -> Checked<TcpKeepalive> {
    let written::TcpKeepalive { probes, time, interval } = &at.value;
    let absent = [probes.is_absent(), time.is_absent(), interval.is_absent()];
    says_something(at.place, "tcpKeepalive", &absent, &["probes", "time", "interval"], findings)?;
    let time = optional(time, |at| duration::duration(at, "time", findings));
    let interval = optional(interval, |at| duration::duration(at, "interval", findings));
    Ok(TcpKeepalive { probes: plain(probes)?, time: time?, interval: interval? })
}

fn http_settings(at: &At<written::HttpSettings>, findings: &mut Vec<Finding>) -> Checked<HttpSettings> {
    let written::HttpSettings {
        http1_max_pending_requests,
        http2_max_requests,
        max_requests_per_connection,
        max_retries,
        idle_timeout,
        h2_upgrade_policy,
        use_client_protocol,
        max_concurrent_streams,
        http2_keep_alive,
    } = &at.value;
    let absent = [
        http1_max_pending_requests.is_absent(),
        http2_max_requests.is_absent(),
        max_requests_per_connection.is_absent(),
        max_retries.is_absent(),
        idle_timeout.is_absent(),
        h2_upgrade_policy.is_absent(),
        use_client_protocol.is_absent(),
        max_concurrent_streams.is_absent(),
        http2_keep_alive.is_absent(),
    ];
    says_something(at.place, "http", &absent, &["http2MaxRequests", "maxRetries", "idleTimeout"], findings)?;
    let idle_timeout = optional(idle_timeout, |at| {
        duration::duration(at, "idleTimeout", findings).map(|value| At::new(value, at.place))
    });
    let h2_upgrade_policy =
        optional(h2_upgrade_policy, |at| http::one_of(at, "h2UpgradePolicy", &H2_UPGRADE_POLICIES, findings));
    let http2_keep_alive = optional(http2_keep_alive, |at| {
        let written::Http2KeepAlive { interval, timeout } = &at.value;
        let interval = duration::duration(interval, "interval", findings);
        let timeout = duration::duration(timeout, "timeout", findings);
        Ok(At::new(Http2KeepAlive { interval: interval?, timeout: timeout? }, at.place))
    });
    let settings = HttpSettings {
        http1_max_pending_requests: plain(http1_max_pending_requests)?,
        http2_max_requests: plain(http2_max_requests)?,
        max_requests_per_connection: plain(max_requests_per_connection)?,
        max_retries: plain(max_retries)?,
        idle_timeout: idle_timeout?,
        h2_upgrade_policy: h2_upgrade_policy?,
        use_client_protocol: placed(use_client_protocol)?,
        max_concurrent_streams: placed(max_concurrent_streams)?,
        http2_keep_alive: http2_keep_alive?,
    };
    match (&settings.h2_upgrade_policy, &settings.use_client_protocol) {
        (Some(At { value: H2UpgradePolicy::Upgrade, place: upgrade }), Some(At { value: true, place })) => {
            findings.push(problems::upgrade_and_client_protocol(*place, *upgrade));
            Err(Poisoned)
        }
        (Some(_) | None, Some(_) | None) => Ok(settings),
    }
}
