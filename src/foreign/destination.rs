//! Destinations: which version of which service, at which port, with which share.
//!
//! Enters: destinations as an object names them. Leaves: `to` of a rule. Refuses to know: in which kind of object they stood.

use super::known::{Host, Key, Known, View, runs_in, versions};
use super::share::shares;
use super::version::Meaning;
use super::{node, problems, version};
use crate::input::reader::Reader;
use crate::input::service::Service;
use crate::input::tree::{Entry, Node};
use crate::source::{At, Place};

/// One destination.
#[derive(Clone, Debug)]
pub struct To {
    pub place: Place,
    pub key: Key,
    /// A version or `any`.
    pub version: String,
    pub cluster: Option<String>,
    pub port: Option<At<u16>>,
    pub weight: Option<At<u64>>,
    pub headers: Option<Node>,
}

/// Who is asked for a destination.
pub struct Target<'k> {
    pub key: Key,
    pub service: &'k Service,
    /// The cluster that the name of the host says.
    pub cluster: Option<String>,
    /// Whether it was called by its remote name.
    pub remote: bool,
    /// The version that the name says.
    pub version: Option<String>,
}

/// The service that a host names; a finding if it names none.
pub fn target<'k>(
    host: &At<String>,
    home: &str,
    known: &Known<'k>,
    reader: &mut Reader,
) -> Option<Target<'k>> {
    let (key, cluster, remote, version) = match known.host(&host.value, home) {
        Host::Service(key) => (key, None, false, None),
        Host::Remote(key, cluster) => (key, cluster, true, None),
        Host::View(View { key, version, cluster, is_remote }) => (key, cluster, is_remote, Some(version)),
        Host::Half(key) => {
            let full = known.full_name(&key);
            reader.report(problems::destination_of_nobody(host, home, Some(&full)));
            return None;
        }
        Host::Unknown(key) => {
            if known.is_complete() {
                reader.report(problems::destination_of_nobody(host, home, known.nearest(&key).as_deref()));
            }
            return None;
        }
        Host::Outside | Host::Wildcard(_) => {
            reader.report(problems::destination_outside(host));
            return None;
        }
    };
    Some(Target { service: known.service(&key)?, key, cluster, remote, version })
}

/// What labels mean at a service; a finding if they mean no version.
pub fn by_labels(
    labels: &std::collections::BTreeMap<String, String>,
    target: &Target<'_>,
    place: Place,
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<(String, Option<String>)> {
    match version::meaning(labels, target.service, known) {
        Meaning::Version(version, cluster) => Some((version, cluster)),
        Meaning::Any(cluster) => Some(("any".to_owned(), cluster)),
        Meaning::NoCluster(registry) => {
            reader.report(problems::unknown_registry(&registry, known.clusters(), place));
            None
        }
        Meaning::None => {
            reader.report(problems::labels_of_no_version(labels, target.service, place));
            None
        }
    }
}

/// The version that a service has under the name of a subset, though nothing defines that.
pub fn by_name(name: &At<String>, target: &Target<'_>) -> Option<String> {
    let mut known = versions(target.service).iter();
    let found =
        known.find(|version| version.name.value == name.value || version.subset.value() == Some(&name.value));
    found.map(|version| version.name.value.clone())
}

/// The cluster of a destination by a remote name that stands for all of them: the only other one, if the caller's has it too.
pub fn far_cluster(target: &Target<'_>, version: &str, caller: Option<&str>) -> Option<String> {
    let runs = versions(target.service).iter().find(|known| known.name.value == version).map(runs_in)?;
    let caller = caller.filter(|caller| runs.contains(caller))?;
    let mut others = runs.into_iter().filter(|cluster| *cluster != caller);
    match (others.next(), others.next()) {
        (Some(only), None) => Some(only.to_owned()),
        (_, _) => None,
    }
}

/// Equal destinations as one, and weights as shares. `routed` is the service whose rule it is.
pub fn to(mut all: Vec<To>, routed: &Key, place: Place, reader: &mut Reader) -> Option<Node> {
    if let [only] = all.as_mut_slice() {
        only.weight = None;
        return Some(node::list(vec![only.clone().into_node(routed, None)], place));
    }
    if all.iter().any(|to| to.weight.is_some()) {
        for to in all.iter().filter(|to| to.weight.is_none()) {
            reader.report(problems::no_weight(to.place));
        }
    }
    let mut joined: Vec<To> = Vec::new();
    for to in all {
        match joined.iter_mut().find(|known| known.is_same(&to)) {
            Some(known) => known.add(&to),
            None => joined.push(to),
        }
    }
    let weights: Vec<u64> = joined.iter().map(|to| to.weight.as_ref().map_or(0, |at| at.value)).collect();
    match shares(&weights) {
        Ok(shares) => {
            let each = joined.into_iter().zip(shares).map(|(to, share)| to.into_node(routed, Some(share)));
            Some(node::list(each.collect(), place))
        }
        Err(nearest) => {
            reader.report(problems::unsayable_shares(&weights, &nearest, place));
            None
        }
    }
}

impl To {
    /// Who gets copies, as the language writes it.
    pub fn receiver(&self) -> String {
        match &self.cluster {
            Some(cluster) => format!("{}@{cluster}", self.version),
            None => self.version.clone(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let port = |to: &Self| to.port.as_ref().map(|at| at.value);
        (&self.key, &self.version, &self.cluster, port(self))
            == (&other.key, &other.version, &other.cluster, port(other))
            && self.headers.is_none()
            && other.headers.is_none()
    }

    fn add(&mut self, other: &Self) {
        let weight = |to: &Self| to.weight.as_ref().map_or(0, |at| at.value);
        self.weight = Some(At::new(weight(self) + weight(other), self.place));
    }

    fn into_node(self, routed: &Key, share: Option<u64>) -> Node {
        let Self { place, key, version, cluster, port, weight, headers } = self;
        let mut entries: Vec<Entry> = vec![node::entry("version", node::text(&version, place))];
        if key != *routed {
            let (namespace, name) = key;
            entries.push(node::entry("service", node::text(&format!("{namespace}/{name}"), place)));
        }
        if let Some(cluster) = cluster {
            entries.push(node::entry("cluster", node::text(&cluster, place)));
        }
        if let Some(port) = port {
            entries.push(node::entry("port", node::plain(&port.value.to_string(), port.place)));
        }
        if let Some(share) = share {
            let place = weight.map_or(place, |at| at.place);
            entries.push(node::entry("weight", node::plain(&share.to_string(), place)));
        }
        if let Some(headers) = headers {
            entries.push(node::entry("headers", headers));
        }
        node::map(entries, place)
    }
}
