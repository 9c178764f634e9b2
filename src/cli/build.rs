//! `meshgen build`: inputs in, bundles out, or nothing.
//!
//! Enters: paths. Leaves: files in a directory or a bundle on stdout, findings, a summary. Refuses to know: what bundles
//! say. Nothing is in place before the compiler has proved all of it.

use std::time::Instant;

use super::arguments::Build;
use super::failure::Failure;
use super::report::Reporter;
use super::summary::{Outline, Summary};
use super::target::{Place, Target};
use super::{Ending, load};

/// Compiles the inputs and puts the bundles where they belong, if nothing is wrong.
pub(super) fn run(arguments: &Build, reporter: &Reporter) -> Result<Ending, Failure> {
    let started = Instant::now();
    let place = Place::new(arguments)?;
    let loaded = load::load(&arguments.inputs.paths, arguments.inputs.limits(), place.directory())?;

    let mut target = Target::new(&place, arguments, &loaded.files);
    let mut outlines = Vec::new();
    let mut outcome = loaded.compile(&mut |bundle| {
        if target.wants(&bundle.cluster) {
            outlines.push(Outline::from(&bundle));
        }
        target.take(&bundle);
    });
    let mut result = Ok(None);
    if !reporter.denies(&outcome.findings) {
        match target.inspect() {
            Ok(findings) => outcome.findings.extend(findings),
            Err(failure) => result = Err(failure),
        }
    }
    if result.is_ok() && !reporter.denies(&outcome.findings) {
        result = target.put().map(Some);
    } else {
        drop(target);
    }

    let ending = reporter.report(outcome.findings, &loaded.sources, result.as_ref().err());
    match (result, outcome.value) {
        (Ok(Some(written)), Some(account)) => {
            let took = started.elapsed();
            reporter.say(&Summary { place: &place, outlines, account, written, took }.to_string());
        }
        (Ok(_) | Err(_), _) => reporter.say(&place.as_it_was()),
    }
    Ok(ending)
}
