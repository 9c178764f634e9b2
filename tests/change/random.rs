//! Pairs of meshes by chance: where a plan is found, no mix of its steps loses a request; where none is, the reason is real.

use std::fmt::Write as _;

use meshgen::change::plan::Verdict;

use super::mixes::{self, guarded, lossy, objects, requests, scene};
use crate::support::chance::Chance;

/// Pairs that are tried.
const PAIRS: usize = 20;

/// Two services over three clusters, with rules.
fn mesh(chance: &mut Chance) -> String {
    let mut text = "apiVersion: meshgen/v1\nkind: Topology\nclusters:\n".to_owned();
    for number in 1..=3 {
        let port = if chance.below(5) == 0 { ", port: 443, serverPort: 15443" } else { "" };
        let _ = writeln!(text, "  cluster{number}: {{gateway: {{address: 203.0.113.{number}0{port}}}}}");
    }
    text.push_str("services:\n");
    let mut rules = String::new();
    for service in ["ratings", "reviews"] {
        let _ = write!(text, "  {service}: {{ports: 9080, versions: {{");
        let mut versions = Vec::new();
        for version in ["v1", "v2", "v3"] {
            if version != "v1" && chance.below(4) == 0 {
                continue;
            }
            let _ = write!(text, "{version}: cluster{}, ", chance.below(3) + 1);
            versions.push(version);
        }
        text.push_str("}}\n");
        let mut pick = || versions[chance.below(versions.len())];
        let (one, other, first) = (pick(), pick(), pick());
        let _ = writeln!(rules, "  {service}:\n  - {{match: {{headers: {{end-user: jason}}}}, to: {first}}}");
        let share = if one == other { one.to_owned() } else { format!("{{{one}: 90, {other}: 10}}") };
        let _ = writeln!(rules, "  - {{to: {share}}}");
    }
    format!("{text}---\napiVersion: meshgen/v1\nkind: Routing\nroutes:\n{rules}")
}

#[test]
fn plans_lose_nothing_and_counterexamples_are_real() {
    let mut chance = Chance::new(11);
    let mut planned = 0;
    for _ in 0..PAIRS {
        let (old, new) = (mesh(&mut chance), mesh(&mut chance));
        let scene = scene(&old, &new);
        let plan = mixes::planned(&scene);
        let asked = guarded(&scene, &requests(&scene, &[("end-user", "jason")]));
        let mut state = objects(&scene.old.state);
        for step in &plan.steps {
            let lost = lossy(&scene.joint.last, &state, step, &asked, &mut chance);
            assert!(lost.is_empty(), "{}\n{old}\n{new}", lost.join("\n"));
            mixes::apply(&mut state, step, &(0..step.moves.len()).collect());
        }
        if plan.verdict == Verdict::None {
            assert!(plan.counterexample.is_some(), "{old}\n{new}");
        } else {
            planned += 1;
        }
    }
    assert!(planned * 10 >= PAIRS * 9, "only {planned} of {PAIRS} pairs have a plan");
}
