//! `meshgen diff`: who notices a change.
//!
//! Enters: two sides. Leaves: rows on stdout, findings on stderr. Refuses to know: how requests are followed.

use std::ops::ControlFlow;

use super::arguments::{Data, Diff, FailOn};
use super::failure::Failure;
use super::intent::{self, Intended};
use super::report::Reporter;
use super::sides::{self, Sides};
use super::{Ending, stream};
use crate::change::class::Class;
use crate::change::plan::plan;
use crate::change::report::Report;
use crate::change::scene::Scene;
use crate::change::told::Told;
use crate::change::{human, json, markdown};
use crate::trace::object::Unreadable;

/// Compares both sides, if they are sound.
pub(super) fn run(arguments: &Diff, reporter: &Reporter) -> Result<Ending, Failure> {
    let Diff { sides, fail_on, expect, write_expect } = arguments;
    let intent = match intent::read(expect.as_ref(), &sides.bounds, reporter)? {
        ControlFlow::Continue(intent) => intent,
        ControlFlow::Break(ending) => return Ok(ending),
    };
    let Some(Sides { old, new, contexts }) = sides::of("diff", sides, reporter)? else {
        return Ok(Ending::Untried);
    };
    let scene = Scene::of(old, new);
    let asked = scene.asked().map_err(unreadable)?;
    if let Some(path) = write_expect {
        return intent::write(path, &asked, &scene.clusters());
    }
    let report = Report::of(&scene, &asked);
    let plan = plan(&scene).map_err(unreadable)?;
    let context = |cluster: &str| contexts.of(cluster);
    let told = Told::of(&scene, &plan, &context);
    let text = match reporter.format().data() {
        Data::Json => json::render(&report, Some(told.json())),
        Data::Markdown => markdown::render(&report, told.verdict().as_deref(), &told.markdown(None)),
        Data::Words | Data::Junit => human::render(&report, &told.why()),
    };
    stream::data(text.as_bytes())?;
    if let Some(Intended { intent, sources }) = intent {
        let findings = intent.judge(&asked, &scene.clusters());
        if findings.is_empty() {
            return Ok(Ending::Done);
        }
        return Ok(reporter.report(findings, &sources, None));
    }
    Ok(if fails(&report, *fail_on) { Ending::Wrong } else { Ending::Done })
}

/// Whether something changes that must not.
pub(super) fn fails(report: &Report, on: FailOn) -> bool {
    match on {
        FailOn::Any => !report.is_nothing(),
        FailOn::Dead => report.count(Class::NewlyDead) > 0,
        FailOn::Policy => report.count(Class::NewlyDead) + report.count(Class::PolicyChanged) > 0,
    }
}

/// What is no bundle.
#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by value")]
pub(super) fn unreadable(unreadable: Unreadable) -> Failure {
    Failure::new(unreadable.to_string())
}
