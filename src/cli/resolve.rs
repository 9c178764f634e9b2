//! `meshgen resolve`: the inputs with every default written out, or what they promise.
//!
//! Enters: paths. Leaves: one text on stdout, or findings. Refuses to know: bundles.

use super::arguments::Resolve;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, load, stream};

/// Prints the inputs with every default, if they are sound.
pub(super) fn run(arguments: &Resolve, reporter: &Reporter) -> Result<Ending, Failure> {
    let Resolve { inputs, promises } = arguments;
    let loaded = load::load(&inputs.paths, inputs.limits(), load::DEFAULT_OUTPUT.as_ref())?;
    let outcome = if *promises { loaded.promised() } else { loaded.resolved() };
    let failure = match outcome.value {
        Some(text) if !reporter.denies(&outcome.findings) => stream::data(text.as_bytes()).err(),
        Some(_) | None => None,
    };
    Ok(reporter.report(outcome.findings, &loaded.sources, failure.as_ref()))
}
