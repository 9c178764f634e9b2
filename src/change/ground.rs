//! Plans, tried: who changes when, and whether a mix of some step loses a request.
//!
//! Enters: a scene. Leaves: an attempt that loses nothing, and its steps. Refuses to know: what a plan is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document::{Document, Id};
use super::guard;
use super::mix::{Counterexample, Guarded, Move, lossy};
use super::plan::Step;
use super::scene::{Objects, Scene, Stage};
use super::second;
use super::slot::{Forms, Path, Role, Slot, Split};
use crate::trace::object::Unreadable;
use crate::trace::world::World;

/// All that plans are tried on.
pub(super) struct Ground<'s> {
    pub(super) scene: &'s Scene,
    pub(super) forms: Vec<Forms>,
    /// Of each stage: the numbers of its forms, those of gateways included.
    own: Vec<Vec<usize>>,
    pub(super) guarded: Vec<Vec<Guarded>>,
}

/// One way to do it.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) split: Split,
    /// After which slot the world changes, if it must.
    pub(super) moves_after: Option<Slot>,
    pub(super) paths: Vec<Path>,
}

impl<'s> Ground<'s> {
    pub(super) fn of(scene: &'s Scene) -> Result<Self, Unreadable> {
        let plain: BTreeSet<String> = scene
            .joint
            .last
            .clusters
            .iter()
            .flat_map(|cluster| {
                let stages = scene.stages.iter().flat_map(|stage| &stage.part.services);
                stages.map(|(namespace, name)| cluster.host_of(name, namespace)).collect::<Vec<_>>()
            })
            .collect();
        let mut forms = Vec::new();
        for unit in scene.units.iter().cloned() {
            forms.extend(Forms::of(unit, &|host| plain.contains(host))?);
        }
        let mut ground = Self { scene, forms, own: Vec::new(), guarded: Vec::new() };
        ground.index();
        for (stage, own) in scene.stages.iter().zip(&ground.own) {
            let guarded =
                if own.is_empty() && stage.worlds_are_same() { Vec::new() } else { guard::of(stage)? };
            ground.guarded.push(guarded);
        }
        Ok(ground)
    }

    /// Which objects concern which part.
    pub(super) fn index(&mut self) {
        self.own = self
            .scene
            .stages
            .iter()
            .map(|stage| {
                let concerns = |forms: &Forms| {
                    let any = [&forms.old, &forms.union, &forms.new].into_iter().flatten().next();
                    any.is_some_and(|document| {
                        let hosts = document.piece.hosts();
                        hosts.is_empty() || !hosts.is_disjoint(&stage.part.hosts)
                    })
                };
                let numbered = self.forms.iter().enumerate();
                numbered.filter(|(_, forms)| concerns(forms)).map(|(index, _)| index).collect()
            })
            .collect();
    }

    /// Every object as a whole, at a slot by what it is for.
    pub(super) fn whole(&self, at: impl Fn(Role) -> Slot) -> Attempt {
        let paths = self.forms.iter().map(|forms| Path::Whole(at(forms.role))).collect();
        Attempt { split: Split { expand: true, contract: true }, moves_after: None, paths }
    }

    /// The first attempt of all that loses nothing.
    pub(super) fn find(&self) -> Result<Option<Attempt>, Unreadable> {
        let mut boundaries = vec![None];
        if !self.scene.joint.moves.is_empty() {
            boundaries.extend([Slot::Call, Slot::Serve, Slot::Migrate, Slot::Uncall].map(Some));
        }
        let splits = [(false, false), (true, false), (false, true), (true, true)];
        for moves_after in boundaries {
            for (expand, contract) in splits {
                if let Some(found) = self.with(Split { expand, contract }, moves_after)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// With these steps; each part finds the best time for what has no union.
    pub(super) fn with(
        &self,
        split: Split,
        moves_after: Option<Slot>,
    ) -> Result<Option<Attempt>, Unreadable> {
        let path = |forms: &Forms| {
            if forms.is_second() {
                forms.as_second(if split.expand { Slot::Serve } else { Slot::Call })
            } else {
                forms.path(split, Slot::Call)
            }
        };
        let mut attempt = Attempt { split, moves_after, paths: self.forms.iter().map(path).collect() };
        for index in second::replaced(&self.forms) {
            if let Some(path) = attempt.paths.get_mut(index) {
                *path = Path::Whole(if split.contract { Slot::Unserve } else { Slot::Uncall });
            }
        }
        for number in 0..self.own.len() {
            if !self.settles(&mut attempt, number)? {
                return Ok(None);
            }
        }
        // What one part settled of objects that others share may have been another's loss.
        for number in 0..self.own.len() {
            if self.loses(&attempt, number)? {
                return Ok(None);
            }
        }
        Ok(Some(attempt))
    }

    /// Whether a part loses nothing, once its objects without union have found their time.
    pub(super) fn settles(&self, attempt: &mut Attempt, number: usize) -> Result<bool, Unreadable> {
        if !self.loses(attempt, number)? {
            return Ok(true);
        }
        let own = self.own.get(number).map_or(&[][..], Vec::as_slice);
        let replaced = second::replaced(&self.forms);
        let mut groups: BTreeMap<(Role, &str), Vec<usize>> = BTreeMap::new();
        for index in own.iter().filter(|index| !replaced.contains(index)) {
            let Some(forms) = self.forms.get(*index) else { continue };
            if forms.union.is_none() && forms.role != Role::Route {
                groups.entry((forms.role, &forms.id.kind)).or_default().push(*index);
            }
        }
        let groups: Vec<Vec<usize>> = groups.into_values().collect();
        if groups.is_empty() || groups.len() > 4 {
            return Ok(false);
        }
        let times = [Slot::Call, Slot::Migrate, Slot::Uncall];
        let saved = attempt.paths.clone();
        for mut choice in 1..times.len().pow(u32::try_from(groups.len()).unwrap_or(0)) {
            attempt.paths.clone_from(&saved);
            for group in &groups {
                let time = times.get(choice % times.len()).copied().unwrap_or(Slot::Call);
                choice /= times.len();
                for index in group {
                    if let (Some(path), Some(forms)) = (attempt.paths.get_mut(*index), self.forms.get(*index))
                    {
                        *path = forms.path(attempt.split, time);
                    }
                }
            }
            if !self.loses(attempt, number)? {
                return Ok(true);
            }
        }
        attempt.paths = saved;
        Ok(false)
    }

    /// Whether some mix of some step loses a request of a part.
    pub(super) fn loses(&self, attempt: &Attempt, number: usize) -> Result<bool, Unreadable> {
        let slots: Vec<Vec<Slot>> = Slot::ALL.iter().map(|slot| vec![*slot]).collect();
        for slots in &slots {
            if self.lossy(attempt, number, slots, true)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A mix that loses a request of a part while some slots are one step.
    pub(super) fn lossy(
        &self,
        attempt: &Attempt,
        number: usize,
        slots: &[Slot],
        any: bool,
    ) -> Result<Option<Counterexample>, Unreadable> {
        let (Some(stage), Some(guarded)) = (self.scene.stages.get(number), self.guarded.get(number)) else {
            return Ok(None);
        };
        let (base, moves) = self.at(attempt, number, slots);
        let [_, _, first, last] = &stage.worlds;
        // Where the world changes under what is applied, that must be safe too.
        let starts = match attempt.moves_after {
            None => slots.first() == Some(&Slot::Serve),
            Some(after) => {
                slots.iter().find(|slot| **slot > after) == Slot::ALL.iter().find(|slot| **slot > after)
            }
        };
        if moves.is_empty() && (first == last || !starts) {
            return Ok(None);
        }
        for world in attempt.worlds(stage, slots) {
            if let Some(found) = lossy(stage, world, &base, &moves, guarded, any)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What a part has before a step, and what happens in it.
    pub(super) fn at(&self, attempt: &Attempt, number: usize, slots: &[Slot]) -> (Objects, Vec<Move>) {
        let Some(stage) = self.scene.stages.get(number) else { return (Objects::new(), Vec::new()) };
        let own = self.own.get(number).map_or(&[][..], Vec::as_slice);
        let mut base = stage.old.clone();
        let mut moves = Vec::new();
        let first = slots.first().copied().unwrap_or(Slot::Serve);
        let before: Vec<Slot> = Slot::ALL.into_iter().filter(|slot| *slot < first).collect();
        for index in own {
            let (Some(forms), Some(path)) = (self.forms.get(*index), attempt.paths.get(*index)) else {
                continue;
            };
            if let Some(done) = forms.moved(*path, &before) {
                put(&mut base, &forms.cluster, &forms.id, done.to);
            }
            moves.extend(forms.moved(*path, slots));
        }
        (base, moves)
    }

    /// The shortest mix that loses anything if all is one step.
    pub(super) fn shortest(&self, attempt: &Attempt) -> Result<Option<Counterexample>, Unreadable> {
        let mut best: Option<Counterexample> = None;
        for number in 0..self.own.len() {
            if let Some(found) = self.lossy(attempt, number, &Slot::ALL, false)?
                && best.as_ref().is_none_or(|best| found.applied.len() < best.applied.len())
            {
                best = Some(found);
            }
            if best.as_ref().is_some_and(|best| best.applied.len() <= 1) {
                break;
            }
        }
        Ok(best)
    }

    /// Steps between which nobody has to wait are one.
    pub(super) fn merged(&self, attempt: &Attempt) -> Result<Vec<Vec<Slot>>, Unreadable> {
        let mut groups: Vec<Vec<Slot>> = Vec::new();
        for slot in Slot::ALL {
            let with_last = groups.last().map(|last| last.iter().copied().chain([slot]).collect::<Vec<_>>());
            let is_boundary = attempt.moves_after.is_some_and(|after| {
                groups.last().and_then(|last| last.last()).is_some_and(|last| *last <= after) && slot > after
            });
            match with_last {
                Some(joined) if !is_boundary && self.is_safe(attempt, &joined)? => {
                    if let Some(last) = groups.last_mut() {
                        *last = joined;
                    }
                }
                Some(_) | None => groups.push(vec![slot]),
            }
        }
        Ok(groups)
    }

    pub(super) fn is_safe(&self, attempt: &Attempt, slots: &[Slot]) -> Result<bool, Unreadable> {
        for number in 0..self.own.len() {
            if self.lossy(attempt, number, slots, true)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether whole objects would do: what comes before routes, what goes behind them, what changes on either side.
    pub(super) fn has_phases(&self) -> Result<bool, Unreadable> {
        for (serve, call) in [
            (Slot::Serve, Slot::Call),
            (Slot::Unserve, Slot::Uncall),
            (Slot::Serve, Slot::Uncall),
            (Slot::Unserve, Slot::Call),
        ] {
            let path = |forms: &Forms| {
                Path::Whole(match (forms.role, &forms.old, &forms.new) {
                    (Role::Route, _, _) => Slot::Migrate,
                    (Role::Serve, None, _) => Slot::Serve,
                    (Role::Call, None, _) => Slot::Call,
                    (Role::Serve, Some(_), None) => Slot::Unserve,
                    (Role::Call, Some(_), None) => Slot::Uncall,
                    (Role::Serve, Some(_), Some(_)) => serve,
                    (Role::Call, Some(_), Some(_)) => call,
                })
            };
            let split = Split { expand: true, contract: true };
            let attempt = Attempt { split, moves_after: None, paths: self.forms.iter().map(path).collect() };
            let mut is_safe = true;
            for number in 0..self.own.len() {
                is_safe = is_safe && !self.loses(&attempt, number)?;
            }
            if is_safe {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The steps of an attempt, without empty ones.
    pub(super) fn steps(&self, attempt: &Attempt, groups: &[&[Slot]]) -> Vec<Step> {
        let step = |slots: &&[Slot]| {
            let moves: Vec<Move> = self
                .forms
                .iter()
                .zip(&attempt.paths)
                .filter_map(|(forms, path)| forms.moved(*path, slots))
                .collect();
            let is_busy = |slot: &Slot| {
                let mut all = self.forms.iter().zip(&attempt.paths);
                all.any(|(forms, path)| forms.moved(*path, &[*slot]).is_some())
            };
            let busy: Vec<Slot> = slots.iter().copied().filter(is_busy).collect();
            (!moves.is_empty()).then(|| Step { name: name(&busy, attempt.split), moves })
        };
        groups.iter().filter_map(step).collect()
    }
}

impl Attempt {
    /// The worlds in which a step must be safe.
    pub(super) fn worlds<'w>(&self, stage: &'w Stage, slots: &[Slot]) -> Vec<&'w World> {
        let [_, _, first, last] = &stage.worlds;
        match self.moves_after {
            _ if first == last => vec![last],
            Some(after) if slots.iter().all(|slot| *slot <= after) => vec![first],
            Some(after) if slots.iter().all(|slot| *slot > after) => vec![last],
            Some(_) | None => vec![first, last],
        }
    }
}

/// What a step is called, by the slots in which it changes anything.
fn name(slots: &[Slot], split: Split) -> &'static str {
    let has = |slot: Slot| slots.contains(&slot);
    let (serves, calls) = (has(Slot::Serve), has(Slot::Call));
    let (unserves, uncalls) = (has(Slot::Unserve), has(Slot::Uncall));
    match (has(Slot::Migrate), serves || calls, unserves || uncalls) {
        (true, _, _) => "migrate",
        (false, true, true) if !serves && !unserves => "call",
        (false, true, true) => "change",
        (false, true, false) if split.expand && !calls => "expand-serve",
        (false, true, false) if split.expand && !serves => "expand-call",
        (false, true, false) => "expand",
        (false, false, true) if split.contract && !unserves => "contract-call",
        (false, false, true) if split.contract && !uncalls => "contract-serve",
        (false, false, true) => "contract",
        (false, false, false) => "clean",
    }
}

/// Puts an object into the objects of a part.
fn put(objects: &mut Objects, cluster: &str, id: &Id, form: Option<Arc<Document>>) {
    let own = objects.entry(cluster.to_owned()).or_default();
    own.retain(|document| document.id != *id);
    own.extend(form);
}
