//! Policies that a team has beside our bundles: what they allow arrives, what they do not is refused, across gateways too.
//!
//! Enters: a release of Istio, and the judge of traffic. Leaves: lines of the table, one a query of a case and policy. Callers run as
//! the account `caller` of their namespace.

use serde_json::json;

use crate::istio::Istio;
use crate::scene::{Scenes, put};
use crate::table::Table;
use crate::traffic::{COLUMN, Traffic};

/// Which cases.
const CASES: [&str; 3] = ["reaches-mixed", "merged", "discovery"];

/// Only the mesh's own TLS.
const STRICT: &str = "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
";

/// Only callers of one identity.
fn only(namespace: &str) -> String {
    format!(
        "{STRICT}---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: callers, namespace: default}}
spec:
  action: ALLOW
  rules: [{{from: [{{source: {{principals: [cluster.local/ns/{namespace}/sa/caller]}}}}]}}]
"
    )
}

/// Judges each case with each policy in all clusters.
pub fn judge(istio: &Istio, traffic: &Traffic, table: &mut Table) {
    for (policy, text, is_open) in [
        ("STRICT", STRICT.to_owned(), true),
        ("STRICT and the callers' principal", only("default"), true),
        ("STRICT and another principal", only("elsewhere"), false),
    ] {
        let below = tempfile::tempdir().unwrap();
        let Scenes { scenes, left_out: _ } =
            Scenes::where_named(istio, below.path(), |name| CASES.contains(&name));
        for (case, scene) in &scenes {
            for cluster in &scene.world.clusters {
                put(&scene.directory.join(&cluster.name).join("k8s/policies.yaml"), &text);
            }
            if !is_open {
                scene.expect(&json!({"error:refused": 100}));
            }
            let row = format!("{case} with {policy}");
            match traffic.count(istio, &scene.directory, &[]) {
                Err(why) => table.broken(COLUMN, &why),
                Ok(counted) => {
                    for counted in counted {
                        let query = &scene.queries.queries[counted.query.parse::<usize>().unwrap()];
                        let mut differences = counted.differences;
                        // Refused by the policy, not lost on the way.
                        differences.extend(
                            counted.reasons.into_keys().filter(|why| !is_open && !why.contains("RBAC")),
                        );
                        table.check(&row, COLUMN, &query.to_string(), &differences);
                    }
                }
            }
        }
    }
}
