//! Which `VirtualServices`, and which routes of the Gateway API, count for a name.
//!
//! Enters: a name, and the namespace of who calls it. Leaves: the objects in the order in which Istio asks them. Refuses to know:
//! requests.

use std::collections::BTreeSet;

use super::{Registry, Service, is_exported};
use crate::trace::object::attached::{Attached, Parent};
use crate::trace::object::service::ServiceSpec;
use crate::trace::object::virtual_service::VirtualServiceSpec;
use crate::trace::object::{Object, Objects};

/// The first release, of 1, that asks whether a parent is there.
const ASKS_FOR_PARENTS: u8 = 26;
/// The first release, of 1, that names routes of the Gateway API after their parents.
const NAMED_AFTER_PARENTS: u8 = 27;

/// A host, and two objects for it.
type Rivals<'r, 'a> = (&'r str, &'a Object<VirtualServiceSpec>, &'a Object<VirtualServiceSpec>);

/// How near an object is to callers: their own first. Source: `SelectVirtualServices` in Istio's `pilot/pkg/model`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// For its own namespace, which is the callers'.
    Private,
    /// For namespaces that it names.
    Named,
    /// A route of the Gateway API in the callers' namespace.
    Consumer,
    /// For all.
    Public,
}

impl<'a> Registry<'a> {
    /// Adds routes of the Gateway API whose parents are there.
    pub(super) fn attach(&mut self, objects: &'a Objects, stand_ins: &'a [Object<ServiceSpec>]) {
        // Whether there is a parent is asked of the control plane's own cluster alone.
        let services = self.control_plane.services.iter();
        let services = services.map(|service| (service.namespace.as_str(), service.name.as_str()));
        let stand_ins = stand_ins.iter().map(|object| (&*object.place.namespace, &*object.place.name));
        let parents: BTreeSet<(&str, &str)> = services.chain(stand_ins).collect();
        let release = self.control_plane.release;
        for object in &objects.attached {
            let Some(Attached { parent, key: _, since, until }) = &object.spec.attached else { continue };
            if release < *since || release >= *until {
                continue;
            }
            let host = match parent {
                Parent::Service { namespace, name } => {
                    if release >= ASKS_FOR_PARENTS && !parents.contains(&(namespace, name)) {
                        continue;
                    }
                    self.full(name, namespace)
                }
                Parent::Host(host) => host.clone(),
            };
            self.routes.entry(host).or_default().push(object);
        }
        for routes in self.routes.values_mut() {
            routes.sort_by(|a, b| age(a, release).cmp(&age(b, release)));
        }
    }

    /// What sidecars of a namespace obey for a service: one after the other is asked whether it has routes for them.
    pub(in crate::trace) fn virtual_services(
        &self,
        service: &Service<'_>,
        namespace: &str,
    ) -> Vec<&'a Object<VirtualServiceSpec>> {
        self.routes_of(&service.host, namespace, Some(service.namespace))
    }

    /// The same for a host of a namespace: those that name it before those with the longest wildcard.
    pub(super) fn routes_of(
        &self,
        host: &str,
        namespace: &str,
        home: Option<&str>,
    ) -> Vec<&'a Object<VirtualServiceSpec>> {
        let ends = host.char_indices().filter(|(_, mark)| *mark == '.').filter_map(|(at, _)| host.get(at..));
        let wildcards = ends.map(|end| format!("*{end}")).chain(["*".to_owned()]);
        let mut found = Vec::new();
        for name in [host.to_owned()].into_iter().chain(wildcards) {
            let all = self.routes.get(&name).into_iter().flatten().copied();
            let mut near: Vec<_> =
                all.filter_map(|object| Some((nearness(object, namespace, home)?, object))).collect();
            near.sort_by_key(|(nearness, _)| *nearness);
            found.extend(near.into_iter().map(|(_, object)| object));
        }
        found
    }

    /// Routes of the Gateway API, and a `VirtualService` beside each that all see, by the host that both are for.
    pub(in crate::trace) fn rivals_of_routes(&self) -> impl Iterator<Item = Rivals<'_, 'a>> {
        self.routes.iter().filter_map(|(host, all)| {
            let requests = |object: &&&Object<VirtualServiceSpec>| !object.spec.http.is_empty();
            let mut all = all.iter().filter(requests).copied();
            let own = all.clone().find(|object| object.spec.attached.is_some())?;
            let other = all.find(|object| {
                let VirtualServiceSpec { gateways, export_to, attached, .. } = &object.spec;
                attached.is_none()
                    && export_to.iter().all(|to| to == "*")
                    && (gateways.is_empty() || gateways.iter().any(|gateway| gateway == "mesh"))
            })?;
            Some((host.as_str(), own, other))
        })
    }

    /// Which of two objects for one host Istio asks first, where callers are near to neither.
    pub(in crate::trace) fn comes_before(
        &self,
        one: &Object<VirtualServiceSpec>,
        other: &Object<VirtualServiceSpec>,
    ) -> bool {
        let release = self.control_plane.release;
        age(one, release) < age(other, release)
    }

    /// A name of Kubernetes' that has no domain yet.
    pub(in crate::trace) fn with_domain(&self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((_, "svc")) => format!("{name}.{}", self.control_plane.domain),
            Some(_) | None => name.to_owned(),
        }
    }
}

/// Nothing for an object that is not for these callers.
fn nearness(object: &Object<VirtualServiceSpec>, namespace: &str, home: Option<&str>) -> Option<Nearness> {
    let VirtualServiceSpec { gateways, export_to, attached, .. } = &object.spec;
    let own = object.place.namespace.as_str();
    if attached.is_some() {
        return match (own == namespace, Some(own) == home) {
            (true, _) => Some(Nearness::Consumer),
            (false, true) => Some(Nearness::Public),
            (false, false) => None,
        };
    }
    let is_of_mesh = gateways.is_empty() || gateways.iter().any(|gateway| gateway == "mesh");
    if !is_of_mesh || !is_exported(export_to, own, namespace) {
        return None;
    }
    Some(if export_to.is_empty() || export_to.iter().any(|to| to == "*") {
        Nearness::Public
    } else if own == namespace {
        Nearness::Private
    } else {
        Nearness::Named
    })
}

/// Old before young, and what is not there yet last; then by the name that Istio gives.
fn age(object: &Object<VirtualServiceSpec>, release: u8) -> (bool, Option<&str>, String, &str) {
    let Object { place, since, spec } = object;
    let name = match &spec.attached {
        Some(attached) if release >= NAMED_AFTER_PARENTS => attached.key.clone(),
        Some(_) => format!("{}~0~istio-autogenerated-k8s-gateway", place.name),
        None => place.name.clone(),
    };
    (since.is_none(), since.as_deref(), name, &place.namespace)
}
