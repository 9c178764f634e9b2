//! Names that connections need an address for, where none are given out.

use super::class_plan::ClassPlan;
use super::problems;
use crate::diagnostic::Finding;
use crate::model::service::PlainNames;
use crate::model::{Port, RouteKind, Service};

/// Names of a service that connections are made to and that have no address, where none are given out.
///
/// Istio would listen for such a name on every address, and swallow whatever else is dialled on its port.
pub fn check(service: &Service, classes: &[ClassPlan<'_>]) -> Vec<Finding> {
    let Some(port) = told_apart_by_address(service) else { return Vec::new() };
    let none_given = |plan: &&ClassPlan<'_>| plan.view.virtual_ips.is_none();
    let remote = |plan: &ClassPlan<'_>| plan.remote.names.iter().any(|name| name.address.is_none());
    let entry = |plan: &ClassPlan<'_>| {
        let name = plan.plain_name.as_ref();
        name.is_some_and(|name| name.made == PlainNames::Entry && name.address.is_none())
    };
    let plain = classes.iter().filter(none_given).any(entry);
    let remote = classes.iter().filter(none_given).any(remote);
    let plain = plain.then(|| problems::plain_without_address(service, port));
    plain.into_iter().chain(remote.then(|| problems::remote_without_address(service, port))).collect()
}

fn told_apart_by_address(service: &Service) -> Option<&Port> {
    service.crossing_ports().find(|port| port.protocol.route() != Some(RouteKind::Http))
}
