//! `VirtualService`s: which of them counts for a service and some callers, and its rules.
//!
//! Enters: objects. Leaves: rules of meshgen's language, for the callers of one cluster at a time. Refuses to know: whether
//! other clusters have the same.
//!
//! Source: Istio's `pilot/pkg/model/push_context.go` and `pilot/pkg/networking/core/route`. Of several for one host the
//! oldest counts alone; nothing is merged.

mod action; // everything of a route that is neither condition nor destination
mod choice; // which one counts
mod condition; // `match`
mod delegate; // routes that stand in another one
mod route; // one route as a rule

use super::field::Form;
use super::known::{Host, Key, Known};
use super::object::Object;
use super::problems;
use crate::input::reader::Reader;
use crate::input::tree::Value;
use crate::source::At;

pub use choice::Choice;
pub use route::Routes;

/// Where sidecars get their routes from.
const MESH: &str = "mesh";

/// One `VirtualService`.
pub struct VirtualService<'t> {
    pub object: Object<'t>,
    hosts: Vec<(At<String>, Host)>,
    /// Empty means the mesh.
    gateways: Vec<At<String>>,
    /// Namespaces; empty for all.
    export: Vec<String>,
    http: Vec<Value<'t>>,
    tls: Vec<Value<'t>>,
    tcp: Vec<Value<'t>>,
}

const SPEC: Form = Form {
    what: "a VirtualService",
    used: &["hosts", "gateways", "http", "tls", "tcp", "exportTo"],
    redundant: &[],
    reported: &[],
};

impl<'t> VirtualService<'t> {
    pub fn read(object: Object<'t>, known: &Known<'_>, reader: &mut Reader) -> Option<Self> {
        let fields = SPEC.open(object.spec, reader)?;
        let mut export: Vec<String> = Vec::new();
        for to in fields.texts("exportTo", reader) {
            match to.value.as_str() {
                "*" => {
                    export.clear();
                    break;
                }
                "." => export.push(object.namespace.clone()),
                _ => export.push(to.value),
            }
        }
        let home = object.namespace.clone();
        let hosts = fields.texts("hosts", reader).into_iter().map(|host| {
            let meaning = known.host(&host.value, &home);
            (host, meaning)
        });
        let service = Self {
            hosts: hosts.collect(),
            gateways: fields.texts("gateways", reader),
            export,
            http: fields.list("http"),
            tls: fields.list("tls"),
            tcp: fields.list("tcp"),
            object,
        };
        service.judge(known, reader);
        Some(service)
    }

    /// Without hosts it is a part of others.
    pub fn is_delegate(&self) -> bool {
        self.hosts.is_empty()
    }

    /// Whether it is for callers inside the mesh.
    pub fn is_for_mesh(&self) -> bool {
        !self.is_delegate()
            && (self.gateways.is_empty() || self.gateways.iter().any(|gateway| gateway.value == MESH))
    }

    /// Its gateways, without the mesh.
    pub fn gateways(&self) -> impl Iterator<Item = &At<String>> {
        self.gateways.iter().filter(|gateway| gateway.value != MESH)
    }

    /// What its routes name.
    pub fn destinations(&self) -> impl Iterator<Item = Value<'t>> {
        let routes = self.http.iter().chain(&self.tls).chain(&self.tcp);
        routes.flat_map(|route| super::gateway::destinations(*route))
    }

    /// Says which of its hosts are nobody's inside the mesh.
    fn judge(&self, known: &Known<'_>, reader: &mut Reader) {
        if !self.is_for_mesh() {
            return;
        }
        // Hosts of gateways stand in the same list.
        let has_gateways = self.gateways().next().is_some();
        for (host, meaning) in &self.hosts {
            match meaning {
                Host::Half(key) => {
                    let full = known.full_name(key);
                    reader.report(problems::host_of_nobody(&self.object, host, Some(&full)));
                }
                Host::Unknown(key) if known.is_complete() => {
                    reader.report(problems::host_of_nobody(
                        &self.object,
                        host,
                        known.nearest(key).as_deref(),
                    ));
                }
                Host::Wildcard(end) if end.is_empty() && !has_gateways => {
                    reader.report(problems::star(host));
                }
                Host::Outside if !has_gateways => {
                    reader.report(problems::host_of_nobody(&self.object, host, None));
                }
                Host::Service(_)
                | Host::Remote(..)
                | Host::View(_)
                | Host::Wildcard(_)
                | Host::Unknown(_)
                | Host::Outside => {}
            }
        }
    }

    /// How exactly it names a service, and where; nothing if it does not.
    fn names(&self, key: &Key, known: &Known<'_>) -> Option<(usize, &At<String>)> {
        let how = |meaning: &Host| match meaning {
            Host::Service(own) => (own == key).then_some(usize::MAX),
            Host::Remote(own, _) => (own == key).then_some(usize::MAX - 1),
            Host::Wildcard(end) => (!end.is_empty() && known.covers(end, key)).then_some(end.len()),
            Host::View(_) | Host::Unknown(_) | Host::Half(_) | Host::Outside => None,
        };
        let named = self.hosts.iter().filter_map(|(host, meaning)| Some((how(meaning)?, host)));
        named.max_by_key(|(how, _)| *how)
    }
}
