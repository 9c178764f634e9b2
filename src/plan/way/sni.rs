//! `sni`: the caller says what the far gateway understands, and an SNI has one domain.

use crate::diagnostic::Finding;
use crate::model::{Cluster, Port, Service};
use crate::plan::class_plan::ClassPlan;
use crate::plan::problems;
use crate::plan::rules::target::Route;

/// The finding for a service whose shared name stands for clusters of different domains, if callers in these
/// classes can name it without meeting a rule: all but one of the clusters would refuse the SNI, unless each is
/// taught the name itself.
pub fn several_domains(service: &Service, classes: &[ClassPlan<'_>]) -> Option<Finding> {
    let mut callers: Vec<&Cluster> = Vec::new();
    for plan in classes {
        let refused = plan.remote.names.iter().any(|name| !name.way.teaches() && name.has_several_domains());
        if refused && !(meets_rules(service, plan) && sees_rules(plan)) {
            callers.extend(plan.clusters());
        }
    }
    callers.sort_by(|one, other| one.name.cmp(&other.name));
    (!callers.is_empty()).then(|| problems::several_domains(service, &callers))
}

/// Whether everybody who sees the names sees the rules, too.
fn sees_rules(plan: &ClassPlan<'_>) -> bool {
    let rules = plan.routes.as_ref().map(|routes| &routes.callers);
    plan.remote.names.iter().all(|name| match rules {
        Some(callers) => name.callers.union(callers) == *callers,
        None => false,
    })
}

/// Whether every workload meets a rule on every port.
fn meets_rules(service: &Service, plan: &ClassPlan<'_>) -> bool {
    let for_all = |route: &Route<'_>| {
        route.conditions.is_empty() || route.conditions.iter().any(|words| !words.passes_by())
    };
    let on = |port: &Port| {
        plan.routes
            .as_ref()
            .is_some_and(|own| own.routes.iter().any(|route| route.port == port && for_all(route)))
    };
    service.crossing_ports().all(on)
}
