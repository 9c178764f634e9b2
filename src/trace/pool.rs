//! Which of several endpoints get a request, and how often.
//!
//! Enters: endpoints, some of which may be down. Leaves: the share of each, in the long run. Refuses to know: what is behind
//! them.
//!
//! Istio groups endpoints by region and zone. Only a proxy that leaves out what fails puts some groups before others: by
//! the labels that it is told to compare with its own, by region and zone, or by both. Envoy then fills the groups by
//! priority. Sources: `ApplyLocalityLoadBalancer` in Istio's `pilot/pkg/networking/core/loadbalancer`; "Priority levels"
//! and "Locality weighted load balancing" in Envoy's documentation.

use std::collections::{BTreeMap, BTreeSet};

use super::network::LABEL as NETWORK;
use super::object::destination_rule::{Distribute, Failover};
use super::policy::Policy;

/// How much more than its healthy share of requests a group takes before the next one is asked; Envoy's default.
const OVERPROVISIONING: f64 = 1.4;
/// The first release, of 1, that prefers an endpoint of the caller's network to others instead of demanding it.
const PREFERS_NETWORK: u8 = 31;
/// Distances by region and zone, between two by labels.
const DISTANCES: usize = 5;
/// Less is nothing.
const NOTHING: f64 = 1e-9;

/// What tells endpoints apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits<'e> {
    pub(super) labels: &'e BTreeMap<String, String>,
    /// Region and zone; empty if nobody knows.
    pub(super) locality: &'e str,
}

/// One endpoint, or several pods alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'e> {
    pub(super) traits: Traits<'e>,
    /// Where it is dialled; nothing for pods, of which each has an address of its own.
    pub(super) address: Option<(&'e str, u16)>,
    /// Of all together.
    pub(super) weight: f64,
    /// How many there are.
    pub(super) all: u32,
    /// How many of these answer.
    pub(super) up: u32,
}

impl Member<'_> {
    fn weight_up(&self) -> f64 {
        self.weight * f64::from(self.up) / f64::from(self.all.max(1))
    }
}

/// Members of one locality and one priority.
struct Group {
    priority: usize,
    weight: f64,
    members: Vec<usize>,
}

/// The share of each; all zero if nobody answers.
pub(super) fn shares(members: &[Member<'_>], policy: &Policy<'_>, caller: Traits<'_>) -> Vec<f64> {
    let Order { distribute, labels, failover, distance } = Order::of(policy);
    let compared = if policy.ignores_labels { &[][..] } else { labels };
    let mut grouped: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        let priority = by_labels(compared, caller, member.traits, policy.release);
        grouped.entry((member.traits.locality, priority)).or_default().push(index);
    }
    let mut groups: Vec<(&str, Group)> = Vec::new();
    for ((locality, priority), indices) in grouped {
        let weight = indices.iter().filter_map(|index| members.get(*index)).map(|member| member.weight).sum();
        let farther = distance.between(failover, caller.locality, locality);
        let priority = priority * DISTANCES + farther;
        groups.push((locality, Group { priority, weight, members: indices }));
    }
    let rule = distribute.iter().find(|rule| covers(&rule.from, caller.locality));
    if let Some(rule) = rule {
        weigh(&mut groups, rule);
    }
    let by_weight_of_groups = [distribute.is_empty(), labels.is_empty(), failover.is_empty()]
        .contains(&false)
        && distance != Distance::Region;
    keep_first(&mut groups, members);
    fill(members, groups.into_iter().map(|(_, group)| group).collect(), by_weight_of_groups)
}

/// In which order groups are asked.
struct Order<'p> {
    distribute: &'p [Distribute],
    labels: &'p [String],
    failover: &'p [Failover],
    distance: Distance,
}

/// What makes one place farther than another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Distance {
    /// Nothing.
    None,
    /// That the region is another.
    Region,
    /// The first part that is another: region, zone, or what is below.
    Place,
}

impl<'p> Order<'p> {
    /// A setting for zones beats the one for localities, and asks for no outlier detection.
    fn of(policy: &Policy<'p>) -> Self {
        let none = Self { distribute: &[], labels: &[], failover: &[], distance: Distance::None };
        if let Some(zones) = policy.zones {
            let (labels, failover) = (&*zones.failover_priority, &*zones.failover);
            let order = Self { labels, failover, distance: Distance::Region, ..none };
            return if zones.enabled == Some(false) { none } else { order };
        }
        let Some(setting) = policy.locality else {
            let distance = if policy.ejects.is_some() { Distance::Place } else { Distance::None };
            return Self { distance, ..none };
        };
        let (labels, failover) = (&*setting.failover_priority, &*setting.failover);
        match (setting.enabled, policy.ejects) {
            (Some(false), _) => none,
            _ if !setting.distribute.is_empty() => Self { distribute: &setting.distribute, ..none },
            (_, None) => none,
            (_, Some(_)) if labels.is_empty() || !failover.is_empty() => {
                Self { labels, failover, distance: Distance::Place, ..none }
            }
            (_, Some(_)) => Self { labels, ..none },
        }
    }
}

impl Distance {
    /// How far a locality is from another. Of regions unlike the caller's, one that is named as its stand-in comes first.
    fn between(self, failover: &[Failover], own: &str, there: &str) -> usize {
        let (own, there) = (parts(own), parts(there));
        let named = failover.iter().find(|failover| failover.from == own[0]);
        let alike = own.iter().zip(&there).take_while(|(own, there)| own == there).count();
        match (self, alike, named) {
            (Self::None, _, _) | (Self::Region, 1.., _) => 0,
            (Self::Region, 0, Some(failover)) if failover.to == there[0] => 1,
            (Self::Region, 0, _) => 2,
            (Self::Place, 0, Some(failover)) if failover.to != there[0] => 4,
            (Self::Place, alike, _) => 3 - alike,
        }
    }
}

/// How far an endpoint is by labels: how many are unlike the caller's, from the first that is. A label may be compared
/// with a value of its own. From Istio 1.31 on, another network at the head of the list is passed over: all endpoints there come
/// behind all others, and are compared by what follows. Source: `applyFailoverPriorityPerLocality` in Istio's
/// `pilot/pkg/networking/core/loadbalancer`.
fn by_labels(priorities: &[String], caller: Traits<'_>, endpoint: Traits<'_>, release: u8) -> usize {
    let value = |labels: &BTreeMap<String, String>, key: &str| labels.get(key).cloned().unwrap_or_default();
    let is_alike = |priority: &&String| match priority.split_once('=') {
        Some((key, wanted)) => value(endpoint.labels, key) == wanted,
        None => value(endpoint.labels, priority) == value(caller.labels, priority),
    };
    let unlike = |priorities: &[String]| priorities.len() - priorities.iter().take_while(is_alike).count();
    match priorities.split_first() {
        Some((first, others)) if first == NETWORK && release >= PREFERS_NETWORK && !is_alike(&first) => {
            priorities.len() + unlike(others)
        }
        Some(_) | None => unlike(priorities),
    }
}

/// Region, zone and what is below.
fn parts(locality: &str) -> [&str; 3] {
    let mut parts = locality.splitn(3, '/');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// Whether a locality is one of those that a pattern means: `region1/*`.
fn covers(pattern: &str, locality: &str) -> bool {
    let [region, rest @ ..] = parts(pattern);
    let [own, own_rest @ ..] = parts(locality);
    (region == "*" || region == own)
        && rest.iter().zip(own_rest).all(|(wanted, own)| ["*", ""].contains(wanted) || *wanted == own)
}

/// Gives each locality its share; those that nobody named get none.
fn weigh(groups: &mut Vec<(&str, Group)>, rule: &Distribute) {
    let mut shares = vec![None; groups.len()];
    for (pattern, share) in &rule.to {
        let meant: Vec<usize> = groups
            .iter()
            .zip(&shares)
            .enumerate()
            .filter(|(_, ((locality, _), taken))| taken.is_none() && covers(pattern, locality))
            .map(|(index, _)| index)
            .collect();
        let weight = |index: &usize| groups.get(*index).map_or(0.0, |(_, group)| group.weight);
        let sum: f64 = meant.iter().map(weight).sum();
        for index in &meant {
            let part = (weight(index) * f64::from(*share) / sum).ceil();
            if let Some(share) = shares.get_mut(*index) {
                *share = Some(part);
            }
        }
    }
    let mut shares = shares.into_iter();
    groups.retain_mut(|(_, group)| match shares.next().flatten() {
        Some(share) => {
            group.weight = share;
            true
        }
        None => false,
    });
}

/// Envoy keeps the first of several endpoints with one address.
fn keep_first(groups: &mut Vec<(&str, Group)>, members: &[Member<'_>]) {
    let mut seen = BTreeSet::new();
    for (_, group) in groups.iter_mut() {
        group.members.retain(|index| {
            members.get(*index).and_then(|member| member.address).is_none_or(|address| seen.insert(address))
        });
    }
    groups.retain(|(_, group)| !group.members.is_empty());
}

/// By priority, and within one by weight.
fn fill(members: &[Member<'_>], groups: Vec<Group>, by_weight_of_groups: bool) -> Vec<f64> {
    let mut by_priority: BTreeMap<usize, Vec<Group>> = BTreeMap::new();
    for group in groups {
        by_priority.entry(group.priority).or_default().push(group);
    }
    let mut shares = vec![0.0; members.len()];
    let mut left = 1.0;
    for groups in by_priority.values() {
        let number = |group: &Group, count: fn(&Member<'_>) -> u32| -> u32 {
            group.members.iter().filter_map(|index| members.get(*index)).map(count).sum()
        };
        let weight_up = |group: &Group| -> f64 {
            group.members.iter().filter_map(|index| members.get(*index)).map(Member::weight_up).sum()
        };
        let up: u32 = groups.iter().map(|group| number(group, |member| member.up)).sum();
        let all: u32 = groups.iter().map(|group| number(group, |member| member.all)).sum();
        if up == 0 {
            continue;
        }
        let answering = groups.iter().filter(|group| weight_up(group) > 0.0);
        let weight = |group: &Group| {
            if by_weight_of_groups {
                let up = number(group, |member| member.up);
                let all = number(group, |member| member.all);
                group.weight * (OVERPROVISIONING * f64::from(up) / f64::from(all)).min(1.0)
            } else {
                weight_up(group)
            }
        };
        let sum: f64 = answering.clone().map(weight).sum();
        if sum <= 0.0 {
            continue;
        }
        let load = (OVERPROVISIONING * f64::from(up) / f64::from(all)).min(1.0).min(left);
        left -= load;
        for group in answering {
            let part = load * weight(group) / sum / weight_up(group);
            for index in &group.members {
                if let (Some(share), Some(member)) = (shares.get_mut(*index), members.get(*index)) {
                    *share = part * member.weight_up();
                }
            }
        }
        if left < NOTHING {
            break;
        }
    }
    if left < 1.0 {
        for share in &mut shares {
            *share /= 1.0 - left;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::object::destination_rule::{LocalityLbSetting, OutlierDetection};

    fn shared(setting: &str, ejects: bool, own: &str, endpoints: &[(&str, u32, u32)]) -> Vec<f64> {
        let setting: Option<LocalityLbSetting> = serde_yaml::from_str(setting).unwrap();
        let outliers = OutlierDetection::default();
        let policy = Policy {
            ejects: ejects.then_some(&outliers),
            locality: setting.as_ref(),
            release: 31,
            ..Policy::default()
        };
        let labels: Vec<_> = endpoints
            .iter()
            .map(|(locality, _, _)| BTreeMap::from([("region".to_owned(), parts(locality)[0].to_owned())]))
            .collect();
        let members: Vec<_> = endpoints
            .iter()
            .zip(&labels)
            .map(|((locality, all, up), labels)| Member {
                traits: Traits { labels, locality },
                address: None,
                weight: f64::from(*all),
                all: *all,
                up: *up,
            })
            .collect();
        let own_labels = BTreeMap::from([("region".to_owned(), parts(own)[0].to_owned())]);
        let shares = shares(&members, &policy, Traits { labels: &own_labels, locality: own });
        shares.into_iter().map(|share| (share * 1000.0).round() / 10.0).collect()
    }

    #[test]
    fn who_comes_first() {
        let three = [("north/a", 1, 1), ("north/b", 1, 1), ("south/a", 2, 2)];
        for (setting, ejects, own, expected) in [
            ("null", false, "north/a", [25.0, 25.0, 50.0]),
            ("null", true, "north/a", [100.0, 0.0, 0.0]),
            ("null", true, "", [25.0, 25.0, 50.0]),
            ("null", true, "north/c", [50.0, 50.0, 0.0]),
            ("{enabled: false}", true, "north/a", [25.0, 25.0, 50.0]),
            ("{failoverPriority: [region]}", true, "north/a", [50.0, 50.0, 0.0]),
            ("{failoverPriority: [region=south]}", true, "north/a", [0.0, 0.0, 100.0]),
            (
                "{failoverPriority: [region], failover: [{from: x, to: y}]}",
                true,
                "north/a",
                [100.0, 0.0, 0.0],
            ),
            ("{failover: [{from: west, to: south}]}", true, "west/a", [0.0, 0.0, 100.0]),
            (
                "{distribute: [{from: north/*, to: {north/*: 30, south/*: 70}}]}",
                false,
                "north/a",
                [15.0, 15.0, 70.0],
            ),
            ("{distribute: [{from: north/*, to: {south/*: 100}}]}", false, "north/a", [0.0, 0.0, 100.0]),
        ] {
            assert_eq!(shared(setting, ejects, own, &three), expected, "{setting} {own}");
        }
    }

    #[test]
    fn who_stands_in() {
        let half = [("north/a", 2, 1), ("south/a", 2, 2)];
        assert_eq!(shared("null", true, "north/a", &half), [70.0, 30.0]);
        assert_eq!(shared("null", false, "north/a", &half), [33.3, 66.7]);
        assert_eq!(shared("null", true, "north/a", &[("north/a", 2, 0), ("south/a", 2, 1)]), [0.0, 100.0]);
        assert_eq!(shared("null", true, "north/a", &[("north/a", 2, 0)]), [0.0]);
    }

    #[test]
    fn one_address_counts_once() {
        let labels = BTreeMap::new();
        let member = |locality, address, weight| Member {
            traits: Traits { labels: &labels, locality },
            address: Some((address, 15443)),
            weight,
            all: 1,
            up: 1,
        };
        let members =
            [member("b", "192.0.2.1", 3.0), member("a", "192.0.2.1", 1.0), member("", "192.0.2.2", 1.0)];
        let caller = Traits { labels: &labels, locality: "" };
        assert_eq!(shares(&members, &Policy::default(), caller), [0.0, 0.5, 0.5]);
    }
}
