//! `distribute` says which regions get which share, and leaves out all others: what becomes of a destination that lies there
//! alone.

use std::collections::{BTreeMap, BTreeSet};

use super::class_plan::ClassPlan;
use super::problems::distribution as problems;
use super::promise::Promise;
use super::way::Way;
use crate::diagnostic::Finding;
use crate::model::traffic_policy::LocalityLbSetting;
use crate::model::{Cluster, Service};
use crate::source::Place;

/// Refuses destinations that such a setting would leave without endpoints.
pub fn check(service: &Service, classes: &[ClassPlan<'_>]) -> Vec<Finding> {
    if !service.has_policy() {
        return Vec::new();
    }
    let mut left_out: BTreeMap<Place, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for class in classes {
        for caller in class.clusters() {
            for promise in class.of_service.iter() {
                if let Some(place) = leaves_out(service, class, promise, caller) {
                    let (callers, answers) = left_out.entry(place).or_default();
                    callers.insert(&caller.name);
                    answers.extend(promise.clusters(class.view).map(|cluster| cluster.name.as_str()));
                }
            }
        }
    }
    let finding =
        |(place, (callers, answers))| problems::distributed_past(service, place, &callers, &answers);
    left_out.into_iter().map(finding).collect()
}

/// The setting that gives nothing to any cluster of a promise.
fn leaves_out(
    service: &Service,
    class: &ClassPlan<'_>,
    promise: &Promise<'_>,
    caller: &Cluster,
) -> Option<Place> {
    // A remote name has endpoints without place, and no such setting.
    let joins = match promise.way {
        Way::Sni | Way::Rewrite => return None,
        Way::Merged => true,
        Way::Local | Way::Discovery => false,
    };
    if promise.answers.is_empty() {
        return None;
    }
    let is_left_out = |setting: &LocalityLbSetting| {
        let rule = setting.distribute.iter().find(|(from, _)| covers(from, caller));
        rule.is_some_and(|(_, to)| {
            !promise.clusters(class.view).any(|cluster| {
                // Far pods that join have no place.
                let has_place = !joins || cluster.name == caller.name;
                has_place && to.iter().any(|(to, share)| *share > 0 && covers(to, cluster))
            })
        })
    };
    let settings = promise.ports.iter().filter_map(|port| {
        let balancer = service.effective(promise.pick, *port).load_balancer?;
        balancer.locality.as_ref().filter(|_| balancer.zone_aware.is_none())
    });
    let mut settings = settings.filter(|setting| setting.value.enabled != Some(false));
    settings.find(|setting| is_left_out(&setting.value)).map(|setting| setting.place)
}

/// Whether a place as such settings name it (`eu`, `eu/*`, `eu/a`, `*`) has a cluster in it.
fn covers(place: &str, cluster: &Cluster) -> bool {
    let Some(locality) = &cluster.locality else { return place == "*" };
    let mut parts = place.split('/');
    let is_region = parts.next().is_some_and(|region| region == "*" || region == locality.region);
    let zone = parts.next().unwrap_or("*");
    is_region && (zone == "*" || Some(zone) == locality.zone.as_deref())
}
