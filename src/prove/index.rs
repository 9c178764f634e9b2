//! Objects by what they are about.

use std::collections::{BTreeMap, BTreeSet};

use super::listed::Routes;
use crate::istio::ClassObjects;
use crate::istio::kind::destination_rule::{DestinationRuleSpec, Subset};
use crate::istio::kind::object::{Metadata, Object, Spec};
use crate::istio::kind::service::ServiceSpec;
use crate::istio::kind::service_entry::ServiceEntrySpec;
use crate::istio::kind::virtual_service::VirtualServiceSpec;

/// The objects of one service in one class of clusters.
#[derive(Default)]
pub struct Index<'o> {
    /// By host.
    pub entries: BTreeMap<&'o str, Vec<(&'o Metadata, &'o ServiceEntrySpec)>>,
    /// By host.
    pub rules: BTreeMap<&'o str, (&'o Metadata, &'o DestinationRuleSpec)>,
    pub routes: Vec<(&'o Metadata, &'o VirtualServiceSpec, Routes<'o>)>,
    /// By host and name.
    subsets: BTreeMap<(&'o str, &'o str), &'o Subset>,
    pub stand_in: Option<(&'o Metadata, &'o ServiceSpec)>,
    /// What is wrong with them together: objects that are there twice, or several for one host.
    pub wrong: Vec<String>,
}

impl<'o> Index<'o> {
    /// Every object in its place.
    pub fn of(objects: &'o ClassObjects) -> Self {
        let ClassObjects { members: _, objects, stand_in, origins: _ } = objects;
        let all = || objects.iter().map(|(_, object)| object);
        let mut index = Self { wrong: doubled(all()), ..Self::default() };
        all().for_each(|object| index.add(object));
        if let Some(Object { metadata, spec: Spec::Service(spec), .. }) = stand_in {
            index.stand_in = Some((metadata, spec));
        }
        index
    }

    fn add(&mut self, object: &'o Object) {
        let metadata = &object.metadata;
        match &object.spec {
            Spec::ServiceEntry(spec) => {
                for host in &spec.hosts {
                    self.entries.entry(host).or_default().push((metadata, spec));
                }
            }
            Spec::DestinationRule(spec) => {
                if self.rules.insert(&spec.host, (metadata, spec)).is_some() {
                    self.twice("a DestinationRule", &spec.host);
                }
                let mut names = BTreeSet::new();
                for subset in &spec.subsets {
                    self.subsets.entry((&spec.host, &subset.name)).or_insert(subset);
                    if !names.insert(&subset.name) {
                        self.twice(&format!("subset `{}`", subset.name), &spec.host);
                    }
                }
            }
            Spec::VirtualService(spec) => {
                let known: Vec<&String> = self.routes.iter().flat_map(|(_, known, _)| &known.hosts).collect();
                for host in spec.hosts.iter().filter(|host| known.contains(host)) {
                    self.twice("a VirtualService", host);
                }
                self.routes.push((metadata, spec, Routes::of(spec)));
            }
            Spec::Gateway(_) | Spec::EnvoyFilter(_) | Spec::Service(_) => {
                self.wrong.push(format!("{} `{}` belongs to no service", object.kind(), metadata.name));
            }
        }
    }

    fn twice(&mut self, what: &str, host: &str) {
        self.wrong.push(format!("{what} for `{host}` would be written twice"));
    }

    /// A subset of a host.
    pub fn subset(&self, host: &str, name: &str) -> Option<&'o Subset> {
        self.subsets.get(&(host, name)).copied()
    }
}

/// Objects that are there twice, by kind, namespace and name.
pub fn doubled<'o>(objects: impl Iterator<Item = &'o Object>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let twice = objects.filter(|object| {
        let Metadata { name, namespace, .. } = &object.metadata;
        !seen.insert((object.kind(), namespace, name))
    });
    let said = |object: &Object| {
        let Metadata { name, namespace, .. } = &object.metadata;
        format!("{} `{namespace}/{name}` would be written twice", object.kind())
    };
    twice.map(said).collect()
}
