//! What `needs` lists: for people, for programs, for one cluster, and for nobody where the inputs are wrong.

use super::world::{WRONG, World};

/// Two ways in, three releases, a node port, a Gateway of others, every way to make a plain name work.
const MIXED: &str = "\
apiVersion: meshgen/v1
kind: Topology
mesh: {reach: rewrite}
clusters:
  here: {gateway: 203.0.113.1, context: admin@here}
  old: {gateway: {address: 203.0.113.2, existing: true}, istio: 1.8.5, trustDomain: old.example}
  there: {gateway: {address: [gw.example.com, 203.0.113.3], port: 31443, selector: {app.example/role: edge}}, istio: '1.9.6'}
  apart: {}
services:
  reviews: {ports: 9080, versions: {v1: here, v2: old}, clients: [here, old]}
  ratings: {ports: 9080, versions: {v1: there}, clients: {here: [web, shop]}, plainNames: entry}
  shop/cart: {ports: 80, versions: {v1: there}, clients: here, plainNames: none}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 50}}
";

#[test]
#[expect(clippy::too_many_lines, reason = "so is what is printed")]
fn needs_are_listed_for_people() {
    let world = World::new();
    world.write("mixed.yaml", MIXED);
    let ran = world.run("needs mixed.yaml");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r#"
    apart (Istio 1.31)
      nothing: it neither calls others nor is called by them

    here (Istio 1.31)
      root: workloads carry certificates of one root, the same as in `old` and `there`; istiod reads `cacerts` when it starts
        otherwise: both ends refuse the other's certificate: 503, and TLS errors in the logs of the sidecars
        look  kubectl --context admin@here get configmap istio-ca-root-cert --namespace istio-system --output 'jsonpath={.data.root-cert\.pem}'
        do    kubectl --context admin@here create secret generic cacerts --namespace istio-system --from-file=root-cert.pem --from-file=ca-cert.pem --from-file=ca-key.pem --from-file=cert-chain.pem
      trust-domain: the trust domain is `cluster.local` (`meshConfig.trustDomain`), and `old.example` as its aliases (`meshConfig.trustDomainAliases`)
        otherwise: pods refuse the certificates of callers in other clusters: 503
        look  kubectl --context admin@here get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'
      gateway: an east-west gateway: pods with `istio: eastwestgateway` in `istio-system` that listen on port 15443, and a Service that leads there from 203.0.113.1 port 15443
        otherwise: callers in other clusters get 503: connection refused, or no answer
        look  kubectl --context admin@here get service,pods --namespace istio-system --selector istio=eastwestgateway --output wide
        do    helm --kube-context admin@here upgrade --install istio-eastwestgateway istio/gateway --namespace istio-system --set-string labels.istio=eastwestgateway --set-json 'service.ports=[{"name":"tls","port":15443,"targetPort":15443}]'
      own-names: no Gateway object opens `*.global` on port 15443, and no other EnvoyFilter teaches the gateway these names
        otherwise: a name in two filter chains makes Envoy refuse the whole port
        look  kubectl --context admin@here get gateways.networking.istio.io,envoyfilters --all-namespaces --output yaml
      reachable: pods can open connections to 203.0.113.2 port 15443, the gateway of old
        otherwise: requests wait for the connection, and get 503
        look  nc -vz 203.0.113.2 15443
      reachable: pods can open connections to 203.0.113.3 and gw.example.com port 31443, the gateway of there
        otherwise: requests wait for the connection, and get 503
        look  nc -vz 203.0.113.3 31443
        look  nc -vz gw.example.com 31443
      namespaces: the namespace of what is written here: `shop`
        otherwise: kubectl refuses their objects
        do    kubectl --context admin@here create namespace shop
      sidecars: sidecars in every workload that calls other clusters and the pods in `default` that others call
        otherwise: callers send plain text, or pods cannot answer mutual TLS: 503
        do    kubectl --context admin@here label namespace default istio-injection=enabled --overwrite
      mutual-tls: mutual TLS is not turned off (mode `DISABLE`) for pods in `default`
        otherwise: the gateway leaves these pods out: 503
        look  kubectl --context admin@here get peerauthentications --all-namespaces
      dns-capture: sidecars answer DNS, for `ratings` (`meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE="true"`)
        otherwise: the name does not resolve
        look  kubectl --context admin@here get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'
      services: Services for `shop/cart` are there already
        otherwise: the name does not resolve, and its routes do nothing
        look  kubectl --context admin@here get services --all-namespaces
      rules: no other DestinationRule for `reviews` turns TLS off (`trafficPolicy: {tls: {mode: DISABLE}}`)
        otherwise: the gateway has nobody to pass callers on to: 503 for all from other clusters
        look  kubectl --context admin@here get destinationrules.networking.istio.io --all-namespaces --output yaml
      entry-visibility: `serviceEntryVisibility` of `meshConfig` does not hide ServiceEntries from sidecars (`applyToSidecars`), or is `PUBLIC`
        otherwise: callers in other namespaces than the service lose every share that is elsewhere: 503
        look  kubectl --context admin@here get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'

    old (Istio 1.8.5)
      root: workloads carry certificates of one root, the same as in `here` and `there`; istiod reads `cacerts` when it starts
        otherwise: both ends refuse the other's certificate: 503, and TLS errors in the logs of the sidecars
        look  kubectl --context old get configmap istio-ca-root-cert --namespace istio-system --output 'jsonpath={.data.root-cert\.pem}'
        do    kubectl --context old create secret generic cacerts --namespace istio-system --from-file=root-cert.pem --from-file=ca-cert.pem --from-file=ca-key.pem --from-file=cert-chain.pem
      trust-domain: the trust domain is `old.example` (`meshConfig.trustDomain`), and `cluster.local` as its aliases (`meshConfig.trustDomainAliases`)
        otherwise: pods refuse the certificates of callers in other clusters: 503
        look  kubectl --context old get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'
      gateway: an east-west gateway: pods with `istio: ingressgateway` in `istio-system` that listen on port 15443, and a Service that leads there from 203.0.113.2 port 15443
        otherwise: callers in other clusters get 503: connection refused, or no answer
        look  kubectl --context old get service,pods --namespace istio-system --selector istio=ingressgateway --output wide
      router-mode: the gateway is told to pass TLS on by SNI
        otherwise: the port is open, and every connection is reset
        do    kubectl --context old set env deployment --namespace istio-system --selector istio=ingressgateway ISTIO_META_ROUTER_MODE=sni-dnat
      gateway-object: a Gateway object for these pods opens port 15443 for `*.local` and `*.global`, protocol `TLS`, mode `AUTO_PASSTHROUGH`
        otherwise: nothing listens on the port
        look  kubectl --context old get gateways.networking.istio.io --all-namespaces --output yaml
      own-filter: Istio's own filter for names in `.global` is off (`global.multiCluster.enabled=false`, from 1.8 on also `global.multiCluster.includeEnvoyFilter=false`)
        otherwise: it changes the names too, and some of them wrongly
        look  kubectl --context old get envoyfilters --namespace istio-system
        do    kubectl --context old delete envoyfilter istio-multicluster-ingressgateway --namespace istio-system --ignore-not-found
      reachable: pods can open connections to 203.0.113.1 port 15443, the gateway of here
        otherwise: requests wait for the connection, and get 503
        look  nc -vz 203.0.113.1 15443
      sidecars: sidecars in every workload that calls other clusters and the pods in `default` that others call
        otherwise: callers send plain text, or pods cannot answer mutual TLS: 503
        do    kubectl --context old label namespace default istio-injection=enabled --overwrite
      mutual-tls: mutual TLS is not turned off (mode `DISABLE`) for pods in `default`
        otherwise: the gateway leaves these pods out: 503
        look  kubectl --context old get peerauthentications --all-namespaces

    there (Istio 1.9.6)
      root: workloads carry certificates of one root, the same as in `here` and `old`; istiod reads `cacerts` when it starts
        otherwise: both ends refuse the other's certificate: 503, and TLS errors in the logs of the sidecars
        look  kubectl --context there get configmap istio-ca-root-cert --namespace istio-system --output 'jsonpath={.data.root-cert\.pem}'
        do    kubectl --context there create secret generic cacerts --namespace istio-system --from-file=root-cert.pem --from-file=ca-cert.pem --from-file=ca-key.pem --from-file=cert-chain.pem
      trust-domain: the trust domain is `cluster.local` (`meshConfig.trustDomain`), and `old.example` as its aliases (`meshConfig.trustDomainAliases`)
        otherwise: pods refuse the certificates of callers in other clusters: 503
        look  kubectl --context there get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'
      gateway: an east-west gateway: pods with `app.example/role: edge` in `istio-system` that listen on port 15443, and a Service that leads there from 203.0.113.3 port 31443 and gw.example.com port 31443
        otherwise: callers in other clusters get 503: connection refused, or no answer
        look  kubectl --context there get service,pods --namespace istio-system --selector app.example/role=edge --output wide
      router-mode: the gateway is told to pass TLS on by SNI
        otherwise: the port is open, and every connection is reset
        do    kubectl --context there set env deployment --namespace istio-system --selector app.example/role=edge ISTIO_META_ROUTER_MODE=sni-dnat
      own-names: no Gateway object opens `*.global` on port 15443, and no other EnvoyFilter teaches the gateway these names
        otherwise: a name in two filter chains makes Envoy refuse the whole port
        look  kubectl --context there get gateways.networking.istio.io,envoyfilters --all-namespaces --output yaml
      sidecars: sidecars in the pods in `default` and `shop` that others call
        otherwise: callers send plain text, or pods cannot answer mutual TLS: 503
        do    kubectl --context there label namespace default istio-injection=enabled --overwrite
        do    kubectl --context there label namespace shop istio-injection=enabled --overwrite
      mutual-tls: mutual TLS is not turned off (mode `DISABLE`) for pods in `default` and `shop`
        otherwise: the gateway leaves these pods out: 503
        look  kubectl --context there get peerauthentications --all-namespaces
    "#);
}

#[test]
fn one_cluster_can_be_asked_for() {
    let world = World::new();
    let ran = world.run("needs topology.yaml routing.yaml --cluster cluster2");
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stdout, @r#"
    cluster2 (Istio 1.31)
      root: workloads carry certificates of one root, the same as in `cluster1`; istiod reads `cacerts` when it starts
        otherwise: both ends refuse the other's certificate: 503, and TLS errors in the logs of the sidecars
        look  kubectl --context cluster2 get configmap istio-ca-root-cert --namespace istio-system --output 'jsonpath={.data.root-cert\.pem}'
        do    kubectl --context cluster2 create secret generic cacerts --namespace istio-system --from-file=root-cert.pem --from-file=ca-cert.pem --from-file=ca-key.pem --from-file=cert-chain.pem
      trust-domain: the trust domain is `cluster.local` (`meshConfig.trustDomain`)
        otherwise: pods refuse the certificates of callers in other clusters: 503
        look  kubectl --context cluster2 get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'
      gateway: an east-west gateway: pods with `istio: eastwestgateway` in `istio-system` that listen on port 15443, and a Service that leads there from 203.0.113.20 port 15443
        otherwise: callers in other clusters get 503: connection refused, or no answer
        look  kubectl --context cluster2 get service,pods --namespace istio-system --selector istio=eastwestgateway --output wide
        do    helm --kube-context cluster2 upgrade --install istio-eastwestgateway istio/gateway --namespace istio-system --set-string labels.istio=eastwestgateway --set-json 'service.ports=[{"name":"tls","port":15443,"targetPort":15443}]'
      reachable: pods can open connections to 203.0.113.10 port 15443, the gateway of cluster1
        otherwise: requests wait for the connection, and get 503
        look  nc -vz 203.0.113.10 15443
      sidecars: sidecars in every workload that calls other clusters and the pods in `default` that others call
        otherwise: callers send plain text, or pods cannot answer mutual TLS: 503
        do    kubectl --context cluster2 label namespace default istio-injection=enabled --overwrite
      mutual-tls: mutual TLS is not turned off (mode `DISABLE`) for pods in `default`
        otherwise: the gateway leaves these pods out: 503
        look  kubectl --context cluster2 get peerauthentications --all-namespaces
      rules: no other DestinationRule for `ratings` and `reviews` turns TLS off (`trafficPolicy: {tls: {mode: DISABLE}}`)
        otherwise: the gateway has nobody to pass callers on to: 503 for all from other clusters
        look  kubectl --context cluster2 get destinationrules.networking.istio.io --all-namespaces --output yaml
      entry-visibility: `serviceEntryVisibility` of `meshConfig` does not hide ServiceEntries from sidecars (`applyToSidecars`), or is `PUBLIC`
        otherwise: callers in other namespaces than the service lose every share that is elsewhere: 503
        look  kubectl --context cluster2 get configmap istio --namespace istio-system --output 'jsonpath={.data.mesh}'
    "#);
    let ran = world.run("needs topology.yaml routing.yaml --cluster cluster3");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("did you mean `--cluster cluster1`?"), "{}", ran.stderr);
}

#[test]
fn needs_are_listed_for_programs() {
    let world = World::new();
    let ran = world.run("needs topology.yaml routing.yaml --format json");
    let listed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let topics = |cluster: usize| -> Vec<&str> {
        let needs = listed["clusters"][cluster]["needs"].as_array().unwrap();
        needs.iter().map(|need| need["topic"].as_str().unwrap()).collect()
    };
    assert_eq!(listed["clusters"][0]["cluster"], "cluster1");
    assert_eq!(
        topics(0),
        [
            "root",
            "trust-domain",
            "gateway",
            "reachable",
            "sidecars",
            "mutual-tls",
            "stand-ins",
            "rules",
            "entry-visibility"
        ]
    );
    assert_eq!(
        topics(1),
        [
            "root",
            "trust-domain",
            "gateway",
            "reachable",
            "sidecars",
            "mutual-tls",
            "rules",
            "entry-visibility"
        ]
    );
    let commands = &listed["clusters"][0]["needs"][6]["commands"];
    let line = commands[0]["line"].as_str().unwrap();
    assert!(line.starts_with("sh -ec ") && line.ends_with(" sh cluster1 dist/cluster1.stand-ins"), "{line}");
    assert_eq!(commands[0]["changes"], true);
}

#[test]
fn wrong_inputs_need_to_be_mended_first() {
    let world = World::new();
    world.write("wrong.yaml", WRONG);
    let ran = world.run("needs topology.yaml wrong.yaml");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("MG0302"), "{}", ran.stderr);
}

/// A gateway that is written, one that is there already, and a cluster without any.
const INGRESS: &str = "\
apiVersion: meshgen/v1
kind: Topology
clusters: {here: {}, there: {}}
services:
  shop: {ports: 80, versions: {v1: here}, clients: []}
gateways:
  made:
    clusters: here
    namespace: edge
    servers:
    - {port: {number: 443, name: https, protocol: HTTPS}, hosts: shop.example.com, tls: {mode: SIMPLE, credentialName: shop}}
  there-already: {clusters: here}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  shop: {rules: v1, ingress: {made: {hosts: shop.example.com}, there-already: {hosts: shop.example.com}}}
";

#[test]
fn ingress_gateways_have_needs_of_their_own() {
    let world = World::new();
    world.write("ingress.yaml", INGRESS);
    let ran = world.run("needs ingress.yaml");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r#"
    here (Istio 1.31)
      ingress: an ingress gateway for `made`: pods with `istio: ingressgateway` in `edge` or `istio-system`, behind a Service with port 443
        otherwise: requests from outside are not let in
        look  kubectl --context here get service,pods --all-namespaces --selector istio=ingressgateway
      certificate: the Secret `shop` with a certificate, where the pods of `made` are: in `edge` or `istio-system`
        otherwise: the port does not answer TLS
        look  kubectl --context here get secret shop --namespace edge
        look  kubectl --context here get secret shop --namespace istio-system
      ingress: an ingress gateway for `there-already`: pods with `istio: ingressgateway` in `default` or `istio-system`, behind a Service
        otherwise: requests from outside are not let in
        look  kubectl --context here get service,pods --all-namespaces --selector istio=ingressgateway
      ingress-object: the Gateway `default/there-already` is there, and open for the hosts of its routes
        otherwise: requests from outside get 404
        look  kubectl --context here get gateways.networking.istio.io there-already --namespace default --output yaml
      namespaces: the namespace of what is written here: `edge`
        otherwise: kubectl refuses their objects
        do    kubectl --context here create namespace edge

    there (Istio 1.31)
      nothing: it neither calls others nor is called by them
    "#);
}

/// A control plane of its own, one for two clusters, and another port than Istio's.
const SEEN: &str = "\
apiVersion: meshgen/v1
kind: Topology
mesh: {reach: discovery}
clusters:
  here: {gateway: {address: 203.0.113.1, port: 443, serverPort: 443}, network: network1, registry: kubernetes}
  there: {gateway: 203.0.113.2, network: network2, context: 'it''s there'}
  remote: {gateway: 203.0.113.3, network: network3, controlPlane: there}
services:
  reviews: {ports: 9080, versions: {v1: here, v2: there, v3: remote}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 25, v3: 25}}
";

#[test]
fn control_planes_need_to_see_each_other() {
    let world = World::new();
    world.write("seen.yaml", SEEN);
    let shows = |cluster: &str, expected: &[&str]| {
        let ran = world.run(&format!("needs seen.yaml --cluster {cluster}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let missing: Vec<_> = expected.iter().filter(|line| !ran.stdout.contains(**line)).collect();
        assert!(missing.is_empty(), "{missing:#?}\n{}", ran.stdout);
    };
    shows(
        "here",
        &[
            "  registry: istiod runs as `kubernetes`,",
            "  remote-secrets: istiod sees the Services and pods of `remote` as `remote` and `there` as `there`:",
            "  network-gateway: the Service of the gateway carries `topology.istio.io/network=network1` and \
             `networking.istio.io/gatewayPort=443`,",
            "ISTIO_META_REQUESTED_NETWORK_VIEW=network1",
            "  mutual-tls-of-callers:",
        ],
    );
    shows(
        "there",
        &["  remote-secrets: istiod sees the Services and pods of `here` as `kubernetes` and `remote` as"],
    );
    shows(
        "remote",
        &[
            "  control-plane: the istiod of `there` configures the proxies here, which call this cluster `remote`",
        ],
    );
}
