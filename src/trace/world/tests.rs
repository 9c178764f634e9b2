//! A world is written as the judge of real Istio reads it.

use super::*;

#[test]
fn a_world_reads_as_the_judge_reads_it() {
    let world = World {
        flat: None,
        clusters: vec![Cluster {
            name: "cluster1".to_owned(),
            network: None,
            no_network_labels: false,
            sees: Vec::new(),
            control_plane: None,
            mesh_config: None,
            mesh_networks: None,
            gateways: vec![Gateway {
                name: "istio-eastwestgateway".to_owned(),
                namespace: istio_system(),
                labels: BTreeMap::from([("istio".to_owned(), "eastwestgateway".to_owned())]),
                addresses: vec!["203.0.113.10".to_owned()],
                addresses_from: BTreeMap::new(),
                ports: BTreeMap::from([(31443, 15443)]),
                requested_network_view: Vec::new(),
                service_labels: BTreeMap::new(),
                network: None,
                locality: None,
                existing: Vec::new(),
                nodes: Nodes::default(),
            }],
            services: vec![Service {
                name: "reviews".to_owned(),
                namespace: default_namespace(),
                ports: vec![Port {
                    name: "http".to_owned(),
                    port: 9080,
                    app_protocol: None,
                    target_port: None,
                }],
                headless: false,
                selector: None,
                workloads: vec![Workload {
                    name: "reviews-v1".to_owned(),
                    labels: BTreeMap::from([("version".to_owned(), "v1".to_owned())]),
                    replicas: 1,
                    not_ready: 0,
                    locality: None,
                    network: None,
                    no_sidecar: false,
                    identities: Vec::new(),
                    addresses: Vec::new(),
                }],
                listed: Vec::new(),
            }],
            workloads: Vec::new(),
            is_written: false,
            has_other_gateways: false,
            registry: None,
            locality: None,
            domain: default_domain(),
            release: 31,
        }],
        is_open: false,
    };
    let text = serde_yaml::to_string(&world).unwrap();
    insta::assert_snapshot!(text, @r"
    clusters:
    - name: cluster1
      gateways:
      - name: istio-eastwestgateway
        namespace: istio-system
        labels:
          istio: eastwestgateway
        addresses:
        - 203.0.113.10
        ports:
          31443: 15443
      services:
      - name: reviews
        namespace: default
        ports:
        - name: http
          port: 9080
        workloads:
        - name: reviews-v1
          labels:
            version: v1
    ");
    assert_eq!(serde_yaml::from_str::<World>(&text).unwrap(), world);
}
