//! Step by step without memory: every plan is made anew from what the one before left, and the target may change under way.

use meshgen::change::inferred;
use meshgen::change::next::Next;
use meshgen::change::plan::Verdict;
use meshgen::change::scene::{Scene, Side};

use super::mixes::{self, Asked, guarded, lossy, objects, requests, scene};
use super::transitions::transitions;
use crate::support::chance::Chance;

/// More steps than any change needs.
const ENDLESS: usize = 7;

/// How a walk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Wanted,
    Yours,
    Nowhere,
}

/// A walk from what is applied to what is wanted: the states that it comes through, and what was lost.
struct Walk {
    end: End,
    states: Vec<Side>,
    lost: Vec<String>,
}

/// What exists is told, or left to be seen from bundles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    World,
    Nothing,
}

fn walk(whole: &Scene, (old, new): (&Side, &Side), told: Told, asked: &Asked, chance: &mut Chance) -> Walk {
    let mut applied = old.clone();
    let mut walk = Walk { end: End::Wanted, states: Vec::new(), lost: Vec::new() };
    for _ in 0..ENDLESS {
        if told == Told::Nothing {
            applied.world = inferred::world(&applied.state, &new.world);
        }
        let scene = Scene::under_way(applied.clone(), new.clone());
        let plan = mixes::planned(&scene);
        match plan.next(&scene) {
            Next::Done => return walk,
            Next::Yours => return Walk { end: End::Yours, ..walk },
            Next::Nowhere => return Walk { end: End::Nowhere, ..walk },
            Next::Step { step, left: _, state } => {
                walk.lost.extend(lossy(&whole.joint.last, &objects(&applied.state), step, asked, chance));
                applied.state = state;
                walk.states.push(applied.clone());
            }
        }
    }
    walk.lost.push(format!("no end after {ENDLESS} steps"));
    walk
}

/// What does not hold yet, each with what is known of it.
const NOT_YET: [(&str, &str); 3] = [
    (
        "add-port: Wanted after 2 steps",
        "the ports of a Service count as wanted as soon as pods have them: one step too many",
    ),
    (
        "gateway-selector, and back: Nowhere",
        "a second Gateway that stands already cannot be led to another workload",
    ),
    (
        "local-to-failover-far, by bundles alone: ",
        "pods that only a pool names are not inferred from bundles; `--world` names them",
    ),
];

#[test]
fn steps_without_memory_lose_nothing_and_end() {
    let mut chance = Chance::new(13);
    let mut faults = Vec::new();
    for (id, old, new) in transitions().into_iter().map(|known| (known.id, known.old, known.new)) {
        let whole = scene(&old, &new);
        let plan = mixes::planned(&whole);
        let asked = guarded(&whole, &requests(&whole, &[("end-user", "jason"), ("beta", "x")]));
        let there = walk(&whole, (&whole.old, &whole.new), Told::World, &asked, &mut chance);
        faults.extend(there.lost.iter().take(2).map(|lost| format!("{id}: {lost}")));
        let end = match plan.verdict {
            Verdict::None => End::Nowhere,
            Verdict::WorldStep => End::Yours,
            Verdict::OneGo | Verdict::Phases | Verdict::Generation | Verdict::SecondName => End::Wanted,
        };
        if there.end != end || there.states.len() > plan.steps.len() {
            faults.push(format!("{id}: {:?} after {} steps", there.end, there.states.len()));
        }
        if end == End::Wanted {
            let seen = walk(&whole, (&whole.old, &whole.new), Told::Nothing, &asked, &mut chance);
            faults.extend(seen.lost.iter().take(2).map(|lost| format!("{id}, by bundles alone: {lost}")));
        }
        // Whoever changes their mind under way comes back as safely.
        for state in there.states.iter().rev().skip(1) {
            let state = Side { world: whole.new.world.clone(), ..state.clone() };
            let back = walk(&whole, (&state, &whole.old), Told::World, &asked, &mut chance);
            faults.extend(back.lost.iter().take(2).map(|lost| format!("{id}, and back: {lost}")));
            if back.end != End::Wanted {
                faults.push(format!("{id}, and back: {:?}", back.end));
            }
        }
    }
    let is_known = |fault: &String| NOT_YET.iter().any(|(known, _)| fault.starts_with(known));
    let (known, faults): (Vec<_>, Vec<_>) = faults.into_iter().partition(is_known);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let holds = |(of, _): &&(&str, &str)| !known.iter().any(|fault| fault.starts_with(of));
    assert_eq!(NOT_YET.iter().find(holds), None, "this holds by now");
}
