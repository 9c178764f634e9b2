//! Conditions, as far as they are decided while compiling: for which port, and for whose callers.

use crate::model::condition::ProxyMatch;
use crate::model::{ClusterId, Condition, Port, RouteKind, Rule};

/// What is left of a rule's conditions for this caller and port; nothing where the rule is not for them.
pub fn left<'m>(
    rule: &'m Rule,
    caller: ClusterId,
    port: &Port,
    kind: RouteKind,
) -> Option<Vec<&'m ProxyMatch>> {
    let here = rule.conditions.iter().filter(|condition| condition.fits(kind));
    let here: Vec<_> = here
        .filter(|condition| may_hold(condition, caller, port))
        .map(|condition| &condition.words)
        .collect();
    if here.iter().any(|words| words.is_empty()) || rule.conditions.is_empty() {
        Some(Vec::new())
    } else if here.is_empty() {
        None
    } else {
        Some(here)
    }
}

/// Whether a rule is for this caller and port at all.
pub fn is_for(rule: &Rule, caller: ClusterId, port: &Port) -> bool {
    rule.conditions.is_empty() || rule.conditions.iter().any(|condition| may_hold(condition, caller, port))
}

fn may_hold(condition: &Condition, caller: ClusterId, port: &Port) -> bool {
    condition.port.is_none_or(|number| number == port.number)
        && condition.source_clusters.as_ref().is_none_or(|clusters| clusters.contains(&caller))
}
