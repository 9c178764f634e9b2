//! One object of a bundle: what every kind has in common.
//!
//! Enters: a spec of some kind. Leaves: an object that serializes as Kubernetes expects it. Refuses to know:
//! what the spec says.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::destination_rule::DestinationRuleSpec;
use super::envoy_filter::EnvoyFilterSpec;
use super::gateway::GatewaySpec;
use super::service::ServiceSpec;
use super::service_entry::ServiceEntrySpec;
use super::virtual_service::VirtualServiceSpec;

/// One object; serializes as `apiVersion`, `kind`, `metadata`, `spec`.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Why it exists: one line, written as a comment above it.
    pub why: String,
    /// `networking.istio.io/v1`; depends on the release.
    pub api_version: &'static str,
    /// Its name, and the marks on it.
    pub metadata: Metadata,
    /// What it says; also decides its kind.
    pub spec: Spec,
}

impl Object {
    /// The kind that its spec is of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.spec.kind()
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { why: _, api_version, metadata, spec } = self;
        let mut object = serializer.serialize_struct("Object", 4)?;
        object.serialize_field("apiVersion", api_version)?;
        object.serialize_field("kind", spec.kind().name())?;
        object.serialize_field("metadata", metadata)?;
        object.serialize_field("spec", spec)?;
        object.end()
    }
}

/// What Kubernetes knows of every object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Unique among the objects of its kind and namespace.
    pub name: String,
    /// Where it lives.
    pub namespace: String,
    /// Whose it is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Notes to other tools.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// The kinds that are written; their order is the order in which equally named objects of one step are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Kubernetes' own.
    Service,
    /// Gives a name to workloads that Kubernetes does not know.
    ServiceEntry,
    /// Says what a subset is, and how its connections are made.
    DestinationRule,
    /// Opens a port of a gateway's workload.
    Gateway,
    /// Changes what Istio tells a proxy.
    EnvoyFilter,
    /// Says where requests go.
    VirtualService,
}

impl Kind {
    /// As in the field `kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "Service",
            Self::ServiceEntry => "ServiceEntry",
            Self::DestinationRule => "DestinationRule",
            Self::Gateway => "Gateway",
            Self::EnvoyFilter => "EnvoyFilter",
            Self::VirtualService => "VirtualService",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an object says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Spec {
    /// A stand-in.
    Service(ServiceSpec),
    /// See [`ServiceEntrySpec`].
    ServiceEntry(ServiceEntrySpec),
    /// See [`DestinationRuleSpec`].
    DestinationRule(DestinationRuleSpec),
    /// See [`GatewaySpec`].
    Gateway(GatewaySpec),
    /// See [`EnvoyFilterSpec`].
    EnvoyFilter(EnvoyFilterSpec),
    /// See [`VirtualServiceSpec`].
    VirtualService(VirtualServiceSpec),
}

impl Spec {
    /// The kind that it is the spec of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Service(_) => Kind::Service,
            Self::ServiceEntry(_) => Kind::ServiceEntry,
            Self::DestinationRule(_) => Kind::DestinationRule,
            Self::Gateway(_) => Kind::Gateway,
            Self::EnvoyFilter(_) => Kind::EnvoyFilter,
            Self::VirtualService(_) => Kind::VirtualService,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::istio::kind::gateway::{Server, ServerPort, ServerTls, ServerTlsMode};

    #[test]
    fn an_object_has_the_four_fields_and_no_empty_ones() {
        let object = Object {
            why: "opens the cluster to the mesh".to_owned(),
            api_version: "networking.istio.io/v1",
            metadata: Metadata {
                name: "meshgen-east-west".to_owned(),
                namespace: "istio-system".to_owned(),
                ..Metadata::default()
            },
            spec: Spec::Gateway(GatewaySpec {
                selector: BTreeMap::from([("istio".to_owned(), "eastwestgateway".to_owned())]),
                servers: vec![Server {
                    name: None,
                    port: ServerPort { name: "tls".to_owned(), number: 15443, protocol: "TLS" },
                    tls: Some(ServerTls {
                        mode: Some(ServerTlsMode::AutoPassthrough),
                        ..ServerTls::default()
                    }),
                    hosts: vec!["*.local".to_owned()],
                }],
            }),
        };
        insta::assert_snapshot!(serde_json::to_string(&object).unwrap(), @r#"{"apiVersion":"networking.istio.io/v1","kind":"Gateway","metadata":{"name":"meshgen-east-west","namespace":"istio-system"},"spec":{"selector":{"istio":"eastwestgateway"},"servers":[{"port":{"name":"tls","number":15443,"protocol":"TLS"},"tls":{"mode":"AUTO_PASSTHROUGH"},"hosts":["*.local"]}]}}"#);
    }
}
