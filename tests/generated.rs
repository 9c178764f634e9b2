//! Topologies that nobody would write, and what must be true of each: it is built, or refused for a reason that a person can
//! mend. What is built keeps its promises. Its long form and another order of it build the same bytes. And the work grows as the
//! input does.
//!
//! The same seeds are tried each time. `MESHGEN_TOPOLOGIES` tries as many as it says, `MESHGEN_TOPOLOGIES_SEED` begins at
//! another; all that fail are printed, each with its seed and its text.

mod crossed; // which words meet
mod fields; // every field is written
mod growth; // twice the input, twice the work
mod kept; // what is promised, by trace
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of JSON, a field has the forms that the language gives it"
)]
mod promised; // what the words promise
mod wild; // the topology of a seed

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use meshgen::diagnostic::{Finding, Severity};
use meshgen::source::{Found, Source, Sources};

use crate::support::case::Files;
use crate::support::compiled::compile_with_findings;
use crate::support::reversed::reversed;
use crate::support::work::worked;

/// How many topologies, where nobody says otherwise.
const TOPOLOGIES: u64 = 150;

/// Processor time that compiling may take. Where nothing is optimised, all takes ten times as long.
const MOST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// What came of one topology.
#[derive(Default)]
struct Judged {
    /// Its errors, one of each code.
    errors: BTreeMap<&'static str, String>,
    /// Requests that were asked.
    asked: usize,
    faults: Vec<String>,
}

#[test]
fn wild_topologies_keep_their_promises_or_are_refused() {
    let first = number("MESHGEN_TOPOLOGIES_SEED").unwrap_or(0);
    let count = number("MESHGEN_TOPOLOGIES").unwrap_or(TOPOLOGIES);
    let (mut built, mut asked, mut refused) = (0, 0, BTreeMap::<&str, (u64, String)>::new());
    let mut faults = Vec::new();
    for seed in first..first + count {
        let files = wild::files(seed);
        let judged = catch_unwind(AssertUnwindSafe(|| judge(&files)));
        let judged =
            judged.unwrap_or_else(|_| Judged { faults: vec!["it panics".to_owned()], ..Judged::default() });
        built += u64::from(judged.errors.is_empty());
        asked += judged.asked;
        for (code, message) in judged.errors {
            let (times, _) = refused.entry(code).or_insert((0, format!("seed {seed}: {message}")));
            *times += 1;
        }
        let text: Vec<_> = files.iter().map(|(name, text)| format!("# {name}\n{text}")).collect();
        faults.extend(judged.faults.iter().take(3).map(|fault| format!("seed {seed}: {fault}")));
        faults.extend((!judged.faults.is_empty()).then_some(text.join("\n") + "\n"));
    }
    assert!(
        faults.is_empty(),
        "{built} of {count} built, {asked} asked, refused by {refused:#?}\n{}",
        faults.join("\n")
    );
    // A generator whose topologies are all refused says nothing about bundles, and one that asks nothing nothing of promises.
    let said = format!("{built} of {count} are built, {asked} requests asked; refused by {refused:#?}");
    assert!(built * 10 > count && asked > usize::try_from(count).unwrap(), "{said}");
    told(&said);
}

/// A variable of the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// For whoever runs many by hand, with `--nocapture`.
fn told(text: &str) {
    use std::io::Write;
    if std::env::var_os("MESHGEN_TOPOLOGIES").is_some() {
        writeln!(std::io::stderr(), "{text}").unwrap();
    }
}

/// How it is answered, and all that is wrong with that.
fn judge(files: &[(&str, String)]) -> Judged {
    let sources = sources(files.iter().map(|(name, text)| (*name, text.as_str())));
    let before = worked();
    let (bundles, findings) = compile_with_findings(&sources);
    let took = worked().saturating_sub(before);
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity() == Severity::Error).collect();
    let mut faults: Vec<_> = errors.iter().filter_map(|finding| fault(finding)).collect();
    if took > MOST {
        faults.push(format!("it takes {took:?}"));
    }
    let mut asked = 0;
    if errors.is_empty() {
        let resolved = meshgen::resolved(&sources).value.unwrap_or_default();
        faults.extend(differs(&bundles, &one(&resolved), "its long form"));
        let turned: Vec<_> =
            files.iter().rev().map(|(name, text)| (*name, reversed(text).unwrap())).collect();
        let turned = self::sources(turned.iter().map(|(name, text)| (*name, text.as_str())));
        faults.extend(differs(&bundles, &turned, "another order"));
        let said = promised::Said::read(files.iter().map(|(_, text)| text.as_str()));
        let (number, broken) = kept::broken(&said, &sources, &bundles);
        asked = number;
        faults.extend(broken);
    }
    let errors = errors.iter().map(|finding| (finding.code.name(), finding.message.clone())).collect();
    Judged { errors, asked, faults }
}

/// What is wrong with an error: it has no place, or says that the compiler itself is.
fn fault(finding: &Finding) -> Option<String> {
    let code = finding.code.name();
    (code == "MG0601" || finding.labels.is_empty()).then(|| format!("{code}: {}", finding.message))
}

fn differs(files: &Files, sources: &Sources, what: &str) -> Option<String> {
    let (other, findings) = compile_with_findings(sources);
    if other == *files {
        return None;
    }
    let errors: Vec<_> = findings.iter().filter(|it| it.severity() == Severity::Error).collect();
    Some(format!("{what} builds something else: {errors:?}"))
}

fn one(text: &str) -> Sources {
    sources([("topology.yaml", text)].into_iter())
}

fn sources<'t>(files: impl Iterator<Item = (&'t str, &'t str)>) -> Sources {
    let source = |(name, text): (&str, &str)| Source::new(name, Found::Named, text.as_bytes().to_vec());
    Sources { texts: files.map(source).collect(), ..Sources::default() }
}
