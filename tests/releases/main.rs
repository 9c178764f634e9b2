//! Every case in every release: it builds and the schemas of that release take it, or it says which release it needs,
//! and in that release the complaint is gone.
//!
//! What a case itself says of releases is overruled: a fleet in the middle of an upgrade becomes one of one release.
//! Cases that are wrong whatever the release are left out.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests stand outside the compiler and read files")]

mod pinned; // the inputs of a case, with another release
mod verdict; // what becomes of a case in a release

#[path = "../support"]
mod support {
    #[expect(dead_code, reason = "what is expected of cases is for another test")]
    pub mod case;
    #[expect(dead_code, reason = "one reader will do here")]
    pub mod readers;
    #[allow(dead_code, reason = "the rules by themselves are for another test")]
    pub mod schema;
    pub mod yaml_1_1;
}

use support::case::Case;
use support::schema::Schemas;
use verdict::Verdict;

/// Oldest first: every release, and where the patch decides also those beside the change.
const RELEASES: [&str; 38] = [
    "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.8.5", "1.8.6", "1.9", "1.9.4", "1.9.5",
    "1.10", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16", "1.17", "1.18", "1.19", "1.20", "1.21", "1.22",
    "1.23", "1.23.6", "1.24", "1.24.4", "1.25", "1.25.1", "1.26", "1.27", "1.28", "1.29", "1.30", "1.31",
];

#[test]
fn every_case_builds_for_every_release_or_says_why_not() {
    let (lines, faults) = judged();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(lines.len() > 100, "only {} cases build anywhere", lines.len());
    let partly: String = lines.into_iter().filter(|line| !line.ends_with(": 1.1 to 1.31\n")).collect();
    insta::assert_snapshot!(partly);
}

/// A line for each case that builds somewhere, in order, and all faults.
fn judged() -> (Vec<String>, Vec<String>) {
    let cases = Case::all();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let judged = std::thread::scope(|scope| {
        let workers: Vec<_> = cases
            .chunks(cases.len().div_ceil(threads))
            .map(|cases| {
                scope.spawn(|| {
                    let schemas = Schemas::read();
                    cases.iter().map(|case| judge(&schemas, case)).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    let (lines, faults): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
    (lines.into_iter().flatten().collect(), faults.concat())
}

/// The line of a case, if it builds anywhere, and its faults.
fn judge(schemas: &Schemas, case: &Case) -> (Option<String>, Vec<String>) {
    let verdicts = RELEASES.map(|release| verdict::of(schemas, case, release));
    if !verdicts.iter().any(|verdict| matches!(verdict, Verdict::Builds(_))) {
        return (None, Vec::new());
    }
    let faults = verdict::faults(&RELEASES, &verdicts);
    let faults = faults.into_iter().map(|fault| format!("{}: {fault}", case.name)).collect();
    (Some(format!("{}: {}\n", case.name, verdict::summary(&RELEASES, &verdicts))), faults)
}
