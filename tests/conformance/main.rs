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

mod judges; // who judges
mod scene; // a case, as a judge takes it
mod istio; // real Istio, a release at a time
mod agreement; // expectation, trace and judge, query by query
mod asked; // trace and judge, whatever was expected
mod faults; // bundles with a fault
mod random; // random meshes
mod worlds; // worlds beyond topologies
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

use judges::Judges;
use table::Table;

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
    for istio in &judges.istio {
        agreement::judge(istio, &mut table);
        faults::judge(istio, &mut table);
        random::judge(istio, &mut table);
        worlds::judge(istio, &mut table);
        meanings::judge(istio, &mut table);
    }
    if let Some(envoy) = &judges.envoy {
        let newest = judges.istio.last();
        if let Some(newest) = newest {
            proxies::judge(newest, envoy, &mut table);
            proxies::judge_refused(newest, envoy, &mut table);
        }
        expressions::judge(envoy, newest, &mut table);
    }
    if let Some(kubectl) = &judges.kubectl {
        applied::judge(kubectl, &mut table);
        pruned::judge(kubectl, &mut table);
        life::judge(kubectl, &mut table);
    }
    if let (Some(traffic), Some(newest)) = (&judges.traffic, judges.istio.last()) {
        carried::judge(newest, traffic, &mut table);
        if traffic.only.is_none() {
            guarded::judge(newest, traffic, &mut table);
            changed::judge(newest, traffic, &mut table);
            unkept::judge(newest, traffic, &mut table);
        }
    }
    print!("{table}");
    if table.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
