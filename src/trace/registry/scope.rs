//! What callers are told of, by `Sidecars`.
//!
//! Enters: a caller, and who is called. Leaves: whether the caller's proxy knows it, and whose rules it obeys. Refuses to know:
//! requests.
//!
//! Source: `getSidecarScope` and `convertIstioListenerToWrapper` in Istio's `pilot/pkg/model`.

use std::collections::BTreeMap;

use super::{ROOT, Registry, Service};
use crate::trace::object::sidecar::SidecarSpec;
use crate::trace::object::virtual_service::VirtualServiceSpec;
use crate::trace::object::{Object, covers};
use crate::trace::request::Caller;
use crate::trace::world::selects;

impl<'a> Registry<'a> {
    /// The `Sidecar` of a workload: one that selects it, else that of its namespace, else that of the mesh.
    pub(in crate::trace) fn sidecar_of(
        &self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
    ) -> Option<&'a Object<SidecarSpec>> {
        let own = || self.objects.sidecars.iter().filter(|sidecar| sidecar.place.namespace == namespace);
        let selecting = own().find(|sidecar| {
            let selector = sidecar.spec.workload_selector.as_ref().filter(|_| !sidecar.spec.is_for_all());
            selector.is_some_and(|selector| selects(&selector.labels, labels))
        });
        let of_mesh = || {
            let mut all = self.objects.sidecars.iter();
            all.find(|sidecar| sidecar.place.namespace == ROOT && sidecar.spec.is_for_all())
        };
        selecting.or_else(|| own().find(|sidecar| sidecar.spec.is_for_all())).or_else(of_mesh)
    }

    /// The `Sidecar` that keeps a service from a caller, if one does.
    pub(in crate::trace) fn hidden(
        &self,
        caller: &Caller,
        service: &Service<'_>,
        port: u16,
    ) -> Option<&'a Object<SidecarSpec>> {
        let sidecar = self.sidecar_of(&caller.namespace, &caller.labels)?;
        let named = |pattern: &str| covers(pattern, &service.host);
        (!tells(sidecar, &caller.namespace, service.namespace, port, named)).then_some(sidecar)
    }

    /// What a caller obeys for a service: what it is not told of does not count.
    pub(in crate::trace) fn obeyed(
        &self,
        caller: &Caller,
        service: &Service<'_>,
        port: u16,
    ) -> Vec<&'a Object<VirtualServiceSpec>> {
        let mut all = self.virtual_services(service, &caller.namespace);
        if let Some(sidecar) = self.sidecar_of(&caller.namespace, &caller.labels) {
            all.retain(|routes| {
                let home = &routes.place.namespace;
                let named = |pattern: &str| match &routes.spec.attached {
                    Some(_) => covers(pattern, &service.host),
                    None => routes.spec.hosts.iter().any(|host| {
                        let host = self.full(host, home);
                        covers(pattern, &host) || covers(&host, pattern)
                    }),
                };
                tells(sidecar, &caller.namespace, home, port, named)
            });
        }
        all
    }
}

/// Whether what is listed for a port names something of a namespace.
fn tells(
    sidecar: &Object<SidecarSpec>,
    callers: &str,
    namespace: &str,
    port: u16,
    named: impl Fn(&str) -> bool,
) -> bool {
    if sidecar.spec.egress.is_empty() {
        return true;
    }
    let Some(listener) = sidecar.spec.listener(port) else { return false };
    let mut is_told = false;
    for host in &listener.hosts {
        let Some((home, name)) = host.split_once('/') else { continue };
        // What begins so is kept from callers, whatever else is listed.
        let (home, is_kept) = match home.strip_prefix('~') {
            Some("") => ("*", true),
            Some(home) => (home, true),
            None => (home, false),
        };
        let home = if home == "." { callers } else { home };
        if (home == "*" || home == namespace) && named(name) {
            if is_kept {
                return false;
            }
            is_told = true;
        }
    }
    is_told
}
