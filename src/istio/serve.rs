//! Serving: the versions that run in a cluster.

use super::dialect::Dialect;
use super::kind::destination_rule::{DestinationRuleSpec, Subset, TrafficPolicy};
use super::kind::object::{Object, Spec};
use super::mark::{list, object, suppress};
use super::near::{mutual, near};
use super::way::{discovery, merged, rewrite};
use crate::model::Service;
use crate::plan::{ClassPlan, Serving, Translation};

/// The rule for the plain name of a service: subsets for what runs here, for what control planes show under it,
/// and for what callers elsewhere say. `translations` are what the gateway here is taught of it.
pub(super) fn rule(
    plan: &ClassPlan<'_>,
    translations: &[Translation<'_>],
    dialect: &mut Dialect<'_>,
) -> Option<Object> {
    let further = rewrite::subsets(plan, translations, dialect);
    match (&plan.pool, &plan.serve) {
        (Some(pool), _) => Some(merged::destination_rule(plan, pool, dialect)),
        (None, Some(serving)) => Some(destination_rule(plan, serving, further, dialect)),
        (None, None) if plan.runs && !further.is_empty() => Some(aliases(plan, further, dialect)),
        (None, None) => None,
    }
}

/// It is visible everywhere, because the SNI of far callers names its subsets at the gateway. It has no `tls`
/// where Istio finds out by itself: an explicit mode breaks pods without sidecar.
fn destination_rule(
    plan: &ClassPlan<'_>,
    serving: &Serving<'_>,
    further: Vec<Subset>,
    dialect: &mut Dialect<'_>,
) -> Object {
    let Serving { service, versions, discovered, stands_in: _ } = serving;
    let mut subsets: Vec<Subset> = versions
        .iter()
        .map(|version| {
            let own = version.traffic_policy.as_ref().map(|policy| near(policy, dialect));
            let (name, labels) = (version.subset.clone(), version.labels.clone());
            let mut subset = Subset { name, labels, traffic_policy: own };
            if plan.pinned {
                discovery::pin(service, plan.cluster, &mut subset, dialect);
            }
            subset
        })
        .collect();
    subsets.extend(discovery::subsets(serving, dialect));
    // What control planes show here under one of these names is the same pods.
    let further = further.into_iter().filter(|one| subsets.iter().all(|known| known.name != one.name));
    let further: Vec<Subset> = further.collect();
    subsets.extend(further);
    let said = whole(service, dialect).unwrap_or_default();
    let said = discovery::stood_in(serving, said, dialect);
    let traffic_policy = Some(said).filter(|policy| *policy != TrafficPolicy::default());
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy,
        subsets,
    };
    let names = list(versions.iter().map(|version| version.name.as_str()));
    let why = if !discovered.is_empty() {
        let names = list(discovered.iter().map(|subset| subset.name.as_str()));
        format!(
            "Tells apart what control planes see of {service}: {names}; the gateways that are passed know the same."
        )
    } else if versions.is_empty() && serving.stands_in.is_some() {
        format!("Lets clusters that run {service} stand in for each other.")
    } else if versions.is_empty() && service.has_policy() {
        format!("How connections to {service} are made where it runs.")
    } else {
        format!(
            "Tells apart what runs here of {service}: {names}; callers, near and far, name these subsets."
        )
    };
    let mut object = object(
        (plan.view, plan.cluster.release),
        &service.name,
        &service.namespace,
        why,
        Spec::DestinationRule(spec),
    );
    if discovery::looks_empty(plan, serving) {
        suppress(&mut object, "IST0173");
    }
    if discovery::is_unknown(plan) {
        suppress(&mut object, "IST0174");
    }
    object
}

/// What is said of all connections to a service.
fn whole(service: &Service, dialect: &mut Dialect<'_>) -> Option<TrafficPolicy> {
    match &service.traffic_policy {
        Some(policy) => Some(near(policy, dialect)),
        None => mutual(dialect).map(|tls| TrafficPolicy { tls: Some(tls), ..TrafficPolicy::default() }),
    }
}

/// The subsets that callers elsewhere say, where the gateway is taught no more than another end of names.
fn aliases(plan: &ClassPlan<'_>, subsets: Vec<Subset>, dialect: &mut Dialect<'_>) -> Object {
    let service = plan.service;
    let spec = DestinationRuleSpec {
        host: service.plain_host(plan.cluster),
        export_to: Vec::new(),
        traffic_policy: whole(service, dialect),
        subsets,
    };
    let why = format!(
        "Names {service} as callers elsewhere do: the gateway is taught no more than another end of names."
    );
    object(
        (plan.view, plan.cluster.release),
        &service.name,
        &service.namespace,
        why,
        Spec::DestinationRule(spec),
    )
}
