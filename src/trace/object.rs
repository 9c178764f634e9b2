//! Objects as they stand in bundles.
//!
//! Enters: the text of bundles, a cluster's name with each. Leaves: typed objects, each with its line. Refuses to know: who
//! wrote them and why. Kinds and fields that are not followed are kept by name, so that a trace can say so.

mod admission;
pub(super) mod attached;
mod bundle;
mod delegate;
pub(super) mod destination_rule;
pub(super) mod envoy_filter;
pub(super) mod gateway;
mod line;
pub(super) mod peer_authentication;
mod piece;
pub(super) mod service;
pub(super) mod service_entry;
pub(super) mod sidecar;
pub(super) mod virtual_service;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;

use attached::spec::RouteSpec;
use destination_rule::DestinationRuleSpec;
use envoy_filter::EnvoyFilterSpec;
use gateway::GatewaySpec;
use peer_authentication::PeerAuthenticationSpec;
use service_entry::{Endpoint, ServiceEntrySpec};
use sidecar::SidecarSpec;
use virtual_service::VirtualServiceSpec;

/// Fields that a trace does not follow, by name.
pub(super) type Unfollowed = BTreeMap<String, Value>;

use bundle::File;
pub use bundle::{BundleText, Routing, Unreadable};
pub use piece::{Held, Piece};

/// Where an object stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectPlace {
    /// As in the field `kind`.
    pub kind: String,
    /// Of the object.
    pub namespace: String,
    /// Of the object.
    pub name: String,
    /// The cluster whose bundle has it.
    #[serde(skip)]
    pub cluster: String,
    /// The bundle's file; empty for a bundle that is in none.
    pub file: String,
    /// The line of its first field, or of the part of it that is meant; from 1.
    pub line: usize,
}

impl fmt::Display for ObjectPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, namespace, name, cluster: _, file: _, line: _ } = self;
        match namespace.as_str() {
            "default" => write!(f, "{kind} {name}"),
            namespace => write!(f, "{kind} {namespace}/{name}"),
        }
    }
}

impl ObjectPlace {
    /// `dist/cluster1.yaml:7`, if there is such a file.
    #[must_use]
    pub fn file_and_line(&self) -> Option<String> {
        (!self.file.is_empty()).then(|| format!("{}:{}", self.file, self.line))
    }
}

/// An object of one kind.
#[derive(Clone, Debug)]
pub(super) struct Object<T> {
    /// Where it stands.
    pub(super) place: ObjectPlace,
    /// Since when it is there; nothing for one that is in no cluster yet.
    pub(super) since: Option<String>,
    /// What it says.
    pub(super) spec: T,
}

impl Object<VirtualServiceSpec> {
    /// The place of one of its HTTP routes.
    #[must_use]
    pub(super) fn route_place(&self, index: usize) -> ObjectPlace {
        let Some(route) = self.spec.http.get(index) else { return self.place.clone() };
        let place = route.home.as_ref().unwrap_or(&self.place);
        ObjectPlace { line: route.line, ..place.clone() }
    }
}

/// The objects of one cluster, in the order in which Istio takes them: the older first, then by name and namespace. Source:
/// `sortConfigByCreationTime` in Istio's `pilot/pkg/model`.
#[derive(Clone, Debug, Default)]
pub(super) struct Objects {
    /// Which requests go where.
    pub(super) virtual_services: Vec<Object<VirtualServiceSpec>>,
    /// Subsets and TLS.
    pub(super) destination_rules: Vec<Object<DestinationRuleSpec>>,
    /// Names that Kubernetes does not know.
    pub(super) service_entries: Vec<Object<ServiceEntrySpec>>,
    /// Ports of gateways.
    pub(super) gateways: Vec<Object<GatewaySpec>>,
    /// What gateways are taught.
    pub(super) envoy_filters: Vec<Object<EnvoyFilterSpec>>,
    /// What pods take.
    pub(super) peer_authentications: Vec<Object<PeerAuthenticationSpec>>,
    /// Workloads that are no pods; selectors find them.
    pub(super) workload_entries: Vec<Object<Endpoint>>,
    /// What callers are told of.
    pub(super) sidecars: Vec<Object<SidecarSpec>>,
    /// Routes of the Gateway API.
    pub(super) routes: Vec<Object<RouteSpec>>,
    /// Those of them that callers obey, as Istio makes them into `VirtualService`s.
    pub(super) attached: Vec<Object<VirtualServiceSpec>>,
    /// `VirtualService`s, and the delegates that they name in vain.
    pub(super) missing_delegates: Vec<(ObjectPlace, String)>,
    /// Objects of kinds that are not followed.
    pub(super) unfollowed: Vec<ObjectPlace>,
    /// Objects that Istio's webhook would refuse, and why; they count as if they were not there.
    pub(super) refused: Vec<(ObjectPlace, String)>,
}

impl Objects {
    /// Those of a cluster to which nothing is applied.
    pub(super) const NONE: Self = Self {
        virtual_services: Vec::new(),
        destination_rules: Vec::new(),
        service_entries: Vec::new(),
        gateways: Vec::new(),
        envoy_filters: Vec::new(),
        peer_authentications: Vec::new(),
        workload_entries: Vec::new(),
        sidecars: Vec::new(),
        routes: Vec::new(),
        attached: Vec::new(),
        missing_delegates: Vec::new(),
        unfollowed: Vec::new(),
        refused: Vec::new(),
    };
}

#[derive(Deserialize)]
struct Header {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    spec: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(default = "default_namespace")]
    namespace: String,
    #[serde(default)]
    creation_timestamp: Option<String>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

/// Whose document it is.
struct Identity {
    place: ObjectPlace,
    since: Option<String>,
    labels: BTreeMap<String, String>,
}

fn default_namespace() -> String {
    "default".to_owned()
}

impl Objects {
    fn add(&mut self, file: &File, document: &line::Document<'_>) -> Result<(), Unreadable> {
        let Some((identity, spec)) = header(file, document)? else { return Ok(()) };
        self.add_read(file, document, identity, spec)
    }

    fn add_read(
        &mut self,
        file: &File,
        document: &line::Document<'_>,
        identity: Identity,
        spec: Value,
    ) -> Result<(), Unreadable> {
        let unreadable = |reason| document.unreadable(&file.name, &reason);
        match identity.place.kind.as_str() {
            "VirtualService" => {
                let mut object: Object<VirtualServiceSpec> = read(identity, spec).map_err(unreadable)?;
                let lines = line::of_items(document, &["spec", "http"]);
                for (route, line) in object.spec.http.iter_mut().zip(lines) {
                    route.line = line;
                }
                match admission::refusal_of_routes(&object.spec) {
                    Some(why) => self.refused.push((object.place, why)),
                    None => self.virtual_services.push(object),
                }
            }
            "DestinationRule" => {
                let object: Object<DestinationRuleSpec> = read(identity, spec).map_err(unreadable)?;
                match admission::refusal_of_policies(&object.spec) {
                    Some(why) => self.refused.push((object.place, why)),
                    None => self.destination_rules.push(object),
                }
            }
            "ServiceEntry" => {
                let object: Object<ServiceEntrySpec> = read(identity, spec).map_err(unreadable)?;
                match admission::refusal(&object.spec) {
                    Some(why) => self.refused.push((object.place, why)),
                    None => self.service_entries.push(object),
                }
            }
            "EnvoyFilter" => {
                let object: Object<EnvoyFilterSpec> = read(identity, spec).map_err(unreadable)?;
                if object.spec.config_patches.iter().any(|patch| patch.lesson().is_none()) {
                    self.unfollowed.push(object.place.clone());
                }
                self.envoy_filters.push(object);
            }
            "Gateway" => self.gateways.push(read(identity, spec).map_err(unreadable)?),
            "PeerAuthentication" => {
                self.peer_authentications.push(read(identity, spec).map_err(unreadable)?);
            }
            "WorkloadEntry" => {
                let labels = identity.labels.clone();
                let mut object: Object<Endpoint> = read(identity, spec).map_err(unreadable)?;
                object.spec.labels.extend(labels);
                self.workload_entries.push(object);
            }
            "Sidecar" => self.sidecars.push(read(identity, spec).map_err(unreadable)?),
            "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" => {
                self.routes.push(read(identity, spec).map_err(unreadable)?);
            }
            // Kubernetes' own; see `bundle`.
            "Service" => {}
            _ => self.unfollowed.push(identity.place),
        }
        Ok(())
    }

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        let Self {
            virtual_services,
            destination_rules,
            service_entries,
            gateways,
            envoy_filters,
            peer_authentications,
            workload_entries,
            sidecars,
            routes,
            unfollowed,
            refused,
            // Found out by `arrange`.
            attached: _,
            missing_delegates: _,
        } = self;
        virtual_services.is_empty()
            && destination_rules.is_empty()
            && service_entries.is_empty()
            && gateways.is_empty()
            && envoy_filters.is_empty()
            && peer_authentications.is_empty()
            && workload_entries.is_empty()
            && sidecars.is_empty()
            && routes.is_empty()
            && unfollowed.is_empty()
            && refused.is_empty()
    }

    /// All of another's too.
    fn extend(&mut self, other: &Self) {
        let Self {
            virtual_services,
            destination_rules,
            service_entries,
            gateways,
            envoy_filters,
            peer_authentications,
            workload_entries,
            sidecars,
            routes,
            unfollowed,
            refused,
            attached: _,
            missing_delegates: _,
        } = other;
        self.virtual_services.extend_from_slice(virtual_services);
        self.destination_rules.extend_from_slice(destination_rules);
        self.service_entries.extend_from_slice(service_entries);
        self.gateways.extend_from_slice(gateways);
        self.envoy_filters.extend_from_slice(envoy_filters);
        self.peer_authentications.extend_from_slice(peer_authentications);
        self.workload_entries.extend_from_slice(workload_entries);
        self.sidecars.extend_from_slice(sidecars);
        self.routes.extend_from_slice(routes);
        self.unfollowed.extend_from_slice(unfollowed);
        self.refused.extend_from_slice(refused);
    }

    /// The older first, and delegates where they are named.
    fn arrange(&mut self) {
        fn by_age<T>(objects: &mut [Object<T>]) {
            objects.sort_by(|a, b| age(a).cmp(&age(b)));
        }
        by_age(&mut self.virtual_services);
        by_age(&mut self.destination_rules);
        by_age(&mut self.service_entries);
        by_age(&mut self.gateways);
        by_age(&mut self.envoy_filters);
        by_age(&mut self.peer_authentications);
        by_age(&mut self.workload_entries);
        by_age(&mut self.sidecars);
        let (attached, mut refused) = attached::of(&self.routes, &self.service_entries);
        self.attached = attached;
        self.refused.append(&mut refused);
        let written = std::mem::take(&mut self.virtual_services);
        self.missing_delegates = delegate::missing(&written);
        self.virtual_services = delegate::inlined(written);
    }
}

/// Whose document it is, and its spec; nothing for an empty one.
fn header(
    File { cluster, name: file, text: _ }: &File,
    document: &line::Document<'_>,
) -> Result<Option<(Identity, Value)>, Unreadable> {
    let unreadable = |reason| document.unreadable(file, &reason);
    let value: Value = serde_yaml::from_str(document.text).map_err(unreadable)?;
    if value.is_null() {
        return Ok(None);
    }
    let Header { kind, metadata: Metadata { name, namespace, creation_timestamp: since, labels }, spec } =
        serde_yaml::from_value(value).map_err(unreadable)?;
    let (cluster, file, line) = (cluster.clone(), file.clone(), document.line);
    let place = ObjectPlace { kind, namespace, name, cluster, file, line };
    let labels = labels.unwrap_or_default();
    Ok(Some((Identity { place, since, labels }, spec)))
}

fn read<T: DeserializeOwned>(
    Identity { place, since, labels: _ }: Identity,
    spec: Value,
) -> Result<Object<T>, serde_yaml::Error> {
    Ok(Object { place, since, spec: serde_yaml::from_value(spec)? })
}

/// Old before young, and what is not there yet last; then by name.
fn age<T>(object: &Object<T>) -> (bool, Option<&str>, &str, &str) {
    let Object { place, since, spec: _ } = object;
    (since.is_none(), since.as_deref(), &place.name, &place.namespace)
}

/// Whether a host is one of those that a pattern means: `*`, `*.local`, or itself.
#[must_use]
pub(super) fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => host.ends_with(end),
        None => pattern == host,
    }
}
