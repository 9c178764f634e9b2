//! The order in which a change loses no request.
//!
//! Enters: a scene. Leaves: steps, each safe in any order of clusters and objects; or why there are none. Refuses to know: how
//! they are shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::document::Document;
use super::ground::{Attempt, Ground};
use super::mix::{Counterexample, Move};
use super::scene::Scene;
use super::second;
use super::slot::Slot;
use crate::trace::object::Unreadable;

/// What a change needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: any order will do.
    OneGo,
    /// Objects of old and new, in an order.
    Phases,
    /// Objects that are both for a while.
    Generation,
    /// An object under a second name for a while.
    SecondName,
    /// Something in the middle that nobody but people can do.
    WorldStep,
    /// No order was found.
    None,
}

/// A whole plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the change needs.
    pub verdict: Verdict,
    /// In order.
    pub steps: Vec<Step>,
    /// After which step people must act, if they must: so many steps are done before.
    pub waits_at: Option<usize>,
    /// Why it is not one step, or why there are none.
    pub counterexample: Option<Counterexample>,
    /// How many requests are served before and after, and so guarded.
    pub guarded: usize,
}

/// One step: all of it may be applied in any order, and be undone.
#[derive(Clone, Debug)]
pub struct Step {
    /// `expand`, `migrate`, `contract`, or parts of these.
    pub name: &'static str,
    /// What changes.
    pub moves: Vec<Move>,
}

/// Finds the steps.
pub fn plan(scene: &Scene) -> Result<Plan, Unreadable> {
    let mut ground = Ground::of(scene)?;
    let guarded = ground.guarded.iter().map(Vec::len).sum();
    let everything = ground.whole(|_| Slot::Migrate);
    let counterexample = ground.shortest(&everything)?;
    let plan =
        |verdict, steps, waits_at, counterexample| Plan { verdict, steps, waits_at, counterexample, guarded };
    if counterexample.is_none() {
        let steps = ground.steps(&everything, &[&Slot::ALL[..]]);
        return Ok(plan(Verdict::OneGo, named_one(steps), None, None));
    }
    let found = match ground.find()? {
        Some(found) => Some((found, false)),
        None if second::names(&mut ground.forms)? => {
            ground.index();
            ground.find()?.map(|found| (found, true))
        }
        None => None,
    };
    let Some((attempt, has_second_names)) = found else {
        return Ok(plan(Verdict::None, Vec::new(), None, counterexample));
    };
    let slots = ground.merged(&attempt)?;
    let borrowed: Vec<&[Slot]> = slots.iter().map(Vec::as_slice).collect();
    let steps = ground.steps(&attempt, &borrowed);
    let waits_at = attempt.moves_after.map(|after| {
        slots
            .iter()
            .zip(&steps_of(&ground, &attempt, &slots))
            .filter(|(slots, is_step)| **is_step && slots.iter().all(|slot| *slot <= after))
            .count()
    });
    let verdict = if waits_at.is_some() {
        Verdict::WorldStep
    } else if has_second_names {
        Verdict::SecondName
    } else if ground.has_phases()? {
        Verdict::Phases
    } else {
        Verdict::Generation
    };
    Ok(plan(verdict, steps, waits_at, counterexample))
}

fn named_one(mut steps: Vec<Step>) -> Vec<Step> {
    for step in &mut steps {
        step.name = "apply";
    }
    steps
}

/// Which groups of slots change anything.
fn steps_of(ground: &Ground<'_>, attempt: &Attempt, slots: &[Vec<Slot>]) -> Vec<bool> {
    let changes = |slots: &Vec<Slot>| {
        ground.forms.iter().zip(&attempt.paths).any(|(forms, path)| forms.moved(*path, slots).is_some())
    };
    slots.iter().map(changes).collect()
}

impl Step {
    /// What a cluster gets: what is applied, what goes.
    #[must_use]
    pub fn of_cluster(&self, cluster: &str) -> (Vec<&Arc<Document>>, Vec<&Arc<Document>>) {
        let own = || self.moves.iter().filter(|change| change.cluster == cluster);
        let applied = own().filter_map(|change| change.to.as_ref());
        let deleted = own().filter(|change| change.to.is_none()).filter_map(|change| change.from.as_ref());
        (applied.collect(), deleted.collect())
    }

    /// The clusters in which something changes.
    #[must_use]
    pub fn clusters(&self) -> BTreeSet<&str> {
        self.moves.iter().map(|change| change.cluster.as_str()).collect()
    }
}

impl Verdict {
    /// For programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::OneGo => "one-go",
            Self::Phases => "phases",
            Self::Generation => "generation",
            Self::SecondName => "second-name",
            Self::WorldStep => "world-step",
            Self::None => "none",
        }
    }
}
