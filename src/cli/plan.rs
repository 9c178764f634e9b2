//! `meshgen plan`: in which order a change loses no request.
//!
//! Enters: two sides. Leaves: steps on stdout, and files in a directory. Refuses to know: how steps are found.

mod directory;

use std::ops::ControlFlow;
use std::sync::Arc;

use super::arguments::{Data, Plan};
use super::diff::unreadable;
use super::failure::{Failure, shown};
use super::intent::{self, Intended};
use super::report::Reporter;
use super::sides::{self, Sides};
use super::{Ending, shell, stream};
use crate::change::commands::Commands;
use crate::change::plan::{Verdict, plan};
use crate::change::report::Report;
use crate::change::scene::Scene;
use crate::change::step::Files;
use crate::change::told::Told;
use crate::change::{json, markdown};

/// Finds the steps, if both sides are sound.
pub(super) fn run(arguments: &Plan, reporter: &Reporter) -> Result<Ending, Failure> {
    let Plan { sides, output, from, expect } = arguments;
    let intent = match intent::read(expect.as_ref(), &sides.bounds, reporter)? {
        ControlFlow::Continue(intent) => intent,
        ControlFlow::Break(ending) => return Ok(ending),
    };
    let Some(Sides { old, new, contexts }) = sides::of("plan", sides, reporter)? else {
        return Ok(Ending::Untried);
    };
    let scene = Scene::of(old, new);
    let scene = match intent {
        Some(Intended { intent, sources: _ }) => scene.meant(&Arc::new(intent)),
        None => scene,
    };
    if let (Some(from), Some(old)) = (from, sides.paths.first()) {
        let is = scene.old.state.digest();
        if *from != is {
            return Err(Failure::new(format!(
                "{} is not what the plan was made from: its digest is {is}",
                shown(old)
            ))
            .help("make the plan anew, without `--from`"));
        }
    }
    let plan = plan(&scene).map_err(unreadable)?;
    let context = |cluster: &str| contexts.of(cluster);
    let quote = |word: &str| shell::word(word).into_owned();
    let told = Told::of(&scene, &plan, &context);
    let shown_directory = output.as_deref().map(|path| path.to_string_lossy().into_owned());
    let directory = shown_directory.as_deref();
    let commands = Commands { told: &told, scene: &scene, directory, context: &context, quote: &quote };
    let is_planned = plan.verdict != Verdict::None;
    if let (Some(output), true) = (output, is_planned) {
        let mut files = Files::from([("plan.md".to_owned(), commands.page())]);
        let states = plan.states(&scene.old.state, &scene.new.state);
        for (index, (step, state)) in plan.steps.iter().zip(&states).enumerate() {
            let folder = format!("{}-{}", index + 1, step.name);
            files
                .extend(step.files(state).into_iter().map(|(name, text)| (format!("{folder}/{name}"), text)));
        }
        directory::write(output, &files)?;
    }
    let report =
        || -> Result<Report, Failure> { Ok(Report::of(&scene, &scene.asked().map_err(unreadable)?)) };
    let text = match reporter.format().data() {
        Data::Words | Data::Junit => commands.human(),
        Data::Json => json::render(&report()?, Some(told.json())),
        Data::Markdown => markdown::render(&report()?, told.verdict().as_deref(), &told.markdown(directory)),
    };
    stream::data(text.as_bytes())?;
    Ok(if is_planned { Ending::Done } else { Ending::Wrong })
}
