//! `meshgen resolve`: the inputs with every default written out.
//!
//! Enters: paths. Leaves: one text of the input language on stdout, or findings. Refuses to know: bundles.

use super::arguments::Resolve;
use super::failure::Failure;
use super::report::{Reporter, Stream};
use super::{Ending, load, stream};

/// Prints the inputs with every default, if they are sound.
pub(super) fn run(arguments: &Resolve, reporter: &Reporter) -> Result<Ending, Failure> {
    let Resolve { inputs } = arguments;
    let loaded = load::load(&inputs.paths, inputs.limits(), load::DEFAULT_OUTPUT.as_ref())?;
    let mut outcome = crate::resolved(&loaded.sources);
    outcome.findings.extend(loaded.findings);
    match (reporter.findings(outcome.findings, &loaded.sources, Stream::Stderr)?, outcome.value) {
        (Ending::Done, Some(text)) => stream::data(text.as_bytes()),
        (ending, _) => Ok(ending),
    }
}
