//! Real requests land where the cases say, by number.
//!
//! Enters: a release of Istio, and the judge of traffic. Leaves: lines of the table, one a query; and as remarks what was lost while
//! pods and gateways were killed, and what of Istio's configuration stock Envoy does not have.

use std::collections::BTreeMap;

use crate::istio::Istio;
use crate::scene::Scenes;
use crate::table::Table;
use crate::traffic::{COLUMN, Connections, Traffic};
use Connections::{Fresh, Kept};

/// Cases whose requests are sent.
const CASES: &[(&str, Connections)] = &[
    // Each way, and ways beside each other.
    ("bookinfo-canary", Kept),
    ("bookinfo-header", Kept),
    ("version-routing", Kept),
    ("reaches-mixed", Kept),
    ("rewrite", Kept),
    ("rewrite-several-clusters", Kept),
    ("merged", Kept),
    ("discovery", Kept),
    ("discovery-beside-sni", Kept),
    ("discovery-primary-remote", Kept),
    ("discovery-one-network", Kept),
    // Several places behind one SNI.
    ("destination-forms", Fresh),
    ("discovery-any", Fresh),
    ("per-cluster-spread", Fresh),
    ("spread-sizes", Fresh),
    // Conditions, callers, names.
    ("request-conditions", Kept),
    ("source-clusters", Kept),
    ("plain-names", Kept),
    ("two-namespaces", Kept),
    ("service-accounts", Kept),
    ("traffic-policy", Kept),
    // Connections, gRPC, TLS, several ports.
    ("tcp-callers", Kept),
    ("tls-names", Kept),
    ("mixed-ports", Kept),
    ("several-ports", Kept),
    ("target-ports", Kept),
    ("rewrite-several-ports", Kept),
    ("discovery-connections", Kept),
    // Gateways at other addresses and ports.
    ("gateway-addresses", Kept),
    ("gateway-dns", Kept),
    ("gateway-node-port", Kept),
    ("address-from", Kept),
    // Drained clusters; pods and gateways that are killed while requests run.
    ("drain", Kept),
    ("discovery-drain", Kept),
    ("connections-merged", Kept),
    ("merged-failover", Kept),
    ("far-failover", Kept),
    ("far-failover-without-regions", Kept),
    ("discovery-failover", Kept),
    ("discovery-failover-without-regions", Kept),
    ("discovery-three-regions", Kept),
    // Requests from outside.
    ("ingress", Kept),
    ("ingress-merged", Kept),
    ("discovery-ingress", Kept),
];

/// Judges them all.
pub fn judge(istio: &Istio, traffic: &Traffic, table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let is_meant = |name: &str| traffic.runs(name) && CASES.iter().any(|(case, _)| *case == name);
    let Scenes { scenes, left_out } = Scenes::where_named(istio, below.path(), is_meant);
    for (case, why) in left_out {
        table.left_out(&case, COLUMN, &why);
    }
    let mut replaced: BTreeMap<String, u32> = BTreeMap::new();
    for (case, connections) in CASES {
        let Some(scene) = scenes.get(*case) else { continue };
        let counted = match traffic.count(istio, &scene.directory, connections.flags()) {
            Ok(counted) => counted,
            Err(why) => {
                table.broken(COLUMN, &why);
                continue;
            }
        };
        for (index, query) in scene.queries.queries.iter().enumerate() {
            let Some(counted) = counted.iter().find(|counted| counted.query == index.to_string()) else {
                table.check(case, COLUMN, &query.to_string(), &["nothing was counted".to_owned()]);
                continue;
            };
            table.check(case, COLUMN, &query.to_string(), &counted.differences);
            if counted.sent > 0 {
                table.remark(format!("{COLUMN}: {case}: {query}: {} of {} lost", counted.lost, counted.sent));
            }
        }
        for (what, times) in counted.iter().flat_map(|counted| &counted.replaced) {
            *replaced.entry(what.clone()).or_default() += times;
        }
    }
    let replaced: Vec<String> = replaced.iter().map(|(what, times)| format!("{what} ({times})")).collect();
    table.remark(format!("{COLUMN}: stock Envoy runs without: {}", replaced.join(", ")));
}
