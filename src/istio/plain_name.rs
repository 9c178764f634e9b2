//! Plain names that nothing here answers to, made by a ServiceEntry.

use super::kind::object::{Object, Spec};
use super::kind::service_entry::{Location, Resolution, ServiceEntrySpec};
use super::mark::{entry_port, export_to, object};
use crate::plan::{ClassPlan, PlainName};

/// A name without endpoints, for proxies that answer DNS. Its VirtualService sends requests on.
pub(super) fn entry(plan: &ClassPlan<'_>, name: &PlainName<'_>) -> Object {
    let service = name.service;
    let spec = ServiceEntrySpec {
        hosts: vec![service.plain_host(plan.cluster)],
        addresses: name.address.iter().map(ToString::to_string).collect(),
        export_to: export_to(&name.callers),
        location: Location::MeshInternal,
        resolution: Resolution::Static,
        ports: service.crossing_ports().map(entry_port).collect(),
        endpoints: Vec::new(),
    };
    let why = format!(
        "Makes the plain name of {service} work here, where it does not run; its VirtualService sends requests on."
    );
    object(
        (plan.view, plan.cluster.release),
        &service.name,
        &service.namespace,
        why,
        Spec::ServiceEntry(spec),
    )
}
