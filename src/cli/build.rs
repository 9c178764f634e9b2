//! `meshgen build`: inputs in, bundles out, or nothing.
//!
//! Enters: paths. Leaves: files in a directory or a bundle on stdout, findings, a summary. Refuses to know: what bundles
//! say. Nothing is in place before the compiler has proved all of it.

use std::time::Instant;

use super::arguments::{Annotate, Build};
use super::failure::Failure;
use super::report::Reporter;
use super::summary::{Outline, Summary};
use super::target::{Place, Target};
use super::write::Written;
use super::{Ending, load, summary};
use crate::diagnostic::Finding;

/// Compiles the inputs and puts the bundles where they belong, if nothing is wrong.
pub(super) fn run(arguments: &Build, reporter: &Reporter) -> Result<Ending, Failure> {
    let started = Instant::now();
    let place = Place::new(arguments)?;
    let mut loaded = load::load(&arguments.inputs.paths, arguments.inputs.limits(), place.directory())?;
    loaded.sources.argocd = arguments.annotate == Some(Annotate::Argocd);

    let mut target = Target::new(&place, arguments, &loaded.files);
    let mut outlines = Vec::new();
    let mut outcome = loaded.compile(&mut |bundle| {
        if target.wants(&bundle.cluster) {
            outlines.push(Outline::from(&bundle));
        }
        target.take(&bundle);
    });
    let result = if reporter.denies(&outcome.findings) {
        drop(target);
        Ok(None)
    } else {
        finish(target, &outlines, &mut outcome.findings, reporter)
    };

    let (written, failure) = match result {
        Ok(written) => (written, None),
        Err(failure) => (None, Some(failure)),
    };
    let summary = written.map(|written| {
        let (account, took) = (outcome.value.unwrap_or_default(), started.elapsed());
        Summary { place: &place, layout: arguments.layout(), outlines, account, written, took }
    });
    let built = summary.as_ref().map(Summary::json);
    let ending = reporter.report_built(outcome.findings, &loaded.sources, failure.as_ref(), built.as_ref());
    reporter.say(&summary.map_or_else(|| place.as_it_was(), |summary| summary.to_string()));
    Ok(ending)
}

/// Puts everything in place, unless what is there already speaks against it.
fn finish(
    mut target: Target<'_>,
    outlines: &[Outline],
    findings: &mut Vec<Finding>,
    reporter: &Reporter,
) -> Result<Option<Written>, Failure> {
    findings.extend(target.inspect()?);
    if reporter.denies(findings) {
        return Ok(None);
    }
    // Before the files go that say which objects these are.
    reporter.say(&summary::before_pruning(outlines, target.pruned()));
    target.put().map(Some)
}
