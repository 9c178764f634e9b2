//! Service accounts: who the pods of a service say they are.
//!
//! Enters: nothing; `resolve` builds these types. Leaves: identities as certificates carry them. Refuses to know: who
//! checks them.

use std::collections::BTreeSet;

use super::cluster::Cluster;
use super::service::Service;

/// One that pods of a service run under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceAccount {
    /// By name, in the service's own namespace.
    Named(String),
    /// As certificates carry it: `spiffe://cluster.local/ns/shop/sa/cart`.
    Identity(String),
}

impl Service {
    /// The identities that certificates of its pods may carry in a cluster; empty where nobody said.
    #[must_use]
    pub fn identities(&self, serving: &Cluster) -> BTreeSet<String> {
        let identity = |account: &ServiceAccount| match account {
            ServiceAccount::Named(name) => {
                format!("spiffe://{}/ns/{}/sa/{name}", serving.trust_domain, self.namespace)
            }
            ServiceAccount::Identity(identity) => identity.clone(),
        };
        self.service_accounts.iter().map(identity).collect()
    }
}
