//! SNIs that rules name: each becomes a name that the routes of its service are for, and a name has routes once.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::connection as problems;
use crate::diagnostic::Finding;
use crate::model::{Mesh, Service};
use crate::source::Place;

pub fn check(mesh: &Mesh, findings: &mut Vec<Finding>) {
    let domains = mesh.clusters.iter().map(|cluster| format!(".svc.{}", cluster.cluster_domain));
    let ends: BTreeSet<String> =
        domains.chain([format!(".{}", mesh.remote_suffix), ".svc".to_owned()]).collect();
    let mut first: BTreeMap<&str, (&Service, Place)> = BTreeMap::new();
    for service in &mesh.services {
        let conditions = service.rules.iter().flat_map(|rule| &rule.conditions);
        for name in conditions.flat_map(|condition| &condition.words.sni_hosts) {
            let (owner, place) = match named(mesh, &ends, service, &name.value) {
                Some(owner) => (owner, owner.place),
                None => *first.entry(&name.value).or_insert((service, name.place)),
            };
            if owner.id != service.id {
                findings.push(problems::one_sni(&name.value, (service, name.place), (owner, place)));
            }
        }
    }
}

/// The service that goes by this name where `service` is called: `api`, `api.shop`, `api.shop.svc`, a full
/// name, or the name for callers in other clusters.
fn named<'m>(mesh: &'m Mesh, ends: &BTreeSet<String>, service: &Service, name: &str) -> Option<&'m Service> {
    let bare = ends.iter().find_map(|end| name.strip_suffix(end.as_str())).unwrap_or(name);
    let (host, namespace) = bare.split_once('.').unwrap_or((bare, &service.namespace));
    let key = |service: &Service| (service.namespace.clone(), service.name.clone());
    let found = mesh.services.binary_search_by_key(&(namespace.to_owned(), host.to_owned()), key).ok()?;
    mesh.services.get(found)
}
