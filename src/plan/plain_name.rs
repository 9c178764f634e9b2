//! Plain names in clusters where the service does not run.

use std::net::IpAddr;

use crate::model::service::PlainNames;
use crate::model::{Callers, Service};

/// A plain name that nothing in the cluster answers to by itself.
#[derive(Clone, Debug)]
pub struct PlainName<'m> {
    /// The service it names.
    pub service: &'m Service,
    /// How the name is made to work.
    pub made: PlainNames,
    /// Its own address, where it is made by an entry and addresses are given out.
    pub address: Option<IpAddr>,
    /// Who sees an entry.
    pub callers: Callers,
    /// Whether control planes know the name already, by discovery; then only DNS does not.
    pub known: bool,
}
