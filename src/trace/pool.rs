//! Which of several endpoints get a request, where some stand in for others.
//!
//! Enters: endpoints that are healthy. Leaves: those that come first. Refuses to know: what is behind them.
//!
//! Only a proxy that leaves out what fails goes by distance: by the labels that it is told to compare with its own, else
//! by region and zone. Source: `ApplyLocalityLoadBalancer` in Istio's `pilot/pkg/networking/core/loadbalancer`.

use std::collections::BTreeMap;

use super::policy::Policy;

/// What tells endpoints apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits<'e> {
    pub(super) labels: &'e BTreeMap<String, String>,
    /// Region and zone.
    pub(super) locality: Option<&'e str>,
}

/// Keeps those that come first.
pub(super) fn nearest<T>(
    endpoints: &mut Vec<T>,
    policy: &Policy<'_>,
    caller: Traits<'_>,
    traits: impl for<'e> Fn(&'e T) -> Traits<'e>,
) {
    if !policy.ejects {
        return;
    }
    let level = |endpoint: &T| level(&policy.priorities, caller, traits(endpoint));
    if let Some(first) = endpoints.iter().map(level).min() {
        endpoints.retain(|endpoint| level(endpoint) == first);
    }
}

/// How far an endpoint is, 0 being nearest.
fn level(priorities: &[String], caller: Traits<'_>, endpoint: Traits<'_>) -> usize {
    if priorities.is_empty() {
        let Some(own) = caller.locality else { return 0 };
        let parts = |locality: &str| -> Vec<String> { locality.split('/').map(str::to_owned).collect() };
        let (own, there) = (parts(own), parts(endpoint.locality.unwrap_or_default()));
        let alike = (0..2).take_while(|part| own.get(*part) == there.get(*part)).count();
        return 2 - alike;
    }
    let alike =
        priorities.iter().take_while(|key| caller.labels.get(*key) == endpoint.labels.get(*key)).count();
    priorities.len() - alike
}
