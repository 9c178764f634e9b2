//! `DestinationRule`s that do not act, or not alone.
//!
//! Enters: what a control plane knows. Leaves: findings. Refuses to know: requests.

use std::collections::BTreeMap;

use super::routes::meant;
use super::{spot, would_know};
use crate::diagnostic::{Code, Finding};
use crate::trace::object::Object;
use crate::trace::object::destination_rule::DestinationRuleSpec;
use crate::trace::registry::Registry;
use crate::trace::world::World;

/// For how many names the nearest is looked for: that takes time.
const GUESSES: usize = 100;

/// Looked up as Istio does.
pub(super) fn findings(world: &World, registry: &Registry<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_host: BTreeMap<(&str, String), Vec<&Object<DestinationRuleSpec>>> = BTreeMap::new();
    for rule in &registry.objects.destination_rules {
        let home = rule.place.namespace.as_str();
        let host = registry.full(&rule.spec.host, home);
        // A pattern may be for names to come.
        if !host.contains('*') && !registry.is_known(&host) && would_know(registry, &host) {
            if findings.len() < GUESSES {
                findings.push(nobodys(world, registry, rule));
            }
            continue;
        }
        by_host.entry((home, host)).or_default().push(rule);
    }
    for ((_, host), rules) in &by_host {
        findings.extend(
            rules
                .iter()
                .enumerate()
                .skip(1)
                .filter_map(|(at, rule)| rules.iter().take(at).find_map(|older| second(host, older, rule))),
        );
    }
    findings
}

fn nobodys(world: &World, registry: &Registry<'_>, rule: &Object<DestinationRuleSpec>) -> Finding {
    let (help, text) = meant(world, registry, &rule.spec.host, &rule.place.namespace);
    let message = format!(
        "{} in {} is for `{}`, a host that nobody has there",
        spot::name(&rule.place),
        registry.cluster.name,
        rule.spec.host
    );
    let mut finding =
        Finding::new(Code::MG0735, message).help(help).weigh(crate::diagnostic::Severity::Warning);
    finding.spots.push(spot::of(&rule.place, text));
    finding
}

/// Two rules for one host, in one namespace, that do not simply join.
fn second(
    host: &str,
    older: &Object<DestinationRuleSpec>,
    rule: &Object<DestinationRuleSpec>,
) -> Option<Finding> {
    let selects = [older, rule].map(|rule| rule.spec.is_for_some_workloads());
    let equal = rule.spec.subsets.iter().find(|subset| {
        older.spec.subsets.iter().any(|known| known.name == subset.name && known.labels != subset.labels)
    });
    let both = older.spec.traffic_policy.is_some() && rule.spec.traffic_policy.is_some();
    let (text, what, help) = if selects != [false, false] {
        if rule.spec.subsets.is_empty() && older.spec.subsets.is_empty() {
            return None;
        }
        ("one has a `workloadSelector`", "their subsets hide each other", "write the subsets into both")
    } else if older.spec.export_to != rule.spec.export_to {
        if rule.spec.subsets.is_empty() && older.spec.subsets.is_empty() {
            return None;
        }
        (
            "they are exported to different namespaces",
            "their subsets hide each other",
            "give both the same `exportTo`, or write them into one",
        )
    } else if let Some(subset) = equal {
        let message = format!(
            "two DestinationRules in {} define the subset `{}` of `{host}` otherwise: the older counts",
            rule.place.cluster, subset.name
        );
        let mut finding = Finding::new(Code::MG0734, message)
            .help("write them into one, and delete the other")
            .weigh(crate::diagnostic::Severity::Warning);
        finding.spots.push(spot::of(&older.place, "counts: it is older, or first by name"));
        finding.spots.push(spot::of(&rule.place, format!("its subset `{}` does not count", subset.name)));
        return Some(finding);
    } else if both {
        (
            "both have a `trafficPolicy`",
            "the older's counts alone",
            "write them into one, and delete the other",
        )
    } else {
        return None;
    };
    let message = format!("two DestinationRules in {} are for `{host}`: {what}", rule.place.cluster);
    let mut finding =
        Finding::new(Code::MG0734, message).help(help).weigh(crate::diagnostic::Severity::Warning);
    finding.spots.push(spot::of(&older.place, "it is older, or first by name"));
    finding.spots.push(spot::of(&rule.place, text));
    Some(finding)
}
