//! Every case in every release: it builds and the schemas of that release take it, or it says which release it needs,
//! and in that release the complaint is gone.
//!
//! What a case itself says of releases is overruled: a fleet in the middle of an upgrade becomes one of one release.
//! Cases that are wrong whatever the release are left out.

mod pinned; // the inputs of a case, with another release
mod verdict; // what becomes of a case in a release

use crate::support::case::{Case, assert_none};
use crate::support::schema::Schemas;
use verdict::Verdict;

/// Oldest first: every release, and where the patch decides also those beside the change.
const RELEASES: [&str; 39] = [
    "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.8.5", "1.8.6", "1.9", "1.9.4", "1.9.5",
    "1.10", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16", "1.17", "1.18", "1.19", "1.20", "1.21", "1.22",
    "1.23", "1.23.6", "1.24", "1.24.4", "1.25", "1.25.1", "1.26", "1.27", "1.28", "1.29", "1.30", "1.31",
    "1.32",
];

/// What becomes of a case that builds in some releases only.
const RECORD: &str = "releases.txt";

#[test]
fn every_case_builds_for_every_release_or_says_why_not() {
    let (summaries, faults) = judged();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let build = summaries.iter().filter(|(_, summary)| summary.is_some()).count();
    assert!(build > 100, "only {build} cases build anywhere");
    let differences = summaries.into_iter().filter_map(|(case, summary)| {
        let partly = summary.filter(|summary| summary != "1.1 to 1.32\n");
        case.differs_from_record(RECORD, &partly.unwrap_or_default())
    });
    assert_none(&differences.collect::<Vec<_>>());
}

/// Each case with its summary, if it builds anywhere, and all faults.
fn judged() -> (Vec<(Case, Option<String>)>, Vec<String>) {
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
    let (summaries, faults): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
    (cases.into_iter().zip(summaries).collect(), faults.concat())
}

/// The summary of a case, if it builds anywhere, and its faults.
fn judge(schemas: &Schemas, case: &Case) -> (Option<String>, Vec<String>) {
    let verdicts = RELEASES.map(|release| verdict::of(schemas, case, release));
    if !verdicts.iter().any(|verdict| matches!(verdict, Verdict::Builds(_))) {
        return (None, Vec::new());
    }
    let faults = verdict::faults(&RELEASES, &verdicts);
    let faults = faults.into_iter().map(|fault| format!("{}: {fault}", case.name)).collect();
    (Some(verdict::summary(&RELEASES, &verdicts) + "\n"), faults)
}
