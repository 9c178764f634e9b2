//! `trafficPolicy` of a service or a version.

use serde_json::{Map, Value};

use super::action::{duration, value};
use crate::model::traffic_policy::{
    Choice, ConnectionPool, ConsistentHash, H2UpgradePolicy, HashKey, HashTable, Http2KeepAlive, HttpCookie,
    HttpSettings, LoadBalancer, LocalityLbSetting, OutlierDetection, Settings, TcpKeepalive, TcpSettings,
    TrafficPolicy, Warmup, ZoneAwareLbSetting,
};

/// What is said, by its name; what is not said is not there.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn say(mut self, name: &str, said: Option<impl Into<Value>>) -> Self {
        if let Some(said) = said {
            self.0.insert(name.to_owned(), said.into());
        }
        self
    }

    fn list(self, name: &str, said: Vec<Value>) -> Self {
        let said = (!said.is_empty()).then_some(said);
        self.say(name, said)
    }
}

impl From<Fields> for Value {
    fn from(Fields(fields): Fields) -> Self {
        Self::Object(fields)
    }
}

/// The policy, in the words of the input language.
pub fn traffic_policy(policy: &TrafficPolicy) -> Value {
    let TrafficPolicy { settings: general, ports } = policy;
    let of_port = |(number, own): (&u16, &Settings)| {
        let port = Fields::default().say("number", Some(*number));
        settings(own).say("port", Some(Value::from(port))).into()
    };
    settings(general).list("portLevelSettings", ports.iter().map(of_port).collect()).into()
}

fn settings(settings: &Settings) -> Fields {
    let Settings { connection_pool: pool, load_balancer: balancer, outlier_detection: outliers } = settings;
    Fields::default()
        .say("connectionPool", pool.as_ref().map(connection_pool))
        .say("loadBalancer", balancer.as_ref().map(load_balancer))
        .say("outlierDetection", outliers.as_ref().map(outlier_detection))
}

fn connection_pool(pool: &ConnectionPool) -> Value {
    let ConnectionPool { tcp, http } = pool;
    Fields::default()
        .say("tcp", tcp.as_ref().map(tcp_settings))
        .say("http", http.as_ref().map(http_settings))
        .into()
}

fn tcp_settings(tcp: &TcpSettings) -> Value {
    let TcpSettings {
        max_connections,
        connect_timeout,
        tcp_keepalive,
        max_connection_duration,
        idle_timeout,
    } = tcp;
    let keepalive = tcp_keepalive.as_ref().map(|TcpKeepalive { probes, time, interval }| {
        Value::from(
            Fields::default()
                .say("probes", *probes)
                .say("time", time.map(duration))
                .say("interval", interval.map(duration)),
        )
    });
    Fields::default()
        .say("maxConnections", *max_connections)
        .say("connectTimeout", connect_timeout.map(duration))
        .say("tcpKeepalive", keepalive)
        .say("maxConnectionDuration", value(max_connection_duration.as_ref()).map(duration))
        .say("idleTimeout", value(idle_timeout.as_ref()).map(duration))
        .into()
}

fn http_settings(http: &HttpSettings) -> Value {
    let HttpSettings {
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
    let upgrade = value(h2_upgrade_policy.as_ref()).map(|policy| match policy {
        H2UpgradePolicy::Default => "DEFAULT",
        H2UpgradePolicy::DoNotUpgrade => "DO_NOT_UPGRADE",
        H2UpgradePolicy::Upgrade => "UPGRADE",
    });
    let keep_alive = value(http2_keep_alive.as_ref()).map(|Http2KeepAlive { interval, timeout }| {
        Value::from(
            Fields::default()
                .say("interval", Some(duration(interval)))
                .say("timeout", Some(duration(timeout))),
        )
    });
    Fields::default()
        .say("http1MaxPendingRequests", *http1_max_pending_requests)
        .say("http2MaxRequests", *http2_max_requests)
        .say("maxRequestsPerConnection", *max_requests_per_connection)
        .say("maxRetries", *max_retries)
        .say("idleTimeout", value(idle_timeout.as_ref()).map(duration))
        .say("h2UpgradePolicy", upgrade)
        .say("useClientProtocol", value(use_client_protocol.as_ref()))
        .say("maxConcurrentStreams", value(max_concurrent_streams.as_ref()))
        .say("http2KeepAlive", keep_alive)
        .into()
}

fn load_balancer(balancer: &LoadBalancer) -> Value {
    let LoadBalancer { choice, locality, zone_aware, warmup } = balancer;
    let (simple, hash) = match choice {
        None => (None, None),
        Some(Choice::LeastRequest) => (Some("LEAST_REQUEST"), None),
        Some(Choice::RoundRobin) => (Some("ROUND_ROBIN"), None),
        Some(Choice::Random) => (Some("RANDOM"), None),
        Some(Choice::ConsistentHash(hash)) => (None, Some(consistent_hash(&hash.value))),
    };
    let warmup = value(warmup.as_ref()).map(|Warmup { duration: lasts, minimum_percent, aggression }| {
        Value::from(
            Fields::default()
                .say("duration", Some(duration(lasts)))
                .say("minimumPercent", minimum_percent)
                .say("aggression", aggression),
        )
    });
    Fields::default()
        .say("simple", simple)
        .say("consistentHash", hash)
        .say("localityLbSetting", locality.as_ref().map(|setting| locality_setting(&setting.value)))
        .say("zoneAwareLbSetting", zone_aware.as_ref().map(|setting| zone_aware_setting(&setting.value)))
        .say("warmup", warmup)
        .into()
}

fn consistent_hash(hash: &ConsistentHash) -> Value {
    let ConsistentHash { key, table } = hash;
    let said = Fields::default();
    let said = match key {
        HashKey::Header(name) => said.say("httpHeaderName", Some(name.as_str())),
        HashKey::Cookie(cookie) => said.say("httpCookie", Some(http_cookie(cookie))),
        HashKey::SourceIp => said.say("useSourceIp", Some(true)),
        HashKey::QueryParameter(name) => said.say("httpQueryParameterName", Some(name.value.as_str())),
    };
    let sized = |name: &str, size: u32| Value::from(Fields::default().say(name, Some(size)));
    let said = match table {
        None => said,
        Some(HashTable::Ring(size)) => said.say("ringHash", Some(sized("minimumRingSize", *size))),
        Some(HashTable::Maglev(size)) => said.say("maglev", Some(sized("tableSize", size.value))),
    };
    said.into()
}

fn http_cookie(cookie: &HttpCookie) -> Value {
    let HttpCookie { name, path, ttl, attributes } = cookie;
    let attributes = attributes.iter().flat_map(|listed| &listed.value).map(|(name, value)| {
        Fields::default().say("name", Some(name.as_str())).say("value", Some(value.as_str())).into()
    });
    Fields::default()
        .say("name", Some(name.as_str()))
        .say("path", path.as_deref())
        .say("ttl", ttl.map(duration))
        .list("attributes", attributes.collect())
        .into()
}

fn locality_setting(setting: &LocalityLbSetting) -> Value {
    let LocalityLbSetting { enabled, distribute, failover, failover_priority } = setting;
    let shares = distribute.iter().map(|(from, to)| {
        let to: Map<String, Value> =
            to.iter().map(|(key, share)| (key.clone(), Value::from(*share))).collect();
        pair(from, Value::Object(to))
    });
    let labels = failover_priority.iter().flat_map(|listed| &listed.value);
    Fields::default()
        .say("enabled", *enabled)
        .list("distribute", shares.collect())
        .list("failover", regions(failover))
        .list("failoverPriority", labels.map(|label| Value::from(label.as_str())).collect())
        .into()
}

fn zone_aware_setting(setting: &ZoneAwareLbSetting) -> Value {
    let ZoneAwareLbSetting { enabled, failover, failover_priority, min_cluster_size } = setting;
    let labels = failover_priority.iter().map(|label| Value::from(label.as_str()));
    Fields::default()
        .say("enabled", *enabled)
        .list("failover", regions(failover))
        .list("failoverPriority", labels.collect())
        .say("minClusterSize", *min_cluster_size)
        .into()
}

fn regions(failover: &[(String, String)]) -> Vec<Value> {
    failover.iter().map(|(from, to)| pair(from, Value::from(to.as_str()))).collect()
}

fn pair(from: &str, to: Value) -> Value {
    Fields::default().say("from", Some(from)).say("to", Some(to)).into()
}

fn outlier_detection(detection: &OutlierDetection) -> Value {
    let OutlierDetection {
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
    let codes = http_error_codes.iter().flat_map(|listed| &listed.value);
    Fields::default()
        .say("splitExternalLocalOriginErrors", value(split_external_local_origin_errors.as_ref()))
        .say("consecutiveLocalOriginFailures", value(consecutive_local_origin_failures.as_ref()))
        .say("consecutiveGatewayErrors", *consecutive_gateway_errors)
        .say("consecutive5xxErrors", value(consecutive_5xx_errors.as_ref()))
        .say("interval", interval.map(duration))
        .say("baseEjectionTime", base_ejection_time.map(duration))
        .say("maxEjectionPercent", *max_ejection_percent)
        .say("minHealthPercent", *min_health_percent)
        .list("outlierDetectionHttpErrorCodes", codes.map(|code| Value::from(*code)).collect())
        .into()
}
