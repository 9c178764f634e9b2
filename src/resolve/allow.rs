//! `mesh.allow`: findings that a team has judged.

use std::collections::BTreeSet;

use super::entries;
use super::problems::allow as problems;
use crate::diagnostic::allow::{Allowance, Whereabouts};
use crate::diagnostic::{Code, Finding, Severity};
use crate::input::Input;
use crate::input::mesh::Allowance as Written;
use crate::source::{Place, Span};

/// The sound ones. `complete` is false if some cluster or service could not be read.
pub fn all(input: &Input, complete: bool, findings: &mut Vec<Finding>) -> Vec<Allowance> {
    let keys = Keys::of(input);
    let resolved = |Written { place, code, reason, at }: &Written, findings: &mut Vec<Finding>| {
        let before = findings.len();
        let known = Code::ALL.iter().copied().find(|known| known.name() == code.value);
        match known {
            None => findings.push(problems::no_code(code)),
            Some(known) if known.severity() == Severity::Error => findings.push(problems::is_an_error(code)),
            Some(_) => {}
        }
        if reason.value.trim().is_empty() {
            findings.push(problems::no_reason(reason.place));
        }
        if at.is_illegible() {
            return None;
        }
        let whereabouts =
            at.written().map(|at| Whereabouts { name: at.value.clone(), spans: keys.spans(&at.value) });
        if let (Some(at), Some(found)) = (at.written(), &whereabouts)
            && found.spans.is_empty()
            && complete
        {
            findings.push(problems::not_a_key(at, &keys.names()));
        }
        let sound = findings.len() == before;
        known.filter(|_| sound).map(|code| Allowance {
            code,
            reason: reason.value.clone(),
            at: whereabouts,
            place: *place,
        })
    };
    entries(&input.mesh.allow).0.iter().filter_map(|entry| resolved(entry, findings)).collect()
}

/// The keys of clusters and services, as people name these, and where they stand.
struct Keys {
    keys: Vec<(String, Place)>,
    /// Where something else begins, too.
    others: BTreeSet<Place>,
}

impl Keys {
    fn of(input: &Input) -> Self {
        let clusters = input.clusters.entries.iter().map(|it| (it.name.value.clone(), it.name.place));
        let services = input.services.entries.iter().map(|it| (it.name.to_string(), it.place));
        let routes = input.routes.entries.iter().map(|it| (it.service.to_string(), it.place));
        let others = input.gateways.entries.iter().map(|it| it.name.place).chain(input.clusters_place);
        Self { keys: clusters.chain(services).chain(routes).collect(), others: others.collect() }
    }

    fn names(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.keys.iter().map(|(name, _)| name).collect();
        names.into_iter().cloned().collect()
    }

    /// From each key of that name to where the next one begins.
    fn spans(&self, name: &str) -> Vec<Span> {
        let own = self.keys.iter().filter(|(key, _)| key == name);
        let starts = || self.keys.iter().map(|(_, place)| place).chain(&self.others).map(|place| place.span);
        own.map(|(_, place)| {
            let Span { source, start, end: _ } = place.span;
            let next =
                starts().filter(|next| next.source == source && next.start > start).map(|next| next.start);
            Span { source, start, end: next.min().unwrap_or(u32::MAX) }
        })
        .collect()
    }
}
