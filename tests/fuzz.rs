//! What nobody listed: every example of the product, broken at random, and what must be true whatever comes of it.
//!
//! The same texts are tried in the same order each time, and as many. `MESHGEN_FUZZ_SECONDS` tries as many as a thread can
//! in so many seconds of processor time, `MESHGEN_FUZZ_SEED` begins elsewhere; what fails is named by its seed and printed.

mod corpus; // every example
mod mutation; // an example, broken
mod judgement; // what must be true of any input
mod bundles; // what must be true of any bundle

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::support::chance::Chance;
use crate::support::schema::Schemas;
use crate::support::work::worked;
use corpus::Corpus;

/// How many texts each test tries, where nobody says otherwise.
const INPUTS: u64 = 500;
const BYTES: u64 = 8000;
const BUNDLES: u64 = 1500;

/// Kibibytes that the whole process may ever have held, the examples, the schemas and three threads included.
const MOST: u64 = 1 << 20;

#[test]
fn broken_inputs_are_answered() {
    let (corpus, schemas) = (Corpus::read(), Schemas::read());
    tried(
        INPUTS,
        |chance| mutation::of(&corpus.inputs, &corpus.scalars, chance).into_bytes(),
        |bytes| judgement::of(bytes, Some(&schemas)),
    );
}

#[test]
fn broken_bytes_are_answered() {
    let corpus = Corpus::read();
    tried(BYTES, |chance| mutation::of_bytes(&corpus.inputs, chance), |bytes| judgement::of(bytes, None));
}

#[test]
fn broken_bundles_are_followed_or_refused() {
    let corpus = Corpus::read();
    tried(
        BUNDLES,
        |chance| mutation::of(&corpus.bundles, &corpus.scalars, chance).into_bytes(),
        |bytes| bundles::followed(&String::from_utf8_lossy(bytes)),
    );
}

/// What each example is before it is broken: the judgement itself must find nothing to say.
#[test]
fn sound_examples_are_judged_sound() {
    let (corpus, schemas) = (Corpus::read(), Schemas::read());
    for text in &corpus.inputs {
        let faults = judgement::of(text.as_bytes(), Some(&schemas));
        assert!(faults.is_empty(), "{}\n{text}", faults.join("\n"));
    }
}

/// Makes and judges this many seeds, or others for as long as somebody says.
fn tried(count: u64, make: impl Fn(&mut Chance) -> Vec<u8>, judge: impl Fn(&[u8]) -> Vec<String>) {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let time = number("MESHGEN_FUZZ_SECONDS").map(Duration::from_secs);
    let first = number("MESHGEN_FUZZ_SEED").unwrap_or(0);
    let start = worked();
    let is_over = |tried: u64| match time {
        Some(time) => worked().saturating_sub(start) >= time,
        None => tried >= count,
    };
    for seed in (0..).take_while(|tried| !is_over(*tried)).map(|tried| first + tried) {
        let bytes = make(&mut Chance::new(seed));
        let judged = catch_unwind(AssertUnwindSafe(|| judge(&bytes)));
        let mut faults = judged.unwrap_or_else(|_| vec!["it panics".to_owned()]);
        if let Some(peak) = peak().filter(|peak| *peak > MOST) {
            faults.push(format!("the process has held {peak} KiB"));
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(faults.is_empty(), "seed {seed}: {}\n--- the input:\n{text}", faults.join("\n"));
    }
}

/// The most memory that the process has held, in kibibytes; nobody knows outside Linux.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
