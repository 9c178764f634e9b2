//! Which clusters a share goes to: whoever runs the version, by `acrossClusters`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Asked, Places, Promise, Said, Service};

/// `v1`, `v1@cluster2`, `any`.
#[derive(Clone, Debug)]
pub struct Pick {
    pub version: Option<String>,
    pub cluster: Option<String>,
}

impl Pick {
    /// Whatever runs.
    pub fn any() -> Self {
        Self { version: None, cluster: None }
    }

    /// Reads a word of `to`.
    pub fn read(text: &str) -> Self {
        let (version, cluster) = match text.rsplit_once('@') {
            Some((version, cluster)) => (version, Some(cluster.to_owned())),
            None => (text, None),
        };
        Self { version: Some(version.to_owned()).filter(|version| version != "any"), cluster }
    }
}

/// One share, split among clusters; nothing where nobody can be meant.
pub fn share(said: &Said, asked: &Asked<'_>, service: &Service, pick: &Pick, share: u32) -> Option<Promise> {
    let serving = serving(said, asked, service, pick);
    if serving.is_empty() {
        return None;
    }
    let prefix =
        if std::ptr::eq(service, asked.service) { String::new() } else { format!("{}:", service.name) };
    let mut promise = Promise {
        is_pool: service.across == "failover",
        is_left_to_gateways: service.across == "failover" && said.share_networks(service, &serving),
        ..Promise::default()
    };
    let parts = if promise.is_pool { exact(&serving, share) } else { whole(&serving, share) };
    for (cluster, percent) in parts {
        for (place, share) in pods(service, pick, cluster, &prefix, percent) {
            *promise.places.entry(place).or_default() += share;
        }
        let is_named = ["sni", "rewrite"].contains(&said.way(service, cluster)) && !said.may_join(service);
        if cluster != asked.cluster.name && is_named && percent > 0.0 && prefix.is_empty() {
            promise.named.insert(cluster.to_owned());
        }
    }
    promise.places.retain(|_, share| *share > 0.0);
    Some(promise)
}

/// By size, as endpoints are weighted.
fn exact<'s>(serving: &[(&'s str, u32)], share: u32) -> Vec<(&'s str, f64)> {
    let sum: u32 = serving.iter().map(|(_, size)| size).sum();
    serving.iter().map(|(name, size)| (*name, f64::from(share * size) / f64::from(sum))).collect()
}

/// Whole percents by largest remainder, ties by name.
fn whole<'s>(serving: &[(&'s str, u32)], share: u32) -> Vec<(&'s str, f64)> {
    let sum: u32 = serving.iter().map(|(_, size)| size).sum();
    let given: u32 = serving.iter().map(|(_, size)| share * size / sum).sum();
    let mut order: Vec<&(&str, u32)> = serving.iter().collect();
    order.sort_by_key(|(name, size)| (Reverse(share * size % sum), *name));
    let more: Vec<&str> = order.iter().take((share - given) as usize).map(|(name, _)| *name).collect();
    let percent = |(name, size): &(&'s str, u32)| {
        (*name, f64::from(share * size / sum + u32::from(more.contains(name))))
    };
    serving.iter().map(percent).collect()
}

/// Who may serve, with sizes: the cluster that is said outright; with `spread` all; else the caller's own, else those of
/// its region, else all.
fn serving<'s>(said: &'s Said, asked: &Asked<'_>, service: &'s Service, pick: &Pick) -> Vec<(&'s str, u32)> {
    let caller = asked.cluster;
    let by_pods =
        service.across == "failover" && service.runs_in().any(|name| said.way(service, name) == "discovery");
    let mut sizes: BTreeMap<&str, u32> = BTreeMap::new();
    for (version, runs) in &service.versions {
        if pick.version.is_none() || *version == pick.version {
            for (name, size) in runs {
                *sizes.entry(name).or_default() += if by_pods { 1 } else { *size };
            }
        }
    }
    sizes.retain(|name, _| {
        let is_meant = pick.cluster.as_ref().is_none_or(|wanted| wanted == name);
        let there = &said.clusters[*name];
        is_meant && (*name == caller.name || (said.is_open(service, there, caller) && !there.is_drained))
    });
    if service.across == "spread" {
        return sizes.into_iter().collect();
    }
    if let Some((own, size)) = sizes.get_key_value(caller.name.as_str()) {
        return vec![(own, *size)];
    }
    let is_near = |name: &str| caller.region.is_some() && said.clusters[name].region == caller.region;
    let near: Vec<_> =
        sizes.iter().filter(|(name, _)| is_near(name)).map(|(name, size)| (*name, *size)).collect();
    if near.is_empty() { sizes.into_iter().collect() } else { near }
}

/// At the pods of one cluster: those of a version, or of all alike, one each.
pub fn pods(service: &Service, pick: &Pick, cluster: &str, prefix: &str, share: f64) -> Places {
    let here = service.versions.iter().filter(|(version, runs)| {
        (pick.version.is_none() || **version == pick.version) && runs.contains_key(cluster)
    });
    let names: Vec<_> = here.map(|(version, _)| version.as_deref().unwrap_or("any")).collect();
    let each = share / f64::from(u32::try_from(names.len()).unwrap());
    names.into_iter().map(|name| (format!("{cluster}/{prefix}{name}"), each)).collect()
}
