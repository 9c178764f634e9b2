//! A sound input, and mistakes that have nothing to do with each other.

/// What is written, and what somebody writes instead.
pub struct Mistake {
    /// The one finding that it deserves.
    pub code: &'static str,
    /// Stands once in the sound input.
    pub right: &'static str,
    pub wrong: &'static str,
}

pub const SOUND: &str = "\
apiVersion: meshgen/v1
kind: Topology
mesh: {name: shop, remoteNames: shared, virtualIPs: 240.0.0.0/16, labels: {team: shop}}
clusters:
  cluster1: {gateway: 203.0.113.10, locality: europe/a}
  cluster2: {gateway: {address: 203.0.113.20, port: 15443, existing: true, addressFrom: {cluster1: 10.1.2.3, cluster4: 10.4.5.6}}}
  cluster3: {gateway: gw3.example.com, istio: '1.29'}
  cluster4: {gateway: 203.0.113.40, network: four}
services:
  reviews: {ports: 9080, versions: {v1: cluster1, v2: cluster2, v3: [cluster2, cluster3]}}
  ratings: {ports: {http: 9080}, versions: {v1: cluster2, v2: cluster3}, plainNames: entry}
  details: {ports: 9081, versions: {v1: cluster4}, serviceAccounts: details}
  productpage: {ports: 9082, clusters: [cluster1, cluster4]}
  orders:
    ports: {http-web: 80, grpc-api: 9090}
    versions: {v1: cluster3, v2: {clusters: {cluster1: 3, cluster2: 1}, labels: {tier: back}}}
    acrossClusters: spread
  stock: {ports: {http: 9083, http-two: 9084}, versions: {v1: [cluster1, cluster3]}, clients: cluster2}
  cart: {ports: 9085, versions: {v1: cluster1, v2: cluster2}, virtualIP: 240.0.0.9}
  api:
    ports: {https: {number: 443, targetPort: 8443}}
    versions: {v1: cluster1, v2: {clusters: cluster2, trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}}}
    trafficPolicy:
      connectionPool: {tcp: {connectTimeout: 2s}}
      outlierDetection: {consecutive5xxErrors: 5, interval: 10s}
gateways:
  front:
    clusters: cluster1
    servers:
    - {port: {number: 8080, name: http, protocol: HTTP}, hosts: [shop.example.com]}
    - {port: {number: 8443, name: https, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: shop}}
  back:
    clusters: cluster2
    servers:
    - {port: {number: 8081, name: http, protocol: HTTP}, hosts: [back.example.com]}
    - {port: {number: 9000, name: https, protocol: HTTPS}, hosts: ['*.example.org'], tls: {mode: SIMPLE, credentialName: org}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews:
  - match: {headers: {end-user: jason}}
    to: {v2: 50, v3: 50}
  - match: {uri: {prefix: /beta}}
    to: v3@cluster3
    timeout: 5s
  - to: v1
  ratings: {to: {v1: 90, v2: 10}}
  details: v1
  orders:
  - match: {port: grpc-api}
    to: v1
  - match: {uri: {regex: '/a.*'}}
    to: v2@cluster2
    fault: {delay: {percentage: 10, fixedDelay: 3s}}
  - match: {method: GET}
    to: v1
    retries: {attempts: 3, retryOn: 5xx}
  - match: {uri: /gone}
    directResponse: {status: 410}
  - match: {uri: /old}
    redirect: {uri: /new}
  - to: {v1: 60, v2@cluster1: 40}
    mirror: {v2@cluster2: 10}
  stock:
  - match: {port: 9084}
    to: v1@cluster3
    headers: {request: {set: {x-from: stock}}}
  - to: v1
  cart:
  - match: {queryParams: {test: yes}, sourceClusters: cluster4}
    to: v2
  - match: {authority: cart.example.com}
    to: v1
    rewrite: {uri: /cart}
  - to: [{version: v1, weight: 30}, {version: v2, weight: 70}]
  api:
  - match: {sniHosts: beta.example.com}
    to: v2
  - match: {destinationSubnets: 10.96.0.0/12}
    to: v1
  - to: any
  productpage:
    ingress: {front: {hosts: shop.example.com, match: {uri: {prefix: /product}}}, back: {hosts: back.example.com}}
";

const fn mistake(code: &'static str, right: &'static str, wrong: &'static str) -> Mistake {
    Mistake { code, right, wrong }
}

pub const MISTAKES: [Mistake; 61] = [
    mistake("MG0120", "name: shop,", "nmae: shop,"),
    mistake("MG0127", "remoteNames: shared", "remoteNames: sharde"),
    mistake("MG0220", "virtualIPs: 240.0.0.0/16", "virtualIPs: 240.0.0.0/33"),
    mistake("MG0217", "team: shop", "team: shop keeper"),
    mistake("MG0207", "203.0.113.10", "127.0.0.1"),
    mistake("MG0128", "europe/a", "europe/"),
    mistake("MG0206", "address: 203.0.113.20", "address: 203.0.113.300"),
    mistake("MG0124", "port: 15443", "port: '15443'"),
    mistake("MG0126", "existing: true", "existing: yes"),
    mistake("MG0218", "istio: '1.29'", "istio: '1.92'"),
    mistake("MG0203", "network: four", "network: f our"),
    mistake("MG0206", "gw3.example.com", "https://gw3.example.com"),
    mistake("MG0205", "v2: cluster2, v3: [cluster2", "v2: clutser2, v3: [clutser2"),
    mistake("MG0125", "reviews: {ports: 9080", "reviews: {ports: 90800"),
    mistake("MG0127", "plainNames: entry", "plainNames: enrty"),
    mistake("MG0120", "details: {ports: 9081,", "details: {ports: 9081, prots: 9081,"),
    mistake("MG0205", "v1: cluster4}", "v1: cluster44}"),
    mistake("MG0213", "[cluster1, cluster4]", "[cluster1, cluster1]"),
    mistake("MG0215", "http-web: 80", "web: 80"),
    mistake("MG0214", "grpc-api: 9090", "grpc-api: {number: 9090, protocol: GRCP}"),
    mistake("MG0125", "cluster1: 3,", "cluster1: 0,"),
    mistake("MG0217", "tier: back", "tier: back end"),
    mistake("MG0127", "acrossClusters: spread", "acrossClusters: sprade"),
    mistake("MG0205", "clients: cluster2", "clients: luster2"),
    mistake("MG0222", "virtualIP: 240.0.0.9", "virtualIP: 240.0.0"),
    mistake("MG0352", "end-user: jason", "'end user': jason"),
    mistake("MG0304", "v2: 50, v3: 50", "v2: 50, v3: 51"),
    mistake("MG0354", "uri: {prefix: /beta}", "authority: {prefix: ''}"),
    mistake("MG0303", "to: v1@cluster3", "to: v1@cluster2"),
    mistake("MG0350", "timeout: 5s", "timeout: 5"),
    mistake("MG0302", "{to: {v1: 90, v2: 10}}", "{to: {v1: 90, v7: 10}}"),
    mistake("MG0301", "  details: v1", "  detials: v1"),
    mistake("MG0351", "'/a.*'", "'/a(.*'"),
    mistake("MG0125", "percentage: 10", "percentage: 110"),
    mistake("MG0350", "fixedDelay: 3s", "fixedDelay: 3 s"),
    mistake("MG0356", "rewrite: {uri: /cart}", "corsPolicy: {allowMethods: GTE}"),
    mistake("MG0363", "attempts: 3", "attempts: 0"),
    mistake("MG0364", "retryOn: 5xx", "retryOn: 5yy"),
    mistake("MG0361", "status: 410", "status: 42"),
    mistake("MG0302", "{v2@cluster2: 10}", "{v8@cluster2: 10}"),
    mistake("MG0307", "port: 9084}\n", "port: 9094}\n"),
    mistake("MG0353", "x-from: stock", "x-from: '100%'"),
    mistake("MG0205", "sourceClusters: cluster4", "sourceClusters: cluster5"),
    mistake("MG0133", "queryParams: {test: yes}", "queryParams: {test: {exact: a, prefix: b}}"),
    mistake("MG0305", "{version: v2, weight: 70}", "{version: v1, weight: 70}"),
    mistake("MG0205", "addressFrom: {cluster1:", "addressFrom: {clutser1:"),
    mistake("MG0206", "10.4.5.6", "10.4.5.600"),
    mistake("MG0240", "serviceAccounts: details", "serviceAccounts: shop/details"),
    mistake("MG0227", "targetPort: 8443", "targetPort: 84430"),
    mistake("MG0366", "simple: LEAST_REQUEST", "simple: LEAST_REQUESTS"),
    mistake("MG0120", "{tcp: {connectTimeout: 2s}}", "{connectTimeout: 2s}"),
    mistake("MG0350", "interval: 10s", "interval: 10"),
    mistake("MG0120", "consecutive5xxErrors: 5", "consecutive5xx: 5"),
    mistake("MG0213", "clusters: cluster1\n    servers", "clusters: []\n    servers"),
    mistake(
        "MG0241",
        "name: http, protocol: HTTP}, hosts: [shop",
        "name: http, protocol: HTPT}, hosts: [shop",
    ),
    mistake("MG0242", ", credentialName: shop", ""),
    mistake("MG0244", "number: 9000, name", "number: 8081, name"),
    mistake("MG0319", "beta.example.com", "beta example"),
    mistake("MG0321", "10.96.0.0/12", "10.96.0.1/12"),
    mistake("MG0327", "ingress: {front:", "ingress: {frnot:"),
    mistake("MG0329", "{hosts: back.example.com}", "{hosts: pay.example.com}"),
];
