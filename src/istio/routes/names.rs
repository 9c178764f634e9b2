//! The names that TLS routes are for: hosts of their `VirtualService`, told apart as Envoy does it.
//!
//! Enters: the names of a service, and its routes in order. Leaves: hosts, and routes of which each name is looked
//! for alone where that matters. Refuses to know: where the routes lead.

use std::collections::{BTreeMap, BTreeSet};

use crate::istio::kind::virtual_service::{TlsMatchAttributes, TlsRoute};
use crate::model::pattern;
use crate::plan::ClassPlan;

/// The full names of a service: the plain one, and the one for all clusters that callers here have.
pub(super) fn full(plan: &ClassPlan<'_>) -> Vec<String> {
    let shared = plan.remote.shared_host().map(str::to_owned);
    [plan.service.plain_host(plan.cluster)].into_iter().chain(shared).collect()
}

/// All names that callers may ask for. Istio compares the SNI as it is: `https://api` says `api`, and nothing
/// else.
pub(super) fn every(plan: &ClassPlan<'_>) -> Vec<String> {
    // Istio takes a host whose last label is a number for a mistyped address.
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let sound = |name: &String| !name.rsplit('.').next().is_some_and(is_number);
    let shared = plan.remote.shared_host().map(str::to_owned);
    plan.service.spellings(plan.cluster).into_iter().filter(sound).chain(shared).collect()
}

/// The hosts of a `VirtualService` with these routes: the full names of the service, and whatever else is asked
/// for. An SNI has to be one of them, or below one, and no host may be below another.
pub(super) fn hosts(mut names: Vec<String>, full: &[String], routes: &[TlsRoute]) -> Vec<String> {
    let asked: BTreeSet<&String> =
        routes.iter().flat_map(|route| &route.matches).flat_map(|words| &words.sni_hosts).collect();
    names.retain(|name| full.contains(name) || asked.contains(name));
    let below = |name: &String| wildcards_above(name).any(|wildcard| asked.contains(&wildcard));
    let further = asked.iter().copied().filter(|name| !names.contains(name) && !below(name));
    let further: Vec<String> = further.cloned().collect();
    names.extend(further);
    names
}

/// Makes the first route that matches answer, as it does not by itself: Envoy prefers a full name to a wildcard,
/// and refuses all that it listens for if two lists share a name and are not alike; of lists alike Istio keeps the
/// first.
pub(super) fn tell_apart(routes: &mut Vec<TlsRoute>) {
    let mut by_port: BTreeMap<Option<u16>, Vec<&mut TlsMatchAttributes>> = BTreeMap::new();
    for words in routes.iter_mut().flat_map(|route| &mut route.matches) {
        by_port.entry(words.ends.port).or_default().push(words);
    }
    let mut mixed = BTreeSet::new();
    for (port, conditions) in by_port {
        let all: BTreeSet<String> = conditions.iter().flat_map(|words| &words.sni_hosts).cloned().collect();
        let mut below: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for name in &all {
            for wildcard in wildcards_above(name).filter(|wildcard| all.contains(wildcard)) {
                below.entry(wildcard).or_default().push(name);
            }
        }
        let mut lists: BTreeMap<&String, Vec<String>> = BTreeMap::new();
        for words in conditions {
            let own: BTreeSet<&String> = words.sni_hosts.iter().collect();
            let further: BTreeSet<&String> =
                own.iter().filter_map(|name| below.get(*name)).flatten().copied().collect();
            let further: Vec<String> = further.difference(&own).map(|name| (*name).clone()).collect();
            words.sni_hosts.extend(further);
            for name in &words.sni_hosts {
                let Some(known) = all.get(name) else { continue };
                let first = lists.entry(known).or_insert_with(|| words.sni_hosts.clone());
                if *first != words.sni_hosts {
                    mixed.insert(port);
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    for route in routes.iter_mut() {
        let matches = std::mem::take(&mut route.matches).into_iter();
        let apart = matches
            .flat_map(|words| if mixed.contains(&words.ends.port) { one_by_one(words) } else { vec![words] });
        route.matches = apart.filter(|words| seen.insert(words.clone())).collect();
    }
    // Earlier routes together may leave it nothing.
    routes.retain(|route| !route.matches.is_empty());
}

fn one_by_one(words: TlsMatchAttributes) -> Vec<TlsMatchAttributes> {
    let TlsMatchAttributes { sni_hosts, ends } = words;
    sni_hosts
        .into_iter()
        .map(|name| TlsMatchAttributes { sni_hosts: vec![name], ends: ends.clone() })
        .collect()
}

/// `*.example.com` and others are above `a.example.com` and `*.a.example.com`.
fn wildcards_above(name: &str) -> impl Iterator<Item = String> {
    pattern::covering(name).filter(move |wide| wide != name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(lists: &[&[&str]]) -> TlsRoute {
        let words = |names: &&[&str]| TlsMatchAttributes {
            sni_hosts: names.iter().map(|name| (*name).to_owned()).collect(),
            ..TlsMatchAttributes::default()
        };
        TlsRoute { matches: lists.iter().map(words).collect(), ..TlsRoute::default() }
    }

    fn told_apart(lists: &[&[&[&str]]]) -> Vec<Vec<String>> {
        let mut routes: Vec<_> = lists.iter().map(|lists| route(lists)).collect();
        tell_apart(&mut routes);
        routes.into_iter().flat_map(|route| route.matches).map(|words| words.sni_hosts).collect()
    }

    #[test]
    fn lists_that_are_apart_stay_lists_and_the_first_of_those_alike_stays() {
        assert_eq!(told_apart(&[&[&["a", "b"]], &[&["a", "b"]], &[&["c"]]]), [vec!["a", "b"], vec!["c"]]);
    }

    #[test]
    fn lists_that_share_a_name_are_taken_apart() {
        assert_eq!(told_apart(&[&[&["a"]], &[&["a", "b"]]]), [["a"], ["b"]]);
    }

    #[test]
    fn a_wildcard_stands_for_the_names_below_it() {
        assert_eq!(told_apart(&[&[&["*.e"]], &[&["a.e"]]]), [["*.e"], ["a.e"]]);
    }

    #[test]
    fn a_host_is_not_below_another() {
        let routes = [route(&[&["*.e", "a.e", "e", "*.a.e"]])];
        let names = ["api", "api.shop.svc"].map(str::to_owned);
        assert_eq!(hosts(names.to_vec(), &names[1..], &routes), ["api.shop.svc", "*.e", "e"]);
    }
}
