//! Every mix of old and new objects that a request may meet on its way.
//!
//! Enters: what is applied, and the objects that change in one step. Leaves: nothing if no mix loses a request, else the
//! shortest one that does. Refuses to know: in which order steps come.
//!
//! Proxies take objects one by one, in no order that anybody promises. So between two waits each object is there as of old or
//! as of new, for each proxy by itself. For one way of a request few objects decide: routes, then those of one host at the
//! caller, then those of one far gateway. Ways do not touch each other. So hosts and gateways are mixed one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answer::{Answer, answer};
use super::ask::Ask;
use super::document::{Document, Id};
use super::scene::{Objects, Stage};
use crate::trace::Tracer;
use crate::trace::object::{Held, Piece, Routing, Unreadable};
use crate::trace::world::World;

/// More objects of one kind of way are mixed two at a time, by what happens to them, and all at once.
const MOST: usize = 10;

/// One object that changes in a step.
#[derive(Clone, Debug)]
pub struct Move {
    /// Where.
    pub cluster: String,
    /// Which.
    pub id: Id,
    /// Before the step.
    pub from: Option<Arc<Document>>,
    /// After it.
    pub to: Option<Arc<Document>>,
}

/// A request that must not be lost, and where it may end.
#[derive(Clone, Debug)]
pub struct Guarded {
    /// The request.
    pub ask: Ask,
    /// Places that old or new name.
    pub allowed: BTreeSet<String>,
}

/// A mix that loses a request.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Objects that are new already, all others being old.
    pub applied: Vec<(String, Id)>,
    /// The request.
    pub ask: Ask,
    /// Where it ends.
    pub answer: Answer,
}

/// What tells objects apart where there are very many.
type Trait = fn(&Move) -> bool;

/// Which moves of each cluster have happened.
type Mix = BTreeSet<usize>;

/// One step in one part of the mesh.
struct Step<'s> {
    stage: &'s Stage,
    world: &'s World,
    base: &'s Objects,
    moves: &'s [Move],
    hosts: Vec<BTreeSet<String>>,
    plain: BTreeSet<String>,
    held: BTreeMap<(String, Vec<usize>), Held>,
}

/// The shortest mix in which a step loses one of some requests. Any, if that is enough.
pub fn lossy(
    stage: &Stage,
    world: &World,
    base: &Objects,
    moves: &[Move],
    guarded: &[Guarded],
    any: bool,
) -> Result<Option<Counterexample>, Unreadable> {
    let mut step = Step::of(stage, world, base, moves);
    let mut best: Option<Counterexample> = None;
    for guarded in guarded {
        let limit = best.as_ref().map_or(usize::MAX, |best| best.applied.len());
        if let Some(found) = step.of_request(guarded, limit, any)? {
            best = Some(found);
            if any {
                break;
            }
        }
        if best.as_ref().is_some_and(|best| best.applied.len() <= 1) {
            break;
        }
    }
    Ok(best)
}

impl<'s> Step<'s> {
    fn of(stage: &'s Stage, world: &'s World, base: &'s Objects, moves: &'s [Move]) -> Self {
        let hosts = moves
            .iter()
            .map(|change| {
                let forms = [&change.from, &change.to].into_iter().flatten();
                forms.flat_map(|document| document.piece.hosts()).collect()
            })
            .collect();
        let plain = world
            .clusters
            .iter()
            .flat_map(|cluster| {
                stage.part.services.iter().map(|(namespace, name)| cluster.host_of(name, namespace))
            })
            .collect();
        Self { stage, world, base, moves, hosts, plain, held: BTreeMap::new() }
    }

    /// The shortest mix below a limit that loses a request.
    fn of_request(
        &mut self,
        guarded: &Guarded,
        limit: usize,
        any: bool,
    ) -> Result<Option<Counterexample>, Unreadable> {
        let mut best: Option<Counterexample> = None;
        let limit_now =
            |best: &Option<Counterexample>| best.as_ref().map_or(limit, |best| best.applied.len());
        for mix in self.at_caller(&guarded.ask) {
            if mix.len() >= limit_now(&best) {
                continue;
            }
            let answer = self.answer(&guarded.ask, &mix)?;
            let entered = self.entered(&guarded.ask, &answer);
            if guarded.is_lost(&answer) {
                best = Some(self.found(guarded, &mix, answer));
                if any {
                    return Ok(best);
                }
                continue;
            }
            for cluster in entered {
                for far in self.at_gateway(&cluster, &mix) {
                    let both: Mix = mix.union(&far).copied().collect();
                    if both.len() >= limit_now(&best) || both.len() == mix.len() {
                        continue;
                    }
                    let answer = self.answer(&guarded.ask, &both)?;
                    if guarded.is_lost(&answer) {
                        best = Some(self.found(guarded, &both, answer));
                        if any {
                            return Ok(best);
                        }
                    }
                }
            }
        }
        Ok(best)
    }

    /// Mixes of what decides at the caller: which route, then what is said of each host. Fewer first.
    fn at_caller(&self, ask: &Ask) -> Vec<Mix> {
        let request = &ask.request;
        let Some(cluster) = self.world.cluster(&request.caller.cluster) else { return Vec::new() };
        let head = self.world.control_plane(cluster);
        let read: BTreeSet<&str> = self.world.read_by(head).map(|cluster| cluster.name.as_str()).collect();
        let called = match &ask.name {
            Some(_) => request.host.clone(),
            None => cluster.host_of(ask.app(), &request.caller.namespace),
        };
        let mut first = Vec::new();
        let mut by_host: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
        for (index, (change, hosts)) in self.moves.iter().zip(&self.hosts).enumerate() {
            let is_here = change.cluster == head.name;
            match change.id.kind.as_str() {
                "Service" if read.contains(change.cluster.as_str()) => first.push(index),
                "Gateway" | "EnvoyFilter" if is_here && request.caller.gateway.is_some() => first.push(index),
                "ServiceEntry" if is_here && hosts.contains(&called) => first.push(index),
                "ServiceEntry" | "DestinationRule" if is_here => {
                    for host in hosts {
                        by_host.entry(host).or_default().push(index);
                    }
                }
                "Gateway" | "EnvoyFilter" | "Service" => {}
                _ if is_here => first.push(index),
                _ => {}
            }
        }
        let routes = self.subsets(&first);
        let mut mixes: BTreeSet<(usize, Mix)> = routes.iter().map(|mix| (mix.len(), mix.clone())).collect();
        for group in by_host.values() {
            let own = self.subsets(group);
            for mix in &routes {
                mixes.extend(own.iter().map(|own| {
                    let both: Mix = mix.union(own).copied().collect();
                    (both.len(), both)
                }));
            }
        }
        mixes.into_iter().map(|(_, mix)| mix).collect()
    }

    /// Mixes of what decides at a far gateway, beside what has happened already.
    fn at_gateway(&self, cluster: &str, mix: &Mix) -> Vec<Mix> {
        let Some(cluster) = self.world.cluster(cluster) else { return Vec::new() };
        let head = self.world.control_plane(cluster);
        let read: BTreeSet<&str> = self.world.read_by(head).map(|cluster| cluster.name.as_str()).collect();
        let mut own = Vec::new();
        for (index, (change, hosts)) in self.moves.iter().zip(&self.hosts).enumerate() {
            let decides = match change.id.kind.as_str() {
                "Gateway" | "EnvoyFilter" | "PeerAuthentication" => change.cluster == head.name,
                "DestinationRule" | "ServiceEntry" => {
                    change.cluster == head.name && !hosts.is_disjoint(&self.plain)
                }
                "Service" => read.contains(change.cluster.as_str()),
                _ => false,
            };
            if decides && !mix.contains(&index) {
                own.push(index);
            }
        }
        self.subsets(&own)
    }

    /// All subsets, the small ones first; of very many objects those that can be told apart by what happens to them.
    fn subsets(&self, of: &[usize]) -> Vec<Mix> {
        if of.len() <= MOST {
            let mut all: Vec<Mix> = (0_u32..1 << of.len())
                .map(|bits| {
                    let chosen = of.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
                    chosen.map(|(_, index)| *index).collect()
                })
                .collect();
            all.sort_by_key(BTreeSet::len);
            return all;
        }
        let whole: Mix = of.iter().copied().collect();
        let mut some: BTreeSet<(usize, Mix)> = BTreeSet::new();
        let mut add = |mix: Mix| {
            let rest: Mix = whole.difference(&mix).copied().collect();
            some.insert((rest.len(), rest));
            some.insert((mix.len(), mix));
        };
        add(Mix::new());
        for (at, one) in of.iter().enumerate() {
            add(Mix::from([*one]));
            of.iter().skip(at + 1).for_each(|other| add(Mix::from([*one, *other])));
        }
        let traits: [Trait; 4] = [
            |change| change.from.is_none(),
            |change| change.to.is_none(),
            |change| change.id.kind == "DestinationRule",
            |change| change.id.kind == "ServiceEntry",
        ];
        for has in traits {
            add(of.iter().copied().filter(|index| self.moves.get(*index).is_some_and(has)).collect());
        }
        some.into_iter().map(|(_, mix)| mix).collect()
    }

    /// Clusters whose gateways a request comes to, or at which it dies.
    fn entered(&self, ask: &Ask, answer: &Answer) -> BTreeSet<String> {
        let caller = &ask.request.caller.cluster;
        let dialled = answer.dials.iter().filter_map(|(address, _)| {
            let address = address.rsplit_once(':').map_or(address.as_str(), |(address, _)| address);
            self.world.gateway_at(address, caller).map(|(cluster, _)| cluster.name.clone())
        });
        dialled.chain(answer.clusters.iter().filter(|cluster| *cluster != caller).cloned()).collect()
    }

    fn answer(&mut self, ask: &Ask, mix: &Mix) -> Result<Answer, Unreadable> {
        let mut clusters = Vec::new();
        let names: BTreeSet<&String> =
            self.base.keys().chain(self.moves.iter().map(|change| &change.cluster)).collect();
        for name in names {
            let happened: Vec<usize> = mix
                .iter()
                .copied()
                .filter(|index| self.moves.get(*index).is_some_and(|change| change.cluster == *name))
                .collect();
            let key = (name.clone(), happened);
            let known = self.held.get(&key).cloned();
            let held = known.unwrap_or_else(|| {
                let held = self.hold(&key.0, &key.1);
                self.held.insert(key, held.clone());
                held
            });
            clusters.push((name.clone(), held));
        }
        let routing = Routing::holding(clusters);
        let tracer = Tracer::new(self.world, &routing);
        Ok(answer(&tracer, &ask.request, ask.app())?.unwrap_or_default())
    }

    fn hold(&self, cluster: &str, happened: &[usize]) -> Held {
        let changes: Vec<(&Move, bool)> = self
            .moves
            .iter()
            .enumerate()
            .filter(|(_, change)| change.cluster == cluster)
            .map(|(index, change)| (change, happened.contains(&index)))
            .collect();
        let still = self
            .base
            .get(cluster)
            .into_iter()
            .flatten()
            .filter(|document| changes.iter().all(|(change, _)| change.id != document.id));
        let forms = changes
            .iter()
            .filter_map(|(change, is_new)| if *is_new { change.to.as_ref() } else { change.from.as_ref() });
        let pieces: Vec<Piece> = still.chain(forms).map(|document| self.stage.piece(document)).collect();
        Held::of(&pieces)
    }

    fn found(&self, guarded: &Guarded, mix: &Mix, answer: Answer) -> Counterexample {
        let applied = mix.iter().filter_map(|index| self.moves.get(*index));
        let applied = applied.map(|change| (change.cluster.clone(), change.id.clone())).collect();
        Counterexample { applied, ask: guarded.ask.clone(), answer }
    }
}

impl Guarded {
    /// Whether some of it reaches nobody, or somebody whom neither old nor new names.
    #[must_use]
    pub fn is_lost(&self, answer: &Answer) -> bool {
        answer.is_lossy() || answer.places.keys().any(|place| !self.allowed.contains(place))
    }
}
