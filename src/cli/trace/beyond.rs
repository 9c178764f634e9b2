//! What lies behind the ends of a trace, where dumps do not say it.
//!
//! Enters: a trace. Leaves: notes. Refuses to know: how it was followed.

use crate::trace::report;
use crate::trace::report::End;
use crate::trace::world::World;

/// What lies behind the ends of a trace, where the dumps do not say it.
pub(super) fn notes(world: &World, trace: &report::Trace) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for share in &trace.shares {
        let note = match &share.end {
            End::Pods { cluster, workload, app: _, version: _, port: _ }
                if is_gateway(world, cluster, workload) =>
            {
                format!("{workload} in {cluster} is a gateway: what it makes of the request is not followed")
            }
            End::External { .. }
            | End::Unknown { .. }
            | End::Pods { .. }
            | End::Redirect { .. }
            | End::Direct { .. }
            | End::Passthrough
            | End::Dead { .. } => continue,
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// Whether pods stand behind the Service of a gateway.
fn is_gateway(world: &World, cluster: &str, workload: &str) -> bool {
    let Some(cluster) = world.cluster(cluster) else { return false };
    cluster.services.iter().any(|service| {
        service.workloads.iter().any(|pods| pods.name == workload)
            && cluster
                .gateways
                .iter()
                .any(|gateway| gateway.name == service.name && gateway.namespace == service.namespace)
    })
}
