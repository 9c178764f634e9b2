//! Clusters that cannot be configured, or told apart, as they are declared.

use crate::diagnostic::{Code, Finding};
use crate::model::Cluster;
use crate::source::At;

/// Head: the cluster that is named; further: the one that configures that one.
pub fn configured_elsewhere(cluster: &str, head: &At<&str>, further: &At<&str>) -> Finding {
    let (named, above) = (head.value, further.value);
    Finding::new(
        Code::MG0250,
        format!("`{named}` cannot configure `{cluster}`: the control plane of `{above}` configures `{named}` itself"),
    )
    .at(head.place, format!("`{named}` has no control plane of its own"))
    .at(further.place, format!("configured by `{above}`"))
    .help(format!("name the cluster whose istiod configures `{cluster}`, perhaps `controlPlane: {above}`"))
}

pub fn one_registry(first: &Cluster, second: &Cluster) -> Finding {
    let id = first.registry_id();
    let place =
        |cluster: &Cluster| cluster.registry.as_ref().map_or(cluster.place, |registry| registry.place);
    let said = |cluster: &Cluster| match &cluster.registry {
        Some(_) => format!("the registry of `{}`", cluster.name),
        None => "its name is its registry, where no other is written".to_owned(),
    };
    Finding::new(
        Code::MG0251,
        format!("`{}` and `{}` have one registry, `{id}`", first.name, second.name),
    )
    .at(place(second), said(second))
    .at(place(first), said(first))
    .help(
        "write the cluster id that each istiod runs with, and that its remote secret bears: endpoints are told apart \
         by it",
    )
}
