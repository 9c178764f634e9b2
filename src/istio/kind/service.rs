//! A Kubernetes `Service` that selects nothing.
//!
//! Kubernetes' fields in its own spelling; what they are for is `stand_in`'s to know.

use serde::Serialize;

/// Spec of a `Service` that selects nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServiceSpec {
    /// The same ports as where it runs.
    pub ports: Vec<ServicePort>,
}

/// A port of a Kubernetes `Service`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    /// Its prefix tells Istio the protocol.
    pub name: String,
    /// What callers dial.
    pub port: u16,
    /// The protocol, where the name does not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
    /// The pods' port where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_port: Option<TargetPort>,
}

/// A port of pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TargetPort {
    /// Of each pod.
    Number(u16),
    /// What the pods' containers call it.
    Name(String),
}
