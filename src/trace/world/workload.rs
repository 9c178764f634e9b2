//! Pods.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{default_namespace, is_false};

/// Pods with the same labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// Of the pods.
    pub name: String,
    /// What subsets tell them apart by.
    pub labels: BTreeMap<String, String>,
    /// How many there are.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub replicas: u32,
    /// How many of them, the first ones, are not ready.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_ready: u32,
    /// `region/zone`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Istio's name of the network, if not the cluster's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// They are outside the mesh: no proxy, no certificate.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_sidecar: bool,
    /// Those that their certificates may carry; empty where nobody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<String>,
    /// Of the pods, where they are known.
    #[serde(skip)]
    pub addresses: Vec<String>,
}

/// Pods that no Service selects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// A DNS label.
    #[serde(default = "default_namespace")]
    pub namespace: String,
    /// The pods.
    #[serde(flatten)]
    pub pods: Workload,
}

impl Workload {
    /// How many of its pods answer.
    #[must_use]
    pub fn ready(&self) -> u32 {
        self.replicas.saturating_sub(self.not_ready)
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}
