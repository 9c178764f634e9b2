//! Which `VirtualService` counts for a service: for everybody, and for callers of namespaces that have one of their own.
//!
//! Enters: all of them. Leaves: a [`Choice`]. Refuses to know: what they say.

use std::collections::{BTreeMap, BTreeSet};

use super::VirtualService;
use crate::foreign::known::{Key, Known};
use crate::foreign::problems;
use crate::input::join::agree;
use crate::input::reader::Reader;
use crate::source::At;

/// Who answers for a service.
pub struct Choice<'v, 't> {
    /// For everybody else.
    pub public: Option<Chosen<'v, 't>>,
    /// For the callers of a namespace that get another one.
    pub private: BTreeMap<&'v str, Chosen<'v, 't>>,
}

/// The one that counts, and the host by which it is named.
#[derive(Clone, Copy)]
pub struct Chosen<'v, 't> {
    pub service: &'v VirtualService<'t>,
    pub host: &'v At<String>,
    how: usize,
}

impl<'v, 't> Choice<'v, 't> {
    pub fn of(
        key: &Key,
        all: &'v [VirtualService<'t>],
        cluster: Option<&str>,
        known: &Known<'_>,
        reader: &mut Reader,
    ) -> Self {
        let candidates: Vec<Chosen<'v, 't>> = all
            .iter()
            .filter(|service| service.is_for_mesh() && service.object.is_for(cluster))
            .filter_map(|service| {
                let (how, host) = service.names(key, known)?;
                Some(Chosen { service, host, how })
            })
            .collect();
        let public = chosen(&candidates, None, reader);
        let namespaces: BTreeSet<&'v str> =
            candidates.iter().flat_map(|candidate| &candidate.service.export).map(String::as_str).collect();
        let mut private = BTreeMap::new();
        for namespace in namespaces {
            if let Some(chosen) = chosen(&candidates, Some(namespace), reader)
                && !chosen.service.export.is_empty()
            {
                private.insert(namespace, chosen);
            }
        }
        Self { public, private }
    }
}

/// The one that counts for the callers of a namespace, or for those of all that none names.
fn chosen<'v, 't>(
    candidates: &[Chosen<'v, 't>],
    namespace: Option<&str>,
    reader: &mut Reader,
) -> Option<Chosen<'v, 't>> {
    let is_private = |candidate: &Chosen<'v, 't>| !candidate.service.export.is_empty();
    let sees = |candidate: &&Chosen<'v, 't>| {
        !is_private(candidate)
            || namespace.is_some_and(|namespace| candidate.service.export.iter().any(|to| to == namespace))
    };
    let mut seen: Vec<Chosen<'v, 't>> = candidates.iter().filter(sees).copied().collect();
    let class = |candidate: &Chosen<'v, 't>| {
        let is_of = |namespace| candidate.service.object.namespace == namespace;
        // Its own namespace's, those that are exported to it, those for everybody.
        let whose = match (is_private(candidate), namespace.is_some_and(is_of)) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => 2,
        };
        (std::cmp::Reverse(candidate.how), whose)
    };
    seen.sort_by(|a, b| {
        let key = |one: &Chosen<'v, 't>| class(one);
        key(a).cmp(&key(b)).then_with(|| a.service.object.age().cmp(&b.service.object.age()))
    });
    let (first, others) = seen.split_first()?;
    for other in others.iter().filter(|other| class(other) == class(first)) {
        if agree(first.service.object.spec, other.service.object.spec) {
            continue;
        }
        let aged = first.service.object.created.is_some() && other.service.object.created.is_some();
        reader.report(problems::two_for_a_host(
            (&other.service.object, other.host.place),
            (&first.service.object, first.host.place),
            aged,
        ));
    }
    Some(*first)
}
