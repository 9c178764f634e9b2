//! The DestinationRule that is missing, as YAML to paste.
//!
//! Enters: the name that is called, and the SNI that the far gateway knows, by port. Leaves: text. Refuses to know: whether it helps;
//! that is tried.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A DestinationRule for a name that has none.
pub(super) fn rule(host: &str, namespace: &str, snis: &BTreeMap<u16, String>) -> String {
    let name = host.replace('*', "any");
    format!(
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  host: {host}\n{}",
        policy(snis, "  ")
    )
}

/// The lines of a traffic policy.
pub(super) fn policy(snis: &BTreeMap<u16, String>, indent: &str) -> String {
    let mut text = String::new();
    // Writing into a `String` cannot fail.
    match snis.iter().collect::<Vec<_>>().as_slice() {
        [(_, sni)] => {
            let _ = writeln!(text, "{indent}trafficPolicy: {{tls: {{mode: ISTIO_MUTUAL, sni: {sni}}}}}");
        }
        several => {
            let _ = writeln!(text, "{indent}trafficPolicy:\n{indent}  portLevelSettings:");
            for (port, sni) in several {
                let _ = writeln!(
                    text,
                    "{indent}  - {{port: {{number: {port}}}, tls: {{mode: ISTIO_MUTUAL, sni: {sni}}}}}"
                );
            }
        }
    }
    text
}
