//! The host names that come out: remote names are no names of a cluster's own.

use super::name::is_dns_name;
use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::model::Mesh;
use crate::source::Place;

pub fn check(mesh: &Mesh, suffix_place: Option<Place>, findings: &mut Vec<Finding>) {
    // A gateway that opens `*.local` opens every name that ends so: remote names too, and requests go in circles.
    let top = |domain: &str| domain.rsplit('.').next().map(str::to_owned);
    let clash = mesh.clusters.iter().find(|cluster| top(&cluster.cluster_domain) == top(&mesh.remote_suffix));
    if let Some(cluster) = clash {
        findings.push(problems::suffix_is_a_domain(&mesh.remote_suffix, suffix_place, cluster));
    }
}

/// Whether it is a host name, `*`, or `*.` and a host name.
pub fn is_pattern(text: &str) -> bool {
    text == "*" || is_dns_name(text.strip_prefix("*.").unwrap_or(text))
}
