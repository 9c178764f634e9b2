//! The wording of what is found in `VirtualMesh`, `FailoverService` and `VirtualDestination`.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Finding, list};
use crate::foreign::object::Object;
use crate::source::{At, Place};

pub fn access(object: &Object<'_>, place: Place) -> Finding {
    Finding::new(Code::MG0751, format!("`globalAccessPolicy` of the {object} is not taken over"))
        .at(place, "refuses what no policy of access allows")
        .help("keep its AuthorizationPolicies outside meshgen")
}

pub fn selectors(object: &Object<'_>, place: Place) -> Finding {
    Finding::new(Code::MG0751, format!("`selectors` of the {object} are not taken over"))
        .at(place, "who may call what is not read")
        .help("write `clients` of the services")
}

pub fn suffix_differs(suffix: &At<String>, own: &str, first: Place) -> Finding {
    Finding::new(Code::MG0130, format!("`remoteSuffix` is `{own}`, and a VirtualMesh says `{suffix}`"))
        .at(suffix.place, "the VirtualMesh")
        .at(first, "the topology")
        .help("make them equal: callers dial one of them")
}

pub fn across_differs(object: &str, service: &str, place: Place, first: Place) -> Finding {
    Finding::new(Code::MG0130, format!("`acrossClusters` of `{service}` is another than the {object} says"))
        .at(place, "says `failover`")
        .at(first, "the topology says otherwise")
        .help("keep one of them")
}

pub fn order(object: &Object<'_>, place: Place, order: &str) -> Finding {
    Finding::new(Code::MG0751, format!("the order of the services of the {object} is not taken over"))
        .at(place, "comes after the first, wherever the caller is")
        .help(format!("with `acrossClusters: failover` {order}"))
}

pub fn different_services(object: &Object<'_>, place: Place) -> Finding {
    Finding::new(Code::MG0752, format!("the services of the {object} have different names"))
        .at(place, "one service of several clusters can stand in for itself")
        .help("give them one name and namespace in all clusters")
}

pub fn different_clusters(
    object: &Object<'_>,
    named: &BTreeSet<&str>,
    runs: &BTreeSet<&str>,
    place: Place,
) -> Finding {
    let said = |clusters: &BTreeSet<&str>| list(clusters.iter().copied().collect::<Vec<_>>());
    Finding::new(Code::MG0751, format!("the clusters of the {object} are not taken over"))
        .at(place, format!("names {}; the topology says {}", said(named), said(runs)))
        .help("with `acrossClusters: failover` all clusters of the topology stand in for each other")
}

pub fn suffixes_differ(suffix: &At<String>, first: &At<String>) -> Finding {
    Finding::new(Code::MG0130, format!("two VirtualMeshes end remote names by `{first}` and by `{suffix}`"))
        .at(suffix.place, "one")
        .at(first.place, "and the other")
        .help("make them equal: all clusters of a topology dial the same names")
}

pub fn own_host(object: &Object<'_>, host: &At<String>, why: &str, full: &str) -> Finding {
    Finding::new(Code::MG0751, format!("the host `{host}` of the {object} is not taken over"))
        .at(host.place, why.to_owned())
        .help(format!("let callers dial `{full}`"))
}
