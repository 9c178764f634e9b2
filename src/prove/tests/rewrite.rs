//! A gateway that is taught names, and taught them wrongly.

use super::{Mesh, Mutation};
use crate::istio::kind::envoy_filter::{
    ConfigPatch, EnvoyFilterSpec, FilterChainMatch, FilterConfig, NamedFilter, PatchValue,
};
use crate::istio::kind::object::Kind::EnvoyFilter;
use crate::istio::kind::object::Spec;

/// Callers in `here`; `there` and `yonder` are taught the names that they say.
const INPUT: &str = "
apiVersion: meshgen/v1
kind: Topology
mesh: {reach: rewrite, acrossClusters: spread}
clusters:
  here: {gateway: 203.0.113.1}
  there: {gateway: 203.0.113.2}
  yonder: {gateway: 203.0.113.3}
services:
  api:     {ports: {http: 80, grpc: 81}, versions: {v1: there}}
  details: {ports: 80, clusters: [there, yonder], clients: here}
  reviews: {ports: 80, versions: {v1: here, v2: [there, yonder], v3: there}}
---
apiVersion: meshgen/v1
kind: Routing
routes:
  reviews: {to: {v1: 50, v2: 25, v3: 25}}
";

const NAME: &str = "meshgen-east-west";

impl Mesh {
    fn filter(&mut self) -> &mut EnvoyFilterSpec {
        let Spec::EnvoyFilter(spec) = &mut self.object("there", EnvoyFilter, NAME).spec else {
            unreachable!()
        };
        spec
    }

    /// The patch by which `there` is taught an SNI.
    fn patch(&mut self, said: &str) -> &mut ConfigPatch {
        let teaches = |patch: &&mut ConfigPatch| match &patch.patch.value {
            PatchValue::FilterChain(chain) => chain.filter_chain_match.server_names == [said],
            PatchValue::ClusterRewrite(_) => true,
        };
        self.filter().config_patches.iter_mut().find(teaches).unwrap()
    }

    fn taught(&mut self, said: &str) -> &mut Vec<String> {
        match &mut self.patch(said).patch.value {
            PatchValue::FilterChain(chain) => &mut chain.filter_chain_match.server_names,
            PatchValue::ClusterRewrite(_) => unreachable!(),
        }
    }
}

/// What `here` says for v3.
const UNTAUGHT: &str =
    "the gateway of `there` is not taught `outbound_.80_.v3--there_.reviews.default.global`";

/// The same mesh, its gateways of the time of `sni_cluster`.
fn of_old() -> String {
    INPUT.replace("mesh: {", "mesh: {istio: 1.8.5, ")
}

/// Every mutation gives this message, among others perhaps.
fn all_are_noticed(input: &str, mutations: &[(Mutation, &str)]) {
    for (mutation, expected) in mutations {
        let mut mesh = Mesh::new(input);
        mutation(&mut mesh);
        let found = mesh.messages();
        assert!(found.iter().any(|message| message.ends_with(expected)), "{expected}\n{}", found.join("\n"));
    }
}

#[test]
fn what_is_taught_well_is_silent() {
    for input in [INPUT.to_owned(), of_old(), of_old().replace("1.8.5", "1.7")] {
        assert_eq!(Mesh::new(&input).messages(), [""; 0]);
        let per_cluster = input.replace("mesh: {", "mesh: {remoteNames: per-cluster, ");
        assert_eq!(Mesh::new(&per_cluster).messages(), [""; 0]);
        let mixed = input.replace("  yonder: {", "  yonder: {reach: sni, ");
        assert_eq!(Mesh::new(&mixed).messages(), [""; 0]);
    }
}

#[test]
fn names_that_are_not_taught_are_noticed() {
    const V3: &str = "outbound_.80_.v3--there_.reviews.default.global";
    all_are_noticed(
        INPUT,
        &[
            (|mesh| mesh.remove("there", EnvoyFilter, NAME), UNTAUGHT),
            (|mesh| drop(mesh.taught(V3).pop()), UNTAUGHT),
            (
                |mesh| {
                    mesh.gateway("there").servers[0].hosts.push("*.global".to_owned());
                    drop(mesh.taught(V3).pop());
                },
                UNTAUGHT,
            ),
            (|mesh| mesh.patch(V3).matched.listener.port_number = 443, UNTAUGHT),
            (
                |mesh| drop(mesh.filter().workload_selector.labels.insert("istio".into(), "other".into())),
                UNTAUGHT,
            ),
            (
                |mesh| mesh.object("there", EnvoyFilter, NAME).metadata.namespace = "default".to_owned(),
                UNTAUGHT,
            ),
        ],
    );
}

#[test]
fn names_that_are_taught_twice_are_noticed() {
    const V3: &str = "outbound_.80_.v3--there_.reviews.default.global";
    const TWICE: &str = "Envoy refuses a second chain for `outbound_.80_.v3--there_.reviews.default.global`";
    all_are_noticed(
        INPUT,
        &[
            (|mesh| mesh.taught(V3).push(V3.to_owned()), TWICE),
            (
                |mesh| {
                    mesh.copy("there", EnvoyFilter, NAME, |filter| filter.metadata.name += "-2");
                },
                TWICE,
            ),
            (
                |mesh| mesh.taught("outbound_.80_.v2--there_.reviews.default.global").push(V3.to_owned()),
                TWICE,
            ),
            // Another chain's own name.
            (
                |mesh| mesh.taught(V3).push("outbound_.80_._.reviews.default.svc.cluster.local".to_owned()),
                "Envoy refuses a second chain for `outbound_.80_._.reviews.default.svc.cluster.local`",
            ),
            // What callers behind the gateway say to others has a chain as well, where the gateway opens that
            // name.
            (
                |mesh| {
                    mesh.gateway("there").servers[0].hosts.push("*.global".to_owned());
                    mesh.taught(V3).push("outbound_.80_.v1_.reviews.default.global".to_owned());
                },
                "Envoy refuses a second chain for `outbound_.80_.v1_.reviews.default.global`",
            ),
        ],
    );
}

#[test]
fn names_that_are_taken_for_others_are_noticed() {
    const V3: &str = "outbound_.80_.v3--there_.reviews.default.global";
    fn lead(mesh: &mut Mesh, chain: &str) {
        mesh.patch(V3).matched.listener.filter_chain = FilterChainMatch::Sni(chain.to_owned());
    }
    let taken_for = |chain: &str| {
        format!(
            "the gateway of `there` takes `{V3}` for `{chain}`, not for `outbound_.80_.v3_.reviews.default.svc.cluster.local`"
        )
    };
    all_are_noticed(
        INPUT,
        &[
            (
                |mesh| lead(mesh, "outbound_.80_.v2_.reviews.default.svc.cluster.local"),
                &taken_for("outbound_.80_.v2_.reviews.default.svc.cluster.local"),
            ),
            (
                |mesh| lead(mesh, "outbound_.80_.v3_.details.default.svc.cluster.local"),
                &taken_for("outbound_.80_.v3_.details.default.svc.cluster.local"),
            ),
            (
                |mesh| lead(mesh, "outbound_.81_.v3_.reviews.default.svc.cluster.local"),
                &taken_for("outbound_.81_.v3_.reviews.default.svc.cluster.local"),
            ),
            (
                |mesh| lead(mesh, "outbound_.80_.v3_.reviews.default.svc.cluster.remote"),
                &taken_for("outbound_.80_.v3_.reviews.default.svc.cluster.remote"),
            ),
            (|mesh| lead(mesh, "v3"), &taken_for("v3")),
        ],
    );
}

#[test]
fn ends_that_are_changed_wrongly_are_noticed() {
    fn rewrite(mesh: &mut Mesh, pattern: &str, replacement: &str) {
        match &mut mesh.patch("").patch.value {
            PatchValue::ClusterRewrite(filter) => match &mut filter.config {
                FilterConfig::TypedConfig(typed) => {
                    typed.rewrite.cluster_pattern = pattern.to_owned();
                    typed.rewrite.cluster_replacement = replacement.to_owned();
                }
                FilterConfig::Config(_) => unreachable!(),
            },
            PatchValue::FilterChain(_) => unreachable!(),
        }
    }
    const CLOSED: &str =
        "the gateway of `there` is not open for `outbound_.80_.v3--there_.reviews.default.global`";
    all_are_noticed(
        &of_old(),
        &[
            (|mesh| mesh.remove("there", EnvoyFilter, NAME), UNTAUGHT),
            (|mesh| rewrite(mesh, "\\.other$", ".svc.cluster.local"), UNTAUGHT),
            (
                |mesh| rewrite(mesh, "\\.global$", ".cluster.local"),
                "the gateway of `there` takes `outbound_.80_.v3--there_.reviews.default.global` for \
                 `outbound_.80_.v3--there_.reviews.default.cluster.local`, not for \
                 `outbound_.80_.v3--there_.reviews.default.svc.cluster.local`",
            ),
            (|mesh| rewrite(mesh, "global", "local"), "`global` is not the end of a name"),
            (|mesh| drop(mesh.gateway("there").servers[0].hosts.pop()), CLOSED),
            (
                |mesh| {
                    let rule = mesh.rule("there", "reviews");
                    rule.subsets.retain(|subset| subset.name != "v2--there");
                },
                "no subset `v2--there` of `reviews.default.svc.cluster.local` in `there`",
            ),
            (
                |mesh| {
                    let rule = mesh.rule("there", "reviews");
                    let said = rule.subsets.iter_mut().find(|subset| subset.name == "v2--there").unwrap();
                    said.labels.insert("version".to_owned(), "v3".to_owned());
                },
                "other pods than its version's for subset `v2--there` of `reviews.default.global` in `there`",
            ),
        ],
    );
}

#[test]
fn a_form_of_another_release_is_noticed() {
    fn give(mesh: &mut Mesh, input: &str, release: &str) {
        mesh.judged_by(&input.replace("there: {", &format!("there: {{istio: {release}, ")));
    }
    all_are_noticed(INPUT, &[(|mesh| give(mesh, INPUT, "1.8.5"), UNTAUGHT)]);
    let mut mesh = Mesh::new(&of_old());
    give(&mut mesh, &of_old(), "1.8.6");
    assert!(mesh.messages().iter().any(|message| message.contains("a patch does nothing in Istio 1.8.6")));
    let mut mesh = Mesh::new(&of_old());
    give(&mut mesh, &of_old(), "1.7");
    assert!(mesh.messages().iter().any(|message| message.contains("has not the form of this release")));
    let mut mesh = Mesh::new(&of_old());
    mesh.patch("").matched.listener.filter_chain =
        FilterChainMatch::Filter(NamedFilter { name: "envoy.tcp_proxy" });
    assert!(mesh.messages().iter().any(|message| message.contains("a patch does nothing in Istio 1.8.5")));
}
