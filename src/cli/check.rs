//! `meshgen check`: everything but writing.
//!
//! Enters: paths. Leaves: findings on stdout. Refuses to know: bundles; they are dropped.

use super::arguments::Check;
use super::failure::Failure;
use super::report::Reporter;
use super::{Ending, against, dumps, load, summary};

/// Compiles the inputs and reports what was found.
pub(super) fn run(arguments: &Check, reporter: &Reporter) -> Result<Ending, Failure> {
    let Check { inputs, against } = arguments;
    if let Some(named) = dumps::named(against)? {
        return against::run(arguments, &named, reporter);
    }
    let loaded = load::load(&inputs.paths, inputs.limits(), load::DEFAULT_OUTPUT.as_ref())?;
    let outcome = loaded.compile(&mut |_| {});
    let ending = reporter.report(outcome.findings, &loaded.sources, None);
    if let (Ending::Done, Some(account)) = (ending, outcome.value) {
        reporter.say(&summary::proof(&account));
    }
    Ok(ending)
}
