//! The host names that come out: their length, and that remote names are no names of a cluster's own.

use super::name::is_dns_name;
use super::problems::topology as problems;
use crate::diagnostic::Finding;
use crate::model::name::{HOST, LABEL};
use crate::model::{Mesh, Reach, Service};
use crate::source::Place;

pub fn check(mesh: &Mesh, suffix_place: Option<Place>, findings: &mut Vec<Finding>) {
    let taught = mesh.services.iter().any(|service| {
        let serving = service.runs.keys().filter_map(|cluster| mesh.cluster(*cluster));
        serving.map(|cluster| mesh.reach(service, cluster)).any(|reach| matches!(reach, Reach::Rewrite))
    });
    let clash =
        mesh.clusters.iter().find(|cluster| clashes(&mesh.remote_suffix, &cluster.cluster_domain, taught));
    if let Some(cluster) = clash {
        findings.push(problems::suffix_is_a_domain(&mesh.remote_suffix, suffix_place, cluster));
    }
    findings.extend(mesh.services.iter().filter_map(|service| too_long(mesh, service)));
}

/// Whether remote names could be names of a cluster's own. A gateway that is taught remote names and opens `*.local` opens
/// every name that ends so: remote names too, and requests go in circles.
fn clashes(suffix: &str, domain: &str, taught: bool) -> bool {
    let top = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let within = |name: &str, other: &str| name == other || name.ends_with(&format!(".{other}"));
    within(suffix, domain) || within(domain, suffix) || taught && top(suffix) == top(domain)
}

fn too_long(mesh: &Mesh, service: &Service) -> Option<Finding> {
    let subset = service.versions.iter().map(|version| version.subset.len()).max().unwrap_or(0);
    let port = service.ports.iter().map(|port| port.number.to_string().len()).max().unwrap_or(0);
    let serving = service.runs.keys().filter_map(|cluster| mesh.cluster(*cluster));
    let longest = serving
        .flat_map(|cluster| {
            let sni = |subset, host| "outbound_.".len() + port + "_.".len() + subset + "_.".len() + host;
            let remote = mesh.remote_host(service, cluster).len();
            // Callers of a gateway that is taught names say theirs: `v2--cluster2`, or `any--cluster2`.
            let at_cluster = (subset.max("any".len()) + "--".len() + cluster.name.len()).min(LABEL);
            let said = match mesh.reach(service, cluster) {
                Reach::Rewrite => sni(at_cluster, remote),
                Reach::Discovery => sni(at_cluster, service.plain_host(cluster).len()),
                Reach::Sni | Reach::Merged => remote,
            };
            [said, sni(subset, service.plain_host(cluster).len())]
        })
        .max()?;
    if longest > HOST { Some(problems::host_too_long(service, longest)) } else { None }
}

/// Whether it is a host name, `*`, or `*.` and a host name.
pub fn is_pattern(text: &str) -> bool {
    text == "*" || is_dns_name(text.strip_prefix("*.").unwrap_or(text))
}
