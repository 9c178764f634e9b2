//! The requests that no step may lose.
//!
//! Enters: one part of the mesh. Leaves: its requests that are served before and after, each with the places where it may end.
//! Refuses to know: steps.

use std::collections::BTreeSet;

use super::answer::answer;
use super::mix::Guarded;
use super::scene::{Stage, routing};
use crate::trace::Tracer;
use crate::trace::object::Unreadable;

/// The requests of a part that both sides serve, and where they may end: as either says in any of the worlds.
pub(super) fn of(stage: &Stage) -> Result<Vec<Guarded>, Unreadable> {
    let [old_world, new_world, first, last] = &stage.worlds;
    let [old, new] = [&stage.old, &stage.new].map(routing);
    let before = Tracer::new(old_world, &old);
    let after = Tracer::new(new_world, &new);
    let others: Vec<Tracer<'_>> = [(first, &old), (first, &new), (last, &old), (last, &new)]
        .map(|(world, routing)| Tracer::new(world, routing))
        .into();
    let mut all: Vec<Guarded> = Vec::new();
    let mut seen = BTreeSet::new();
    for ask in &stage.asks {
        let app = ask.app();
        let (Some(one), Some(other)) =
            (answer(&before, &ask.request, app)?, answer(&after, &ask.request, app)?)
        else {
            continue;
        };
        let caller = &ask.request.caller;
        let key =
            (caller.cluster.clone(), caller.gateway.clone(), ask.request.host.clone(), ask.request.port);
        let is_new = seen.insert((key, one.route.clone(), other.route.clone(), one.features.clone()));
        if one.is_lossy() || other.is_lossy() || !(is_new || ask.is_own) {
            continue;
        }
        let mut allowed: BTreeSet<String> = one.places.keys().chain(other.places.keys()).cloned().collect();
        for tracer in &others {
            let places = answer(tracer, &ask.request, app)?.map(|answer| answer.places).unwrap_or_default();
            allowed.extend(
                places.into_keys().filter(|place| !place.starts_with("error:") && place != "passthrough"),
            );
        }
        if let Some(intent) = &stage.intent {
            allowed.extend(intent.also(&allowed, &stage.worlds));
        }
        all.push(Guarded { ask: ask.clone(), allowed });
    }
    Ok(all)
}

impl Stage {
    /// Whether nothing but objects may change.
    pub(super) fn worlds_are_same(&self) -> bool {
        let [old, new, _, _] = &self.worlds;
        old == new
    }
}
