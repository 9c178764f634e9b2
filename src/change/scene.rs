//! A change: two states, the worlds that they are for, and what of them can be judged alone.
//!
//! Enters: both sides. Leaves: stages, one a part of the mesh, on which requests are made. Refuses to know: what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answer::{Answer, answer};
use super::ask::{self, Ask};
use super::document::Document;
use super::intent::Intent;
use super::part::{Part, Parts};
use super::state::{State, Unit};
use super::world::Joint;
use crate::trace::Tracer;
use crate::trace::object::{Held, Piece, Routing, Unreadable};
use crate::trace::world::World;

/// One side of a change.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// What is applied.
    pub state: State,
    /// What exists.
    pub world: World,
}

/// Both sides.
#[derive(Debug)]
pub struct Scene {
    /// As it is.
    pub old: Side,
    /// As it is to be. Stand-ins are never removed, so those of old are still there.
    pub new: Side,
    /// What exists on the way.
    pub joint: Joint,
    /// What differs.
    pub units: Vec<Unit>,
    /// Parts that can be judged alone.
    pub stages: Vec<Stage>,
}

/// One part of the mesh, with all that its requests see.
#[derive(Debug)]
pub struct Stage {
    /// Its names.
    pub part: Part,
    /// Its objects in each cluster, and what is said of gateways there, as of old and as wanted.
    pub old: Objects,
    /// As wanted.
    pub new: Objects,
    /// Of old, as wanted, and on the way: first, last.
    pub worlds: [World; 4],
    /// The requests.
    pub asks: Vec<Ask>,
    /// What the change is meant to do, if somebody says it.
    pub intent: Option<Arc<Intent>>,
}

/// Objects by cluster.
pub type Objects = BTreeMap<String, Vec<Arc<Document>>>;

/// A request with what becomes of it, before and after.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request.
    pub ask: Ask,
    /// Nobody can make it if both are dead.
    pub before: Answer,
    /// After the change.
    pub after: Answer,
}

impl Scene {
    /// Divides a change.
    #[must_use]
    pub fn of(old: Side, mut new: Side) -> Self {
        keep_stand_ins(&old.state, &mut new.state);
        let joint = Joint::of(&old.world, &new.world);
        let parts = Parts::of(&[&old.state, &new.state], &[&old.world, &new.world]);
        let worlds: Vec<Vec<World>> =
            [&old.world, &new.world, &joint.first, &joint.last].map(|world| parts.worlds(world)).into();
        let [before, after] = [&old.state, &new.state].map(|state| divided(state, &parts));
        let mut stages = Vec::new();
        let of_parts = before.into_iter().zip(after).zip(parts.parts.iter().cloned());
        for (index, ((old, new), part)) in of_parts.enumerate() {
            let world =
                |side: usize| worlds.get(side).and_then(|all| all.get(index)).cloned().unwrap_or_default();
            let worlds = [world(0), world(1), world(2), world(3)];
            let [_, _, _, last] = &worlds;
            let asks = ask::all(&part, last, &[&old, &new]);
            stages.push(Stage { part, old, new, worlds, asks, intent: None });
        }
        let units = old.state.units(&new.state);
        Self { old, new, joint, units, stages }
    }

    /// The same change, with what it is meant to do.
    #[must_use]
    pub fn meant(mut self, intent: &Arc<Intent>) -> Self {
        for stage in &mut self.stages {
            stage.intent = Some(Arc::clone(intent));
        }
        self
    }

    /// What becomes of all requests, before and after.
    pub fn asked(&self) -> Result<Vec<Asked>, Unreadable> {
        let mut all = Vec::new();
        for stage in &self.stages {
            all.extend(stage.asked()?);
        }
        Ok(all)
    }

    /// All clusters, before or after.
    #[must_use]
    pub fn clusters(&self) -> BTreeSet<String> {
        self.joint.last.clusters.iter().map(|cluster| cluster.name.clone()).collect()
    }
}

impl Stage {
    /// What becomes of its requests. Those that turn out not to be told apart are left out.
    pub fn asked(&self) -> Result<Vec<Asked>, Unreadable> {
        let [old_world, new_world, _, _] = &self.worlds;
        let [old, new] = [&self.old, &self.new].map(routing);
        let [before, after] = [Tracer::new(old_world, &old), Tracer::new(new_world, &new)];
        let same = old_world == new_world && self.is_same();
        let mut all: Vec<Asked> = Vec::new();
        for ask in &self.asks {
            let app = ask.app();
            let first = answer(&before, &ask.request, app)?.unwrap_or_else(nobody);
            let last =
                if same { first.clone() } else { answer(&after, &ask.request, app)?.unwrap_or_else(nobody) };
            if first.is_dead() && last.is_dead() {
                continue;
            }
            let asked = Asked { ask: ask.clone(), before: first, after: last };
            if ask.is_own || !all.iter().any(|known| known.is_like(&asked)) {
                all.push(asked);
            }
        }
        all.retain(|asked| asked.ask.is_own || !asked.before.ends_as(&asked.after));
        Ok(all)
    }

    /// Whether nothing of it changes.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let clusters: BTreeSet<&String> = self.old.keys().chain(self.new.keys()).collect();
        clusters.into_iter().all(|cluster| {
            let [old, new] =
                [&self.old, &self.new].map(|objects| objects.get(cluster).map_or(&[][..], Vec::as_slice));
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| Arc::ptr_eq(old, new) || old.says_as(new))
        })
    }

    /// An object as far as it concerns this part.
    #[must_use]
    pub fn piece(&self, document: &Document) -> Piece {
        document.piece.cut_to(&self.part.hosts)
    }
}

impl Asked {
    /// Whether another request of the same caller by the same name shows the same.
    fn is_like(&self, other: &Self) -> bool {
        let [one, two] = [self, other].map(|asked| &asked.ask.request);
        one.caller.cluster == two.caller.cluster
            && one.caller.gateway == two.caller.gateway
            && one.host == two.host
            && one.port == two.port
            && self.before.route == other.before.route
            && self.after.route == other.after.route
    }
}

impl Ask {
    /// The label `app` of the pods that are meant.
    #[must_use]
    pub fn app(&self) -> &str {
        self.service.rsplit('/').next().unwrap_or(&self.service)
    }
}

/// The answer to somebody who does not exist.
fn nobody() -> Answer {
    Answer { lost: 100.0, places: BTreeMap::from([("nobody".to_owned(), 100.0)]), ..Answer::default() }
}

/// What is applied, for a trace.
#[must_use]
pub fn routing(objects: &Objects) -> Routing {
    Routing::holding(objects.iter().map(|(cluster, documents)| {
        (cluster.clone(), Held::of(documents.iter().map(|document| &document.piece)))
    }))
}

/// The objects of each part in each cluster; what is said of gateways belongs to all parts, as far as it concerns them.
fn divided(state: &State, parts: &Parts) -> Vec<Objects> {
    let mut divided: Vec<Objects> = vec![Objects::new(); parts.parts.len()];
    for (name, cluster) in &state.clusters {
        let mut common = Vec::new();
        for document in &cluster.objects {
            match parts.of_document(document) {
                Some(number) => {
                    if let Some(objects) = divided.get_mut(number) {
                        objects.entry(name.clone()).or_default().push(Arc::clone(document));
                    }
                }
                None => common.push(Arc::clone(document)),
            }
        }
        for objects in &mut divided {
            objects.entry(name.clone()).or_default().extend(common.iter().cloned());
        }
    }
    divided
}

/// Nothing ever deletes them.
fn keep_stand_ins(old: &State, new: &mut State) {
    for (name, cluster) in &old.clusters {
        let kept: Vec<_> =
            cluster.objects.iter().filter(|document| document.is_stand_in()).cloned().collect();
        let Some(wanted) = new.clusters.get_mut(name) else { continue };
        for document in kept {
            if !wanted.by_id().contains_key(&document.id) {
                wanted.put(document);
            }
        }
    }
}
