//! Settings that only pass through: between them they have every field that Istio has for them.
//!
//! Enters: the name of a field. Leaves: values that are right somewhere. Refuses to know: where.

use serde_json::{Value, json};

/// What `trafficPolicy` may say, for callers of ports with these names.
pub fn policies(port: &str) -> Vec<Value> {
    vec![
        json!({"outlierDetection": {"consecutive5xxErrors": 3, "interval": "2s", "baseEjectionTime": "10s"}}),
        json!({"outlierDetection": {"consecutiveGatewayErrors": 2, "maxEjectionPercent": 50, "minHealthPercent": 20}}),
        json!({"outlierDetection": {"splitExternalLocalOriginErrors": true, "consecutiveLocalOriginFailures": 4,
            "outlierDetectionHttpErrorCodes": [500, 503]}}),
        json!({"connectionPool": {"tcp": {"maxConnections": 5, "connectTimeout": "1s",
            "tcpKeepalive": {"probes": 3, "time": "2h", "interval": "75s"}}}}),
        json!({"connectionPool": {"tcp": {"maxConnectionDuration": "1h", "idleTimeout": "10m"}}}),
        json!({"connectionPool": {"http": {"http1MaxPendingRequests": 7, "http2MaxRequests": 8,
            "maxRequestsPerConnection": 9, "maxRetries": 2, "idleTimeout": "30s"}}}),
        json!({"connectionPool": {"http": {"h2UpgradePolicy": "UPGRADE", "maxConcurrentStreams": 50}}}),
        json!({"connectionPool": {"http": {"useClientProtocol": true,
            "http2KeepAlive": {"interval": "30s", "timeout": "5s"}}}}),
        json!({"loadBalancer": {"simple": "LEAST_REQUEST", "warmup": {"duration": "30s", "minimumPercent": 10, "aggression": 1.5}}}),
        json!({"loadBalancer": {"simple": "ROUND_ROBIN", "warmupDurationSecs": "20s"}}),
        json!({"loadBalancer": {"consistentHash": {"httpHeaderName": "x-user", "ringHash": {"minimumRingSize": 1024}}}}),
        json!({"loadBalancer": {"consistentHash": {"useSourceIp": true, "minimumRingSize": 128}}}),
        json!({"loadBalancer": {"consistentHash": {"httpQueryParameterName": "user", "maglev": {"tableSize": 65537}}}}),
        json!({"loadBalancer": {"consistentHash": {"httpCookie": {"name": "user", "path": "/", "ttl": "0s",
            "attributes": [{"name": "SameSite", "value": "Strict"}]}}}}),
        json!({"loadBalancer": {"localityLbSetting": {"enabled": true, "failover": [{"from": "eu", "to": "us"}]}},
            "outlierDetection": {"consecutive5xxErrors": 3}}),
        json!({"loadBalancer": {"localityLbSetting": {"distribute": [{"from": "eu/*", "to": {"eu/*": 80, "us/*": 20}}]}}}),
        json!({"loadBalancer": {"localityLbSetting": {"failoverPriority": ["topology.kubernetes.io/zone"]}},
            "outlierDetection": {"consecutive5xxErrors": 3}}),
        json!({"loadBalancer": {"zoneAwareLbSetting": {"enabled": true, "minClusterSize": 6}}}),
        json!({"portLevelSettings": [{"port": {"number": port}, "connectionPool": {"tcp": {"maxConnections": 3}},
            "loadBalancer": {"simple": "RANDOM"}, "outlierDetection": {"consecutive5xxErrors": 7}}]}),
    ]
}

/// What else happens to requests, by field.
pub fn actions() -> Vec<(&'static str, Value)> {
    vec![
        ("timeout", json!("5s")),
        ("retries", json!({"attempts": 2})),
        (
            "retries",
            json!({"attempts": 3, "perTryTimeout": "250ms", "retryOn": "5xx,reset", "retryRemoteLocalities": true}),
        ),
        ("retries", json!({"attempts": 1, "backoff": "50ms", "retryIgnorePreviousHosts": false})),
        ("rewrite", json!({"uri": "/y"})),
        (
            "rewrite",
            json!({"authority": "other.example.com", "uriRegexRewrite": {"match": "^/a/(.*)", "rewrite": "/b/\\1"}}),
        ),
        ("headers", json!({"request": {"set": {"x": "on"}, "add": {"x-more": "1"}, "remove": "x-debug"}})),
        ("headers", json!({"response": {"set": {"x-served": "no"}}})),
        ("fault", json!({"delay": {"fixedDelay": "5s", "percentage": 0.5}})),
        ("fault", json!({"abort": {"httpStatus": 500, "percentage": {"value": 10}}})),
        ("fault", json!({"abort": {"grpcStatus": "UNAVAILABLE", "percentage": 1}})),
        (
            "corsPolicy",
            json!({"allowOrigins": ["https://shop.example.com", {"prefix": "https://preview."}],
            "allowMethods": ["GET", "POST"], "allowHeaders": ["x-a"], "exposeHeaders": "x-b", "maxAge": "24h",
            "allowCredentials": true}),
        ),
        (
            "corsPolicy",
            json!({"allowOrigins": {"regex": "https://[a-z]+[.]example[.]com"}, "unmatchedPreflights": "IGNORE"}),
        ),
    ]
}

/// Answers without a destination, by field.
pub fn answers() -> Vec<(&'static str, Value)> {
    vec![
        ("redirect", json!({"uri": "/x"})),
        (
            "redirect",
            json!({"authority": "new.example.com", "port": 8443, "scheme": "https", "redirectCode": 308}),
        ),
        ("redirect", json!({"uri": "/z", "derivePort": "FROM_REQUEST_PORT"})),
        ("directResponse", json!({"status": 503, "body": {"string": "closed for today"}})),
        ("directResponse", json!({"status": 418, "body": {"bytes": "Y2xvc2Vk"}})),
    ]
}

/// Open ports of an ingress gateway.
pub fn servers() -> Vec<Value> {
    let port = |number: u16, name: &str, protocol: &str| json!({"number": number, "name": name, "protocol": protocol});
    vec![
        json!([{"port": port(80, "http", "HTTP"), "hosts": ["*.example.com"]}]),
        json!([{"port": port(80, "http", "HTTP"), "hosts": ["*"], "name": "plain"},
            {"port": port(443, "https", "HTTPS"), "hosts": ["*.example.com"],
             "tls": {"mode": "SIMPLE", "credentialName": "shop", "minProtocolVersion": "TLSV1_2",
                     "maxProtocolVersion": "TLSV1_3", "cipherSuites": ["ECDHE-RSA-AES256-GCM-SHA384"]}}]),
        json!([{"port": port(80, "http", "HTTP"), "hosts": ["*.example.com"], "tls": {"httpsRedirect": false}},
            {"port": port(8443, "https-b", "HTTPS"), "hosts": ["*.example.com"],
             "tls": {"mode": "MUTUAL", "serverCertificate": "/c/a.pem", "privateKey": "/c/a.key",
                     "caCertificates": "/c/ca.pem", "subjectAltNames": ["spiffe://td.example/ns/x/sa/y"]}}]),
    ]
}
