//! What subsets are called, whatever the way: `v2`, `v2--cluster2`, `any--cluster2`.

use crate::model::name::{self, LABEL};
use crate::model::{Cluster, Pick, Service};

/// What is in one cluster among all that may have it: `v2--cluster2`, `any--cluster2`.
#[must_use]
pub fn at_cluster(service: &Service, pick: Pick, cluster: &Cluster) -> String {
    let (part, cluster) = (anywhere(service, pick), cluster.name.as_str());
    let name = format!("{part}--{cluster}");
    let begins = |known: &str| name.strip_prefix(known).is_some_and(|rest| rest.starts_with("--"));
    if service.versions.iter().any(|version| version.subset.len() > part.len() && begins(&version.subset)) {
        // `v2` in `a--b` is not `v2--a` in `b`.
        return name::distinct(&name, &format!("{part} {cluster}"), LABEL);
    }
    unlike_versions(service, name)
}

/// What is wherever it is healthy: `v2`, `any`.
#[must_use]
pub fn anywhere(service: &Service, pick: Pick) -> String {
    own_name(service, pick).map_or_else(|| unlike_versions(service, "any".to_owned()), str::to_owned)
}

/// The subset that a service has for a version where it runs; none for any.
#[must_use]
pub fn own_name(service: &Service, pick: Pick) -> Option<&str> {
    match pick {
        Pick::Any => None,
        Pick::Version(id) => service.version(id).map(|version| version.subset.as_str()),
    }
}

/// A name. Where it is too long, or the name of a version, it ends in a hash.
fn unlike_versions(service: &Service, name: String) -> String {
    let taken = service.versions.iter().any(|version| version.subset == name);
    if taken || name.len() > LABEL { name::distinct(&name, &name, LABEL) } else { name }
}
