//! The next generation: what is applied, one step on.
//!
//! Enters: a plan, made anew from what is applied. Leaves: its first step. Refuses to know: which steps were done before.
//! None has to be: an object that is both stays both when it is joined with what is wanted, and one that is as wanted
//! stays so. So plans that are made one after the other end, whatever is wanted by then.

use super::plan::{Plan, Step, Verdict};
use super::scene::{Scene, Side};
use super::state::State;
use super::world::Joint;

/// What is to be done next.
#[derive(Clone, Debug)]
pub enum Next<'p> {
    /// Nothing is left.
    Done,
    /// All clusters become like this.
    Step {
        /// What changes.
        step: &'p Step,
        /// What comes behind it.
        left: &'p [Step],
        /// What is applied when it is done.
        state: State,
    },
    /// People must act on the way, and no bundle shows whether they have.
    Yours,
    /// No order was found.
    Nowhere,
}

impl Scene {
    /// A change that may be under way: what the steps ahead need is there already, so what is applied may count on it.
    #[must_use]
    pub fn under_way(old: Side, new: Side) -> Self {
        let world = Joint::of(&old.world, &new.world).first;
        Self::of(Side { world, ..old }, new)
    }
}

impl Plan {
    /// Its first step.
    #[must_use]
    pub fn next(&self, scene: &Scene) -> Next<'_> {
        match (self.verdict, self.steps.split_first()) {
            (Verdict::None, _) => Next::Nowhere,
            (Verdict::WorldStep, _) => Next::Yours,
            (_, None) => Next::Done,
            (_, Some((step, left))) => {
                let first = self.states(&scene.old.state, &scene.new.state).into_iter().next();
                let wanted = scene.new.state.clone();
                // The last one is what is wanted to the letter, comments and order included.
                let state = first.filter(|_| !left.is_empty()).unwrap_or(wanted);
                Next::Step { step, left, state }
            }
        }
    }
}
