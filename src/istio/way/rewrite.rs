//! `rewrite`: teaching a gateway the names that callers say: one EnvoyFilter, in the one form that its release
//! takes.
//!
//! From 1.8.6, 1.9.5 and 1.10 on a gateway has one chain for each SNI, and each is given further SNIs. Before, one
//! chain handed every SNI to `sni_cluster`, which took it for the name of a cluster; a filter behind it changes
//! the end of that name. In either world the other form is accepted, and does nothing.

use std::collections::BTreeSet;

use super::discovery;
use crate::istio::dialect::Dialect;
use crate::istio::kind::destination_rule::Subset;
use crate::istio::kind::envoy_filter::{
    ApplyTo, ClusterRewrite, ConfigPatch, EnvoyFilterSpec, FilterChain, FilterChainMatch, FilterConfig,
    ListenerMatch, NamedFilter, NetworkFilter, Operation, Patch, PatchContext, PatchMatch, PatchValue,
    ServerNames, TypedClusterRewrite, WorkloadSelector,
};
use crate::istio::kind::object::{Object, Spec};
use crate::istio::mark::{list, object};
use crate::istio::near::near;
use crate::istio::release::{Feature, Support};
use crate::istio::sni::sni;
use crate::model::{Cluster, Gateway, Mesh, Port, Release, RemoteNames};
use crate::plan::{ClassPlan, ClusterPlan, Entrance, Translation};

/// What takes an SNI for the name of a cluster.
pub const SNI_CLUSTER: &str = "envoy.filters.network.sni_cluster";
/// What changes that name; part of Istio's proxy up to 1.19.
pub const CLUSTER_REWRITE: &str = "envoy.filters.network.tcp_cluster_rewrite";
const CLUSTER_REWRITE_TYPE: &str =
    "type.googleapis.com/istio.envoy.config.filter.network.tcp_cluster_rewrite.v2alpha1.TcpClusterRewrite";

/// Istio wants a priority of every filter that depends on another. Those of other filters are not known, so any
/// will do.
const PRIORITY: i32 = 10;

/// How the gateway of a cluster is taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Each of its chains answers further SNIs.
    FurtherSnis,
    /// One filter changes the end of every name.
    ChangedEnd {
        /// Whether the filter's set-up names its type.
        typed: bool,
    },
}

impl Form {
    /// The form that a release takes; none where it takes neither, or its patch decides.
    #[must_use]
    pub fn of(release: Release) -> Option<Self> {
        match release.supports(Feature::ChainPerSni) {
            _ if !release.can(Feature::Rewrite) => None,
            Support::Yes => Some(Self::FurtherSnis),
            Support::No => Some(Self::ChangedEnd { typed: release.can(Feature::TypedFilterConfig) }),
            Support::DependsOnPatch => None,
        }
    }

    /// The form for a cluster's gateway, if there is anything to teach.
    pub fn asked(translations: &[Translation<'_>], dialect: &mut Dialect<'_>) -> Option<Self> {
        let places: BTreeSet<_> = translations.iter().filter_map(|translation| translation.place).collect();
        let can = |feature, dialect: &mut Dialect<'_>| {
            places.iter().fold(!places.is_empty(), |can, place| dialect.can(feature, *place) && can)
        };
        if !can(Feature::Rewrite, dialect) {
            return None;
        }
        let form = Self::of(dialect.release());
        if form.is_none() {
            can(Feature::ChainPerSni, dialect);
        }
        form
    }
}

/// The host by which a server lets remote names in; where each chain has its own SNIs, these are enough.
pub fn host(mesh: &Mesh, form: Option<Form>) -> Option<String> {
    match form {
        Some(Form::ChangedEnd { typed: _ }) => Some(format!("*.{}", mesh.remote_suffix)),
        Some(Form::FurtherSnis) | None => None,
    }
}

/// Subsets of a service as callers say them: a changed end leaves the rest of a name as it is, so what comes
/// before must be known here.
pub fn subsets(
    plan: &ClassPlan<'_>,
    translations: &[Translation<'_>],
    dialect: &mut Dialect<'_>,
) -> Vec<Subset> {
    match Form::asked(translations, dialect) {
        Some(Form::ChangedEnd { typed: _ }) => {}
        Some(Form::FurtherSnis) | None => return Vec::new(),
    }
    let mut subsets = Vec::new();
    for Translation { service, host: _, said, known, place: _ } in translations {
        let Some(said) = said.as_ref().filter(|said| Some(said.as_str()) != *known) else { continue };
        let version = service.versions.iter().find(|version| Some(version.subset.as_str()) == *known);
        let mut subset = Subset {
            name: said.clone(),
            labels: version.map(|version| version.labels.clone()).unwrap_or_default(),
            traffic_policy: version
                .and_then(|version| version.traffic_policy.as_ref())
                .map(|policy| near(policy, dialect)),
        };
        if plan.pinned {
            discovery::pin(service, plan.cluster, &mut subset, dialect);
        }
        subsets.push(subset);
    }
    subsets
}

/// The EnvoyFilter that teaches the gateway.
pub fn envoy_filter(plan: &ClusterPlan<'_>, entrance: &Entrance<'_>, form: Form, name: &str) -> Object {
    let Entrance { gateway, callers: _, services: _, translations } = entrance;
    let config_patches = match form {
        Form::FurtherSnis => further_snis(plan.cluster, gateway, translations),
        Form::ChangedEnd { typed } => vec![changed_end(plan, gateway, typed)],
    };
    let spec = EnvoyFilterSpec {
        workload_selector: WorkloadSelector { labels: gateway.selector.clone() },
        config_patches,
        priority: plan.cluster.release.can(Feature::EnvoyFilterPriority).then_some(PRIORITY),
    };
    let services: BTreeSet<String> =
        translations.iter().map(|translation| translation.service.to_string()).collect();
    let why = format!(
        "Teaches the gateway the remote names of {}, which callers elsewhere say; Istio warns of every EnvoyFilter (IST0133).",
        list(services.iter().map(String::as_str))
    );
    object((plan.view, plan.cluster.release), name, &gateway.namespace, why, Spec::EnvoyFilter(spec))
}

/// One patch for each name and port. Envoy refuses a listener in which two chains answer one SNI.
fn further_snis(cluster: &Cluster, gateway: &Gateway, translations: &[Translation<'_>]) -> Vec<ConfigPatch> {
    let patch = |known: String, said: String| ConfigPatch {
        apply_to: ApplyTo::FilterChain,
        matched: at(gateway, FilterChainMatch::Sni(known)),
        patch: Patch {
            operation: Operation::Merge,
            value: PatchValue::FilterChain(FilterChain {
                filter_chain_match: ServerNames { server_names: vec![said] },
            }),
        },
    };
    let patches = |translation: &Translation<'_>| {
        let Translation { service, host, said, known, place: _ } = translation;
        let plain = service.plain_host(cluster);
        let on =
            |port: &Port| patch(sni(port.number, *known, &plain), sni(port.number, said.as_deref(), host));
        service.crossing_ports().map(on).collect::<Vec<_>>()
    };
    translations.iter().flat_map(patches).collect()
}

/// The shape of the documents of that time.
fn changed_end(plan: &ClusterPlan<'_>, gateway: &Gateway, typed: bool) -> ConfigPatch {
    let suffix = plan.view.remote_suffix.replace('.', "\\.");
    let domain = &plan.cluster.cluster_domain;
    let rewrite = match plan.view.remote_names {
        RemoteNames::Shared => ClusterRewrite {
            cluster_pattern: format!("\\.{suffix}$"),
            cluster_replacement: format!(".svc.{domain}"),
        },
        RemoteNames::PerCluster => ClusterRewrite {
            cluster_pattern: format!("\\.{}\\.{suffix}$", plan.cluster.name),
            cluster_replacement: format!(".{domain}"),
        },
    };
    let config = if typed {
        FilterConfig::TypedConfig(TypedClusterRewrite { type_url: CLUSTER_REWRITE_TYPE, rewrite })
    } else {
        FilterConfig::Config(rewrite)
    };
    ConfigPatch {
        apply_to: ApplyTo::NetworkFilter,
        matched: at(gateway, FilterChainMatch::Filter(NamedFilter { name: SNI_CLUSTER })),
        patch: Patch {
            operation: Operation::InsertAfter,
            value: PatchValue::ClusterRewrite(NetworkFilter { name: CLUSTER_REWRITE, config }),
        },
    }
}

fn at(gateway: &Gateway, filter_chain: FilterChainMatch) -> PatchMatch {
    PatchMatch {
        context: PatchContext::Gateway,
        listener: ListenerMatch { port_number: gateway.server_port, filter_chain },
    }
}
