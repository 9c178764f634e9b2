//! Topologies that nobody would write, and what must be true of each: it is built, or refused for a reason that a person can
//! mend. Then its long form and another order of it build the same bytes. And time grows as the input does.
//!
//! The same seeds are tried each time. `MESHGEN_TOPOLOGIES` tries as many as it says, `MESHGEN_TOPOLOGIES_SEED` begins at
//! another; all that fail are printed, each with its seed and its text.

mod growth; // twice the input, twice the time
mod wild; // the topology of a seed

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use meshgen::diagnostic::{Code, Finding, Severity};
use meshgen::source::{Found, Source, Sources};

use crate::support::case::Files;
use crate::support::compiled::compile_with_findings;
use crate::support::reversed::reversed;

/// How many topologies, where nobody says otherwise.
const TOPOLOGIES: u64 = 150;

/// Seeds beyond these that found something once: clusters that nobody calls from and that no gateway leads out of, and
/// what control planes show of a service that others join.
const ONCE_WRONG: [u64; 3] = [3015, 3859, 14293];

#[test]
fn wild_topologies_are_built_or_refused() {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let first: u64 = number("MESHGEN_TOPOLOGIES_SEED").unwrap_or(0);
    let count = number("MESHGEN_TOPOLOGIES").unwrap_or(TOPOLOGIES);
    let (mut built, mut refused) = (0, BTreeMap::<&str, u64>::new());
    let mut faults = Vec::new();
    for seed in (first..first + count).chain(ONCE_WRONG) {
        let text = wild::text(seed);
        let judged = catch_unwind(AssertUnwindSafe(|| judge(&text)));
        let (codes, found) = judged.unwrap_or_else(|_| (Vec::new(), vec!["it panics".to_owned()]));
        built += u64::from(codes.is_empty());
        for code in &codes {
            *refused.entry(code.name()).or_default() += 1;
        }
        faults.extend(found.into_iter().map(|fault| format!("seed {seed}: {fault}\n{text}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // A generator whose topologies are all refused says nothing about bundles.
    assert!(built * 10 > count, "only {built} of {count} are built: {refused:?}");
}

/// The codes of its errors, and all that is wrong with how it is answered.
fn judge(text: &str) -> (Vec<Code>, Vec<String>) {
    let (files, findings) = compile_with_findings(&one(text));
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity() == Severity::Error).collect();
    let mut faults: Vec<_> = errors.iter().filter_map(|finding| fault(finding)).collect();
    if errors.is_empty() {
        let resolved = meshgen::resolved(&one(text)).value.unwrap_or_default();
        faults.extend(differs(&files, &resolved, "its long form"));
        faults.extend(differs(&files, &reversed(text).unwrap(), "another order"));
    }
    let mut codes: Vec<_> = errors.iter().map(|finding| finding.code).collect();
    codes.sort_by_key(|code| code.name());
    codes.dedup();
    (codes, faults)
}

/// What is wrong with an error: it has no place, or says that the compiler itself is.
fn fault(finding: &Finding) -> Option<String> {
    let code = finding.code.name();
    (code == "MG0601" || finding.labels.is_empty()).then(|| format!("{code}: {}", finding.message))
}

fn differs(files: &Files, text: &str, what: &str) -> Option<String> {
    let (other, findings) = compile_with_findings(&one(text));
    if other == *files {
        return None;
    }
    let errors: Vec<_> = findings.iter().filter(|it| it.severity() == Severity::Error).collect();
    Some(format!("{what} builds something else: {errors:?}"))
}

fn one(text: &str) -> Sources {
    let source = Source::new("topology.yaml", Found::Named, text.as_bytes().to_vec());
    Sources { texts: vec![source], ..Sources::default() }
}
