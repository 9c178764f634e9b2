//! A traffic policy that says everything at once, which no user could.

use std::time;

use crate::istio::kind::destination_rule::Settings;
use crate::istio::kind::destination_rule::connection_pool::{
    ConnectionPool, Http2KeepAlive, HttpSettings, TcpKeepalive, TcpSettings,
};
use crate::istio::kind::destination_rule::load_balancer::{
    ConsistentHash, CookieAttribute, Distribute, Failover, HttpCookie, LoadBalancer, LocalityLbSetting,
    Maglev, Number, RingHash, Warmup, ZoneAwareLbSetting,
};
use crate::istio::kind::destination_rule::outlier_detection::OutlierDetection;
use crate::istio::word::duration::Duration;

pub(super) fn text() -> String {
    "text".to_owned()
}

fn second() -> Duration {
    Duration(time::Duration::from_secs(1))
}

pub(super) fn settings() -> Settings {
    Settings {
        connection_pool: Some(Box::new(ConnectionPool { tcp: Some(tcp()), http: Some(http()) })),
        load_balancer: Some(Box::new(load_balancer())),
        outlier_detection: Some(Box::new(OutlierDetection {
            consecutive_errors: Some(1),
            split_external_local_origin_errors: Some(true),
            consecutive_local_origin_failures: Some(1),
            consecutive_gateway_errors: Some(1),
            consecutive_5xx_errors: Some(1),
            interval: Some(second()),
            base_ejection_time: Some(second()),
            max_ejection_percent: Some(1),
            min_health_percent: Some(1),
            http_error_codes: vec![500],
        })),
    }
}

fn tcp() -> TcpSettings {
    TcpSettings {
        max_connections: Some(1),
        connect_timeout: Some(second()),
        tcp_keepalive: Some(TcpKeepalive { probes: Some(1), time: Some(second()), interval: Some(second()) }),
        max_connection_duration: Some(second()),
        idle_timeout: Some(second()),
    }
}

fn http() -> HttpSettings {
    HttpSettings {
        http1_max_pending_requests: Some(1),
        http2_max_requests: Some(1),
        max_requests_per_connection: Some(1),
        max_retries: Some(1),
        idle_timeout: Some(second()),
        h2_upgrade_policy: Some("UPGRADE"),
        use_client_protocol: Some(true),
        max_concurrent_streams: Some(1),
        http2_keep_alive: Some(Http2KeepAlive { interval: second(), timeout: second() }),
    }
}

fn load_balancer() -> LoadBalancer {
    LoadBalancer {
        simple: Some("RANDOM"),
        consistent_hash: Some(ConsistentHash {
            http_header_name: Some(text()),
            http_cookie: Some(HttpCookie {
                name: text(),
                path: Some(text()),
                ttl: Some(second()),
                attributes: vec![CookieAttribute { name: text(), value: text() }],
            }),
            use_source_ip: Some(true),
            http_query_parameter_name: Some(text()),
            minimum_ring_size: Some(1),
            ring_hash: Some(RingHash { minimum_ring_size: 1 }),
            maglev: Some(Maglev { table_size: 2 }),
        }),
        locality_lb_setting: Some(LocalityLbSetting {
            enabled: Some(true),
            distribute: vec![Distribute { from: text(), to: [(text(), 100)].into() }],
            failover: vec![Failover { from: text(), to: text() }],
            failover_priority: vec![text()],
        }),
        zone_aware_lb_setting: Some(ZoneAwareLbSetting {
            enabled: Some(true),
            failover: vec![Failover { from: text(), to: text() }],
            failover_priority: vec![text()],
            min_cluster_size: Some(1),
        }),
        warmup_duration_secs: Some(second()),
        warmup: Some(Warmup {
            duration: second(),
            minimum_percent: Some(Number(1.0)),
            aggression: Some(Number(1.5)),
        }),
    }
}
