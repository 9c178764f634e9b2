//! What a mesh promises to a request, read off the words of the language and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::translation::mesh::{Mesh, Pick, Rule, Service, Version};

/// Shares by place, as traces name places.
pub type Places = BTreeMap<String, f64>;

/// A request to a service by its plain name.
#[derive(Clone, Debug)]
pub struct Asked<'m> {
    pub caller: &'m str,
    pub service: &'m Service,
    /// A port by name.
    pub port: &'m str,
    pub header: Option<&'m str>,
    pub path: &'m str,
    pub label: Option<&'m str>,
}

/// What is promised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Promise {
    pub places: Places,
    /// Where copies go.
    pub copies: BTreeSet<String>,
    /// Whether some of it is answered in another cluster.
    pub is_far: bool,
    /// Whether nothing is promised: whatever control planes see may answer.
    pub is_open: bool,
}

/// What the words promise.
pub fn of(mesh: &Mesh, asked: &Asked<'_>) -> Promise {
    let Asked { caller, service, .. } = asked;
    let nobody = |place: &str| Promise { places: [(place.to_owned(), 100.0)].into(), ..Promise::default() };
    // A cluster that is no client is left as it is.
    let is_client = service.clients.as_ref().is_none_or(|clients| clients.iter().any(|name| name == caller));
    if !is_client {
        return if mesh.sighted {
            open()
        } else if runs(service, caller) {
            at(service, None, caller)
        } else {
            nobody("passthrough")
        };
    }
    let is_for = |rule: &&Rule| {
        let from = rule.source_clusters.as_ref();
        from.is_none_or(|from| from.iter().any(|name| name == caller))
            && rule.port.as_ref().is_none_or(|port| port == asked.port)
    };
    let rules: Vec<_> = service.rules.iter().filter(is_for).collect();
    if rules.is_empty() {
        return if service.spread {
            // As with the rule `any`.
            split(mesh, asked, &any(), 100)
        } else if service.discovered {
            // What is found by discovery is left to Istio.
            everywhere(service)
        } else if runs(service, caller) {
            at(service, None, caller)
        } else {
            split(mesh, asked, &any(), 100)
        };
    }
    let is_for_workload = |rule: &&&Rule| rule.label.is_none() || rule.label.as_deref() == asked.label;
    let rules: Vec<_> = rules.iter().filter(is_for_workload).collect();
    if rules.is_empty() {
        // Any version that is seen; nobody behind a stand-in.
        return if mesh.sighted {
            open()
        } else if runs(service, caller) {
            at(service, None, caller)
        } else {
            nobody("error:no-endpoints")
        };
    }
    match rules.into_iter().find(|rule| holds(rule, asked)) {
        Some(rule) => answer(mesh, asked, rule),
        None => nobody("error:no-route"),
    }
}

fn open() -> Promise {
    Promise { is_open: true, ..Promise::default() }
}

/// At all pods of a service that control planes see.
fn everywhere(service: &Service) -> Promise {
    let clusters = |version: &Version| -> Vec<(String, String)> {
        let name = version.name.as_deref().unwrap_or("any");
        version.clusters.iter().map(|(cluster, _)| (cluster.clone(), name.to_owned())).collect()
    };
    let pods: BTreeSet<_> = service.versions.iter().flat_map(clusters).collect();
    let share = 100.0 / f64::from(u32::try_from(pods.len()).unwrap());
    let places = pods.into_iter().map(|(cluster, version)| (format!("{cluster}/{version}"), share));
    Promise { places: places.collect(), ..Promise::default() }
}

fn any() -> Pick {
    Pick { version: None, cluster: None }
}

fn holds(rule: &Rule, asked: &Asked<'_>) -> bool {
    (rule.header.is_none() || rule.header.as_deref() == asked.header)
        && rule.prefix.as_ref().is_none_or(|prefix| asked.path.starts_with(prefix.as_str()))
}

fn answer(mesh: &Mesh, asked: &Asked<'_>, rule: &Rule) -> Promise {
    let mut promise = Promise::default();
    for (pick, share) in &rule.to {
        let part = split(mesh, asked, pick, *share);
        for (place, share) in part.places {
            *promise.places.entry(place).or_default() += share;
        }
        promise.is_far |= part.is_far;
    }
    for (pick, _) in &rule.mirrors {
        promise.copies.extend(split(mesh, asked, pick, 100).places.into_keys());
    }
    promise
}

/// One share: whole percents for each cluster, by largest remainder, ties by name.
fn split(mesh: &Mesh, asked: &Asked<'_>, pick: &Pick, share: u32) -> Promise {
    let serving = serving(mesh, asked, pick);
    let sum: u32 = serving.iter().map(|(_, size)| size).sum();
    let mut parts: Vec<(&str, u32, u32)> =
        serving.iter().map(|(cluster, size)| (*cluster, share * size / sum, share * size % sum)).collect();
    let given: u32 = parts.iter().map(|(_, percent, _)| percent).sum();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|at| (std::cmp::Reverse(parts[*at].2), parts[*at].0.to_owned()));
    for at in by_remainder.into_iter().take((share - given) as usize) {
        parts[at].1 += 1;
    }
    let mut promise = Promise::default();
    for (cluster, percent, _) in parts.into_iter().filter(|(_, percent, _)| *percent > 0) {
        let there = at(asked.service, pick.version.as_deref(), cluster);
        for (place, share) in there.places {
            *promise.places.entry(place).or_default() += share * f64::from(percent) / 100.0;
        }
        promise.is_far |= cluster != asked.caller;
    }
    promise
}

/// Who serves a pick, with sizes: the cluster that is said outright; with `spread` all by size; else the caller's own,
/// else those of its region alike, else all alike.
fn serving<'m>(mesh: &'m Mesh, asked: &Asked<'m>, pick: &Pick) -> Vec<(&'m str, u32)> {
    let meant = |name: &Option<String>| pick.version.is_none() || *name == pick.version;
    let mut sizes: BTreeMap<&str, u32> = BTreeMap::new();
    for version in asked.service.versions.iter().filter(|version| meant(&version.name)) {
        for (cluster, size) in &version.clusters {
            *sizes.entry(cluster).or_default() += size;
        }
    }
    if let Some(wanted) = &pick.cluster {
        sizes.retain(|cluster, _| cluster == wanted);
    }
    if asked.service.spread {
        return sizes.into_iter().collect();
    }
    if sizes.contains_key(asked.caller) {
        return vec![(asked.caller, 1)];
    }
    let region = |name: &str| mesh.clusters.iter().find(|known| known.name == name)?.region.as_deref();
    let own = region(asked.caller);
    let near: Vec<_> = sizes
        .iter()
        .filter(|(name, _)| own.is_some() && region(name) == own)
        .map(|(name, size)| (*name, *size))
        .collect();
    if near.is_empty() { sizes.into_iter().collect() } else { near }
}

fn runs(service: &Service, cluster: &str) -> bool {
    service.versions.iter().any(|version| version.clusters.iter().any(|(name, _)| name == cluster))
}

/// At the pods of one cluster: those of a version, or of all alike, one each.
fn at(service: &Service, wanted: Option<&str>, cluster: &str) -> Promise {
    let here = service.versions.iter().filter(|version| {
        (wanted.is_none() || version.name.as_deref() == wanted)
            && version.clusters.iter().any(|(name, _)| name == cluster)
    });
    let names: Vec<_> = here.map(|version| version.name.as_deref().unwrap_or("any")).collect();
    let number = u32::try_from(names.len()).unwrap();
    let places = names.into_iter().map(|name| (format!("{cluster}/{name}"), 100.0 / f64::from(number)));
    Promise { places: places.collect(), ..Promise::default() }
}
