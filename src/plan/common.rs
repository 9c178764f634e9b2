//! What holds for all services: addresses, names of objects, kinds of clusters, and which rules lead to other
//! services.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::class::Kinds;
use super::object_names::ObjectNames;
use super::uses::ForeignUses;
use super::virtual_ip;
use super::visibility::View;
use crate::diagnostic::Finding;

/// What holds for all services. With it, each can be planned without the others.
#[derive(Debug)]
pub struct Common<'m> {
    /// The mesh.
    pub view: &'m View<'m>,
    /// By name.
    pub addresses: BTreeMap<String, IpAddr>,
    /// Names of objects that are taken.
    pub object_names: ObjectNames,
    /// Which clusters are alike.
    pub kinds: Kinds,
    /// What rules of other services lead to.
    pub foreign: ForeignUses,
}

impl<'m> Common<'m> {
    /// What holds in a mesh, but for what rules lead to other services; a pool of addresses that is too small is
    /// reported.
    pub fn of(view: &'m View<'m>, findings: &mut Vec<Finding>) -> Self {
        Self {
            view,
            addresses: virtual_ip::assign(view, findings),
            object_names: ObjectNames::of(view),
            kinds: Kinds::of(view),
            foreign: ForeignUses::default(),
        }
    }
}
