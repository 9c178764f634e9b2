//! `localityLbSetting` and `zoneAwareLbSetting` as meant. The rules are those of Istio's `ValidateLocalityLbSetting`.

use std::collections::BTreeMap;

use super::super::{problems, says_something};
use super::filled;
use crate::diagnostic::Finding;
use crate::input::traffic_policy as written;
use crate::input::{Listed, Written};
use crate::model::traffic_policy::{LocalityLbSetting, ZoneAwareLbSetting};
use crate::resolve::action::exclusive;
use crate::resolve::value::{Checked, Poisoned, each, plain};
use crate::source::At;

/// Labels that say region, zone and subzone: regions are compared anyway where `failover` names some.
const TOPOLOGY: [&str; 3] =
    ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];

pub(super) fn locality(
    at: &At<written::LocalityLbSetting>,
    outliers: &Written<written::OutlierDetection>,
    findings: &mut Vec<Finding>,
) -> Checked<At<LocalityLbSetting>> {
    let written::LocalityLbSetting {
        enabled,
        distribute: shares,
        failover: regions,
        failover_priority: labels,
    } = &at.value;
    let absent = [enabled.is_absent(), shares.is_absent(), regions.is_absent(), labels.is_absent()];
    let words = ["enabled", "distribute", "failover", "failoverPriority"];
    says_something(at.place, "localityLbSetting", &absent, &words, findings)?;
    let one = exclusive(("distribute", shares.place()), ("failover", regions.place()), findings);
    let distributed = each(shares, |written| distribute(written, findings));
    let order = order(regions, labels, outliers, findings);
    one?;
    let Order { failover, failover_priority } = order?;
    Ok(At::new(
        LocalityLbSetting {
            enabled: plain(enabled)?,
            distribute: distributed?,
            failover,
            failover_priority: labels
                .place()
                .filter(|_| !failover_priority.is_empty())
                .map(|place| At::new(failover_priority, place)),
        },
        at.place,
    ))
}

pub(super) fn zone_aware(
    at: &At<written::ZoneAwareLbSetting>,
    outliers: &Written<written::OutlierDetection>,
    findings: &mut Vec<Finding>,
) -> Checked<At<ZoneAwareLbSetting>> {
    let written::ZoneAwareLbSetting {
        enabled,
        failover: regions,
        failover_priority: labels,
        min_cluster_size,
    } = &at.value;
    let absent = [enabled.is_absent(), regions.is_absent(), labels.is_absent(), min_cluster_size.is_absent()];
    let words = ["enabled", "failover", "failoverPriority", "minClusterSize"];
    says_something(at.place, "zoneAwareLbSetting", &absent, &words, findings)?;
    let Order { failover, failover_priority } = order(regions, labels, outliers, findings)?;
    let setting = ZoneAwareLbSetting {
        enabled: plain(enabled)?,
        failover,
        failover_priority,
        min_cluster_size: plain(min_cluster_size)?,
    };
    Ok(At::new(setting, at.place))
}

/// Who stands in for endpoints that fail.
struct Order {
    failover: Vec<(String, String)>,
    failover_priority: Vec<String>,
}

fn order(
    regions: &Written<Listed<written::Failover>>,
    labels: &Written<Listed<At<String>>>,
    outliers: &Written<written::OutlierDetection>,
    findings: &mut Vec<Finding>,
) -> Checked<Order> {
    let failover = each(regions, |written| failover(written, findings));
    let failover_priority = each(labels, |label| {
        filled(label, "failoverPriority", findings)?;
        if regions.written().is_some() && TOPOLOGY.contains(&label.value.as_str()) {
            findings.push(problems::topology_label(label));
            return Err(Poisoned);
        }
        Ok(label.value.clone())
    });
    if let (Written::Absent, Some(place)) = (outliers, regions.place().or(labels.place())) {
        findings.push(problems::failover_without_outliers(place));
    }
    Ok(Order { failover: failover?, failover_priority: failover_priority? })
}

fn distribute(
    written: &written::Distribute,
    findings: &mut Vec<Finding>,
) -> Checked<(String, BTreeMap<String, u32>)> {
    let written::Distribute { place, from, to } = written;
    let to_entries = &to.value;
    let mut sound = to_entries.complete;
    for locality in std::iter::once(from).chain(to_entries.entries.iter().map(|entry| &entry.key)) {
        sound &= pattern(locality, findings).is_ok();
    }
    let sum: u32 = to_entries.entries.iter().map(|entry| entry.value.value).sum();
    if sum != 100 && to_entries.complete {
        findings.push(problems::distribution(*place, sum));
        sound = false;
    }
    let shares = to_entries.entries.iter().map(|entry| (entry.key.value.clone(), entry.value.value));
    if sound { Ok((from.value.clone(), shares.collect())) } else { Err(Poisoned) }
}

/// `region/zone/subzone`, or the start of it with `*` for the rest.
fn pattern(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<()> {
    filled(at, "locality", findings)?;
    let stars = at.value.matches('*').count();
    if stars == 0 || stars == 1 && at.value.ends_with('*') {
        return Ok(());
    }
    findings.push(problems::locality_pattern(at));
    Err(Poisoned)
}

fn failover(written: &written::Failover, findings: &mut Vec<Finding>) -> Checked<(String, String)> {
    let written::Failover { from, to } = written;
    let no_region = [from, to].into_iter().find(|at| at.value.contains(['/', '*']) || at.value.is_empty());
    if let Some(at) = no_region {
        findings.push(problems::not_a_region(at));
        return Err(Poisoned);
    }
    if from.value == to.value {
        findings.push(problems::failover_to_itself(to, from.place));
        return Err(Poisoned);
    }
    Ok((from.value.clone(), to.value.clone()))
}
