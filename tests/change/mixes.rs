//! Every mix of a step, by whole bundles and `trace` alone: nothing of how plans are made is used.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use meshgen::bundle::Bundle;
use meshgen::change::plan::{Plan, Step, plan};
use meshgen::change::scene::{Scene, Side};
use meshgen::change::state::{Library, State};
use meshgen::source::{Found, Source, Sources};
use meshgen::trace::Tracer;
use meshgen::trace::object::{BundleText, Held, Piece, Routing};
use meshgen::trace::request::{Caller, Request, Speaks};
use meshgen::trace::world::World;

use crate::support::chance::Chance;

/// More mixes of one service are chosen by chance.
const MOST: usize = 48;

/// Objects as text, by cluster, kind, namespace and name.
pub type Objects = BTreeMap<(String, String, String, String), String>;

/// The two sides of a change, from inputs.
pub fn scene(old: &str, new: &str) -> Scene {
    let mut library = Library::default();
    let mut side = |text: &str| {
        let source = Source::new("mesh.yaml", Found::Named, text.as_bytes().to_vec());
        let sources = Sources { texts: vec![source], ..Sources::default() };
        let mut bundles: Vec<(String, String)> = Vec::new();
        let outcome = meshgen::compile(&sources, &mut |bundle| {
            let Bundle { cluster, text, stand_ins, .. } = bundle;
            bundles.push((cluster.clone(), text));
            bundles.extend(stand_ins.map(|stand_ins| (cluster, stand_ins.text)));
        });
        assert!(!outcome.has_errors(), "{:?}", outcome.findings);
        let texts: Vec<BundleText<'_>> =
            bundles.iter().map(|(cluster, text)| BundleText { cluster, file: "", text }).collect();
        let state = State::read(&texts, &mut library).unwrap();
        Side { state, world: meshgen::world(&sources).value.unwrap() }
    };
    let old = side(old);
    let new = side(new);
    Scene::of(old, new)
}

/// The plan of a scene.
pub fn planned(scene: &Scene) -> Plan {
    plan(scene).unwrap()
}

/// All objects of a state.
pub fn objects(state: &State) -> Objects {
    let mut objects = Objects::new();
    for (cluster, own) in &state.clusters {
        for document in &own.objects {
            let id = &document.id;
            let key = (cluster.clone(), id.kind.clone(), id.namespace.clone(), id.name.clone());
            objects.insert(key, document.text.clone());
        }
    }
    objects
}

/// Some objects of a step, applied.
pub fn apply(objects: &mut Objects, step: &Step, chosen: &BTreeSet<usize>) {
    for (_, change) in step.moves.iter().enumerate().filter(|(index, _)| chosen.contains(index)) {
        let id = &change.id;
        let key = (change.cluster.clone(), id.kind.clone(), id.namespace.clone(), id.name.clone());
        match &change.to {
            Some(document) => objects.insert(key, document.text.clone()),
            None => objects.remove(&key),
        };
    }
}

thread_local! {
    /// Each text is read once.
    static READ: RefCell<BTreeMap<String, Piece>> = const { RefCell::new(BTreeMap::new()) };
}

fn read(text: &str) -> Piece {
    READ.with_borrow_mut(|known| {
        let read = || Piece::read("", "", text).unwrap().unwrap();
        known.entry(text.to_owned()).or_insert_with(read).clone()
    })
}

/// Where requests end: by place, percents.
pub fn ends(world: &World, objects: &Objects, requests: &[Request]) -> Vec<BTreeMap<String, f64>> {
    let mut clusters: BTreeMap<&String, Vec<Piece>> = BTreeMap::new();
    for ((cluster, ..), text) in objects {
        clusters.entry(cluster).or_default().push(read(text));
    }
    let routing =
        Routing::holding(clusters.iter().map(|(cluster, pieces)| ((*cluster).clone(), Held::of(pieces))));
    let tracer = Tracer::new(world, &routing);
    let app = |request: &Request| request.host.split('.').next().unwrap().to_owned();
    requests
        .iter()
        .map(|request| match tracer.trace(request) {
            Ok(trace) => trace.places(&app(request)),
            Err(_) => BTreeMap::from([("error:nobody".to_owned(), 100.0)]),
        })
        .collect()
}

pub fn is_dead(places: &BTreeMap<String, f64>) -> bool {
    places.iter().any(|(place, percent)| {
        *percent > 0.01
            && (place.starts_with("error:") || place == "passthrough" || place.starts_with("external:"))
    })
}

/// Every service by its plain name and by those of entries, on every port, with and without headers.
pub fn requests(scene: &Scene, headers: &[(&str, &str)]) -> Vec<Request> {
    let world = &scene.joint.last;
    let mut hosts: BTreeSet<(String, String, u16, bool)> = BTreeSet::new();
    for service in world.clusters.iter().flat_map(|cluster| &cluster.services) {
        for port in &service.ports {
            let is_tcp = ["tcp", "mysql"].iter().any(|word| port.name.starts_with(word));
            let host = format!("{}.{}", service.name, service.namespace);
            hosts.insert((host, service.namespace.clone(), port.port, is_tcp));
            for suffix in ["global", "mesh.example"] {
                let host = format!("{}.{}.{suffix}", service.name, service.namespace);
                hosts.insert((host, service.namespace.clone(), port.port, is_tcp));
            }
        }
    }
    let mut requests = Vec::new();
    for cluster in &world.clusters {
        for (host, namespace, port, is_tcp) in &hosts {
            let said = headers
                .iter()
                .map(|(name, value)| BTreeMap::from([((*name).to_owned(), (*value).to_owned())]));
            for headers in said.chain([BTreeMap::new()]) {
                if *is_tcp && !headers.is_empty() {
                    continue;
                }
                requests.push(Request {
                    caller: Caller {
                        cluster: cluster.name.clone(),
                        namespace: namespace.clone(),
                        ..Caller::default()
                    },
                    host: host.clone(),
                    port: *port,
                    method: "GET".to_owned(),
                    path: "/".to_owned(),
                    headers,
                    speaks: if *is_tcp { Speaks::Bytes } else { Speaks::Http },
                    ..Request::default()
                });
            }
        }
    }
    requests
}

/// Requests, each with the places where it may end.
pub type Asked = (Vec<Request>, Vec<BTreeSet<String>>);

/// The requests that both sides serve.
pub fn guarded(scene: &Scene, requests: &[Request]) -> Asked {
    let (old, new) = (objects(&scene.old.state), objects(&scene.new.state));
    let before = ends(&scene.old.world, &old, requests);
    let after = ends(&scene.new.world, &new, requests);
    let joint = [
        ends(&scene.joint.first, &old, requests),
        ends(&scene.joint.first, &new, requests),
        ends(&scene.joint.last, &old, requests),
        ends(&scene.joint.last, &new, requests),
    ];
    let mut kept = (Vec::new(), Vec::new());
    for (index, request) in requests.iter().enumerate() {
        if is_dead(&before[index]) || is_dead(&after[index]) {
            continue;
        }
        let places = [&before[index], &after[index]].into_iter().chain(joint.iter().map(|ends| &ends[index]));
        kept.0.push(request.clone());
        kept.1.push(places.flat_map(|places| places.keys().cloned()).collect());
    }
    kept
}

/// The mixes of a step that lose a request, service by service: a service sees its own objects and what is said of gateways.
pub fn lossy(
    world: &World,
    before: &Objects,
    step: &Step,
    (requests, allowed): &Asked,
    chance: &mut Chance,
) -> Vec<String> {
    let apps: BTreeSet<String> =
        requests.iter().map(|request| request.host.split('.').next().unwrap().to_owned()).collect();
    let mut lost = Vec::new();
    for app in apps {
        let own: Vec<usize> = (0..requests.len())
            .filter(|index| requests[*index].host.split('.').next() == Some(&app))
            .collect();
        let concerns = |index: &usize| {
            let id = &step.moves[*index].id;
            ["Gateway", "EnvoyFilter"].contains(&id.kind.as_str()) || id.name.starts_with(app.as_str())
        };
        let moves: Vec<usize> = (0..step.moves.len()).filter(concerns).collect();
        let asked: Vec<Request> = own.iter().map(|index| requests[*index].clone()).collect();
        for mix in mixes(&moves, chance) {
            let mut state = before.clone();
            apply(&mut state, step, &mix);
            for (place, index) in ends(world, &state, &asked).into_iter().zip(&own) {
                if is_dead(&place) || place.keys().any(|place| !allowed[*index].contains(place)) {
                    let applied: Vec<String> = mix
                        .iter()
                        .map(|at| format!("{}: {}", step.moves[*at].cluster, step.moves[*at].id))
                        .collect();
                    let request = &requests[*index];
                    lost.push(format!(
                        "{} after {applied:?}: {} {} {:?} -> {place:?}",
                        step.name, request.caller.cluster, request.host, request.headers
                    ));
                }
            }
        }
    }
    lost
}

/// All of them, or as many as there is time for: each object alone, all but one, and others by chance.
fn mixes(moves: &[usize], chance: &mut Chance) -> BTreeSet<BTreeSet<usize>> {
    if moves.len() < 16 && 1 << moves.len() <= MOST {
        let subset = |bits: usize| {
            moves
                .iter()
                .enumerate()
                .filter(|(at, _)| bits & (1 << at) != 0)
                .map(|(_, index)| *index)
                .collect()
        };
        return (0..1 << moves.len()).map(subset).collect();
    }
    let all: BTreeSet<usize> = moves.iter().copied().collect();
    let mut mixes: BTreeSet<BTreeSet<usize>> = BTreeSet::from([BTreeSet::new(), all.clone()]);
    for one in moves {
        mixes.insert(BTreeSet::from([*one]));
        mixes.insert(all.iter().copied().filter(|index| index != one).collect());
    }
    while mixes.len() < MOST {
        mixes.insert(moves.iter().copied().filter(|_| chance.below(2) == 0).collect());
    }
    mixes
}
