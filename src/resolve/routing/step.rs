//! `steps`: all of them have the destinations of all, so that from step to step only weights change.

use std::collections::BTreeMap;

use super::Reader;
use crate::diagnostic::Finding;
use crate::input::{self, Listed, Written};
use crate::model::step::{Gate, Step, Steps};
use crate::model::{Destination, Service, ServiceId};
use crate::resolve::problems::step as problems;
use crate::resolve::value::duration;
use crate::source::{At, StepChoice};

/// Steps that the command line asks for, by service.
pub struct Chosen {
    /// And whether the service has any.
    known: BTreeMap<ServiceId, (StepChoice, bool)>,
    unknown: Vec<StepChoice>,
}

impl Chosen {
    /// The last word about a service counts.
    pub fn of(choices: &[StepChoice], ids: &BTreeMap<(String, String), ServiceId>) -> Self {
        let mut chosen = Self { known: BTreeMap::new(), unknown: Vec::new() };
        for choice in choices {
            let (namespace, name) = choice.service.split_once('/').unwrap_or(("default", &choice.service));
            match ids.get(&(namespace.to_owned(), name.to_owned())) {
                Some(id) => drop(chosen.known.insert(*id, (choice.clone(), false))),
                None => chosen.unknown.push(choice.clone()),
            }
        }
        chosen
    }

    /// The step that is asked for.
    fn of_service(&mut self, id: ServiceId) -> Option<usize> {
        let (choice, met) = self.known.get_mut(&id)?;
        *met = true;
        Some(choice.step)
    }

    /// What was asked for where there are no steps.
    pub fn unmet(&self, services: &[Service], complete: bool, findings: &mut Vec<Finding>) {
        if complete {
            findings.extend(self.unknown.iter().map(|choice| problems::step_of_nothing(choice, services)));
            let unmet = self.known.values().filter(|(_, met)| !met);
            findings.extend(unmet.map(|(choice, _)| problems::no_steps(choice)));
        }
    }
}

impl Reader<'_> {
    /// The destinations of all steps with the shares of the one that is built, and the chain.
    pub(super) fn steps(
        &mut self,
        service: &Service,
        written: &At<Listed<input::routing::Step>>,
        at: &Written<u32>,
    ) -> Option<(Vec<Destination>, Steps)> {
        let chosen = self.chosen.of_service(service.id);
        let At { value: Listed { entries, complete }, place } = written;
        if entries.is_empty() && *complete {
            self.findings.push(problems::no_step(*place));
            return None;
        }
        let mut read = Vec::with_capacity(entries.len());
        for input::routing::Step { to, gate } in entries {
            let to = to.written().and_then(|to| self.destinations(service.id, to));
            let gate = self.gate(gate);
            read.extend(to.zip(gate));
        }
        let built = match (chosen, at) {
            (Some(chosen), _) => chosen,
            (None, Written::Absent) => 1,
            (None, Written::Illegible) => return None,
            (None, Written::As(at)) => usize::try_from(at.value).unwrap_or(usize::MAX),
        };
        if !complete || read.len() < entries.len() {
            return None;
        }
        if built == 0 || built > read.len() {
            let at = at.written().filter(|_| chosen.is_none());
            self.findings.push(problems::no_such_step(service, built, read.len(), at, *place));
            return None;
        }
        let (union, steps) = self.union(read)?;
        let weights = steps.get(built - 1).map(|step| step.weights.clone()).unwrap_or_default();
        let built_to = union.into_iter().zip(weights).map(|(to, weight)| Destination { weight, ..to });
        Some((built_to.collect(), Steps { place: *place, at: built - 1, steps }))
    }

    /// The destinations of all steps, each once, and their shares in each step.
    fn union(&mut self, read: Vec<(Vec<Destination>, Gate)>) -> Option<(Vec<Destination>, Vec<Step>)> {
        let same = |one: &Destination, other: &Destination| {
            (one.service, one.pick, one.cluster, one.port)
                == (other.service, other.pick, other.cluster, other.port)
        };
        let mut union: Vec<Destination> = Vec::new();
        let mut sound = true;
        for to in read.iter().flat_map(|(step, _)| step) {
            match union.iter().find(|known| same(known, to)) {
                Some(known) if known.headers != to.headers => {
                    self.findings.push(problems::other_headers(to, known));
                    sound = false;
                }
                Some(_) => {}
                None => union.push(to.clone()),
            }
        }
        let weight = |step: &[Destination], to: &Destination| {
            step.iter().find(|other| same(other, to)).map_or(0, |to| to.weight)
        };
        let step = |(step, gate): (Vec<Destination>, Gate)| Step {
            weights: union.iter().map(|to| weight(&step, to)).collect(),
            gate,
        };
        let steps = read.into_iter().map(step).collect();
        sound.then_some((union, steps))
    }

    fn gate(&mut self, written: &Written<input::routing::Gate>) -> Option<Gate> {
        let input::routing::Gate { pause, check } = match written {
            Written::Absent => return Some(Gate::default()),
            Written::Illegible => return None,
            Written::As(gate) => &gate.value,
        };
        if pause.is_absent() && check.is_absent() {
            self.findings.extend(written.place().map(problems::empty_gate));
            return None;
        }
        let timed = match pause.written() {
            Some(pause) => duration::duration(pause, "pause", self.findings).is_ok(),
            None => !pause.is_illegible(),
        };
        let gate = Gate { pause: pause.value().cloned(), check: check.value().cloned() };
        (timed && !check.is_illegible()).then_some(gate)
    }
}
