//! Gateways that Envoy refuses, that open no port, and filters of the past.
//!
//! Enters: what a control plane knows. Leaves: findings. Refuses to know: who dials them.

use std::collections::BTreeSet;

use super::{knows_pods, spot};
use crate::diagnostic::{Code, Finding, Severity};
use crate::trace::enter::chains;
use crate::trace::object::Object;
use crate::trace::object::gateway::GatewaySpec;
use crate::trace::registry::Registry;
use crate::trace::rewrite::CHAIN_PER_SNI;
use crate::trace::server::{ServerKind, opened};
use crate::trace::world::selects;

/// Looked up as Istio does.
pub(super) fn findings(registry: &Registry<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let cluster = &registry.cluster.name;
    if registry.control_plane.name != *cluster {
        return findings;
    }
    for gateway in &registry.cluster.gateways {
        let ports: BTreeSet<u16> = gateway.ports.values().copied().collect();
        for port in ports {
            let found = registry.chains(gateway, port, || chains(registry, gateway, port));
            let Err(twice) = &*found else { continue };
            let message = format!(
                "Envoy refuses port {port} of the gateway {}/{} in {cluster}",
                gateway.namespace, gateway.name
            );
            let mut finding = Finding::new(Code::MG0728, message)
                .help("give all servers of one port the same hosts, `*.local`, or hosts that have no name in common");
            let passing =
                opened(registry, gateway, port).filter(|opened| opened.kind == ServerKind::PassesOn);
            for opened in passing {
                let hosts: Vec<&str> = opened.hosts().collect();
                finding.spots.extend(
                    opened.place.map(|place| {
                        spot::of(place, format!("open for {}", crate::diagnostic::list(&hosts)))
                    }),
                );
            }
            if let Some(last) = finding.spots.last_mut() {
                last.text.push_str("; ");
                last.text.push_str(twice);
            }
            findings.push(finding);
        }
    }
    let passing = registry.objects.gateways.iter().filter(|object| passes_on(object));
    let idle = passing.filter(|object| {
        knows_pods(registry.cluster)
            && !registry.cluster.gateways.is_empty()
            && !object.spec.selector.is_empty()
            && !registry
                .cluster
                .gateways
                .iter()
                .any(|gateway| selects(&object.spec.selector, &gateway.labels))
    });
    findings.extend(idle.map(|object| {
        let message = format!("{} in {cluster} selects no gateway's pods", spot::name(&object.place));
        let mut finding = Finding::new(Code::MG0729, message).weigh(Severity::Warning);
        let said: Vec<String> =
            object.spec.selector.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        finding.spots.push(spot::of(&object.place, format!("selector {{{}}}", said.join(", "))));
        finding.help("its selector must be labels of the pods behind the gateway's Service")
    }));
    let past = registry.objects.envoy_filters.iter().filter(|filter| filter.spec.is_of_the_past());
    findings.extend(past.filter(|_| registry.cluster.release >= CHAIN_PER_SNI).map(|filter| {
        let message = format!(
            "{} in {cluster} rewrites names as gateways did before Istio 1.9",
            spot::name(&filter.place)
        );
        let mut finding = Finding::new(Code::MG0724, message)
            .help("let callers say the SNI that the gateway knows, and delete the filter");
        finding.spots.push(spot::of(
            &filter.place,
            "since 1.8.6 and 1.9.5 no gateway has the filter `sni_cluster`, behind which it stands",
        ));
        finding
    }));
    findings
}

fn passes_on(object: &Object<GatewaySpec>) -> bool {
    let mode = |mode: Option<&str>| mode == Some("AUTO_PASSTHROUGH");
    object.spec.servers.iter().any(|server| mode(server.tls.as_ref().and_then(|tls| tls.mode.as_deref())))
}
