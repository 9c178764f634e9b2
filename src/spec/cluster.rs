//! `clusters.NAME` and its gateway.
//!
//! Enters: the tree of one cluster. Leaves: [`Cluster`]. Refuses to know: whether names and addresses are any good.

use super::{Keyed, Listed, Written};
use crate::source::At;

/// `clusters.NAME`. If its value could not be read, its name is here and every field is illegible.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The key.
    pub name: At<String>,
    pub gateway: Written<Gateway>,
    /// `1.30` or `1.8.5`, unchecked.
    pub istio: Written<String>,
    pub cluster_domain: Written<String>,
    pub trust_domain: Written<String>,
    pub locality: Written<Locality>,
    pub network: Written<String>,
    pub context: Written<String>,
}

/// `region/zone` or `region`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locality {
    pub region: At<String>,
    pub zone: Option<At<String>>,
}

/// `clusters.NAME.gateway`; an address or a list of them is the long form with `addresses` alone.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// `address`: host names or IPs, unchecked. `resolve` asks for it where it is absent.
    pub addresses: Written<Listed<At<String>>>,
    pub port: Written<u16>,
    pub server_port: Written<u16>,
    pub namespace: Written<String>,
    pub selector: Written<Listed<Keyed<At<String>>>>,
    pub expose: Written<Expose>,
    pub existing: Written<bool>,
}

/// `expose`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expose {
    /// `all`
    All,
    /// `used`
    Used,
}
