//! Plans, in real Istio: no state on the way loses a request, `meshgen trace` says of each where requests end, and the mix that is
//! printed as a warning is as bad as it says.
//!
//! Enters: a release of Istio. Leaves: lines of the table. The changes are those of `tests/change`. States are the ends of generations,
//! and mixes of objects before and after one, drawn anew here: some objects, all of some clusters, one object alone, all but one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use meshgen::trace::Tracer;
use meshgen::trace::world::World;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::agreement;
use crate::istio::{Answer, Istio};
use crate::joint::{self, Asked, Worlds};
use crate::plans::{self, Counterexample, Id, Objects, Planned, differing, set};
use crate::scene;
use crate::support::chance::Chance;
use crate::support::query::Query;
use crate::table::Table;
use crate::translation::followed::routing;

/// The row of states.
const ROW: &str = "plans: states between";
/// The row of printed mixes.
const WARNED: &str = "plans: counterexamples";
/// Mixes that are drawn of each generation, unless this variable says how many.
const MIXES: usize = 6;
const VARIABLE: &str = "MESHGEN_MIXES";
/// How many there must be, ends of generations not counted.
const LEAST: usize = 200;

/// What the topology of a change takes for granted: a Gateway object that is not meshgen's.
const THEIRS: (&str, &str) = (
    "gateway-existing",
    "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: cross-network-gateway, namespace: istio-system}
spec:
  selector: {istio: eastwestgateway}
  servers:
  - port: {number: 15443, name: tls, protocol: TLS}
    tls: {mode: AUTO_PASSTHROUGH}
    hosts: [\"*.local\"]
",
);

/// A change of `tests/change`.
#[derive(Deserialize)]
pub struct Transition {
    /// Its name.
    pub id: String,
    /// Before.
    pub old: String,
    /// After.
    pub new: String,
}

#[derive(Deserialize)]
struct Transitions {
    transitions: Vec<Transition>,
}

/// A change that is judged.
struct Change {
    id: String,
    plan: Planned,
    worlds: Worlds,
    asked: Vec<Asked>,
}

/// Objects in a world.
struct State<'a> {
    what: String,
    world: &'a Value,
    objects: Objects,
    directory: PathBuf,
}

/// Places that a request may end at.
type Places = BTreeSet<String>;

/// All changes.
pub fn transitions() -> Vec<Transition> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/change/transitions.yaml");
    serde_yaml::from_str::<Transitions>(&std::fs::read_to_string(path).unwrap()).unwrap().transitions
}

/// Judges every plan.
pub fn judge(istio: &Istio, table: &mut Table) {
    let below = tempfile::tempdir().unwrap();
    let mixes = std::env::var(VARIABLE).ok().map_or(MIXES, |mixes| mixes.parse().unwrap());
    let mut chance = Chance::new(3);
    let changes: Vec<Change> = transitions().into_iter().map(Change::of).collect();
    let mut sides: Vec<Vec<State<'_>>> = Vec::new();
    let mut between: Vec<Vec<State<'_>>> = Vec::new();
    let mut warned: Vec<Vec<State<'_>>> = Vec::new();
    for change in &changes {
        sides.push(change.sides(&below.path().join(&change.id).join("sides")));
        between.push(change.between(&below.path().join(&change.id).join("between"), mixes, &mut chance));
        warned.push(change.warned(&below.path().join(&change.id).join("warned")));
    }
    let all = [&sides, &between, &warned].into_iter().flatten().flatten();
    let directories: Vec<&Path> = all.map(|state| state.directory.as_path()).collect();
    let answers = match istio.follow(&directories) {
        Ok(answers) => by_scene(answers),
        Err(why) => return table.broken(&istio.column(), &why),
    };
    let (mut requests, mut real) = (0, 0);
    for (((change, sides), between), warned) in changes.iter().zip(&sides).zip(&between).zip(&warned) {
        let Change { id, plan, .. } = change;
        let column = istio.column();
        table.check(ROW, &column, &format!("{id}: files"), &plan.faults());
        let allowed = change.allowed(sides, &answers);
        for state in sides[2..].iter().chain(between).chain(warned) {
            change.agree(istio, state, &answers, table);
        }
        for state in between {
            for (index, allowed) in &allowed {
                let what = format!("{id}: {}: {}", state.what, change.asked[*index].words);
                let lost = lost(&answers[&state.directory][index], allowed);
                table.check(ROW, &column, &what, &lost.into_iter().collect::<Vec<_>>());
                requests += 1;
            }
        }
        if let Some(printed) = &plan.counterexample {
            let faults = change.false_alarm(printed, &allowed, warned, &answers);
            table.check(WARNED, &column, &format!("{id}: {}", printed.request), &faults);
            real += usize::from(faults.is_empty());
        }
    }
    let ends: usize = changes.iter().map(|change| change.plan.generations.len()).sum();
    let mixed = between.iter().map(Vec::len).sum::<usize>() - ends;
    let few = (mixed < LEAST).then(|| format!("only {mixed}"));
    table.check(ROW, &istio.column(), "enough mixes", &few.into_iter().collect::<Vec<_>>());
    table.remark(format!(
        "{}: plans: {mixed} mixes and {ends} ends of generations, {requests} requests that both sides serve in them; \
         {real} counterexamples are real",
        istio.column()
    ));
}

type Answers = BTreeMap<PathBuf, BTreeMap<usize, Answer>>;

fn by_scene(answers: Vec<Answer>) -> Answers {
    let mut all = Answers::new();
    for answer in answers {
        let index = answer.query.parse().unwrap();
        all.entry(answer.scene.clone()).or_default().insert(index, answer);
    }
    all
}

impl Change {
    fn of(Transition { id, old, new }: Transition) -> Self {
        let plan = Planned::of(&old, &new);
        let worlds = Worlds::of(&old, &new);
        let asked = joint::asked(&worlds, [&old, &new], [&plan.old, &plan.new]);
        Self { id, plan, worlds, asked }
    }

    /// Before and after, each in its own world and in that of both.
    fn sides(&self, below: &Path) -> Vec<State<'_>> {
        let Worlds { old, new, first, last } = &self.worlds;
        let mut sides = vec![("old", old), ("new", new), ("old", first), ("new", first)];
        if first != last {
            sides.extend([("old", last), ("new", last)]);
        }
        let state = |(index, (side, world)): (usize, (&str, _))| {
            let objects = if side == "old" { &self.plan.old } else { &self.plan.new };
            self.state(side.to_owned(), world, objects.clone(), below.join(index.to_string()))
        };
        sides.into_iter().enumerate().map(state).collect()
    }

    /// The end of each generation, and mixes on the way there.
    fn between(&self, below: &Path, mixes: usize, chance: &mut Chance) -> Vec<State<'_>> {
        let mut states = Vec::new();
        for (index, (before, generation)) in self.plan.steps().enumerate() {
            let is_done = self.plan.waits_after.is_some_and(|done| index >= done);
            let world = if is_done { &self.worlds.last } else { &self.worlds.first };
            let units = differing(before, &generation.whole);
            let mut chosen: BTreeSet<Vec<&Id>> = BTreeSet::from([units.iter().collect()]);
            // Some come twice where there are few units.
            chosen.extend((0..mixes).map(|_| mix(&units, chance)).filter(|mix| !mix.is_empty()));
            for chosen in chosen {
                let mut objects = before.clone();
                for id in &chosen {
                    set(&mut objects, id, generation.whole.get(id));
                }
                let words: Vec<String> = chosen.iter().map(ToString::to_string).collect();
                let what = format!(
                    "{}, {} of {} ({})",
                    generation.name,
                    chosen.len(),
                    units.len(),
                    words.join(", ")
                );
                states.push(self.state(what, world, objects, below.join(states.len().to_string())));
            }
        }
        states
    }

    /// The mix that is printed, in the worlds where it may be met.
    fn warned(&self, below: &Path) -> Vec<State<'_>> {
        let Some(Ok(mix)) = self.plan.counterexample.as_ref().map(|printed| self.plan.mix(printed)) else {
            return Vec::new();
        };
        let worlds = [&self.worlds.first, &self.worlds.last].into_iter().enumerate();
        let state = |(index, world): (usize, _)| {
            self.state("warned".to_owned(), world, mix.clone(), below.join(index.to_string()))
        };
        worlds.map(state).collect()
    }

    /// Writes a state where the judge finds it.
    fn state<'a>(
        &'a self,
        what: String,
        world: &'a Value,
        mut objects: Objects,
        directory: PathBuf,
    ) -> State<'a> {
        joint::yield_names(&mut objects, world);
        if self.id == THEIRS.0 {
            let id = |cluster: &str| Id {
                cluster: cluster.to_owned(),
                kind: "Gateway".to_owned(),
                namespace: "istio-system".to_owned(),
                name: "cross-network-gateway".to_owned(),
            };
            objects.insert(id("cluster2"), THEIRS.1.trim_start().to_owned());
        }
        let queries: Vec<&Value> = self.asked.iter().map(|asked| &asked.query).collect();
        scene::write(&directory, &plans::files(&objects), world, &json!({ "queries": queries }));
        State { what, world, objects, directory }
    }

    /// The requests that both sides serve, with the places that either side gives them.
    fn allowed(&self, sides: &[State<'_>], answers: &Answers) -> BTreeMap<usize, Places> {
        let places = |side: &State<'_>, index: usize| {
            answers[&side.directory][&index].distribution.clone().unwrap_or_default()
        };
        let served = |index: &usize| {
            sides[..2].iter().all(|side| {
                places(side, *index).keys().all(|at| is_alive(at)) && !places(side, *index).is_empty()
            })
        };
        let allowed = |index: usize| {
            let all = sides.iter().flat_map(|side| places(side, index).into_keys());
            (index, all.filter(|place| is_alive(place)).collect())
        };
        (0..self.asked.len()).filter(served).map(allowed).collect()
    }

    /// Real Istio and `meshgen trace` say the same of every request in a state.
    fn agree(&self, istio: &Istio, state: &State<'_>, answers: &Answers, table: &mut Table) {
        let mut world: World = serde_json::from_value(state.world.clone()).unwrap();
        for cluster in &mut world.clusters {
            cluster.release = istio.minor();
        }
        let files = plans::files(&state.objects);
        let routing = routing(&files);
        let tracer = Tracer::new(&world, &routing);
        for (index, asked) in self.asked.iter().enumerate() {
            let query: Query = serde_json::from_value(with_expectation(&asked.query)).unwrap();
            let differences = match answers.get(&state.directory).and_then(|answers| answers.get(&index)) {
                None => vec!["the judge says nothing".to_owned()],
                Some(answer) => {
                    let trace = tracer.trace(&query.request().unwrap()).unwrap();
                    let mut differences = agreement::between(answer, &trace, query.app());
                    differences.extend(answer.rejected.iter().chain(&answer.ignored).flatten().cloned());
                    differences.extend(answer.error.clone());
                    differences
                }
            };
            let what = format!("{}: {}: {}", self.id, state.what, asked.words);
            table.check(ROW, &istio.column(), &what, &differences);
        }
    }

    /// Why the printed mix is not as bad as it is said to be.
    fn false_alarm(
        &self,
        printed: &Counterexample,
        allowed: &BTreeMap<usize, Places>,
        warned: &[State<'_>],
        answers: &Answers,
    ) -> Vec<String> {
        if let Err(why) = self.plan.mix(printed) {
            return vec![why];
        }
        let Some(index) = self.asked.iter().position(|asked| asked.words == printed.request) else {
            return vec!["that request is not among those that are asked".to_owned()];
        };
        let Some(allowed) = allowed.get(&index) else {
            return vec!["not both sides serve that request".to_owned()];
        };
        let ends = warned.iter().map(|state| &answers[&state.directory][&index]);
        let found: Vec<&Answer> = ends.filter(|answer| lost(answer, allowed).is_some()).collect();
        if found.is_empty() {
            return vec!["nothing is lost".to_owned()];
        }
        let is_as_printed = |answer: &&Answer| {
            let shares = answer.distribution.clone().unwrap_or_default();
            let places: Places = shares.keys().chain(printed.places.keys()).cloned().collect();
            let share =
                |shares: &BTreeMap<String, f64>, place: &str| shares.get(place).copied().unwrap_or(0.0);
            places.iter().all(|place| (share(&shares, place) - share(&printed.places, place)).abs() < 0.01)
        };
        if found.iter().any(is_as_printed) {
            return Vec::new();
        }
        found
            .iter()
            .map(|answer| format!("{:?}, printed {:?}", answer.distribution, printed.places))
            .collect()
    }
}

/// Some of the objects, drawn in one of four ways.
fn mix<'a>(units: &'a [Id], chance: &mut Chance) -> Vec<&'a Id> {
    let one = chance.below(units.len());
    let clusters: Vec<&String> =
        units.iter().map(|id| &id.cluster).collect::<BTreeSet<_>>().into_iter().collect();
    let cluster = clusters[chance.below(clusters.len())];
    let way = chance.below(4);
    let is_chosen = |(index, id): &(usize, &Id)| match way {
        0 => *index == one,
        1 => *index != one,
        2 => id.cluster == *cluster,
        _ => chance.below(2) == 0,
    };
    units.iter().enumerate().filter(is_chosen).map(|(_, id)| id).collect()
}

/// Pods answer.
pub fn is_alive(place: &str) -> bool {
    !place.starts_with("error:") && !place.starts_with("external:") && place != "passthrough"
}

/// How a request is lost, if it is.
fn lost(answer: &Answer, allowed: &Places) -> Option<String> {
    let ends = answer.distribution.clone().unwrap_or_default();
    let is_lost = ends.is_empty() || ends.keys().any(|place| !allowed.contains(place));
    is_lost.then(|| format!("{ends:?}, not only {allowed:?}"))
}

fn with_expectation(query: &Value) -> Value {
    let mut query = query.clone();
    query["expect"] = json!({});
    query
}
