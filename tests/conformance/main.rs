//! Others judge what the bundles do: Istio's own code, a real API server, real Envoy.
//!
//! Enters, by the environment: which judges there are (`judges.rs` says how they are named). Leaves: a table of cases by
//! judge and release, every disagreement, and as the last line `N passed, N failed`. Where no judge is named, nothing is
//! judged, and it says so; `.ci/conformance` builds and names them all.

#![expect(clippy::disallowed_methods, reason = "tests stand outside the compiler: files, environment")]
#![expect(clippy::disallowed_macros, reason = "the table is for whoever reads the terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is a test, though none by the harness"
)]

#[path = "../support"]
mod support {
    pub mod bundles;
    #[expect(dead_code, reason = "what is expected of bundles is for another test")]
    pub mod case;
    pub mod chance;
    pub mod compiled;
    pub mod query;
}

#[path = "../translation"]
mod translation {
    #[expect(dead_code, reason = "promises are for another test")]
    pub mod followed;
    pub mod mesh;
    #[expect(dead_code, reason = "so are the tests of faults")]
    pub mod mutations;
    pub mod promise;
    pub mod tape;
    #[expect(dead_code, reason = "and of worlds")]
    pub mod worlds;
}

#[path = "../generated"]
mod generated {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "of JSON, a field has the forms that the language gives it"
    )]
    pub mod promised;
    pub mod wild;
}

mod judges; // who judges
mod scene; // a case, as a judge takes it
mod istio; // real Istio, a release at a time
mod agreement; // expectation, trace and judge, query by query
mod asked; // trace and judge, whatever was expected
mod faults; // bundles with a fault
mod random; // random meshes
mod topologies; // what nobody would write
mod worlds; // worlds beyond topologies
mod plans; // a change as `meshgen plan` writes it
mod joint; // the world in which it happens, and what is asked there
mod between; // its states
mod envoy; // real Envoy
mod proxies; // what Istio makes of every case for it
mod expressions; // RE2, as it reads it
mod meanings; // and what expressions match
mod kubectl; // a real API server
mod applied; // every bundle on it
mod pruned; // and what left the topology
mod traffic; // real requests through real Envoys
mod carried; // those of the cases
mod guarded; // and with policies beside the bundles
mod changed; // and while bundles change
mod unkept; // bundles with a fault: the judge of traffic sees it
mod life; // of stand-ins, by the commands that are shown
mod table; // what came of it

use std::process::ExitCode;

use istio::Istio;
use judges::Judges;
use kubectl::Kubectl;
use table::Table;
use traffic::Traffic;

type OfIstio = fn(&Istio, &mut Table);
type OfServers = fn(&Kubectl, &mut Table);
type OfTraffic = fn(&Istio, &Traffic, &mut Table);

fn main() -> ExitCode {
    let judges = match Judges::of_environment() {
        Ok(judges) => judges,
        Err(why) => {
            println!("conformance: {why}");
            return ExitCode::from(2);
        }
    };
    if judges.is_empty() {
        println!(
            "conformance: nothing is judged, since no judge is named; .ci/conformance names all of them"
        );
        return ExitCode::SUCCESS;
    }
    let mut table = Table::default();
    let runs = |part: &str| judges.runs(part);
    for istio in &judges.istio {
        let parts: [(&str, OfIstio); 5] = [
            ("agreement", agreement::judge),
            ("faults", faults::judge),
            ("random", random::judge),
            ("worlds", worlds::judge),
            ("meanings", meanings::judge),
        ];
        for (_, judge) in parts.iter().filter(|(part, _)| runs(part)) {
            judge(istio, &mut table);
        }
    }
    let newest = judges.istio.last();
    if let (Some(newest), true) = (newest, runs("between")) {
        between::judge(newest, &mut table);
    }
    if let (Some(newest), true) = (newest, runs("topologies")) {
        topologies::judge(newest, &mut table);
    }
    if let Some(envoy) = &judges.envoy {
        if let (Some(newest), true) = (newest, runs("proxies")) {
            proxies::judge(newest, envoy, &mut table);
            proxies::judge_refused(newest, envoy, &mut table);
        }
        if runs("expressions") {
            expressions::judge(envoy, newest, &mut table);
        }
    }
    if let Some(kubectl) = &judges.kubectl {
        let parts: [(&str, OfServers); 3] =
            [("applied", applied::judge), ("pruned", pruned::judge), ("life", life::judge)];
        for (_, judge) in parts.iter().filter(|(part, _)| runs(part)) {
            judge(kubectl, &mut table);
        }
    }
    if let (Some(traffic), Some(newest)) = (&judges.traffic, newest) {
        let parts: [(&str, OfTraffic); 4] = [
            ("carried", carried::judge),
            ("guarded", guarded::judge),
            ("changed", changed::judge),
            ("unkept", unkept::judge),
        ];
        for (part, judge) in parts.iter().filter(|(part, _)| runs(part)) {
            if traffic.only.is_none() || ["carried", "changed"].contains(part) {
                judge(newest, traffic, &mut table);
            }
        }
    }
    print!("{table}");
    if table.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
