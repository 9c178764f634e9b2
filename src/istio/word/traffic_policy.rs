//! Traffic policies in Istio's words.
//!
//! Enters: what holds for connections, as users said it. Leaves: the fields of one level of a `DestinationRule`.
//! Refuses to know: TLS, which ties clusters together, and which levels there are.

use std::time;

use super::duration::Duration;
use crate::istio::dialect::Dialect;
use crate::istio::kind::destination_rule::Settings;
use crate::istio::kind::destination_rule::connection_pool::{
    ConnectionPool, Http2KeepAlive, HttpSettings, TcpKeepalive, TcpSettings,
};
use crate::istio::kind::destination_rule::load_balancer::{
    ConsistentHash, CookieAttribute, Distribute, Failover, HttpCookie, LoadBalancer, LocalityLbSetting,
    Maglev, Number, RingHash, Warmup, ZoneAwareLbSetting,
};
use crate::istio::kind::destination_rule::outlier_detection::OutlierDetection;
use crate::istio::release::Feature;
use crate::model::traffic_policy as meant;
use crate::model::traffic_policy::{Choice, Effective, H2UpgradePolicy, HashKey, HashTable};
use crate::source::At;

/// Where the endpoints are that the settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoints {
    /// Pods in the caller's own cluster.
    Pods,
    /// Gateways of other clusters. They have no locality: which cluster answers is not the load balancer's to say.
    Gateways,
}

/// The settings of one level. Words that the release lacks are left out, with a finding.
pub fn settings(said: Effective<'_>, endpoints: Endpoints, dialect: &mut Dialect<'_>) -> Settings {
    let Effective { connection_pool: pool, load_balancer: balancer, outlier_detection: outliers } = said;
    Settings {
        connection_pool: pool.map(|pool| Box::new(connection_pool(pool, dialect))),
        load_balancer: balancer
            .map(|balancer| load_balancer(balancer, endpoints, dialect))
            .filter(|balancer| *balancer != LoadBalancer::default())
            .map(Box::new),
        outlier_detection: outliers.map(|outliers| Box::new(outlier_detection(outliers, dialect))),
    }
}

/// The value, if the word that it was written with can be said.
fn say<T: Clone>(written: Option<&At<T>>, feature: Feature, dialect: &mut Dialect<'_>) -> Option<T> {
    written.and_then(|at| dialect.say(feature, at.place, at.value.clone()))
}

fn connection_pool(pool: &meant::ConnectionPool, dialect: &mut Dialect<'_>) -> ConnectionPool {
    let meant::ConnectionPool { tcp, http } = pool;
    ConnectionPool {
        tcp: tcp.as_ref().map(|tcp| tcp_settings(tcp, dialect)),
        http: http.as_ref().map(|http| http_settings(http, dialect)),
    }
}

fn tcp_settings(tcp: &meant::TcpSettings, dialect: &mut Dialect<'_>) -> TcpSettings {
    let meant::TcpSettings {
        max_connections,
        connect_timeout,
        tcp_keepalive,
        max_connection_duration,
        idle_timeout,
    } = tcp;
    TcpSettings {
        max_connections: *max_connections,
        connect_timeout: connect_timeout.map(Duration),
        tcp_keepalive: tcp_keepalive.as_ref().map(|meant::TcpKeepalive { probes, time, interval }| {
            TcpKeepalive { probes: *probes, time: time.map(Duration), interval: interval.map(Duration) }
        }),
        max_connection_duration: say(
            max_connection_duration.as_ref(),
            Feature::MaxConnectionDuration,
            dialect,
        )
        .map(Duration),
        idle_timeout: tcp_idle_timeout(idle_timeout.as_ref(), dialect).map(Duration),
    }
}

/// Nothing is never: connections stay, however idle.
fn tcp_idle_timeout(
    written: Option<&At<time::Duration>>,
    dialect: &mut Dialect<'_>,
) -> Option<time::Duration> {
    let is_never = written.is_some_and(|timeout| timeout.value.is_zero());
    let word = if is_never { Feature::NoTcpIdleTimeout } else { Feature::TcpIdleTimeout };
    say(written, word, dialect)
}

fn http_settings(http: &meant::HttpSettings, dialect: &mut Dialect<'_>) -> HttpSettings {
    let meant::HttpSettings {
        http1_max_pending_requests,
        http2_max_requests,
        max_requests_per_connection,
        max_retries,
        idle_timeout,
        h2_upgrade_policy,
        use_client_protocol,
        max_concurrent_streams,
        http2_keep_alive,
    } = http;
    HttpSettings {
        http1_max_pending_requests: *http1_max_pending_requests,
        http2_max_requests: *http2_max_requests,
        max_requests_per_connection: *max_requests_per_connection,
        max_retries: *max_retries,
        idle_timeout: say(idle_timeout.as_ref(), Feature::HttpIdleTimeout, dialect).map(Duration),
        h2_upgrade_policy: say(h2_upgrade_policy.as_ref(), Feature::H2UpgradePolicy, dialect).map(|policy| {
            match policy {
                H2UpgradePolicy::Default => "DEFAULT",
                H2UpgradePolicy::DoNotUpgrade => "DO_NOT_UPGRADE",
                H2UpgradePolicy::Upgrade => "UPGRADE",
            }
        }),
        use_client_protocol: say(use_client_protocol.as_ref(), Feature::UseClientProtocol, dialect),
        max_concurrent_streams: say(max_concurrent_streams.as_ref(), Feature::MaxConcurrentStreams, dialect),
        http2_keep_alive: say(http2_keep_alive.as_ref(), Feature::Http2KeepAlive, dialect).map(
            |meant::Http2KeepAlive { interval, timeout }| Http2KeepAlive {
                interval: Duration(interval),
                timeout: Duration(timeout),
            },
        ),
    }
}

fn load_balancer(
    balancer: &meant::LoadBalancer,
    endpoints: Endpoints,
    dialect: &mut Dialect<'_>,
) -> LoadBalancer {
    let meant::LoadBalancer { choice, locality: setting, zone_aware: zones, warmup } = balancer;
    let (simple, hash) = match choice {
        None => (None, None),
        Some(Choice::RoundRobin) => (Some("ROUND_ROBIN"), None),
        Some(Choice::LeastRequest) => (Some(least_request(dialect)), None),
        Some(Choice::Random) => (Some("RANDOM"), None),
        Some(Choice::ConsistentHash(hash)) => (None, Some(consistent_hash(&hash.value, dialect))),
    };
    let (warmup, warmup_duration_secs) = warming(warmup.as_ref(), dialect);
    LoadBalancer {
        simple,
        consistent_hash: hash,
        locality_lb_setting: match endpoints {
            Endpoints::Pods => say(setting.as_ref(), Feature::LocalityLbSetting, dialect)
                .map(|setting| locality(&setting, dialect)),
            Endpoints::Gateways => None,
        },
        zone_aware_lb_setting: match endpoints {
            Endpoints::Pods => {
                say(zones.as_ref(), Feature::ZoneAware, dialect).map(|setting| zone_aware(&setting))
            }
            Endpoints::Gateways => None,
        },
        warmup_duration_secs,
        warmup,
    }
}

fn least_request(dialect: &Dialect<'_>) -> &'static str {
    if dialect.release().can(Feature::LeastRequest) { "LEAST_REQUEST" } else { "LEAST_CONN" }
}

/// A duration alone has an older word.
fn warming(
    written: Option<&At<meant::Warmup>>,
    dialect: &mut Dialect<'_>,
) -> (Option<Warmup>, Option<Duration>) {
    let Some(At { value, place }) = written else { return (None, None) };
    let meant::Warmup { duration, minimum_percent, aggression } = *value;
    let duration_alone = minimum_percent.is_none() && aggression.is_none();
    if duration_alone && !dialect.release().can(Feature::Warmup) {
        return (None, dialect.say(Feature::WarmupDuration, *place, Duration(duration)));
    }
    let warmup = Warmup {
        duration: Duration(duration),
        minimum_percent: minimum_percent.map(Number),
        aggression: aggression.map(Number),
    };
    (dialect.say(Feature::Warmup, *place, warmup), None)
}

fn consistent_hash(hash: &meant::ConsistentHash, dialect: &mut Dialect<'_>) -> ConsistentHash {
    let meant::ConsistentHash { key, table } = hash;
    let mut written = match key {
        HashKey::Header(name) => {
            ConsistentHash { http_header_name: Some(name.clone()), ..ConsistentHash::default() }
        }
        HashKey::Cookie(cookie) => {
            ConsistentHash { http_cookie: Some(http_cookie(cookie, dialect)), ..ConsistentHash::default() }
        }
        HashKey::SourceIp => ConsistentHash { use_source_ip: Some(true), ..ConsistentHash::default() },
        HashKey::QueryParameter(name) => ConsistentHash {
            http_query_parameter_name: say(Some(name), Feature::HashOfQueryParameter, dialect),
            ..ConsistentHash::default()
        },
    };
    match table {
        None => {}
        Some(HashTable::Ring(size)) if dialect.release().can(Feature::HashTables) => {
            written.ring_hash = Some(RingHash { minimum_ring_size: *size });
        }
        Some(HashTable::Ring(size)) => written.minimum_ring_size = Some(*size),
        Some(HashTable::Maglev(size)) => {
            written.maglev =
                say(Some(size), Feature::HashTables, dialect).map(|table_size| Maglev { table_size });
        }
    }
    written
}

fn http_cookie(cookie: &meant::HttpCookie, dialect: &mut Dialect<'_>) -> HttpCookie {
    let meant::HttpCookie { name, path, ttl, attributes } = cookie;
    let attributes = say(attributes.as_ref(), Feature::CookieAttributes, dialect).unwrap_or_default();
    HttpCookie {
        name: name.clone(),
        path: path.clone(),
        ttl: ttl.map(Duration),
        attributes: attributes.into_iter().map(|(name, value)| CookieAttribute { name, value }).collect(),
    }
}

fn locality(setting: &meant::LocalityLbSetting, dialect: &mut Dialect<'_>) -> LocalityLbSetting {
    let meant::LocalityLbSetting { enabled, distribute, failover, failover_priority } = setting;
    LocalityLbSetting {
        enabled: *enabled,
        distribute: distribute
            .iter()
            .map(|(from, to)| Distribute { from: from.clone(), to: to.clone() })
            .collect(),
        failover: regions(failover),
        failover_priority: say(failover_priority.as_ref(), Feature::FailoverPriority, dialect)
            .unwrap_or_default(),
    }
}

/// Whoever can say it can say all of it.
fn zone_aware(setting: &meant::ZoneAwareLbSetting) -> ZoneAwareLbSetting {
    let meant::ZoneAwareLbSetting { enabled, failover, failover_priority, min_cluster_size } = setting;
    ZoneAwareLbSetting {
        enabled: *enabled,
        failover: regions(failover),
        failover_priority: failover_priority.clone(),
        min_cluster_size: *min_cluster_size,
    }
}

fn regions(failover: &[(String, String)]) -> Vec<Failover> {
    failover.iter().map(|(from, to)| Failover { from: from.clone(), to: to.clone() }).collect()
}

fn outlier_detection(detection: &meant::OutlierDetection, dialect: &mut Dialect<'_>) -> OutlierDetection {
    let meant::OutlierDetection {
        split_external_local_origin_errors,
        consecutive_local_origin_failures,
        consecutive_gateway_errors,
        consecutive_5xx_errors,
        interval,
        base_ejection_time,
        max_ejection_percent,
        min_health_percent,
        http_error_codes,
    } = detection;
    let (gateway_errors, errors) = if dialect.release().can(Feature::ConsecutiveErrorsByKind) {
        (*consecutive_gateway_errors, None)
    } else {
        (None, *consecutive_gateway_errors)
    };
    OutlierDetection {
        consecutive_errors: errors,
        split_external_local_origin_errors: say(
            split_external_local_origin_errors.as_ref(),
            Feature::LocalOriginErrors,
            dialect,
        ),
        consecutive_local_origin_failures: say(
            consecutive_local_origin_failures.as_ref(),
            Feature::LocalOriginErrors,
            dialect,
        ),
        consecutive_gateway_errors: gateway_errors,
        consecutive_5xx_errors: say(
            consecutive_5xx_errors.as_ref(),
            Feature::ConsecutiveErrorsByKind,
            dialect,
        ),
        interval: interval.map(Duration),
        base_ejection_time: base_ejection_time.map(Duration),
        max_ejection_percent: *max_ejection_percent,
        min_health_percent: *min_health_percent,
        http_error_codes: say(http_error_codes.as_ref(), Feature::OutlierHttpErrorCodes, dialect)
            .unwrap_or_default(),
    }
}
