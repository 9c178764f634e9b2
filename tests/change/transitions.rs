//! Forty-six changes with the verdict that is expected of each, and a second opinion on every step.

use std::collections::{BTreeMap, BTreeSet};

use meshgen::change::class::Class;
use meshgen::change::commands::Commands;
use meshgen::change::plan::Verdict;
use meshgen::change::row;
use meshgen::change::told::Told;
use serde::Deserialize;

use super::mixes::{self, guarded, lossy, objects, requests, scene};
use crate::support::chance::Chance;

#[derive(Deserialize)]
struct Transitions {
    transitions: Vec<Transition>,
}

#[derive(Deserialize)]
pub struct Transition {
    pub id: String,
    expect: Expect,
    pub old: String,
    pub new: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expect {
    verdict: String,
    #[serde(default)]
    steps: Option<usize>,
    requests: BTreeMap<String, usize>,
}

/// Verdicts that are told in another way, and why.
const OTHERWISE: [(&str, &str); 3] = [
    // Object names carry the suffix, so that objects come and go as a whole.
    ("remote-suffix", "phases"),
    // Objects alone are safe in phases; what people do to the Service is said beside them.
    ("service-moves-away", "phases"),
    // No one plan can be, and that is what is said.
    ("swap-subset-names", "none"),
];

/// Counted with one more for each rule that is met from outside, too.
const FROM_OUTSIDE: [&str; 3] = ["ingress-add", "ingress-remove", "ingress-canary"];

pub fn transitions() -> Vec<Transition> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/change/transitions.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    serde_yaml::from_str::<Transitions>(&text).unwrap().transitions
}

#[test]
fn every_transition_gets_its_verdict() {
    let mut faults = Vec::new();
    for Transition { id, expect, old, new } in transitions() {
        let plan = mixes::planned(&scene(&old, &new));
        let otherwise = OTHERWISE.iter().find(|(name, _)| *name == id).map(|(_, verdict)| *verdict);
        let wanted = otherwise.unwrap_or(&expect.verdict);
        if plan.verdict.key() != wanted {
            faults.push(format!("{id}: {}, not {wanted}", plan.verdict.key()));
        }
        if expect.steps.is_some_and(|most| plan.steps.len() > most) {
            faults.push(format!("{id}: {} steps", plan.steps.len()));
        }
        let is_one = plan.verdict == Verdict::OneGo;
        if is_one != plan.counterexample.is_none()
            || !is_one && plan.counterexample.unwrap().applied.len() != 1
        {
            faults.push(format!("{id}: one object is enough to lose requests"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_plan_tells_people_what_is_theirs_and_takes_nothing_that_is_dialled() {
    let mut faults = Vec::new();
    for Transition { id, old, new, .. } in transitions() {
        let scene = scene(&old, &new);
        let plan = mixes::planned(&scene);
        if plan.verdict == Verdict::None {
            continue;
        }
        let context = |cluster: &str| cluster.to_owned();
        let told = Told::of(&scene, &plan, &context);
        for cluster in &scene.new.world.clusters {
            for port in cluster.gateways.iter().flat_map(|gateway| gateway.ports.keys()) {
                let goes = format!("port {port} of the gateway's Service in {}", cluster.name);
                if told.after.contains(&goes) {
                    faults.push(format!("{id}: {goes} may go, and callers dial it"));
                }
            }
        }
        let quote = |word: &str| word.to_owned();
        let commands = Commands {
            told: &told,
            scene: &scene,
            directory: Some("plan"),
            context: &context,
            quote: &quote,
        };
        for wait in &told.waits {
            if !commands.page().contains(&wait.command) || !commands.human().contains("wait for you") {
                faults.push(format!("{id}: not told to {}", wait.what));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_transition_is_noticed_by_as_many() {
    let mut faults = Vec::new();
    for Transition { id, expect, old, new } in transitions() {
        if FROM_OUTSIDE.contains(&id.as_str()) {
            continue;
        }
        let counts = row::counts(&scene(&old, &new).asked().unwrap());
        let count = |class: Class| counts.get(&class).copied().unwrap_or(0);
        let all = [
            ("unchanged", count(Class::Unchanged) + count(Class::OtherWay)),
            ("shifted", count(Class::Shifted)),
            ("newly dead", count(Class::NewlyDead)),
            ("newly alive", count(Class::NewlyAlive)),
            ("policy changed", count(Class::PolicyChanged)),
        ];
        let told: BTreeMap<String, usize> = all
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (name.to_owned(), count))
            .collect();
        if told != expect.requests {
            faults.push(format!("{id}: {told:?}, not {:?}", expect.requests));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_mix_of_any_step_loses_a_request() {
    let mut chance = Chance::new(7);
    let mut faults = Vec::new();
    for Transition { id, old, new, .. } in transitions() {
        let scene = scene(&old, &new);
        let plan = mixes::planned(&scene);
        let asked = guarded(&scene, &requests(&scene, &[("end-user", "jason"), ("beta", "x")]));
        assert!(!asked.0.is_empty(), "{id}: nothing is asked");
        let mut state = objects(&scene.old.state);
        for (index, step) in plan.steps.iter().enumerate() {
            let world = if plan.waits_at.is_some_and(|done| index >= done) {
                &scene.joint.last
            } else {
                &scene.joint.first
            };
            let lost = lossy(world, &state, step, &asked, &mut chance);
            faults.extend(lost.into_iter().take(2).map(|lost| format!("{id}: {lost}")));
            mixes::apply(&mut state, step, &(0..step.moves.len()).collect());
        }
        if plan.verdict != Verdict::None {
            let wanted = objects(&scene.new.state);
            let is = state.keys().collect::<BTreeSet<_>>() == wanted.keys().collect();
            assert!(is, "{id}: the last step does not end where it should");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_counterexample_is_real() {
    for Transition { id, old, new, .. } in transitions() {
        let scene = scene(&old, &new);
        let Some(found) = mixes::planned(&scene).counterexample else { continue };
        let (mut state, wanted) = (objects(&scene.old.state), objects(&scene.new.state));
        for (cluster, object) in &found.applied {
            let key = (cluster.clone(), object.kind.clone(), object.namespace.clone(), object.name.clone());
            match wanted.get(&key) {
                Some(text) => state.insert(key, text.clone()),
                None => state.remove(&key),
            };
        }
        let request = [found.ask.request.clone()];
        let worlds = [&scene.joint.first, &scene.joint.last];
        let sides = [objects(&scene.old.state), wanted];
        let allowed: BTreeSet<String> = worlds
            .iter()
            .flat_map(|world| sides.iter().map(|side| mixes::ends(world, side, &request).remove(0)))
            .filter(|ends| !mixes::is_dead(ends))
            .flat_map(BTreeMap::into_keys)
            .collect();
        let is_lost = worlds.iter().any(|world| {
            let ends = mixes::ends(world, &state, &request).remove(0);
            mixes::is_dead(&ends) || ends.keys().any(|place| !allowed.contains(place))
        });
        assert!(is_lost, "{id}: {:?}", found.applied);
    }
}
